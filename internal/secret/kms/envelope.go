package kms

import (
	"encoding/binary"
	"io"

	"jeongsan/internal/secret"
)

// Sealed bytes, form 2 (lengths are big endian):
//
//	1     form
//	1+k   length and ARN of the KMS key
//	2+w   length and data key, wrapped by KMS
//	2     length of the content, n
//	12    nonce
//	n+16  content and tag
//
// The content is authenticated with secret.Scope.Bind; the wrapped data key by KMS with the encryption context.
const (
	form      = 2
	nonceSize = 12
	tagSize   = 16
)

// envelope is what lies around the content, and the content as it is sealed.
type envelope struct {
	key     string
	wrapped []byte
	nonce   []byte
	content []byte // with its tag
}

func seal(e envelope, dataKey []byte, s secret.Scope, plain []byte, random io.Reader) ([]byte, error) {
	data, err := secret.GCM(dataKey)
	if err != nil {
		return nil, err
	}
	var nonce [nonceSize]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, secret.NoRandom(err)
	}
	out := append([]byte{form, byte(len(e.key))}, e.key...)
	out = append(binary.BigEndian.AppendUint16(out, uint16(len(e.wrapped))), e.wrapped...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(plain)))
	out = append(out, nonce[:]...)
	return data.Seal(out, nonce[:], plain, s.Bind(form, "content", e.key)), nil
}

func (e envelope) open(dataKey []byte, s secret.Scope) ([]byte, error) {
	data, err := secret.GCM(dataKey)
	if err != nil {
		return nil, err
	}
	plain, err := data.Open(nil, e.nonce, e.content, s.Bind(form, "content", e.key))
	if err != nil {
		return nil, secret.Unopened()
	}
	return plain, nil
}

// parse takes sealed bytes apart; what is cut, too long or of another form is refused without asking KMS.
func parse(sealed []byte) (envelope, error) {
	r := rest(sealed)
	if head := r.take(1); head == nil || head[0] != form {
		return envelope{}, secret.Unopened()
	}
	key, wrapped := r.take(r.length(1)), r.take(r.length(2))
	n := r.length(2)
	nonce, content := r.take(nonceSize), r.take(n+tagSize)
	if content == nil || len(r) != 0 || n > secret.MaxPlain {
		return envelope{}, secret.Unopened()
	}
	return envelope{key: string(key), wrapped: wrapped, nonce: nonce, content: content}, nil
}

// rest is what is not read yet. Once it was too short, it gives nothing more.
type rest []byte

func (r *rest) take(n int) []byte {
	if n > len(*r) {
		*r = nil
		return nil
	}
	taken := (*r)[:n:n]
	*r = (*r)[n:]
	return taken
}

// length reads a number of so many bytes.
func (r *rest) length(bytes int) int {
	n := 0
	for _, b := range r.take(bytes) {
		n = n<<8 | int(b)
	}
	return n
}

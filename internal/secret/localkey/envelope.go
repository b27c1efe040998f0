package localkey

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"io"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
)

// Sealed bytes, form 1:
//
//	1     form
//	8     id of the master key
//	12    nonce, 32+16 wrapped data key and tag
//	12    nonce, n+16 content and tag
//
// Both are authenticated with additional(): their part, form, scope and key id.
const (
	form      = 1
	keySize   = 32 // AES-256
	idSize    = 8
	nonceSize = 12
	tagSize   = 16
	wrapped   = nonceSize + keySize + tagSize
	shortest  = 1 + idSize + wrapped + nonceSize + tagSize
)

type keyID [idSize]byte

func seal(master cipher.AEAD, id keyID, s secret.Scope, plain []byte, random io.Reader) ([]byte, error) {
	var fresh [keySize + 2*nonceSize]byte
	if _, err := io.ReadFull(random, fresh[:]); err != nil {
		return nil, noRandom(err)
	}
	dataKey, nonces := fresh[:keySize], fresh[keySize:]
	data, err := gcm(dataKey)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, shortest+len(plain))
	out = append(append(out, form), id[:]...)
	out = append(out, nonces[:nonceSize]...)
	out = master.Seal(out, nonces[:nonceSize], dataKey, additional("key", id, s))
	out = append(out, nonces[nonceSize:]...)
	return data.Seal(out, nonces[nonceSize:], plain, additional("content", id, s)), nil
}

// split reads the form and the id of the master key.
func split(sealed []byte) (keyID, []byte, error) {
	if len(sealed) < shortest || len(sealed) > shortest+secret.MaxPlain || sealed[0] != form {
		return keyID{}, nil, unopened()
	}
	return keyID(sealed[1 : 1+idSize]), sealed[1+idSize:], nil
}

func open(master cipher.AEAD, id keyID, s secret.Scope, rest []byte) ([]byte, error) {
	dataKey, err := master.Open(nil, rest[:nonceSize], rest[nonceSize:wrapped], additional("key", id, s))
	if err != nil {
		return nil, unopened()
	}
	data, err := gcm(dataKey)
	if err != nil {
		return nil, err
	}
	content := rest[wrapped:]
	plain, err := data.Open(nil, content[:nonceSize], content[nonceSize:], additional("content", id, s))
	if err != nil {
		return nil, unopened()
	}
	return plain, nil
}

// additional is what is authenticated but not stored. Lengths go first, so that no two scopes give the same bytes.
func additional(part string, id keyID, s secret.Scope) []byte {
	out := []byte("jeongsan/secret")
	out = append(out, form)
	for _, field := range []string{part, s.Tenant.String(), s.Purpose, string(id[:])} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field)))
		out = append(out, field...)
	}
	return out
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.New(fault.Internal, fault.T("암호화를 준비하지 못했습니다.", "The cipher could not be set up.")).Because(err)
	}
	return cipher.NewGCM(block)
}

// unopened does not say what was wrong: whoever tampers learns nothing.
func unopened() error {
	return fault.New(fault.Invalid, fault.T("비밀 값을 열 수 없습니다. 손상되었거나 다른 곳의 값입니다.", "The secret cannot be opened: it is damaged or belongs elsewhere."))
}

func noRandom(err error) error {
	return fault.New(fault.Unavailable, fault.T("난수를 얻지 못했습니다. 잠시 후 다시 시도해 주세요.", "No random bytes could be had; try again shortly.")).Because(err)
}

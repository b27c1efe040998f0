package localkey

import (
	"crypto/cipher"
	"io"

	"jeongsan/internal/secret"
)

// Sealed bytes, form 1:
//
//	1     form
//	8     id of the master key
//	12    nonce, 32+16 wrapped data key and tag
//	12    nonce, n+16 content and tag
//
// Both are authenticated with secret.Scope.Bind: their part, form, scope and key id.
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
		return nil, secret.NoRandom(err)
	}
	dataKey, nonces := fresh[:keySize], fresh[keySize:]
	data, err := secret.GCM(dataKey)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, shortest+len(plain))
	out = append(append(out, form), id[:]...)
	out = append(out, nonces[:nonceSize]...)
	out = master.Seal(out, nonces[:nonceSize], dataKey, s.Bind(form, "key", string(id[:])))
	out = append(out, nonces[nonceSize:]...)
	return data.Seal(out, nonces[nonceSize:], plain, s.Bind(form, "content", string(id[:]))), nil
}

// split reads the form and the id of the master key.
func split(sealed []byte) (keyID, []byte, error) {
	if len(sealed) < shortest || len(sealed) > shortest+secret.MaxPlain || sealed[0] != form {
		return keyID{}, nil, secret.Unopened()
	}
	return keyID(sealed[1 : 1+idSize]), sealed[1+idSize:], nil
}

func open(master cipher.AEAD, id keyID, s secret.Scope, rest []byte) ([]byte, error) {
	dataKey, err := master.Open(nil, rest[:nonceSize], rest[nonceSize:wrapped], s.Bind(form, "key", string(id[:])))
	if err != nil {
		return nil, secret.Unopened()
	}
	data, err := secret.GCM(dataKey)
	if err != nil {
		return nil, err
	}
	content := rest[wrapped:]
	plain, err := data.Open(nil, content[:nonceSize], content[nonceSize:], s.Bind(form, "content", string(id[:])))
	if err != nil {
		return nil, secret.Unopened()
	}
	return plain, nil
}

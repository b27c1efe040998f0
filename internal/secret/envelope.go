package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"

	"jeongsan/internal/fault"
)

// Sealed bytes open with their form, so that no adapter takes another's for its own: 1 is that of localkey, 2 of kms.
// Both use what is here.

// Bind is what a part of sealed bytes is authenticated with and what is not stored: form, part, scope and the name of
// the master key. Lengths go first, so that no two give the same bytes.
func (s Scope) Bind(form byte, part, key string) []byte {
	out := []byte("jeongsan/secret")
	out = append(out, form)
	for _, field := range []string{part, s.Tenant.String(), s.Purpose, key} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field)))
		out = append(out, field...)
	}
	return out
}

// GCM is AES-GCM under a key of 32 bytes (AES-256).
func GCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.New(fault.Internal, fault.T("암호화를 준비하지 못했습니다.", "The cipher could not be set up.")).Because(err)
	}
	return cipher.NewGCM(block)
}

// Unopened is the error of sealed bytes that do not open. It does not say why: whoever tampers learns nothing.
func Unopened() *fault.Fault {
	return fault.New(fault.Invalid, fault.T("비밀 값을 열 수 없습니다. 손상되었거나 다른 곳의 값입니다.", "The secret cannot be opened: it is damaged or belongs elsewhere."))
}

// NoRandom is the error of a random source that gave too little.
func NoRandom(err error) error {
	return fault.New(fault.Unavailable, fault.T("난수를 얻지 못했습니다. 잠시 후 다시 시도해 주세요.", "No random bytes could be had; try again shortly.")).Because(err)
}

package crash

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
)

// keeper seals with AES-GCM under a nonce made of the content, so that two lives seal alike and dumps compare. It
// keeps no secret from anybody who reads this file.
type keeper struct{ p *Process }

func (keeper) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher([]byte("a key of thirty-two bytes, known"))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bound is what a seal is bound to.
func bound(s secret.Scope) []byte { return []byte(s.Tenant.String() + "\x00" + s.Purpose) }

// Seal implements secret.Keeper.
func (k keeper) Seal(_ context.Context, s secret.Scope, plain []byte) (sealed []byte, err error) {
	err = k.p.meet(Seal, s.Purpose, unavailable(), func() error {
		aead, err := k.aead()
		if err != nil {
			return err
		}
		nonce := sha256.Sum256(append(bound(s), plain...))
		sealed = aead.Seal(nonce[:12], nonce[:12], plain, bound(s))
		return nil
	})
	return sealed, err
}

// Open implements secret.Keeper.
func (k keeper) Open(_ context.Context, s secret.Scope, sealed []byte) (plain []byte, err error) {
	err = k.p.meet(Unseal, s.Purpose, unavailable(), func() error {
		aead, err := k.aead()
		if err != nil {
			return err
		}
		if len(sealed) < 12 {
			return fault.New(fault.Invalid, fault.T("봉인된 값이 아닙니다.", "This is no sealed value."))
		}
		if plain, err = aead.Open(nil, sealed[:12], sealed[12:], bound(s)); err != nil {
			return fault.New(fault.Invalid, fault.T("봉인을 열 수 없습니다.", "The seal does not open.")).Because(err)
		}
		return nil
	})
	return plain, err
}

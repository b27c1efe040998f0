// Package secret is the port to envelope encryption of what must never be read at rest: provider keys,
// persons' refund accounts, tokens.
//
// It owns sealing and opening, bound to a tenant and a purpose. It does not own where the sealed bytes lie.
//
// Invariants every adapter keeps: each sealing uses a fresh data key (AES-256-GCM) wrapped by the master key;
// sealed bytes open only under the tenant and purpose they were sealed for; tampering is detected; neither
// plain text nor keys appear in errors or logs; an older master key still opens what it sealed.
package secret

import (
	"context"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const (
	MaxPlain   = 32 << 10 // bytes of what is sealed
	MaxPurpose = 512      // bytes of a purpose
)

// Scope binds sealed bytes to their place: opening under any other scope fails.
type Scope struct {
	Tenant  store.Tenant
	Purpose string // e.g. "ncp-secret-key/민간"
}

// Check refuses a scope that binds to nothing: no tenant, or a purpose that is empty or too long (fault.Invalid).
func (s Scope) Check() error {
	if s.Tenant.IsZero() || s.Purpose == "" || len(s.Purpose) > MaxPurpose {
		return fault.Invalidf("secret.scope", fault.T("비밀 값에 테넌트와 용도(%d바이트 이하)가 필요합니다.", "A secret needs a tenant and a purpose of at most %d bytes.", MaxPurpose))
	}
	return nil
}

// CheckPlain refuses what is too large to seal (fault.Invalid). Nothing at all can be sealed.
func CheckPlain(plain []byte) error {
	if len(plain) > MaxPlain {
		return fault.Invalidf("secret.plain", fault.T("비밀 값이 너무 큽니다(최대 %d바이트).", "The secret is too large (%d bytes at most).", MaxPlain))
	}
	return nil
}

// Keeper seals and opens.
type Keeper interface {
	// Seal encrypts plain (at most MaxPlain bytes).
	Seal(ctx context.Context, s Scope, plain []byte) (sealed []byte, err error)
	// Open decrypts; wrong scope, tampering or an unknown master key are fault.Invalid, an unreachable key service fault.Unavailable.
	Open(ctx context.Context, s Scope, sealed []byte) (plain []byte, err error)
}

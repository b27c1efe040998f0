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

	"jeongsan/internal/store"
)

// Scope binds sealed bytes to their place: opening under any other scope fails.
type Scope struct {
	Tenant  store.Tenant
	Purpose string // e.g. "ncp-secret-key/민간"
}

// Keeper seals and opens.
type Keeper interface {
	// Seal encrypts plain (at most 32 KiB).
	Seal(ctx context.Context, s Scope, plain []byte) (sealed []byte, err error)
	// Open decrypts; wrong scope, tampering or an unknown master key are fault.Invalid, an unreachable key service fault.Unavailable.
	Open(ctx context.Context, s Scope, sealed []byte) (plain []byte, err error)
}

// Package localkey is the secret keeper of one machine: envelope encryption under master keys in a file.
//
// It owns the form of sealed bytes (envelope.go) and the key file (keyfile.go). It does not own where sealed bytes
// lie. infra/local is its only user outside tests; who loses the key file loses what was sealed.
//
// Invariants:
//   - each sealing has a data key of its own (AES-256-GCM), wrapped by the newest master key; every master key of the
//     file still opens what it sealed;
//   - tenant, purpose and master key id are authenticated with both the wrapped key and the content, so that sealed
//     bytes open in their own place only;
//   - a key file that others can read is refused;
//   - neither plain text nor a key is in an error, a log or the printed form of a Keeper.
package localkey

import (
	"context"
	"crypto/cipher"
	"fmt"
	"io"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
)

// Keeper is a secret.Keeper with its master keys in memory. It is safe for concurrent use.
type Keeper struct {
	random  io.Reader
	newest  keyID
	masters map[keyID]cipher.AEAD
}

var _ secret.Keeper = (*Keeper)(nil)

// Open reads the key file, or makes it with a fresh master key where there is none. Random must give
// cryptographically secure bytes and be safe for concurrent use.
//
// A file whose mode lets the group or others in is fault.Forbidden, one that holds no keys fault.Invalid.
func Open(path string, random io.Reader) (*Keeper, error) {
	f, err := readOrCreate(path, random)
	if err != nil {
		return nil, err
	}
	return f.keeper(random)
}

// Rotate adds a fresh master key to the file; keepers opened from then on seal under it. Two rotations at once can
// leave only one of the new keys, never lose an older one.
func Rotate(path string, random io.Reader) error {
	f, err := readKeyFile(path)
	if err != nil {
		return err
	}
	return f.rotate(path, random)
}

// Seal implements secret.Keeper.
func (k *Keeper) Seal(ctx context.Context, s secret.Scope, plain []byte) ([]byte, error) {
	if err := ready(ctx, s); err != nil {
		return nil, err
	}
	if err := secret.CheckPlain(plain); err != nil {
		return nil, err
	}
	return seal(k.masters[k.newest], k.newest, s, plain, k.random)
}

// Open implements secret.Keeper.
func (k *Keeper) Open(ctx context.Context, s secret.Scope, sealed []byte) ([]byte, error) {
	if err := ready(ctx, s); err != nil {
		return nil, err
	}
	id, rest, err := split(sealed)
	if err != nil {
		return nil, err
	}
	master, known := k.masters[id]
	if !known {
		return nil, fault.New(fault.Invalid, fault.T("비밀 값을 봉인한 마스터 키가 이 키 파일에 없습니다.", "The master key that sealed the secret is not in this key file."))
	}
	return open(master, id, s, rest)
}

// Format prints nothing of the keys, whatever the verb.
func (k *Keeper) Format(f fmt.State, _ rune) { io.WriteString(f, "localkey.Keeper") }

func ready(ctx context.Context, s secret.Scope) error {
	if ctx.Err() != nil {
		return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
	}
	return s.Check()
}

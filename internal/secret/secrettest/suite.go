// Package secrettest is the conformance suite of secret.Keeper: every adapter passes Run.
//
// It owns what the port promises, told as sentences. How keys are kept is tested beside each adapter.
package secrettest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
	"jeongsan/internal/store"
)

// Fixture is a keeper and what the suite needs around it.
type Fixture struct {
	Keeper secret.Keeper
	Reopen func() secret.Keeper // with the same master keys
	Rotate func() secret.Keeper // with a new master key that seals, and the older ones
	Other  func() secret.Keeper // with master keys of its own
}

// Run holds the keeper that open makes, anew for each test, to every promise of the port.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	for _, c := range []struct {
		sentence string
		test     func(*testing.T, Fixture)
	}{
		{"what was sealed is opened in its place", sealAndOpen},
		{"sealed bytes open after a restart", afterRestart},
		{"sealed bytes open in no other place", wrongScope},
		{"scopes whose texts run together are different", ambiguousScopes},
		{"a change of any byte is noticed", tampering},
		{"a cut or a longer text is noticed", truncation},
		{"the same plain text never gives the same sealed bytes", freshKeys},
		{"an older master key still opens what it sealed", rotation},
		{"a keeper without the master key opens nothing", unknownMaster},
		{"limits and misuse are refused as invalid", misuse},
		{"neither plain text nor sealed bytes are in an error", silentErrors},
		{"32 at once seal and open", concurrent},
		{"a cancelled context stops every call", cancelled},
	} {
		t.Run(c.sentence, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Scope is a scope for tests.
func Scope(t testing.TB, tenant, purpose string) secret.Scope {
	t.Helper()
	tn, err := store.ParseTenant(tenant)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Scope{Tenant: tn, Purpose: purpose}
}

func here(t *testing.T) secret.Scope {
	t.Helper()
	return Scope(t, "han-cloud", "ncp-secret-key/민간")
}

func seal(t *testing.T, k secret.Keeper, s secret.Scope, plain string) []byte {
	t.Helper()
	sealed, err := k.Seal(t.Context(), s, []byte(plain))
	must(t, err)
	return sealed
}

func wantOpened(t *testing.T, k secret.Keeper, s secret.Scope, sealed []byte, plain string) {
	t.Helper()
	got, err := k.Open(t.Context(), s, sealed)
	must(t, err)
	if string(got) != plain {
		t.Fatalf("opened %d bytes, want %d", len(got), len(plain))
	}
}

func wantInvalid(t *testing.T, k secret.Keeper, s secret.Scope, sealed []byte) {
	t.Helper()
	if got, err := k.Open(t.Context(), s, sealed); !fault.Is(err, fault.Invalid) || got != nil {
		t.Fatalf("opened %d bytes with error %v, want invalid", len(got), err)
	}
}

func sealAndOpen(t *testing.T, f Fixture) {
	for _, plain := range []string{"", "x", "비밀 키", strings.Repeat("\x00\xff", secret.MaxPlain/2)} {
		sealed := seal(t, f.Keeper, here(t), plain)
		if len(plain) > 8 && bytes.Contains(sealed, []byte(plain[:8])) {
			t.Error("plain text is in the sealed bytes")
		}
		wantOpened(t, f.Keeper, here(t), sealed, plain)
	}
}

func afterRestart(t *testing.T, f Fixture) {
	wantOpened(t, f.Reopen(), here(t), seal(t, f.Keeper, here(t), "secret"), "secret")
}

func wrongScope(t *testing.T, f Fixture) {
	sealed := seal(t, f.Keeper, here(t), "secret")
	for _, s := range []secret.Scope{
		Scope(t, "han-cloud-2", here(t).Purpose),
		Scope(t, "han-cloud", "ncp-secret-key/공공"),
		Scope(t, "han-cloud", "ncp-secret-key"),
		Scope(t, "han-cloud", here(t).Purpose+"\x00"),
	} {
		wantInvalid(t, f.Keeper, s, sealed)
	}
}

func ambiguousScopes(t *testing.T, f Fixture) {
	sealed := seal(t, f.Keeper, Scope(t, "abc", "def"), "secret")
	for _, s := range []secret.Scope{Scope(t, "abcd", "ef"), Scope(t, "abcde", "f")} {
		wantInvalid(t, f.Keeper, s, sealed)
	}
}

func tampering(t *testing.T, f Fixture) {
	sealed := seal(t, f.Keeper, here(t), "secret")
	for i := range sealed {
		for _, change := range []byte{1, 0x80} {
			changed := bytes.Clone(sealed)
			changed[i] ^= change
			wantInvalid(t, f.Keeper, here(t), changed)
		}
	}
}

func truncation(t *testing.T, f Fixture) {
	sealed := seal(t, f.Keeper, here(t), "secret")
	for n := range sealed {
		wantInvalid(t, f.Keeper, here(t), sealed[:n])
	}
	wantInvalid(t, f.Keeper, here(t), append(bytes.Clone(sealed), 0))
	wantInvalid(t, f.Keeper, here(t), append(bytes.Clone(sealed), sealed...))
	wantInvalid(t, f.Keeper, here(t), nil)
}

func freshKeys(t *testing.T, f Fixture) {
	seen := map[string]bool{}
	for range 100 {
		seen[string(seal(t, f.Keeper, here(t), "secret"))] = true
	}
	if len(seen) != 100 {
		t.Fatalf("100 sealings gave %d different results", len(seen))
	}
}

func rotation(t *testing.T, f Fixture) {
	old := seal(t, f.Keeper, here(t), "old")
	rotated := f.Rotate()
	wantOpened(t, rotated, here(t), old, "old")
	fresh := seal(t, rotated, here(t), "fresh")
	wantOpened(t, rotated, here(t), fresh, "fresh")
	wantOpened(t, f.Rotate(), here(t), fresh, "fresh")
	wantOpened(t, f.Rotate(), here(t), old, "old")
}

func unknownMaster(t *testing.T, f Fixture) {
	wantInvalid(t, f.Other(), here(t), seal(t, f.Keeper, here(t), "secret"))
}

func misuse(t *testing.T, f Fixture) {
	tooLarge := make([]byte, secret.MaxPlain+1)
	if _, err := f.Keeper.Seal(t.Context(), here(t), tooLarge); !fault.Is(err, fault.Invalid) {
		t.Errorf("sealing %d bytes says %v", len(tooLarge), err)
	}
	sealed := seal(t, f.Keeper, here(t), "secret")
	for _, s := range []secret.Scope{{}, {Purpose: "p"}, Scope(t, "han-cloud", ""), Scope(t, "han-cloud", strings.Repeat("p", secret.MaxPurpose+1))} {
		if _, err := f.Keeper.Seal(t.Context(), s, []byte("x")); !fault.Is(err, fault.Invalid) {
			t.Errorf("sealing for %+v says %v", s, err)
		}
		wantInvalid(t, f.Keeper, s, sealed)
	}
}

func silentErrors(t *testing.T, f Fixture) {
	const plain = "9f8e7d6c-secret"
	_, sealErr := f.Keeper.Seal(t.Context(), secret.Scope{}, []byte(plain))
	_, largeErr := f.Keeper.Seal(t.Context(), here(t), bytes.Repeat([]byte(plain), secret.MaxPlain))
	sealed := seal(t, f.Keeper, here(t), plain)
	_, openErr := f.Keeper.Open(t.Context(), Scope(t, "han-cloud", "elsewhere"), sealed)
	for _, err := range []error{sealErr, largeErr, openErr} {
		if err == nil {
			t.Fatal("a wrong call succeeds")
		}
		if strings.Contains(err.Error(), plain) || strings.Contains(err.Error(), string(sealed)) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func concurrent(t *testing.T, f Fixture) {
	var workers sync.WaitGroup
	for i := range 32 {
		workers.Go(func() {
			plain := strings.Repeat("x", i)
			sealed, err := f.Keeper.Seal(t.Context(), here(t), []byte(plain))
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := f.Keeper.Open(t.Context(), here(t), sealed); err != nil || string(got) != plain {
				t.Errorf("opened %d bytes, want %d, error %v", len(got), i, err)
			}
		})
	}
	workers.Wait()
}

func cancelled(t *testing.T, f Fixture) {
	sealed := seal(t, f.Keeper, here(t), "secret")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Keeper.Seal(ctx, here(t), []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("sealing says %v", err)
	}
	if _, err := f.Keeper.Open(ctx, here(t), sealed); !errors.Is(err, context.Canceled) {
		t.Errorf("opening says %v", err)
	}
}

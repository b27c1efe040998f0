package sqlite_test

import (
	"path/filepath"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/store/storetest"
)

func TestSQLite_keeps_every_promise_of_a_store(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		clock := calendar.NewManual(storetest.Start())
		s := opened(t, filepath.Join(t.TempDir(), "store.db"), clock)
		return storetest.Harness{Store: s, Clock: clock, Tenant: tenant(t, "hosting-one"), Other: tenant(t, "hosting-two")}
	})
}

func opened(t testing.TB, path string, clock calendar.Clock) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func tenant(t testing.TB, id string) store.Tenant {
	t.Helper()
	parsed, err := store.ParseTenant(id)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

package memory_test

import (
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/store/storetest"
)

func TestMemory_keeps_every_promise_of_a_store(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		clock := calendar.NewManual(storetest.Start())
		return storetest.Harness{Store: memory.New(clock), Clock: clock, Tenant: tenant(t, "hosting-one"), Other: tenant(t, "hosting-two")}
	})
}

func tenant(t *testing.T, id string) store.Tenant {
	t.Helper()
	parsed, err := store.ParseTenant(id)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

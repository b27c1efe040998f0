package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/store/storetest"
)

// Run on a real disk: go test -run - -bench . ./internal/store/sqlite (TMPDIR must not be a RAM disk).

func benchStore(b *testing.B) (*sqlite.Store, store.Tenant) {
	return opened(b, filepath.Join(b.TempDir(), "store.db"), calendar.Fixed(storetest.Start())), tenant(b, "hosting-one")
}

func benchDocument(k store.Key) store.Document {
	return store.Document{Key: k, Kind: "invoice", Schema: 1, Body: make([]byte, 700)}
}

// BenchmarkCommit writes commits of so many new documents of 700 bytes, each acknowledged after an fsync, from so many writers.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 8, 32, 128} {
		for _, writes := range []int{1, 6} {
			b.Run(fmt.Sprintf("writers=%d/writes=%d", writers, writes), func(b *testing.B) { benchCommit(b, writers, writes) })
		}
	}
}

func benchCommit(b *testing.B, writers, writes int) {
	s, tenant := benchStore(b)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				c := store.Commit{ID: fmt.Sprintf("%016d", n)}
				for i := range writes {
					k := tenant.Partition("invoice", fmt.Sprint(i)).Key(fmt.Sprintf("%08x", n*2654435761%(1<<32)))
					c.Writes = append(c.Writes, store.Put(benchDocument(k), store.Absent))
				}
				if err := s.Commit(context.Background(), c); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func filledStore(b *testing.B) (*sqlite.Store, store.Partition) {
	s, tenant := benchStore(b)
	p := tenant.Partition("invoice")
	for n := range 100 {
		c := store.Commit{ID: fmt.Sprint(n)}
		for i := range 100 {
			c.Writes = append(c.Writes, store.Put(benchDocument(p.Key(fmt.Sprintf("%02d%02d", n, i))), store.Absent))
		}
		if err := s.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	return s, p
}

// BenchmarkGet reads one of 10,000 documents, from one reader and from as many as there are cores.
func BenchmarkGet(b *testing.B) {
	b.Run("readers=1", func(b *testing.B) {
		s, p := filledStore(b)
		for n := range b.N {
			if _, err := s.Get(b.Context(), p.Key(fmt.Sprintf("%04d", n%10000))); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "gets/s")
	})
	b.Run("readers=all", func(b *testing.B) {
		s, p := filledStore(b)
		var next atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.Get(b.Context(), p.Key(fmt.Sprintf("%04d", next.Add(1)%10000))); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "gets/s")
	})
}

// BenchmarkQuery reads a page of 100 documents of 700 bytes.
func BenchmarkQuery(b *testing.B) {
	s, p := filledStore(b)
	for n := range b.N {
		page, err := s.Query(b.Context(), store.Query{Partition: p, From: []string{fmt.Sprintf("%02d", n%99)}, Limit: 100})
		if err != nil || len(page.Documents) != 100 {
			b.Fatal(len(page.Documents), err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}

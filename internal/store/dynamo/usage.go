package dynamo

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/store"
)

// Usage is what requests cost, in DynamoDB's on-demand units: a write unit per KiB of an item begun, twice that in a
// transaction; a read unit per 4 KiB begun, for consistent reads.
//
// It is computed from what is sent and received by AWS's published rules for the size of an item, since stand-ins for
// DynamoDB report no true figures. What an item held before a put, and the size of one that is deleted or checked, is
// not known here and counts as 1 KiB. A write that is refused counts like one that is made.
type Usage struct {
	Requests   int
	WriteUnits int
	ReadUnits  int
}

// Plus is the sum of two usages.
func (u Usage) Plus(v Usage) Usage {
	return Usage{u.Requests + v.Requests, u.WriteUnits + v.WriteUnits, u.ReadUnits + v.ReadUnits}
}

// Meter adds usage up. The zero Meter stands at nothing; it is safe for concurrent use. Pass Add to Observe, or put
// the meter in front of a store of any engine by Over.
type Meter struct {
	mu   sync.Mutex
	used Usage
}

// Add counts a usage.
func (m *Meter) Add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = m.used.Plus(u)
}

// Take is what was counted since the last Take; it starts the count anew.
func (m *Meter) Take() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := m.used
	m.used = Usage{}
	return used
}

// Over is the store with its calls counted as if it were a table: the budget of a use case can be held in a test that
// runs on the store in memory. Tries that contention would add are not counted, nor documents that have expired.
func (m *Meter) Over(s store.Store) store.Store { return metered{s, m} }

type metered struct {
	store.Store
	meter *Meter
}

func (m metered) Commit(ctx context.Context, c store.Commit) error {
	if c.Validate() == nil {
		m.meter.Add(cost(c))
	}
	return m.Store.Commit(ctx, c)
}

// cost is the usage of a commit's first try.
func cost(c store.Commit) Usage {
	parts := partsOf(c)
	switch {
	case len(parts) == 0:
		return Usage{}
	case len(parts) == 1 && parts[0].Op == store.OpCheck:
		return Usage{Requests: 1, ReadUnits: 1}
	}
	return Usage{Requests: 1, WriteUnits: writeUnits(parts, c.ID)}
}

func (m metered) Get(ctx context.Context, k store.Key) (store.Document, error) {
	d, err := m.Store.Get(ctx, k)
	m.meter.Add(Usage{Requests: 1, ReadUnits: readUnits(itemsOf(d)...)})
	return d, err
}

func (m metered) GetMany(ctx context.Context, keys []store.Key) ([]store.Document, error) {
	documents, err := m.Store.GetMany(ctx, keys)
	seen := map[store.Key]bool{}
	var once []store.Document
	for _, d := range documents {
		if !seen[d.Key] {
			seen[d.Key] = true
			once = append(once, d)
		}
	}
	if len(once) > 0 {
		m.meter.Add(Usage{Requests: 1, ReadUnits: batchUnits(itemsOf(once...), len(once))})
	}
	return documents, err
}

func (m metered) Query(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := m.Store.Query(ctx, q)
	m.meter.Add(Usage{Requests: 1, ReadUnits: readUnits(itemsOf(page.Documents...)...)})
	return page, err
}

// itemsOf are the items of those documents that were found.
func itemsOf(documents ...store.Document) []attributes {
	var items []attributes
	for _, d := range documents {
		if d.Found() {
			items = append(items, itemOf(d, d.Version, d.Commit))
		}
	}
	return items
}

func writeUnits(parts []part, commit string) int {
	units := 0
	for _, p := range parts {
		units++
		if p.Op == store.OpPut {
			units += (size(itemOf(p.Document, 1, commit)) - 1) / 1024
		}
	}
	if len(parts) > 1 {
		units *= 2
	}
	return units
}

// readUnits is what one request that evaluates the items together takes: 1 even where there was nothing.
func readUnits(items ...attributes) int {
	bytes := 0
	for _, item := range items {
		bytes += size(item)
	}
	return max(1, (bytes+4095)/4096)
}

// batchUnits is what reading asked items one by one takes: each is rounded up by itself, a missing one takes 1.
func batchUnits(items []attributes, asked int) int {
	units := asked - len(items)
	for _, item := range items {
		units += readUnits(item)
	}
	return units
}

// size is an item's size as DynamoDB bills it: names and values in UTF-8, two digits of a number a byte and one more.
func size(item attributes) int {
	bytes := 0
	for name, value := range item {
		bytes += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			bytes += len(v.Value)
		case *types.AttributeValueMemberB:
			bytes += len(v.Value)
		case *types.AttributeValueMemberN:
			bytes += (len(v.Value)+1)/2 + 1
		}
	}
	return bytes
}

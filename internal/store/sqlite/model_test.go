package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/store/storetest"
)

// pair is the engine and its model, given the same commands. Runs share one file, each in a tenant of its own.
type pair struct {
	engine *sqlite.Store
	model  *memory.Store
	clock  *calendar.Manual
	tenant store.Tenant
	query  store.Query // the last one, so that its next page can be asked for later
	n      int
}

func TestSQLite_and_the_model_in_memory_answer_every_command_alike(t *testing.T) {
	clock := calendar.NewManual(storetest.Start())
	engine := opened(t, filepath.Join(t.TempDir(), "store.db"), clock)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		id, err := store.ParseTenant(fmt.Sprintf("run-%d", runs))
		if err != nil {
			t.Fatal(err)
		}
		p := &pair{engine: engine, model: memory.New(clock), clock: clock, tenant: id}
		t.Repeat(map[string]func(*rapid.T){
			"commit":  p.commit,
			"get":     p.get,
			"many":    p.many,
			"query":   p.ask,
			"next":    p.next,
			"advance": p.advance,
			"":        p.same,
		})
	})
}

func (p *pair) partition(t *rapid.T) store.Partition {
	return p.tenant.Partition("p", rapid.SampledFrom([]string{"1", "2"}).Draw(t, "partition"))
}

// segments are few and awkward, so that commands meet.
func segments(t *rapid.T) []string {
	one := rapid.SampledFrom([]string{"a", "a-b", "a/b", "a0", "가", ""})
	return rapid.SliceOfN(one, 1, 2).Filter(func(s []string) bool { return len(s) > 1 || s[0] != "" }).Draw(t, "segments")
}

func (p *pair) key(t *rapid.T) store.Key { return p.partition(t).Key(segments(t)...) }

func (p *pair) condition(t *rapid.T) store.Condition {
	return rapid.SampledFrom([]store.Condition{store.Always, store.Always, store.Absent, store.Present,
		store.AtVersion(0), store.AtVersion(1), store.AtVersion(2), store.AtVersion(3)}).Draw(t, "condition")
}

func (p *pair) write(t *rapid.T) store.Write {
	k, c := p.key(t), p.condition(t)
	switch rapid.IntRange(0, 5).Draw(t, "op") {
	case 0:
		return store.Delete(k, c)
	case 1:
		return store.Check(k, c)
	}
	d := store.Document{Key: k, Kind: rapid.SampledFrom([]string{"invoice", "고객"}).Draw(t, "kind"), Schema: rapid.IntRange(1, 3).Draw(t, "schema"),
		Body: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "body")}
	if rapid.IntRange(0, 2).Draw(t, "expires") == 0 {
		d.Expires = p.clock.Now().Add(time.Duration(rapid.IntRange(-1500, 7200_000).Draw(t, "in ms")) * time.Millisecond)
	}
	return store.Put(d, c)
}

func (p *pair) commit(t *rapid.T) {
	p.n++
	c := store.Commit{ID: fmt.Sprint("commit ", p.n)}
	for range rapid.IntRange(1, 5).Draw(t, "writes") {
		c.Writes = append(c.Writes, p.write(t))
	}
	p.alike(t, "commit", outcome(p.engine.Commit(context.Background(), c)), outcome(p.model.Commit(context.Background(), c)))
}

// outcome is an error as far as a caller may tell one from another.
func outcome(err error) string {
	var failed *store.ConditionFailed
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &failed):
		return failed.Error()
	}
	return err.Error()
}

func (p *pair) get(t *rapid.T) {
	k := p.key(t)
	got, gotErr := p.engine.Get(context.Background(), k)
	want, wantErr := p.model.Get(context.Background(), k)
	p.alike(t, "get", outcome(gotErr), outcome(wantErr))
	p.alikeDocuments(t, []store.Document{got}, []store.Document{want})
}

func (p *pair) many(t *rapid.T) {
	var keys []store.Key
	for range rapid.IntRange(0, 6).Draw(t, "keys") {
		keys = append(keys, p.key(t))
	}
	got, gotErr := p.engine.GetMany(context.Background(), keys)
	want, wantErr := p.model.GetMany(context.Background(), keys)
	p.alike(t, "get many", outcome(gotErr), outcome(wantErr))
	p.alikeDocuments(t, got, want)
}

func (p *pair) ask(t *rapid.T) {
	p.query = store.Query{Partition: p.partition(t), Descending: rapid.Bool().Draw(t, "descending"), Limit: rapid.IntRange(0, 4).Draw(t, "limit")}
	switch rapid.IntRange(0, 3).Draw(t, "by") {
	case 1:
		p.query.Prefix = segments(t)
	case 2:
		p.query.From = segments(t)
	case 3:
		p.query.From, p.query.To = segments(t), segments(t)
	}
	p.read(t)
}

// next asks for the page after the last one read; documents may have come and gone since.
func (p *pair) next(t *rapid.T) {
	if p.query.Token == "" {
		return
	}
	p.read(t)
}

func (p *pair) read(t *rapid.T) {
	got, gotErr := p.engine.Query(context.Background(), p.query)
	want, wantErr := p.model.Query(context.Background(), p.query)
	p.alike(t, "query", outcome(gotErr), outcome(wantErr))
	p.alikeDocuments(t, got.Documents, want.Documents)
	p.alike(t, "next page", got.Next, want.Next)
	p.query.Token = got.Next
}

func (p *pair) advance(t *rapid.T) {
	if err := p.clock.Advance(time.Duration(rapid.IntRange(0, 3600_000).Draw(t, "ms")) * time.Millisecond); err != nil {
		t.Fatal(err)
	}
}

// same compares all there is, after every command.
func (p *pair) same(t *rapid.T) {
	for _, name := range []string{"1", "2"} {
		q := store.Query{Partition: p.tenant.Partition("p", name)}
		got, gotErr := p.engine.Query(context.Background(), q)
		want, wantErr := p.model.Query(context.Background(), q)
		p.alike(t, "all", outcome(gotErr), outcome(wantErr))
		p.alikeDocuments(t, got.Documents, want.Documents)
	}
}

func (p *pair) alike(t *rapid.T, what, got, want string) {
	if got != want {
		t.Fatalf("%s: the engine says %q, the model %q", what, got, want)
	}
}

func (p *pair) alikeDocuments(t *rapid.T, got, want []store.Document) {
	if got, want := plain(got), plain(want); !reflect.DeepEqual(got, want) {
		t.Fatalf("the engine holds\n%+v\nthe model\n%+v", got, want)
	}
}

// plain makes an empty body and none the same.
func plain(documents []store.Document) []store.Document {
	out := []store.Document{}
	for _, d := range documents {
		d.Body = append([]byte{}, d.Body...)
		out = append(out, d)
	}
	return out
}

package dynamo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"jeongsan/internal/awstest"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/store/dynamo"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/store/storetest"
)

func TestA_commit_is_one_request_and_only_several_writes_are_a_transaction(t *testing.T) {
	w := broken(t)
	k, other := w.key("1"), w.key("2")
	put := func(c store.Condition) store.Write { return store.Put(document(k, "x"), c) }
	for _, c := range []struct {
		name      string
		operation string
		writes    []store.Write
	}{
		{"a put of a new one", "PutItem", []store.Write{put(store.Absent)}},
		{"a put at a version", "PutItem", []store.Write{put(store.AtVersion(1))}},
		{"a put over whatever is there", "UpdateItem", []store.Write{put(store.Always)}},
		{"a put over what must be there", "UpdateItem", []store.Write{put(store.Present)}},
		{"a put beside a check that always holds", "PutItem", []store.Write{store.Check(other, store.Always), put(store.AtVersion(4))}},
		{"a check", "GetItem", []store.Write{store.Check(k, store.Present)}},
		{"a put and a check", "TransactWriteItems", []store.Write{store.Check(other, store.Absent), put(store.AtVersion(5))}},
		{"two checks", "TransactWriteItems", []store.Write{store.Check(other, store.Absent), store.Check(k, store.AtVersion(6))}},
		{"a delete", "DeleteItem", []store.Write{store.Delete(k, store.AtVersion(6))}},
		{"nothing but checks that always hold", "", []store.Write{store.Check(k, store.Always), store.Check(other, store.Always)}},
	} {
		w.wire.Reset()
		if err := w.store.Commit(t.Context(), store.Commit{ID: c.name, Writes: c.writes}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if want := min(1, len(c.operation)); w.wire.Total() != want || w.wire.Count(c.operation) != want {
			t.Errorf("%s: %d requests, of %s %d", c.name, w.wire.Total(), c.operation, w.wire.Count(c.operation))
		}
	}
}

func TestA_put_over_an_expired_document_costs_one_more_request_and_no_wait(t *testing.T) {
	w := broken(t)
	beside := store.Put(document(w.key("beside"), "x"), store.Always)
	for i, writes := range [][]store.Write{
		{store.Put(document(w.key("alone"), "new"), store.Always)},
		{beside, store.Put(document(w.key("with others"), "new"), store.Always)},
	} {
		w.expired(writes[i].Document.Key)
		w.wire.Reset()
		if err := w.store.Commit(t.Context(), store.Commit{ID: "ours", Writes: writes}); err != nil || w.wire.Total() != 2 || len(*w.waits) > 0 {
			t.Fatalf("%v after %d requests and %d waits", err, w.wire.Total(), len(*w.waits))
		}
		for _, write := range writes {
			d, err := w.truth.Get(t.Context(), write.Document.Key)
			if err != nil || d.Version != 1 || d.Commit != "ours" {
				t.Errorf("%+v, %v", d, err)
			}
		}
	}
}

// expired leaves an expired document at version 2 under the key.
func (w world) expired(k store.Key) {
	w.Helper()
	d := document(k, "old")
	d.Expires = w.clock.Now().Add(time.Hour)
	for version := range int64(2) {
		if err := w.truth.Commit(w.Context(), store.Commit{ID: fmt.Sprint(version), Writes: []store.Write{store.Put(d, store.AtVersion(version))}}); err != nil {
			w.Fatal(err)
		}
	}
	if err := w.clock.Advance(time.Hour); err != nil {
		w.Fatal(err)
	}
}

func TestAn_expired_document_that_comes_and_goes_under_a_put_ends_contended(t *testing.T) {
	w := broken(t)
	w.wire.OnRequest = func(r awstest.Request) awstest.Fate {
		return awstest.Fail(400, "ConditionalCheckFailedException", "The conditional request failed")
	}
	err := w.store.Commit(t.Context(), store.Commit{ID: "ours", Writes: []store.Write{store.Put(document(w.key("1"), "x"), store.Always)}})
	if !errors.Is(err, store.ErrContended) || w.wire.Total() > 10 {
		t.Errorf("%v after %d requests", err, w.wire.Total())
	}
}

func TestA_repeated_transaction_carries_the_same_token_and_any_other_a_different_one(t *testing.T) {
	w := broken(t)
	var tokens []string
	w.wire.OnRequest = func(r awstest.Request) awstest.Fate {
		var body struct{ ClientRequestToken string }
		if err := json.NewDecoder(r.HTTP.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		tokens = append(tokens, body.ClientRequestToken)
		return awstest.CutBefore
	}
	first := shapes[1].commit("one", w.key("1"))
	changed := shapes[1].commit("one", w.key("1"))
	changed.Writes[0].Document.Body = []byte("changed")
	send := func(c store.Commit) {
		if err := w.store.Commit(t.Context(), c); !errors.Is(err, store.ErrUnknown) {
			t.Fatal(err)
		}
	}
	send(first)
	send(first)
	send(changed)
	send(shapes[1].commit("two", w.key("1")))
	if err := w.clock.Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	send(first) // its conditions ask for another second now
	seen := map[string]bool{}
	for _, token := range tokens {
		seen[token] = true
		if len(token) == 0 || len(token) > 36 {
			t.Errorf("token %q", token)
		}
	}
	if tokens[0] != tokens[1] || len(seen) != 4 {
		t.Errorf("tokens %v", tokens)
	}
}

func TestKeys_that_a_batch_left_out_are_asked_for_again(t *testing.T) {
	w := broken(t)
	k := w.key("1")
	if err := w.truth.Commit(t.Context(), shapes[0].commit("c1", k)); err != nil {
		t.Fatal(err)
	}
	left := 2
	w.wire.OnRequest = func(r awstest.Request) awstest.Fate {
		if left--; left < 0 {
			return awstest.Pass
		}
		return leftOut(t, r)
	}
	got, err := w.store.GetMany(t.Context(), []store.Key{k, w.key("missing"), k})
	if err != nil || !got[0].Found() || got[1].Found() || !got[2].Found() || len(*w.waits) != 2 {
		t.Errorf("%+v, %v after %d waits", got, err, len(*w.waits))
	}
	w.wire.OnRequest = func(r awstest.Request) awstest.Fate { return leftOut(t, r) }
	if _, err := w.store.GetMany(t.Context(), []store.Key{k}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

// leftOut answers a batch as DynamoDB does when it could read nothing of it.
func leftOut(t *testing.T, r awstest.Request) awstest.Fate {
	t.Helper()
	body, err := io.ReadAll(r.HTTP.Body)
	if err != nil {
		t.Fatal(err)
	}
	var asked struct{ RequestItems json.RawMessage }
	if err := json.Unmarshal(body, &asked); err != nil {
		t.Fatal(err)
	}
	return awstest.Answer(`{"Responses":{},"UnprocessedKeys":` + string(asked.RequestItems) + `}`)
}

func TestA_page_of_nothing_but_expired_documents_is_passed_over(t *testing.T) {
	w := broken(t)
	for i := range 4 {
		d := document(w.key(fmt.Sprint(i)), "x")
		if i < 3 {
			d.Expires = w.clock.Now().Add(time.Hour)
		}
		if err := w.truth.Commit(t.Context(), store.Commit{ID: "fill", Writes: []store.Write{store.Put(d, store.Absent)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	page, err := w.store.Query(t.Context(), store.Query{Partition: w.key("x").Partition(), Limit: 1})
	if err != nil || len(page.Documents) != 1 || page.Documents[0].Key != w.key("3") {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestAn_item_that_is_no_document_of_ours_is_an_internal_fault(t *testing.T) {
	w := broken(t)
	client, name := table(t, awstest.Config(t))
	s := dynamo.New(client, name, w.clock)
	whole := func() map[string]types.AttributeValue {
		return map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: w.key("1").Partition().String()}, "sk": &types.AttributeValueMemberS{Value: w.key("1").Sort()},
			"version": &types.AttributeValueMemberN{Value: "1"}, "schema": &types.AttributeValueMemberN{Value: "1"}, "body": &types.AttributeValueMemberB{Value: []byte("x")},
		}
	}
	for _, missing := range []string{"version", "schema", "body", "ttl"} {
		item := whole()
		delete(item, missing)
		if missing == "ttl" {
			item["ttl"] = &types.AttributeValueMemberS{Value: "tomorrow"}
		}
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), w.key("1")); !fault.Is(err, fault.Internal) || strings.Contains(fault.TextOf(err).EN, "pk") {
			t.Errorf("%s: %v", missing, err)
		}
	}
}

func TestUsage_is_a_write_unit_a_KiB_and_a_read_unit_every_4(t *testing.T) {
	var meter dynamo.Meter
	s := meter.Over(memory.New(calendar.NewManual(storetest.Start())))
	p := tenant(t, "hosting-one").Partition("invoice")
	body := func(n int) string { return strings.Repeat("x", n) }
	put := func(name string, n int, c store.Condition) store.Write {
		return store.Put(document(p.Key(name), body(n)), c)
	}
	commit := func(writes ...store.Write) func() error {
		return func() error { return s.Commit(t.Context(), store.Commit{ID: "c", Writes: writes}) }
	}
	for _, c := range []struct {
		name string
		do   func() error
		want dynamo.Usage
	}{
		{"a small put", commit(put("a", 800, store.Absent)), dynamo.Usage{Requests: 1, WriteUnits: 1}},
		{"a put of over 2 KiB", commit(put("b", 2048, store.Absent)), dynamo.Usage{Requests: 1, WriteUnits: 3}},
		{"the same in a transaction with a check", commit(put("b", 2048, store.AtVersion(1)), store.Check(p.Key("a"), store.Present)), dynamo.Usage{Requests: 1, WriteUnits: 8}},
		{"a check", commit(store.Check(p.Key("a"), store.Present)), dynamo.Usage{Requests: 1, ReadUnits: 1}},
		{"nothing to send", commit(store.Check(p.Key("a"), store.Always)), dynamo.Usage{}},
		{"a delete", commit(store.Delete(p.Key("a"), store.Present)), dynamo.Usage{Requests: 1, WriteUnits: 1}},
		{"the largest put", commit(put("c", store.MaxBody, store.Absent)), dynamo.Usage{Requests: 1, WriteUnits: 65}},
		{"reading it", func() error { _, err := s.Get(t.Context(), p.Key("c")); return err }, dynamo.Usage{Requests: 1, ReadUnits: 17}},
		{"reading two and one that is missing", func() error {
			_, err := s.GetMany(t.Context(), []store.Key{p.Key("b"), p.Key("c"), p.Key("missing"), p.Key("c")})
			return err
		}, dynamo.Usage{Requests: 1, ReadUnits: 1 + 17 + 1}},
		{"a page of both", func() error { _, err := s.Query(t.Context(), store.Query{Partition: p}); return err }, dynamo.Usage{Requests: 1, ReadUnits: 17}},
		{"reading nothing", func() error { _, err := s.GetMany(t.Context(), nil); return err }, dynamo.Usage{}},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := meter.Take(); got != c.want {
			t.Errorf("%s takes %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestThe_meter_over_any_store_counts_what_the_table_is_sent(t *testing.T) {
	cfg, wire := awstest.Config(t), &awstest.Wire{}
	_, name := table(t, cfg)
	clock := calendar.NewManual(storetest.Start())
	var sent, counted dynamo.Meter
	table := dynamo.New(dynamodb.NewFromConfig(awstest.With(cfg, wire)), name, clock, dynamo.Observe(sent.Add))
	p := tenant(t, "hosting-one").Partition("invoice")
	for _, s := range []store.Store{table, counted.Over(memory.New(clock))} {
		for i := range 5 {
			c := store.Commit{ID: "c", Writes: []store.Write{store.Put(document(p.Key(fmt.Sprint(i)), strings.Repeat("x", i*900)), store.Absent)}}
			if i%2 == 0 {
				c.Writes = append(c.Writes, store.Check(p.Key("hold"), store.Absent), store.Delete(p.Key("gone"), store.Always))
			}
			if err := s.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.GetMany(t.Context(), []store.Key{p.Key("1"), p.Key("missing"), p.Key("4"), p.Key("4")}); err != nil {
			t.Fatal(err)
		}
		if err := store.Each(t.Context(), s, store.Query{Partition: p}, func(store.Document) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), p.Key("missing")); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
	}
	got, want := sent.Take(), counted.Take()
	if got != want || got.Requests != wire.Total() || got.Requests != 8 {
		t.Errorf("the table was sent %+v in %d requests, the meter counted %+v", got, wire.Total(), want)
	}
}

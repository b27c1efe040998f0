package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
)

const (
	kindWebhook    = "webhook"
	kindRound      = "charge-round"
	kindReconciled = "reconciled"
	// inboxKept is how long a webhook's id is remembered: longer than any provider repeats or replays one, and past the
	// yearly closing that a dispute may look into.
	inboxKept = 400 * 24 * time.Hour
)

// Hint is what a verified webhook says: that something changed. It carries no amount and no state; both are asked for.
type Hint struct {
	Event      string // id of the webhook, the same over its repetitions
	Type       string // "Transaction.Paid"
	Known      bool   // false: a type nobody told us of; it is acknowledged and has no effect
	Store      string // the shop it is of
	Payment    string // payment id, when it is about one
	BillingKey string // when it is about a card
}

// Webhook is the mark that one was received.
type Webhook struct {
	Provider string    `json:"provider"`
	Event    string    `json:"event"`
	Type     string    `json:"type"`
	Hash     string    `json:"hash"` // SHA-256, hex, of the raw body
	Received time.Time `json:"received"`
}

// HashBody is the hash by which a repetition is told from another webhook under the same id.
func HashBody(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

func webhookKey(t store.Tenant, provider, event string) store.Key {
	return t.Partition("webhook", provider).Key(event)
}

// Put is the write of the mark. It fails on its condition where the webhook was received before.
func (w Webhook) Put(t store.Tenant) (store.Write, error) {
	d, err := store.JSON(webhookKey(t, w.Provider, w.Event), kindWebhook, schema, w)
	d.Expires = w.Received.Add(inboxKept).UTC().Truncate(time.Second)
	return store.Put(d, store.Absent), err
}

// LoadWebhook reads the mark of a webhook; fault.NotFound when it was never received.
func LoadWebhook(ctx context.Context, s store.Reader, t store.Tenant, provider, event string) (Webhook, error) {
	d, err := s.Get(ctx, webhookKey(t, provider, event))
	if err != nil {
		return Webhook{}, err
	}
	var w Webhook
	return w, store.Decode(d, kindWebhook, schema, &w)
}

// Round is the last regular day whose charges were ordered.
type Round struct {
	Day calendar.Date `json:"day"`
}

// Again is the round as it was before the day was ordered: what of it was not charged is ordered once more.
func (r Round) Again() Round {
	r.Day = r.Day.AddDays(-1)
	return r
}

func roundKey(t store.Tenant) store.Key { return t.Partition("charge-round").Key("last") }

// Put is the write of the round at the version it was read with (0: new).
func (r Round) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(roundKey(t), kindRound, schema, r)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadRound reads the last round; a tenant that never charged has the zero one at version 0.
func LoadRound(ctx context.Context, s store.Reader, t store.Tenant) (Round, int64, error) {
	return loadOrNone[Round](ctx, s, roundKey(t), kindRound)
}

// Reconciled is the last day up to which the provider's list was held against ours.
type Reconciled struct {
	Day calendar.Date `json:"day"`
}

func reconciledKey(t store.Tenant) store.Key { return t.Partition("reconciled").Key("last") }

// Put is the write of the day at the version it was read with (0: new).
func (r Reconciled) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(reconciledKey(t), kindReconciled, schema, r)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadReconciled reads the day; a tenant that never reconciled has the zero one at version 0.
func LoadReconciled(ctx context.Context, s store.Reader, t store.Tenant) (Reconciled, int64, error) {
	return loadOrNone[Reconciled](ctx, s, reconciledKey(t), kindReconciled)
}

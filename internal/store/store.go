// Package store is the port to state: versioned documents, written only by all-or-nothing conditional commits.
//
// It owns the document, the typed key, the commit and its four outcomes, and the helper that settles an unknown
// one. It does not own what a document means (the nouns do) nor any engine: memory, sqlite and dynamo are
// packages below it, and every engine passes the suite in storetest.
//
// Invariants every engine keeps:
//   - a commit takes effect whole or not at all, and is durable before Commit returns nil;
//   - a document's version starts at 1 and rises by 1 with every put; a deleted and re-created one starts at 1;
//   - an expired document is absent: it is not returned, and an "absent" condition on it holds;
//   - reads are consistent: what a returned commit wrote is seen by the next read;
//   - a document cannot be addressed without a tenant, save for the closed list of system partitions.
package store

import (
	"context"
	"fmt"
	"time"

	"jeongsan/internal/fault"
)

// Limits, the tighter of what the engines allow (DynamoDB: 100 actions and 4 MB a transaction; ours is 64 KiB a body).
const (
	MaxBody      = 64 << 10 // bytes of a document's body
	MaxWrites    = 100      // writes and checks of one commit
	MaxCommit    = 3 << 20  // bytes of all bodies of one commit
	MaxSortKey   = 1024     // bytes of an encoded sort key
	MaxPartition = 1024     // bytes of an encoded partition key
	MaxPage      = 1000     // documents of one page of a query
)

// Document is one stored state.
type Document struct {
	Key     Key
	Version int64     // set by the engine; 0 on a document that was not found
	Kind    string    // what the body is, e.g. "invoice"
	Schema  int       // which form of the kind; old forms stay readable
	Body    []byte    // at most MaxBody
	Expires time.Time // zero: never. By the injected clock; whole seconds
	Commit  string    // id of the commit that wrote it, set by the engine
}

// Found reports whether a document returned by GetMany exists.
func (d Document) Found() bool { return d.Version > 0 }

// Reader is the reading half of a Store. Nouns take it to load themselves, so that they cannot commit.
type Reader interface {
	// Get returns one document; a missing or expired one is fault.NotFound.
	Get(ctx context.Context, k Key) (Document, error)
	// GetMany returns a document per key, in the order of the keys, each read consistently; one that is missing
	// has only its Key and Version 0. At most MaxWrites keys.
	GetMany(ctx context.Context, keys []Key) ([]Document, error)
	// Query returns a page of one partition in the order of sort keys.
	Query(ctx context.Context, q Query) (Page, error)
}

// ExpiredAt reports whether the document is absent at that time. Expires counts in whole seconds, and the document
// is gone from the second it names.
func (d Document) ExpiredAt(now time.Time) bool {
	return !d.Expires.IsZero() && now.Unix() >= d.Expires.Unix()
}

// Store is the narrow interface in front of every engine.
type Store interface {
	Reader
	// Commit writes all or nothing. Outcomes: nil (durable), *ConditionFailed, ErrContended (nothing was written,
	// try again), ErrUnknown (it may have been written; see Apply), or fault.Invalid for a commit that breaks a limit.
	Commit(ctx context.Context, c Commit) error
}

// Query selects documents of one partition. Prefix and From/To exclude each other.
type Query struct {
	Partition  Partition
	Prefix     []string // leading segments of the sort key; nil for the whole partition
	From, To   []string // half-open range [From, To) of leading segments; nil is open
	Descending bool
	Limit      int    // documents a page; 0 or more than MaxPage means MaxPage
	Token      string // Page.Next of the page before
}

// Page is a part of a query's result. Documents deleted while paging are left out; none is skipped or repeated.
type Page struct {
	Documents []Document
	Next      string // "" when there is no more; opaque, only valid for the same query
}

// Op says what a write does.
type Op uint8

const (
	OpPut Op = iota + 1
	OpDelete
	OpCheck // writes nothing; the commit fails unless its condition holds
)

// Condition is what must be true of a document for a write to be made.
type Condition struct {
	kind    conditionKind
	version int64
}

type conditionKind uint8

const (
	always conditionKind = iota
	absent
	present
	atVersion
)

var (
	Always  = Condition{kind: always}  // overwrites; only for documents with one writer
	Absent  = Condition{kind: absent}  // no document, or an expired one
	Present = Condition{kind: present} // some version of it
)

// AtVersion holds when the document has exactly the version; AtVersion(0) is Absent.
func AtVersion(v int64) Condition {
	if v == 0 {
		return Absent
	}
	return Condition{kind: atVersion, version: v}
}

// Holds decides the condition against the document's current version (0: absent or expired).
func (c Condition) Holds(current int64) bool {
	switch c.kind {
	case absent:
		return current == 0
	case present:
		return current > 0
	case atVersion:
		return current == c.version
	}
	return true
}

// Version is the version that AtVersion named; ok is false for the other conditions. Engines that decide a condition
// with words of their own tell those by comparing them with Always, Absent and Present.
func (c Condition) Version() (v int64, ok bool) { return c.version, c.kind == atVersion }

// String names the condition in errors: "absent", "at version 3".
func (c Condition) String() string {
	switch c.kind {
	case absent:
		return "absent"
	case present:
		return "present"
	case atVersion:
		return fmt.Sprintf("at version %d", c.version)
	}
	return "always"
}

// Write is one part of a commit.
type Write struct {
	Op        Op
	Condition Condition
	Document  Document // for a delete or a check only the key counts
}

// Put writes the document if the condition holds.
func Put(d Document, c Condition) Write { return Write{Op: OpPut, Condition: c, Document: d} }

// Delete removes the document if the condition holds; deleting an absent one under Always does nothing.
func Delete(k Key, c Condition) Write {
	return Write{Op: OpDelete, Condition: c, Document: Document{Key: k}}
}

// Check lets the commit through only if the condition holds.
func Check(k Key, c Condition) Write {
	return Write{Op: OpCheck, Condition: c, Document: Document{Key: k}}
}

// Commit is a set of writes that take effect together. ID is chosen by the caller, unique per attempt at one
// intent (repeat it only to repeat the very same writes) and stored on every document written.
type Commit struct {
	ID     string
	Writes []Write
}

// Validate checks the limits that every engine refuses alike: an id, 1 to MaxWrites writes, no key twice, sizes,
// and for each write a key within its limits.
func (c Commit) Validate() error {
	if c.ID == "" {
		return fault.Invalidf("commit.id", fault.T("커밋 번호가 없습니다.", "The commit has no id."))
	}
	if len(c.Writes) == 0 || len(c.Writes) > MaxWrites {
		return fault.Invalidf("commit.writes", fault.T("커밋에는 1~%d개의 쓰기가 있어야 합니다(현재 %d개).", "A commit holds 1 to %d writes (this one %d).", MaxWrites, len(c.Writes)))
	}
	seen := make(map[Key]bool, len(c.Writes))
	size := 0
	for _, w := range c.Writes {
		if err := w.validate(); err != nil {
			return err
		}
		if seen[w.Document.Key] {
			return fault.Invalidf("commit.writes", fault.T("한 커밋에서 같은 문서 %s를 두 번 쓸 수 없습니다.", "A commit cannot touch document %s twice.", w.Document.Key))
		}
		seen[w.Document.Key] = true
		size += len(w.Document.Body)
	}
	if size > MaxCommit {
		return fault.Invalidf("commit.writes", fault.T("커밋이 너무 큽니다(%d바이트, 최대 %d).", "The commit is too large (%d bytes, at most %d).", size, MaxCommit))
	}
	return nil
}

func (w Write) validate() error {
	d := w.Document
	if err := d.Key.Validate(); err != nil {
		return err
	}
	switch {
	case w.Op < OpPut || w.Op > OpCheck:
		return fault.Invalidf("commit.writes", fault.T("알 수 없는 쓰기 종류입니다.", "Unknown kind of write."))
	case w.Op == OpPut && (d.Kind == "" || d.Schema < 1):
		return fault.Invalidf("document.kind", fault.T("문서 %s에 종류나 스키마 번호가 없습니다.", "Document %s lacks its kind or schema number.", d.Key))
	case len(d.Body) > MaxBody:
		return fault.Invalidf("document.body", fault.T("문서 %[1]s가 %[2]d바이트로 최대 %[3]d바이트를 넘습니다.", "Document %[1]s has %[2]d bytes, more than the %[3]d allowed.", d.Key, len(d.Body), MaxBody))
	}
	return nil
}

package invoice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip" // writes the same format as compress/gzip in two thirds of the time

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/rating"
	"jeongsan/internal/store"
)

const (
	kind     = "invoice"
	kindBody = "invoice-body"
	schema   = 1
)

// Partition holds a month's invoices of a tenant.
func Partition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("invoice", m.String())
}

func headKey(t store.Tenant, m calendar.Month, customer string) store.Key {
	return Partition(t, m).Key(customer)
}

func bodyKey(t store.Tenant, m calendar.Month, customer string, revision int) store.Key {
	return t.Partition("invoice-body", m.String()).Key(customer, fmtRevision(revision))
}

// Key is where the head lies; flows check its version when they act on what they read.
func (i Invoice) Key(t store.Tenant) store.Key { return headKey(t, i.Month, i.Customer) }

// Put is the write of the head at the version it was read with (0: new).
func (i Invoice) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(headKey(t, i.Month, i.Customer), kind, schema, i)
	return store.Put(d, store.AtVersion(version)), err
}

// Load reads a head and its version.
func Load(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) (Invoice, int64, error) {
	d, err := s.Get(ctx, headKey(t, m, customer))
	if err != nil {
		return Invoice{}, 0, err
	}
	var i Invoice
	return i, d.Version, store.Decode(d, kind, schema, &i)
}

// List reads a month's heads in the order of customers.
func List(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month) ([]Invoice, error) {
	var out []Invoice
	err := store.Each(ctx, s, store.Query{Partition: Partition(t, m)}, func(d store.Document) error {
		var i Invoice
		if err := store.Decode(d, kind, schema, &i); err != nil {
			return err
		}
		out = append(out, i)
		return nil
	})
	return out, err
}

// packer is what packing a body needs: room for its plain text and a gzip writer.
type packer struct {
	plain []byte
	gz    *gzip.Writer
}

// packers are idle ones. A gzip writer takes a megabyte, and making it takes longer than composing an invoice
// (BenchmarkRateAndCompose).
var packers = sync.Pool{New: func() any {
	gz, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant that exists
	return &packer{gz: gz}
}}

// Encode packs a body for a document or, when it is larger than one, for an object.
func (b Body) Encode() ([]byte, error) {
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.plain = b.Input.AppendJSON(append(p.plain[:0], `{"input":`...))
	p.plain = append(b.Bill.AppendJSON(append(p.plain, `,"bill":`...)), '}')
	var out bytes.Buffer
	p.gz.Reset(&out)
	_, err := p.gz.Write(p.plain)
	if err = errors.Join(err, p.gz.Close()); err != nil {
		return nil, fault.New(fault.Internal, fault.T("청구서를 저장 형식으로 바꾸지 못했습니다.", "The invoice could not be encoded.")).Because(err)
	}
	return out.Bytes(), nil
}

// DecodeBody unpacks a body.
func DecodeBody(r io.Reader) (Body, error) {
	bad := fault.New(fault.Internal, fault.T("청구서 본문이 손상되었습니다.", "The invoice's body is damaged."))
	z, err := gzip.NewReader(r)
	if err != nil {
		return Body{}, bad.Because(err)
	}
	var b Body
	plain, err := io.ReadAll(z) // to the end, where gzip keeps its checksum
	if err != nil {
		return Body{}, bad.Because(err)
	}
	if err := json.Unmarshal(plain, &b); err != nil {
		return Body{}, bad.Because(err)
	}
	return b, nil
}

// PutBody is the write of an encoded body that fits a document. A draft's body may be written over until the head is final.
func (i Invoice) PutBody(t store.Tenant, encoded []byte) store.Write {
	return store.Put(store.Document{Key: bodyKey(t, i.Month, i.Customer, i.Revision), Kind: kindBody, Schema: schema, Body: encoded}, store.Always)
}

// LoadBody reads the body of the head's revision from its document; BodyObject must be zero.
func LoadBody(ctx context.Context, s store.Reader, t store.Tenant, i Invoice) (Body, error) {
	d, err := s.Get(ctx, bodyKey(t, i.Month, i.Customer, i.Revision))
	if err != nil {
		return Body{}, err
	}
	if d.Kind != kindBody || d.Schema > schema {
		return Body{}, fault.New(fault.Internal, fault.T("문서 %s의 형식을 읽을 수 없습니다.", "Document %s has a form that cannot be read here.", d.Key))
	}
	return DecodeBody(bytes.NewReader(d.Body))
}

// HashInput is the content hash of what a bill is computed from: the same hash means the same bill.
func HashInput(in rating.Input, charges []Charge) (string, error) {
	b, err := json.Marshal(charges)
	if err != nil {
		return "", fault.New(fault.Internal, fault.T("청구서를 저장 형식으로 바꾸지 못했습니다.", "The invoice could not be encoded.")).Because(err)
	}
	p := packers.Get().(*packer)
	defer packers.Put(p)
	p.plain = in.AppendJSON(append(p.plain[:0], `{"input":`...))
	p.plain = append(append(append(p.plain, `,"charges":`...), b...), '}')
	h := sha256.Sum256(p.plain)
	return hex.EncodeToString(h[:]), nil
}

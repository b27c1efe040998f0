package invoice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

const (
	kindDelivery = "delivery"
	kindLink     = "link"
)

func fmtRevision(n int) string { return fmt.Sprintf("%04d", n) }

// DeliveryState is what is known of one mail.
type DeliveryState string

const (
	Intended DeliveryState = "intended" // committed before the mail goes out
	Waiting  DeliveryState = "waiting"  // the transport surely did not take it; it goes out with the next try
	Sent     DeliveryState = "sent"
	InDoubt  DeliveryState = "in-doubt" // it may have gone out; a person decides
	Refused  DeliveryState = "refused"  // will never go out as it is
)

// Text is the state as screens show it.
func (s DeliveryState) Text() fault.Text {
	switch s {
	case Intended, Waiting:
		return fault.T("발송 중", "sending")
	case Sent:
		return fault.T("발송", "sent")
	case InDoubt:
		return fault.T("확인 필요", "in doubt")
	}
	return fault.T("발송 불가", "refused")
}

// Delivery is one mail of an invoice to one contact. ID is the mail's own id, made of the invoice, the send and
// the contact, so that the same send never makes a second mail.
type Delivery struct {
	ID        string        `json:"id"`
	Invoice   string        `json:"invoice"`
	Send      int           `json:"send"`    // 1 for 발송, 2 and up for 재발송
	Contact   int           `json:"contact"` // index among the recipients
	Name      string        `json:"name"`
	Email     string        `json:"email"`
	State     DeliveryState `json:"state"`
	Attached  blob.Key      `json:"attached"`
	Link      string        `json:"link"` // hash of the link's token
	Sealed    []byte        `json:"sealed,omitempty"`
	Transport string        `json:"transport,omitempty"`
	At        time.Time     `json:"at"`
	Error     string        `json:"error,omitempty"`
}

// DeliveryID makes the mail id: it carries the tenant and stays within [a-z0-9-].
func DeliveryID(t store.Tenant, number string, send, contact int) string {
	return strings.ToLower(t.String() + "-" + number + "-s" + strconv.Itoa(send) + "-r" + strconv.Itoa(contact))
}

func deliveryPartition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("delivery", m.String())
}

// Put is the write of the delivery at the version it was read with (0: new).
func (d Delivery) Put(t store.Tenant, ref Reference, version int64) (store.Write, error) {
	key := deliveryPartition(t, ref.Month).Key(ref.Customer, fmtRevision(ref.Revision), fmtRevision(d.Send), strconv.Itoa(d.Contact))
	doc, err := store.JSON(key, kindDelivery, schema, d)
	return store.Put(doc, store.AtVersion(version)), err
}

// VersionedDelivery is a delivery with the version it was read at.
type VersionedDelivery struct {
	Delivery
	Version int64
}

// Deliveries reads the mails of an invoice, oldest send first.
func Deliveries(ctx context.Context, s store.Reader, t store.Tenant, m calendar.Month, customer string) ([]VersionedDelivery, error) {
	var out []VersionedDelivery
	q := store.Query{Partition: deliveryPartition(t, m), Prefix: []string{customer}}
	err := store.Each(ctx, s, q, func(d store.Document) error {
		v := VersionedDelivery{Version: d.Version}
		if err := store.Decode(d, kindDelivery, schema, &v.Delivery); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// Link lets the holder of a token read one document without an account. Only the token's hash is stored.
type Link struct {
	Hash     string    `json:"hash"`
	Invoice  string    `json:"invoice"`
	Object   blob.Key  `json:"object"`
	FileName string    `json:"file_name"`
	Expires  time.Time `json:"expires"`
	Revoked  time.Time `json:"revoked,omitzero"`
}

// HashToken is how a token is stored and looked up.
func HashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

func linkKey(t store.Tenant, hash string) store.Key { return t.Partition("link").Key(hash) }

// Put is the write of the link at the version it was read with (0: new).
func (l Link) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(linkKey(t, l.Hash), kindLink, schema, l)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadLink reads a link by its hash.
func LoadLink(ctx context.Context, s store.Reader, t store.Tenant, hash string) (Link, int64, error) {
	d, err := s.Get(ctx, linkKey(t, hash))
	if err != nil {
		return Link{}, 0, err
	}
	var l Link
	return l, d.Version, store.Decode(d, kindLink, schema, &l)
}

// Usable is nil when the link opens its document at now; otherwise a fault that does not tell a stranger more.
func (l Link) Usable(now time.Time) error {
	if !l.Revoked.IsZero() || !now.Before(l.Expires) {
		return fault.New(fault.NotFound, fault.T("링크가 만료되었거나 회수되었습니다. 담당자에게 청구서 재발송을 요청해 주세요.", "This link has expired or was withdrawn; ask for the invoice to be sent again."))
	}
	return nil
}

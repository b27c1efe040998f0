package invoice

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/store"
)

const (
	kindDelivery  = "delivery"
	kindLink      = "link"
	kindSendOrder = "send-order"
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

// Recipient is a contact as an order to send froze it.
type Recipient struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Contact is what deliveries to the recipient are known by: the same for an address however it is capitalised, and
// fit for a mail id. It is no position in a list, which changes with the list.
func (r Recipient) Contact() string {
	h := sha256.Sum256([]byte(strings.ToLower(r.Email)))
	return hex.EncodeToString(h[:])[:12]
}

// SendOrder is whom one send of an invoice goes to. It is frozen when the send is ordered, so that a later change of
// the customer's contacts changes neither what is tried again nor whom.
type SendOrder struct {
	Send       int         `json:"send"`
	Recipients []Recipient `json:"recipients"`
}

func sendOrderKey(t store.Tenant, ref Reference, send int) store.Key {
	return t.Partition("send-order", ref.Month.String()).Key(ref.Customer, fmtRevision(ref.Revision), fmtRevision(send))
}

// Put is the write of the order: store.Always replaces one whose mails reached nobody.
func (o SendOrder) Put(t store.Tenant, ref Reference, c store.Condition) (store.Write, error) {
	doc, err := store.JSON(sendOrderKey(t, ref, o.Send), kindSendOrder, schema, o)
	return store.Put(doc, c), err
}

// LoadSendOrder reads the order of a send; a fault.NotFound when nobody froze one.
func LoadSendOrder(ctx context.Context, s store.Reader, t store.Tenant, ref Reference, send int) (SendOrder, error) {
	d, err := s.Get(ctx, sendOrderKey(t, ref, send))
	if err != nil {
		return SendOrder{}, err
	}
	var o SendOrder
	return o, store.Decode(d, kindSendOrder, schema, &o)
}

// Delivery is one mail of an invoice to one contact. ID is the mail's own id, made of the invoice, the send and
// the contact's address, so that the same send never makes a second mail. What is attached is fixed with its name and
// its total when the mail is intended: a file uploaded later changes none of them.
type Delivery struct {
	ID        string        `json:"id"`
	Invoice   string        `json:"invoice"`
	Send      int           `json:"send"`    // 1 for 발송, 2 and up for 재발송
	Contact   string        `json:"contact"` // Recipient.Contact
	Order     int           `json:"order"`   // position among the recipients, for listing
	Name      string        `json:"name"`
	Email     string        `json:"email"`
	State     DeliveryState `json:"state"`
	Attached  blob.Key      `json:"attached"`
	FileName  string        `json:"file_name"` // of the attachment and of the link's download
	Total     money.Amount  `json:"total"`     // won; what the attached workbook asks for
	Link      string        `json:"link"`      // hash of the link's token
	Sealed    []byte        `json:"sealed,omitempty"`
	Transport string        `json:"transport,omitempty"`
	At        time.Time     `json:"at"`
	Error     string        `json:"error,omitempty"`
	Feedback  Feedback      `json:"feedback,omitzero"` // what the mail's way said afterwards
}

// DeliveryID makes the mail id: it carries the tenant and stays within [a-z0-9-] and the 120 bytes of mail.MaxID.
func DeliveryID(t store.Tenant, number string, send int, contact string) string {
	return strings.ToLower(t.String() + "-" + number + "-s" + strconv.Itoa(send) + "-r" + contact)
}

func deliveryKey(t store.Tenant, ref Reference, send int, contact string) store.Key {
	return deliveryPartition(t, ref.Month).Key(ref.Customer, fmtRevision(ref.Revision), fmtRevision(send), contact)
}

func deliveryPartition(t store.Tenant, m calendar.Month) store.Partition {
	return t.Partition("delivery", m.String())
}

// Put is the write of the delivery at the version it was read with (0: new).
func (d Delivery) Put(t store.Tenant, ref Reference, version int64) (store.Write, error) {
	doc, err := store.JSON(deliveryKey(t, ref, d.Send, d.Contact), kindDelivery, schema, d)
	return store.Put(doc, store.AtVersion(version)), err
}

// VersionedDelivery is a delivery with the version it was read at.
type VersionedDelivery struct {
	Delivery
	Version int64
}

// Deliveries reads the mails of an invoice, oldest send first and each send in the order of its recipients.
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
	slices.SortStableFunc(out, listing)
	return out, err
}

func listing(a, b VersionedDelivery) int {
	return cmp.Or(cmp.Compare(revisionOf(a), revisionOf(b)), cmp.Compare(a.Send, b.Send), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Email, b.Email))
}

func revisionOf(v VersionedDelivery) int {
	ref, err := ParseNumber(v.Invoice)
	if err != nil {
		return 0 // a document of ours always names its invoice; it is listed first rather than lost
	}
	return ref.Revision
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

package invoice

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// FeedbackKind is what a mail's way says of it after it was handed over.
type FeedbackKind string

const (
	Taken      FeedbackKind = "taken"     // the transport has it
	Delivered  FeedbackKind = "delivered" // the recipient's server took it
	Bounced    FeedbackKind = "bounced"   // it came back: the address must be corrected
	Complained FeedbackKind = "complained"
)

// Text is the feedback as screens show it.
func (k FeedbackKind) Text() fault.Text {
	switch k {
	case Taken:
		return fault.T("발송", "sent")
	case Delivered:
		return fault.T("수신", "delivered")
	case Bounced:
		return fault.T("반송", "bounced")
	case Complained:
		return fault.T("스팸 신고", "marked as spam")
	}
	return fault.Text{}
}

// weight orders kinds by how much they say: a server can take a mail and bounce it later, and whoever complains has it.
var weight = map[FeedbackKind]int{Taken: 1, Delivered: 2, Bounced: 3, Complained: 4}

// Feedback is the weightiest that was heard of a mail.
type Feedback struct {
	Kind   FeedbackKind `json:"kind"`
	At     time.Time    `json:"at"`
	Reason string       `json:"reason,omitempty"` // of a bounce, without addresses
}

// Heard takes feedback in, whatever order it comes in; changed is false for what says nothing new. Any feedback proves
// that the mail went out, so a delivery that was in doubt no longer is.
func (d Delivery) Heard(f Feedback) (_ Delivery, changed bool) {
	if weight[f.Kind] <= weight[d.Feedback.Kind] {
		return d, false
	}
	f.At = f.At.UTC()
	d.Feedback = f
	if d.State != Refused {
		d.State, d.Sealed = Sent, nil
	}
	return d, true
}

var deliveryIDForm = regexp.MustCompile(`^(.+)-s([1-9]\d{0,9})-r([0-9a-f]{12})$`)

// ParseDeliveryID reads what DeliveryID made; an id that is not one of the tenant's deliveries is fault.NotFound.
func ParseDeliveryID(t store.Tenant, id string) (number string, send int, contact string, err error) {
	strange := fault.New(fault.NotFound, fault.T("메일 %.120q을(를) 찾을 수 없습니다.", "Mail %.120q is not known.", id))
	rest, ours := strings.CutPrefix(id, t.String()+"-")
	p := deliveryIDForm.FindStringSubmatch(rest)
	if !ours || p == nil {
		return "", 0, "", strange
	}
	ref, err := ParseNumber(p[1])
	if err != nil {
		return "", 0, "", strange.Because(err)
	}
	if send, err = strconv.Atoi(p[2]); err != nil {
		return "", 0, "", strange.Because(err)
	}
	return Number(ref.Code, ref.Month, ref.Customer, ref.Revision), send, p[3], nil
}

// LoadDelivery reads one mail by its id.
func LoadDelivery(ctx context.Context, s store.Reader, t store.Tenant, id string) (VersionedDelivery, error) {
	number, send, contact, err := ParseDeliveryID(t, id)
	if err != nil {
		return VersionedDelivery{}, err
	}
	ref, err := ParseNumber(number)
	if err != nil {
		return VersionedDelivery{}, err
	}
	d, err := s.Get(ctx, deliveryKey(t, ref, send, contact))
	if err != nil {
		return VersionedDelivery{}, err
	}
	v := VersionedDelivery{Version: d.Version}
	return v, store.Decode(d, kindDelivery, schema, &v.Delivery)
}

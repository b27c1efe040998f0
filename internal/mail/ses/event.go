package ses

import (
	"encoding/json"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mime"
	"jeongsan/internal/store"
)

// kinds are SES's events that the port has a word for: their names in EventBridge and in the record itself
// (Amazon SES Developer Guide, "Monitoring SES events using Amazon EventBridge" and "Contents of event data").
var kinds = []struct {
	detailType, eventType string
	kind                  mail.FeedbackKind
}{
	{"Email Sent", "Send", mail.FeedbackAccepted},
	{"Email Delivered", "Delivery", mail.FeedbackDelivered},
	{"Email Delivery Delayed", "DeliveryDelay", mail.FeedbackDelayed},
	{"Email Bounced", "Bounce", mail.FeedbackBounced},
	{"Email Complaint Received", "Complaint", mail.FeedbackComplained},
	{"Email Rejected", "Reject", mail.FeedbackRejected},
}

// DetailTypes are the names of the events that are worth a rule in EventBridge (source "aws.ses").
func DetailTypes() []string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.detailType)
	}
	return all
}

const source = "aws.ses"

// envelope is an event as EventBridge brings it.
type envelope struct {
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Time       time.Time       `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}

// record is an event as SES publishes it. Each kind has an object of its own.
type record struct {
	EventType string `json:"eventType"`
	Mail      struct {
		Timestamp   time.Time           `json:"timestamp"`
		MessageID   string              `json:"messageId"`
		Destination []string            `json:"destination"`
		Tags        map[string][]string `json:"tags"`
		Headers     []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"headers"`
	} `json:"mail"`
	Delivery struct {
		Timestamp    time.Time `json:"timestamp"`
		Recipients   []string  `json:"recipients"`
		SMTPResponse string    `json:"smtpResponse"`
	} `json:"delivery"`
	Delay struct {
		Timestamp  time.Time   `json:"timestamp"`
		Type       string      `json:"delayType"`
		Recipients []recipient `json:"delayedRecipients"`
	} `json:"deliveryDelay"`
	Bounce struct {
		Timestamp  time.Time   `json:"timestamp"`
		Type       string      `json:"bounceType"`
		SubType    string      `json:"bounceSubType"`
		Recipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Timestamp  time.Time   `json:"timestamp"`
		Type       string      `json:"complaintFeedbackType"`
		SubType    string      `json:"complaintSubType"`
		Recipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
	Reject struct {
		Reason string `json:"reason"`
	} `json:"reject"`
}

type recipient struct {
	EmailAddress   string `json:"emailAddress"`
	DiagnosticCode string `json:"diagnosticCode"`
}

// ParseEvent reads an event of SES, in the envelope of EventBridge or bare. One of a kind that the port has no word for
// is mail.FeedbackOther; what is no event of SES is fault.Invalid.
func ParseEvent(raw []byte) (mail.Feedback, error) {
	r, detailType, at, err := unwrap(raw)
	if err != nil {
		return mail.Feedback{}, err
	}
	f := mail.Feedback{
		Kind: mail.FeedbackOther, Event: r.EventType, TransportID: r.Mail.MessageID,
		MessageID: r.ourID(), Tenant: r.tenant(), At: r.Mail.Timestamp, Recipients: r.Mail.Destination,
	}
	for _, k := range kinds {
		if r.EventType == k.eventType || r.EventType == "" && detailType == k.detailType {
			f.Kind, f.Event = k.kind, k.eventType
		}
	}
	r.tell(&f)
	if f.Kind == mail.FeedbackOther || f.Kind == mail.FeedbackRejected || f.At.IsZero() {
		f.At = later(f.At, at) // these have no time of their own
	}
	f.At = f.At.UTC()
	return f, nil
}

func unwrap(raw []byte) (r record, detailType string, at time.Time, err error) {
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return record{}, "", time.Time{}, unreadable(err)
	}
	if e.Detail != nil {
		if e.Source != source {
			return record{}, "", time.Time{}, unreadable(nil)
		}
		raw = e.Detail
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return record{}, "", time.Time{}, unreadable(err)
	}
	if r.Mail.MessageID == "" {
		return record{}, "", time.Time{}, unreadable(nil)
	}
	if r.EventType == "" && e.DetailType == "" {
		return record{}, "", time.Time{}, unreadable(nil)
	}
	return r, e.DetailType, e.Time, nil
}

// tell adds what only this kind of event says.
func (r record) tell(f *mail.Feedback) {
	switch f.Kind {
	case mail.FeedbackDelivered:
		f.At, f.Recipients, f.Reason = r.Delivery.Timestamp, r.Delivery.Recipients, r.Delivery.SMTPResponse
	case mail.FeedbackDelayed:
		f.At, f.Cause = r.Delay.Timestamp, r.Delay.Type
		f.Recipients, f.Reason = people(r.Delay.Recipients)
	case mail.FeedbackBounced:
		f.At, f.Permanent, f.Cause = r.Bounce.Timestamp, r.Bounce.Type == "Permanent", joined(r.Bounce.Type, r.Bounce.SubType)
		f.Recipients, f.Reason = people(r.Bounce.Recipients)
	case mail.FeedbackComplained:
		f.At, f.Cause = r.Complaint.Timestamp, joined(r.Complaint.Type, r.Complaint.SubType)
		f.Recipients, f.Reason = people(r.Complaint.Recipients)
	case mail.FeedbackRejected:
		f.Cause = r.Reject.Reason
	}
}

// people are the addresses, and what the first server that said something said.
func people(all []recipient) (addresses []string, reason string) {
	for _, p := range all {
		addresses = append(addresses, p.EmailAddress)
		if reason == "" {
			reason = p.DiagnosticCode
		}
	}
	return addresses, reason
}

func joined(class, sub string) string {
	return strings.Trim(class+"/"+sub, "/")
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ourID is the id in the tag or, where an event brings no tags, in the mail's own header; "" when the mail is not ours.
func (r record) ourID() string {
	id := r.tag(messageTag)
	for _, h := range r.Mail.Headers {
		if id == "" && strings.EqualFold(h.Name, mime.IDHeader) {
			id = h.Value
		}
	}
	if mail.CheckID(id) != nil {
		return ""
	}
	return id
}

func (r record) tenant() store.Tenant {
	t, err := store.ParseTenant(r.tag(tenantTag))
	if err != nil {
		return store.Tenant{}
	}
	return t
}

func (r record) tag(name string) string {
	if values := r.Mail.Tags[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

func unreadable(cause error) error {
	return fault.New(fault.Invalid, fault.T("메일 서비스의 알림을 읽을 수 없습니다.", "The notice of the mail service cannot be read.")).Because(cause)
}

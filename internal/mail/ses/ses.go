// Package ses is the mail transport of AWS: SES, with the promises of mail.Sender.
//
// It owns the call that hands a mail over, what each of its failures means, and the reading of SES's events
// (ParseEvent). It does not own identities, configuration set or event destination (template.yaml), what a mail says, nor
// when one is sent again. functions/ is its only user outside tests.
//
// Invariants:
//   - a mail is handed over by one request: SES has no idempotency, so a request that may have been taken is never made
//     again here. Only a throttle, which takes nothing, is tried again;
//   - an error is fault.Invalid or fault.Unavailable only where SES said that it did not take the mail, or where no
//     connection was made; everything else is fault.UnknownOutcome;
//   - each mail is tagged with our id and tenant, which its events bring back;
//   - whatever AWS says is the cause of an error, never its sentence.
package ses

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
	"jeongsan/internal/mail/mime"
)

// Tags by which SES's events name a mail. SES takes letters, digits, "_" and "-" in names and values.
const (
	messageTag = "jeongsan-message"
	tenantTag  = "jeongsan-tenant"
)

// Settings say how mails go out.
type Settings struct {
	Domain           string // of the Message-ID
	ConfigurationSet string // publishes the events that ParseEvent reads
	// Known says what events recorded of an id, and mail.CannotTell where none has come. Events come late or never, so
	// it must not conclude mail.NotAccepted from their absence. Nil: nothing is recorded.
	Known func(ctx context.Context, id string) (mail.Outcome, error)
}

// Sender is a mail.Sender over SES. It is safe for concurrent use.
type Sender struct {
	client   *sdk.Client
	settings Settings
	clock    calendar.Clock
}

var _ mail.Sender = (*Sender)(nil)

// New makes a sender; the clock dates mails.
func New(cfg aws.Config, s Settings, clock calendar.Clock) (*Sender, error) {
	if err := mime.CheckDomain(s.Domain); err != nil {
		return nil, err
	}
	if s.ConfigurationSet == "" {
		return nil, fault.Invalidf("mail.configuration_set", fault.T("메일 구성 세트 이름이 없습니다. 없으면 반송을 알 수 없습니다.", "There is no configuration set; without one nobody hears of bounces."))
	}
	client := sdk.NewFromConfig(cfg, func(o *sdk.Options) { o.Retryer = onlyThrottles{o.Retryer} })
	return &Sender{client: client, settings: s, clock: clock}, nil
}

// onlyThrottles tries again what SES said that it did not take, and nothing else.
type onlyThrottles struct{ aws.Retryer }

// IsErrorRetryable implements aws.Retryer.
func (onlyThrottles) IsErrorRetryable(err error) bool { return throttles[codeOf(err)] }

// Send implements mail.Sender. The transport id is SES's message id.
func (s *Sender) Send(ctx context.Context, m mail.Message) (string, error) {
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	raw, err := mime.Compose(m, s.settings.Domain, s.clock.Now())
	if err != nil {
		return "", err
	}
	out, err := s.client.SendEmail(ctx, &sdk.SendEmailInput{
		ConfigurationSetName: &s.settings.ConfigurationSet,
		Destination:          &types.Destination{ToAddresses: recipients(m)},
		EmailTags:            tags(m),
		Content:              &types.EmailContent{Raw: &types.RawMessage{Data: raw}},
	})
	if err != nil {
		return "", refusal(err)
	}
	if aws.ToString(out.MessageId) == "" {
		return "", doubtful(errors.New("SES took the mail and gave no id"))
	}
	return *out.MessageId, nil
}

// recipients is the envelope. From is not set: SES takes it from the mail.
func recipients(m mail.Message) []string {
	var all []string
	for _, a := range m.To {
		all = append(all, a.Email)
	}
	return all
}

func tags(m mail.Message) []types.MessageTag {
	all := []types.MessageTag{{Name: aws.String(messageTag), Value: aws.String(m.ID)}}
	if !m.Tenant.IsZero() {
		all = append(all, types.MessageTag{Name: aws.String(tenantTag), Value: aws.String(m.Tenant.String())})
	}
	return all
}

// Lookup implements mail.Sender. SES cannot be asked for an id of ours; what is known came by its events.
func (s *Sender) Lookup(ctx context.Context, id string) (mail.Outcome, error) {
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	if err := mail.CheckID(id); err != nil {
		return "", err
	}
	if s.settings.Known == nil {
		return mail.CannotTell, nil
	}
	return s.settings.Known(ctx, id)
}

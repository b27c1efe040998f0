package stack

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"jeongsan/internal/fault"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/intake"
	"jeongsan/internal/ncp"
	"jeongsan/internal/popbill"
	"jeongsan/internal/portone"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// Sources opens the provider of an account.
func (s *Stack) Sources() func(context.Context, tenant.Account, string) (settlement.Source, error) {
	base, err := s.env.instead(ncpURL)
	s.keep(err)
	return func(_ context.Context, a tenant.Account, secretKey string) (settlement.Source, error) {
		if a.Provider != tenant.NCP {
			return nil, fault.New(fault.Invalid, fault.T("%s 계정은 자동으로 조회하지 않습니다. 파일을 올려 주세요.", "Account %s is not pulled; upload its export.", a.Label))
		}
		c := ncp.Config{Zone: ncp.Zone(a.Zone), AccessKey: a.AccessKey, SecretKey: secretKey, Now: time.Now, HTTP: s.outside}
		if base != "" {
			c.BaseURL = base + "/" + string(a.Zone) + "/billing/v1"
			c.Sleep = func(context.Context, time.Duration) error { return nil } // a simulated minute need not be waited for
		}
		client, err := ncp.New(c)
		if err != nil {
			return nil, err
		}
		return intake.NCP{Client: client}, nil
	}
}

// Gateway opens an MSP's card channel.
func (s *Stack) Gateway() func(context.Context, store.Tenant, tenant.CardChannel, string) (receivables.Gateway, error) {
	base, err := s.env.instead(portoneURL)
	s.keep(err)
	return func(_ context.Context, _ store.Tenant, c tenant.CardChannel, apiSecret string) (receivables.Gateway, error) {
		client, err := portone.New(portone.Config{Secret: apiSecret, StoreID: c.StoreID, BaseURL: base, HTTP: s.outside})
		if err != nil {
			return nil, err
		}
		return intake.PortOne{Client: client}, nil
	}
}

// Verify proves webhooks of PortOne. Their signatures are fresh by wall time; the double of a test signs by its clock.
func (s *Stack) Verify() receivables.Verifier {
	if s.env.moved() {
		return intake.PortOneWebhooks(s.Clock.Now)
	}
	return intake.PortOneWebhooks(time.Now)
}

// Taxes opens the tax-invoice service of an MSP.
func (s *Stack) Taxes() func(context.Context, tenant.Profile) (settlement.TaxService, error) {
	p := s.partnership()
	base, err := s.env.instead(popbillURL)
	s.keep(err)
	var mu sync.Mutex
	var client *popbill.Client // holds tokens; made anew when the partnership's keys change
	var of partner
	return func(ctx context.Context, profile tenant.Profile) (settlement.TaxService, error) {
		keys, err := p.read(ctx)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if client == nil || of != keys {
			c := popbill.Config{LinkID: keys.LinkID, SecretKey: keys.SecretKey, Test: s.env.get("STAGE") != "prod", AuthURL: base, ServiceURL: base, HTTP: s.outside, Now: time.Now}
			if client, err = popbill.New(c); err != nil {
				return nil, err
			}
			of = keys
		}
		return intake.PopbillOf(client, profile), nil
	}
}

// PopbillHook takes Popbill's webhooks with the credential that was agreed with it.
func (s *Stack) PopbillHook(with func(popbill.WebhookCredential) httpapi.Hook) httpapi.Hook {
	p := s.partnership()
	return func(ctx context.Context, t store.Tenant, header map[string][]string, body []byte) error {
		keys, err := p.read(ctx)
		if err != nil {
			return err
		}
		return with(popbill.WebhookCredential{APIKey: keys.WebhookKey})(ctx, t, header, body)
	}
}

// partner is our partnership with Popbill, one for all MSPs, as the secret holds it.
type partner struct {
	LinkID     string
	SecretKey  string
	WebhookKey string // comes with each webhook as X-Api-Key; "" where none was agreed
}

// String keeps the secrets out of logs.
func (p partner) String() string { return "stack.partner{" + p.LinkID + "}" }

// GoString keeps the secrets out of %#v.
func (p partner) GoString() string { return p.String() }

// partnership reads the secret when it is first needed, and again after fresh has passed, so that a changed key is taken
// up without a deployment.
type partnership struct {
	client *secretsmanager.Client
	id     string

	mu    sync.Mutex
	kept  partner
	since time.Time
}

// fresh is how long a secret is believed without looking.
const fresh = 15 * time.Minute

func (s *Stack) partnership() *partnership {
	return &partnership{client: secretsmanager.NewFromConfig(s.aws), id: s.env.need("POPBILL_SECRET")}
}

func (p *partnership) read(ctx context.Context) (partner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.since.IsZero() && time.Since(p.since) < fresh {
		return p.kept, nil
	}
	out, err := p.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &p.id})
	if err != nil {
		return partner{}, unread(err)
	}
	var keys partner
	if out.SecretString == nil || json.NewDecoder(strings.NewReader(*out.SecretString)).Decode(&keys) != nil || keys.LinkID == "" || keys.SecretKey == "" {
		return partner{}, unread(errors.New("the secret lacks LinkID or SecretKey")) // not the decoder's words: they may quote it
	}
	p.kept, p.since = keys, time.Now()
	return keys, nil
}

func unread(cause error) error {
	return fault.New(fault.Unavailable, fault.T("팝빌 연동 정보를 읽을 수 없습니다. 운영자에게 알려 주세요.", "The keys of the tax-invoice service cannot be read; tell the operator.")).Because(cause)
}

package pages_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"jeongsan/infra/local/pages"
	simulatedpopbill "jeongsan/infra/simulator/popbill"
	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/internal/app"
	"jeongsan/internal/calendar"
	"jeongsan/internal/fault"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/identity"
	"jeongsan/internal/intake"
	"jeongsan/internal/payment"
	"jeongsan/internal/popbill"
	"jeongsan/internal/portone"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// newServedWorld is a world whose tax invoices and cards go to simulated services.
func newServedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.openTaxes()
	w.openCards()
	w.open()
	return w
}

func (w *world) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	w.t.Cleanup(s.Close)
	return s.URL
}

func (w *world) openTaxes() {
	w.t.Helper()
	const link, key = "SIMULATED-LINK", "c2ltdWxhdGVkLXBhcnRuZXIta2V5LW9mLXRoZS1zdGFjaw=="
	var err error
	w.taxes, err = simulatedpopbill.New(simulatedpopbill.Options{
		Now: w.clock.Now, LinkID: link, SecretKey: key, AnyBusinessNumber: true,
		Members: []simulatedpopbill.Member{{CorpNum: "1018100001", CorpName: "㈜한빛클라우드", Points: 100_000, Certificate: simulatedpopbill.Certificate{Expires: october.Add(12).Last().Start()}}},
	})
	w.must(err)
	url := w.serve(w.taxes)
	client, err := popbill.New(popbill.Config{LinkID: link, SecretKey: key, Test: true, AuthURL: url, ServiceURL: url, Now: time.Now})
	w.must(err)
	w.desk.Taxes = func(_ context.Context, p tenant.Profile) (settlement.TaxService, error) {
		return intake.PopbillOf(client, p), nil
	}
}

var shop = simulatedportone.Store{
	ID: "SIMULATED-SHOP", MerchantID: "merchant", Secret: "api-secret", WebhookSecret: "whsec_c2ltdWxhdGVkLXdlYmhvb2stc2VjcmV0",
	Channels: []simulatedportone.Channel{{Key: "channel-key-1", Name: "정기결제", Provider: "TOSSPAYMENTS", MID: "billing"}},
}

func (w *world) openCards() {
	w.t.Helper()
	var err error
	w.cards, err = simulatedportone.New(simulatedportone.Options{Now: w.clock.Now, Stores: []simulatedportone.Store{shop}})
	w.must(err)
	url := w.serve(w.cards)
	desk := &receivables.Desk{
		Journal: w.desk.Journal, Secrets: w.desk.Secrets, Verify: intake.PortOneWebhooks(w.clock.Now),
		Gateway: func(_ context.Context, _ store.Tenant, c tenant.CardChannel, secret string) (receivables.Gateway, error) {
			client, err := portone.New(portone.Config{Secret: secret, StoreID: c.StoreID, BaseURL: url})
			return intake.PortOne{Client: client}, err
		},
	}
	w.must(desk.RegisterChannel(w.t.Context(), w.staff, receivables.ChannelOrder{StoreID: shop.ID, ChannelKey: shop.Channels[0].Key, APISecret: shop.Secret, WebhookSecret: shop.WebhookSecret}))
	a := &app.App{Settlement: w.desk, Receivables: desk, Store: w.store}
	w.cashier, w.hooks = desk, httpapi.Site{PortOne: a.PortOneHook, Popbill: a.PopbillHook(popbill.WebhookCredential{})}.Handler()
}

// card registers a card of a customer.
func (w *world) card(customer string, c simulatedportone.Card) {
	w.t.Helper()
	c.Number, c.Issuer = "5585-26**-****-3345", "SHINHAN_CARD"
	key, err := w.cards.IssueBillingKey(simulatedportone.Issue{Store: shop.ID, CustomerID: customer, Name: customer, Card: c})
	w.must(err)
	_, err = w.cashier.(*receivables.Desk).RegisterMethod(w.t.Context(), w.staff, customer, key, 1)
	w.must(err)
}

func taxWork(customer string, sequence int) settlement.TaxWork {
	return settlement.TaxWork{Month: october, Customer: customer, Sequence: sequence}
}

// issueOrdered does the work that an order left.
func (w *world) issueOrdered(work ...settlement.TaxWork) {
	w.t.Helper()
	for _, x := range work {
		w.must(w.desk.IssueTax(w.t.Context(), identity.Job(w.staff.Tenant, app.TaxIssue), x))
	}
}

// transmit lets days pass until the tax office has answered what was issued.
func (w *world) transmit(work ...settlement.TaxWork) {
	w.t.Helper()
	next, err := calendar.Korea().NextBusinessDay(calendar.DateOf(w.clock.Now()))
	w.must(err)
	w.must(w.clock.Set(next.Start().Add(17 * time.Hour)))
	_, err = w.taxes.Tick(w.t.Context())
	w.must(err)
	for _, x := range work {
		w.must(w.desk.FollowTax(w.t.Context(), identity.Job(w.staff.Tenant, app.TaxFollow), x))
	}
}

// tax is a tax invoice as it is stored.
func (w *world) tax(x settlement.TaxWork) taxinvoice.TaxInvoice {
	w.t.Helper()
	v, err := taxinvoice.Load(w.t.Context(), w.store, w.staff.Tenant, x.Month, x.Customer, x.Sequence)
	w.must(err)
	return v.TaxInvoice
}

// closed is a cashier whose provider does not answer.
type closed struct{ pages.Cashier }

func (closed) Charge(context.Context, identity.Principal, receivables.Work) (payment.Payment, error) {
	return payment.Payment{}, fault.New(fault.Unavailable, fault.T("결제사가 답하지 않습니다.", "The provider does not answer."))
}

// penniless is a tax-invoice service that refuses every issue for good.
type penniless struct{ settlement.TaxService }

func (penniless) Issue(context.Context, taxinvoice.TaxInvoice, bool) (string, error) {
	return "", fault.New(fault.Conflict, fault.T("팝빌 포인트가 부족합니다. 충전해 주세요.", "There are too few points; charge some."))
}

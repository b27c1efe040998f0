package pages

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/money"
	"jeongsan/internal/payment"
	"jeongsan/internal/receivables"
	"jeongsan/internal/store"
)

// Cashier is the flows of receivables that buttons start; receivables.Desk is the one there is.
type Cashier interface {
	Charge(ctx context.Context, p identity.Principal, w receivables.Work) (payment.Payment, error)
	Refund(ctx context.Context, p identity.Principal, o receivables.RefundOrder) (payment.Payment, error)
	GiveUp(ctx context.Context, p identity.Principal, id, reason string) error
	Resolve(ctx context.Context, p identity.Principal, matter, reason string) error
}

var _ Cashier = (*receivables.Desk)(nil)

// paidView is what was paid of an invoice, what is owed, and the cards that can be charged.
type paidView struct {
	Billed        invoice.Covered // today: with what amendments changed
	Paid, Balance money.Amount
	Adjustments   []invoice.Adjustment
	Portions      []portionView
	Payments      []paymentView // newest first
	Cards         []payment.Method
	ByCard        bool   // so the contract says
	NoCharge      string // why the card cannot be charged now; "" when it can
	Run           int    // of the next charge
}

// portionView is a paid portion in words.
type portionView struct {
	invoice.Portion
	MeansText    fault.Text
	EvidenceText fault.Text
}

// paymentView is a payment by card with what can still go back of it.
type paymentView struct {
	payment.Payment
	Class  string
	Left   money.Amount
	Latest bool
}

func (v *visit) paid(t store.Tenant, head invoice.Invoice, c customer.Customer) (view paidView, err error) {
	if view.Billed, err = head.Billed(); err != nil {
		return view, err
	}
	view.Adjustments = head.Money.Adjustments
	if view.Paid, err = head.Paid(); err != nil {
		return view, err
	}
	if view.Balance, err = head.Balance(); err != nil {
		return view, err
	}
	for _, p := range head.Money.Portions {
		view.Portions = append(view.Portions, portionView{p, meansText(p.Means), evidenceText(p)})
	}
	all, err := payment.List(v.ctx, v.Store, t, head.Month, head.Customer)
	if err != nil {
		return view, err
	}
	view.Run = 1
	for i := len(all) - 1; i >= 0; i-- {
		p := paymentView{Payment: all[i].Payment, Class: paymentClass(all[i].State), Latest: i == len(all)-1}
		left, err := p.Payment.Left()
		if err != nil {
			return view, err
		}
		p.Left = left.Total
		view.Payments = append(view.Payments, p)
		if p.Invoice == head.Number {
			view.Run = max(view.Run, p.Run+1)
		}
	}
	wallet, _, err := payment.LoadWallet(v.ctx, v.Store, t, head.Customer)
	view.Cards, view.ByCard = wallet.Methods, c.PayMeans == customer.ByCard
	view.NoCharge = v.noCharge(head, wallet)
	return view, err
}

// noCharge says why the invoice cannot be charged now, in the words of the nouns.
func (v *visit) noCharge(head invoice.Invoice, wallet payment.Wallet) string {
	if _, err := head.Collect("next"); err != nil {
		return v.say(fault.TextOf(err))
	}
	if head.SentAs != head.Number {
		return v.t("paid.not-sent")
	}
	if _, usable := wallet.Next(payment.Payment{}); !usable {
		return v.t("paid.no-card")
	}
	return ""
}

func meansText(m invoice.Means) fault.Text {
	switch m {
	case invoice.Card:
		return words["means.card"]
	case invoice.Transfer:
		return words["means.transfer"]
	}
	return fault.Text{KO: string(m), EN: string(m)}
}

func evidenceText(p invoice.Portion) fault.Text {
	if p.Evidence == invoice.BySlip {
		return words["evidence.slip"]
	}
	return words["evidence.tax"]
}

func paymentClass(s payment.State) string {
	switch s {
	case payment.Succeeded:
		return "good"
	case payment.Declined, payment.InDoubt:
		return "warn"
	case payment.PartlyCancelled:
		return "live"
	}
	return "quiet"
}

// charge charges what is owed to the customer's cards now. A card that was declined is an answer, not a success.
func (v *visit) charge() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		run, err := strconv.Atoi(v.r.PostFormValue("run"))
		if err != nil || run < 1 {
			return nil, errForeignForm
		}
		p, err := v.Cashier.Charge(v.ctx, v.principal, receivables.Work{Invoice: head.Number, Run: run})
		switch {
		case err != nil:
			return nil, err
		case p.State == payment.Declined:
			return nil, fault.New(fault.Conflict, fault.T("카드가 결제되지 않았습니다. %[1]s", "No card was charged. %[2]s", p.Reason.KO, p.Reason.EN))
		case p.State.Open():
			return url.Values{"done": {"charge-open"}}, nil
		}
		return url.Values{"done": {"charge"}}, nil
	})
}

// refund gives a payment back, in whole or in part.
func (v *visit) refund() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		id, err := v.paymentOf(head)
		if err != nil {
			return nil, err
		}
		reason, err := v.reason()
		if err != nil {
			return nil, err
		}
		amount, err := typedWon("amount", v.r.PostFormValue("amount"))
		if err != nil {
			return nil, err
		}
		left, err := typedWon("left", v.r.PostFormValue("left"))
		if err != nil {
			return nil, errForeignForm
		}
		p, err := v.Cashier.Refund(v.ctx, v.principal, receivables.RefundOrder{Payment: id, Amount: amount, Left: left, Reason: reason})
		if err == nil && p.Refund != nil {
			return url.Values{"done": {"refund-open"}}, nil
		}
		return url.Values{"done": {"refund"}}, err
	})
}

// giveUpPayment settles a payment in doubt on a person's word that nothing was charged.
func (v *visit) giveUpPayment() error {
	return v.act(func(head invoice.Invoice) (url.Values, error) {
		id, err := v.paymentOf(head)
		if err != nil {
			return nil, err
		}
		return url.Values{"done": {"give-up"}}, v.Cashier.GiveUp(v.ctx, v.principal, id, strings.TrimSpace(v.r.PostFormValue("reason")))
	})
}

// paymentOf is the payment that the form names, which must be one of the invoice's customer and month.
func (v *visit) paymentOf(head invoice.Invoice) (string, error) {
	id := v.r.PostFormValue("payment")
	ref, err := payment.ParseID(id)
	if err == nil && (ref.Invoice.Customer != head.Customer || ref.Invoice.Month != head.Month) {
		err = fault.New(fault.NotFound, fault.T("청구서 %[1]s에 결제 %[2]s이(가) 없습니다.", "Invoice %[1]s has no payment %[2]s.", head.Number, id))
	}
	return id, err
}

// resolve takes a matter off the work-list, with what was done about it.
func (v *visit) resolve() error {
	if _, err := v.tenant(); err != nil {
		return err
	}
	reason, err := v.reason()
	if err != nil {
		return err
	}
	if err := v.Cashier.Resolve(v.ctx, v.principal, v.r.PostFormValue("matter"), reason); err != nil {
		return err
	}
	return v.done("/", "resolve")
}

package settlementtest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"jeongsan/internal/books"
	"jeongsan/internal/calendar"
	"jeongsan/internal/crash"
	"jeongsan/internal/invoice"
)

// View compares books: what a person would see of an invoice, a mail or an audit record, without the random parts.
func View() crash.View {
	return crash.View{
		Mask: map[string][]string{
			"delivery": {"link", "sealed", "error", "transport"}, // a transport's id is not known of a mail that was only asked about
			"link":     {"hash"},
			"audit":    {"id", "at"},
		},
		Keyless: []string{"link", "audit", "due"},
		Once:    []string{"due"},
		Extra:   retried,
	}
}

// retried are records of a second try at what came to nothing, or of an order that a person gave twice.
func retried(line string) bool { return Audited(line, "mail.intended", "mail.waiting", "invoice.send") }

// Audited reports whether a line of a record is the audit of one of the actions.
func Audited(line string, actions ...string) bool {
	return strings.HasPrefix(line, "audit ") && slices.ContainsFunc(actions, func(a string) bool {
		return strings.Contains(line, `"action":"`+a+`"`)
	})
}

// Proved holds the office's books to what must always be true: the trial balance of two years around the clock, one
// standing posting for each final invoice, invoices that add up, and no mail that somebody got twice.
func Proved(ctx context.Context, o *Office) error {
	now := calendar.MonthOf(o.World.Clock.Now())
	from, to := now.Add(-12), now.Add(12)
	if _, err := o.Desk(o.World.Process()).Prove(ctx, o.Tenant, from, to); err != nil {
		return err
	}
	posted, err := o.standing(ctx, from, to)
	if err != nil {
		return err
	}
	final, err := o.final(ctx, from, to)
	if err != nil {
		return err
	}
	if !slices.Equal(posted, final) {
		return fmt.Errorf("final invoices are %v, postings are of %v", final, posted)
	}
	return o.mailedOnce()
}

func (o *Office) mailedOnce() error {
	delivered := map[string]bool{}
	for _, m := range o.World.Mail.Delivered() {
		if delivered[m.ID] {
			return fmt.Errorf("mail %s was delivered twice", m.ID)
		}
		delivered[m.ID] = true
	}
	return nil
}

// standing lists the invoices with a posting that was not reversed, in order.
func (o *Office) standing(ctx context.Context, from, to calendar.Month) ([]string, error) {
	reversed := map[string]bool{}
	source := map[string]string{}
	for m := from; !m.After(to); m = m.Next() {
		postings, err := books.Postings(ctx, o.World.Store, o.Tenant, m)
		if err != nil {
			return nil, err
		}
		for _, p := range postings {
			if strings.HasPrefix(p.ID(), "invoice-") {
				source[p.ID()] = p.Source()
			}
			reversed[p.Reverses()] = true
		}
	}
	var out []string
	for id, number := range source {
		if !reversed[id] {
			out = append(out, number)
		}
	}
	slices.Sort(out)
	return out, nil
}

// final lists the final invoices in order and holds every invoice to adding up.
func (o *Office) final(ctx context.Context, from, to calendar.Month) ([]string, error) {
	var out []string
	for m := from; !m.After(to); m = m.Next() {
		heads, err := invoice.List(ctx, o.World.Store, o.Tenant, m)
		if err != nil {
			return nil, err
		}
		for _, h := range heads {
			sum := h.Sums.Usage.Minor() + h.Sums.Discount.Minor() + h.Sums.Other.Minor() + h.Sums.Rounding.Minor()
			if sum != h.Sums.Supply.Minor() || h.Sums.Supply.Minor()+h.Sums.VAT.Minor() != h.Sums.Total.Minor() {
				return nil, fmt.Errorf("invoice %s does not add up: %+v", h.Number, h.Sums)
			}
			if h.State == invoice.Final {
				out = append(out, h.Number)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

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
// posting for each final invoice, invoices that add up, and no mail that somebody got twice.
func Proved(ctx context.Context, o *Office) error {
	now := calendar.MonthOf(o.World.Clock.Now())
	if _, err := o.Desk(o.World.Process()).Prove(ctx, o.Tenant, now.Add(-12), now.Add(12)); err != nil {
		return err
	}
	for m := now.Add(-12); !m.After(now); m = m.Next() {
		if err := o.proveMonth(ctx, m); err != nil {
			return err
		}
	}
	delivered := map[string]bool{}
	for _, m := range o.World.Mail.Delivered() {
		if delivered[m.ID] {
			return fmt.Errorf("mail %s was delivered twice", m.ID)
		}
		delivered[m.ID] = true
	}
	return nil
}

func (o *Office) proveMonth(ctx context.Context, m calendar.Month) error {
	heads, err := invoice.List(ctx, o.World.Store, o.Tenant, m)
	if err != nil {
		return err
	}
	postings, err := books.Postings(ctx, o.World.Store, o.Tenant, m)
	if err != nil {
		return err
	}
	var posted, final []string
	for _, p := range postings {
		posted = append(posted, p.Source())
	}
	for _, h := range heads {
		sum := h.Sums.Usage.Minor() + h.Sums.Discount.Minor() + h.Sums.Other.Minor() + h.Sums.Rounding.Minor()
		if sum != h.Sums.Supply.Minor() || h.Sums.Supply.Minor()+h.Sums.VAT.Minor() != h.Sums.Total.Minor() {
			return fmt.Errorf("invoice %s does not add up: %+v", h.Number, h.Sums)
		}
		if h.State == invoice.Final {
			final = append(final, h.Number)
		}
	}
	slices.Sort(posted)
	slices.Sort(final)
	if !slices.Equal(posted, final) {
		return fmt.Errorf("%s: final invoices are %v, postings are of %v", m, final, posted)
	}
	return nil
}

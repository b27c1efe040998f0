package settlement

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/due"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// JobSend and JobDocuments are the due work that these flows leave in the outbox.
const (
	JobSend      = "send"
	JobDocuments = "documents"
)

// InvoiceWork is the payload of due work on one invoice. Whom a send goes to lies in its invoice.SendOrder, so that no
// queue carries addresses.
type InvoiceWork struct {
	Month    calendar.Month `json:"month"`
	Customer string         `json:"customer"`
	Send     int            `json:"send,omitempty"`
}

// Row is the result of a bulk action for one customer: nil Err is done.
type Row struct {
	Customer string
	Number   string
	Err      error
}

// RequestSend puts the mails of the customers' invoices into the outbox, each on its own: one that cannot be sent
// (no final invoice, no contact e-mail, settlement data missing) is reported in its row and keeps none of the others.
func (d *Desk) RequestSend(ctx context.Context, p identity.Principal, m calendar.Month, customers []string) ([]Row, error) {
	if err := p.Allow(identity.SendInvoice); err != nil {
		return nil, err
	}
	profile, _, err := tenant.Load(ctx, d.Store, p.Tenant)
	if err != nil {
		return nil, err
	}
	if err := profile.ReadyForInvoices(); err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(customers))
	for _, id := range customers {
		number, err := d.requestSend(ctx, p, m, id)
		rows = append(rows, Row{id, number, err})
	}
	return rows, nil
}

func (d *Desk) requestSend(ctx context.Context, p identity.Principal, m calendar.Month, id string) (string, error) {
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, id)
	if err != nil {
		return "", err
	}
	if head.State != invoice.Final {
		return head.Number, fault.New(fault.Conflict, fault.T("청구서 %s이(가) 확정되지 않아 발송할 수 없습니다.", "Invoice %s is not final and cannot be sent.", head.Number))
	}
	c, _, err := customer.Load(ctx, d.Store, p.Tenant, id)
	if err != nil {
		return head.Number, err
	}
	recipients, err := frozen(c)
	if err != nil {
		return head.Number, err
	}
	ref, err := invoice.ParseNumber(head.Number)
	if err != nil {
		return head.Number, err
	}
	send := head.Sends + 1
	order, err := invoice.SendOrder{Send: send, Recipients: recipients}.Put(p.Tenant, ref, store.Always)
	if err != nil {
		return head.Number, err
	}
	work, err := d.outbox(p.Tenant, JobSend, fmt.Sprintf("send/%s/%d", head.Number, send), InvoiceWork{m, id, send})
	if err != nil {
		return head.Number, err
	}
	retry, err := d.forgetRefused(ctx, p.Tenant, ref, head, send)
	if err != nil {
		return head.Number, err
	}
	check := store.Check(head.Key(p.Tenant), store.AtVersion(version))
	return head.Number, d.Commit(ctx, p, journal.Change{Action: "invoice.send", Subject: head.Number, Before: head.SendLabel().EN}, append(retry, order, work, check)...)
}

// frozen is the customer's recipients as an order keeps them: each address once.
func frozen(c customer.Customer) ([]invoice.Recipient, error) {
	contacts, err := c.Recipients()
	if err != nil {
		return nil, err
	}
	var out []invoice.Recipient
	seen := map[string]bool{}
	for _, k := range contacts {
		r := invoice.Recipient{Name: k.Name, Email: k.Email}
		if !seen[r.Contact()] {
			seen[r.Contact()] = true
			out = append(out, r)
		}
	}
	return out, nil
}

// forgetRefused is the writes that let a person order a send again that reached nobody, once the reason is gone: no
// transport ever took a refused mail, so its id is free. What it was refused for stays in the audit (see reason).
func (d *Desk) forgetRefused(ctx context.Context, t store.Tenant, ref invoice.Reference, head invoice.Invoice, send int) ([]store.Write, error) {
	deliveries, err := invoice.Deliveries(ctx, d.Store, t, head.Month, head.Customer)
	if err != nil {
		return nil, err
	}
	var writes []store.Write
	for _, v := range deliveries {
		if v.Send != send || v.Invoice != head.Number || v.State != invoice.Refused {
			continue
		}
		w, err := v.Put(t, ref, v.Version)
		if err != nil {
			return nil, err
		}
		writes = append(writes, store.Delete(w.Document.Key, store.AtVersion(v.Version)))
	}
	return writes, nil
}

// outbox is the write of due work that is to be done at once.
func (d *Desk) outbox(t store.Tenant, job, id string, payload any) (store.Write, error) {
	return d.dueAt(t, d.Clock.Now(), job, id, payload)
}

// dueAt is the write of due work for a time.
func (d *Desk) dueAt(t store.Tenant, at time.Time, job, id string, payload any) (store.Write, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return store.Write{}, fault.New(fault.Internal, fault.T("작업을 저장 형식으로 바꾸지 못했습니다.", "Work could not be encoded.")).Because(err)
	}
	return due.Put(due.Item{ID: id, Tenant: t.String(), At: at.UTC().Truncate(time.Second), Job: job, Payload: body})
}

package settlement

import (
	"context"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/taxinvoice"
	"jeongsan/internal/tenant"
)

// maxHookID is how long a webhook's id may be: it becomes part of a key.
const maxHookID = 200

// TaxWebhook takes in that the service says something of a document: it leaves the question in the outbox and answers,
// since whoever sent it waits. event is the webhook's own id, business the supplier's number it names.
//
// Nothing of it is believed, so that it need not be signed: it only brings a question forward that timers and the daily
// poll ask anyway, and the same question twice has one effect. Another company's number is fault.Forbidden; a document
// that is none of ours, or that the tax office has, changes nothing. What was refused, rejected or cancelled is asked for
// once more: it may stand after all.
func (d *Desk) TaxWebhook(ctx context.Context, t store.Tenant, event, business, key string) error {
	if event == "" || len(event) > maxHookID {
		return fault.Invalidf("event", fault.T("웹훅의 식별자가 없거나 너무 깁니다.", "The webhook's id is missing or too long."))
	}
	profile, _, err := tenant.Load(ctx, d.Store, t)
	if err != nil {
		return err
	}
	if business != profile.BusinessNumber {
		return fault.New(fault.Forbidden, fault.T("다른 사업자의 웹훅입니다. 팝빌에 등록한 웹훅 주소를 확인해 주세요.", "This webhook is of another business number; check the address registered at Popbill."))
	}
	w, err := ParseTaxKey(key)
	if err != nil {
		return nil // another program's document under the same business number
	}
	x, err := taxinvoice.Load(ctx, d.Store, t, w.Month, w.Customer, w.Sequence)
	if fault.Is(err, fault.NotFound) || err == nil && x.State == taxinvoice.Reported {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := d.outbox(t, JobTaxFollow, "tax-webhook/"+event, w)
	if err != nil {
		return err
	}
	return d.Save(ctx, row)
}

package pages

import (
	"slices"

	"jeongsan/internal/customer"
	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
)

// mailState sums up what became of an invoice's mails.
type mailState struct {
	Text  fault.Text
	Class string
	Mails int // of the last send
}

// gravity orders the states of mails: the gravest of a send is shown.
var gravity = []invoice.DeliveryState{invoice.Refused, invoice.InDoubt, invoice.Waiting, invoice.Intended, invoice.Sent}

// mailStateOf is the gravest state among the mails of the invoice's last send.
func mailStateOf(head invoice.Invoice, c customer.Customer, mails []invoice.VersionedDelivery) mailState {
	if head.State != invoice.Final {
		return mailState{}
	}
	if len(mails) == 0 {
		if _, err := c.Recipients(); err != nil {
			return mailState{Text: words["mail-state.no-address"], Class: "warn"}
		}
		return mailState{Text: words["mail-state.not-yet"], Class: "quiet"}
	}
	last := mails[len(mails)-1].Send
	worst, n := len(gravity)-1, 0
	for _, m := range mails {
		if m.Send == last {
			n++
			worst = min(worst, slices.Index(gravity, m.State))
		}
	}
	state := gravity[max(worst, 0)]
	return mailState{Text: state.Text(), Class: deliveryClass(state), Mails: n}
}

func deliveryClass(s invoice.DeliveryState) string {
	switch s {
	case invoice.Sent:
		return "good"
	case invoice.InDoubt, invoice.Refused:
		return "warn"
	}
	return "quiet"
}

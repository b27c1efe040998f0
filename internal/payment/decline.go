package payment

import "jeongsan/internal/fault"

// Class is what a decline means for what comes next.
type Class string

const (
	Soft   Class = "soft"   // this card not now, perhaps another day: limit, balance, hours
	Hard   Class = "hard"   // this card never again until its holder has done something
	Ours   Class = "ours"   // our contract, key or request is wrong: no card will work, staff must act
	Unsure Class = "unsure" // trouble at the gateway: the card may have been charged, so it is asked again first
	Found  Class = "found"  // a person found that nothing was charged
)

// Decline is why a card was not charged.
type Decline struct {
	Class    Class       `json:"class"`
	Provider string      `json:"provider,omitempty"` // the gateway behind the provider
	Code     string      `json:"code,omitempty"`     // its code
	Text     fault.Text  `json:"text"`               // what happened and what to do, for staff and for the customer
	Card     MethodState `json:"card,omitempty"`     // what the card is from now on, when the code says so
}

// consequence is what a class is followed by.
type consequence struct {
	next bool        // the customer's next card is tried at once
	card MethodState // of the card, unless the decline says more; "" leaves it
}

// consequences is the policy of declines, as data. What a gateway's code means stands with the client that knows the
// gateways; a code that nobody knows is Soft there.
var consequences = map[Class]consequence{
	Soft:   {next: true},
	Hard:   {next: true, card: Stopped},
	Ours:   {},
	Unsure: {next: true},
	Found:  {},
}

// NextCard reports whether the customer's next card is tried at once.
func (d Decline) NextCard() bool { return consequences[d.Class].next }

// CardState is what the declined card is from now on; "" leaves it.
func (d Decline) CardState() MethodState {
	if d.Card != "" {
		return d.Card
	}
	return consequences[d.Class].card
}

package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// MethodState is what a registered card can be used for.
type MethodState string

const (
	Usable  MethodState = "usable"
	Expired MethodState = "expired"
	Stopped MethodState = "stopped" // the issuer takes no charge on it
	Deleted MethodState = "deleted"
)

// Text is the state as screens show it.
func (s MethodState) Text() fault.Text {
	switch s {
	case Usable:
		return fault.T("사용 가능", "usable")
	case Expired:
		return fault.T("유효기간 만료", "expired")
	case Stopped:
		return fault.T("사용 정지", "stopped")
	}
	return fault.T("삭제", "deleted")
}

// Card is what the provider shows of a card. The number is masked in the gateway's own manner and is kept as given: the
// last digits may be the hidden ones.
type Card struct {
	Kind   string `json:"kind,omitempty"` // Card, or an easy payment such as KAKAOPAY
	Issuer string `json:"issuer,omitempty"`
	Brand  string `json:"brand,omitempty"`
	Owner  string `json:"owner,omitempty"` // PERSONAL, CORPORATE
	Name   string `json:"name,omitempty"`
	Number string `json:"number,omitempty"`
}

// Registration is what the provider knows of a billing key.
type Registration struct {
	Card     Card
	State    MethodState
	Customer string // the customer the window was opened for; "" when none was named
}

// Method is a card of a customer.
type Method struct {
	ID     string      `json:"id"`
	Sealed []byte      `json:"sealed,omitempty"` // the billing key; gone once it was deleted at the provider
	Card   Card        `json:"card"`
	State  MethodState `json:"state"`
	Since  time.Time   `json:"since"` // of the state
}

// KeyPurpose binds a sealed billing key to its customer and card.
func (m Method) KeyPurpose(customer string) string { return "billing-key/" + customer + "/" + m.ID }

// MethodID is how a billing key is known here: it says nothing of the key.
func MethodID(billingKey string) string {
	h := sha256.Sum256([]byte("billing-key\x00" + billingKey))
	return hex.EncodeToString(h[:])[:16]
}

// MaxMethods is how many cards a customer can have (KM-02): the card, and two that step in.
const MaxMethods = 3

// Wallet is a customer's cards.
type Wallet struct {
	Customer string   `json:"customer"`
	Methods  []Method `json:"methods"` // in the order they are tried: card, backup 1, backup 2
	Gone     []Method `json:"gone,omitempty"`
}

// keptGone is how many deleted cards a wallet remembers; payments keep what they were charged on themselves.
const keptGone = 20

// Add puts a card at a place from 1 to MaxMethods; those from there on move down. Place 0 is behind all others.
func (w Wallet) Add(m Method, place int) (Wallet, error) {
	if _, there := w.Find(m.ID); there {
		return w, fault.New(fault.Conflict, fault.T("이미 등록된 카드입니다.", "This card is registered already."))
	}
	if len(w.Methods) >= MaxMethods {
		return w, fault.New(fault.Conflict, fault.T("카드는 %d장까지 등록할 수 있습니다. 쓰지 않는 카드를 지운 뒤 등록해 주세요.", "A customer can have %d cards at most; remove one first.", MaxMethods))
	}
	if place < 0 || place > MaxMethods {
		return w, fault.Invalidf("priority", fault.T("결제 순서는 1~%d이어야 합니다.", "The priority must lie between 1 and %d.", MaxMethods))
	}
	at := len(w.Methods)
	if place > 0 {
		at = min(place-1, at)
	}
	w.Methods = slices.Insert(slices.Clone(w.Methods), at, m)
	return w, nil
}

// Find is a card that was not deleted.
func (w Wallet) Find(id string) (Method, bool) {
	n := slices.IndexFunc(w.Methods, func(m Method) bool { return m.ID == id })
	if n < 0 {
		return Method{}, false
	}
	return w.Methods[n], true
}

// Forgotten is a deleted card whose billing key the provider may still have.
func (w Wallet) Forgotten(id string) (Method, bool) {
	n := slices.IndexFunc(w.Gone, func(m Method) bool { return m.ID == id && len(m.Sealed) > 0 })
	if n < 0 {
		return Method{}, false
	}
	return w.Gone[n], true
}

// Remove takes a card out: it is never charged again. Its billing key stays sealed until Unsealed, so that a stopped
// removal can be finished at the provider.
func (w Wallet) Remove(id string, at time.Time) Wallet {
	m, there := w.Find(id)
	if !there {
		return w
	}
	w.Methods = slices.DeleteFunc(slices.Clone(w.Methods), func(m Method) bool { return m.ID == id })
	m.State, m.Since = Deleted, at.UTC()
	w.Gone = append(slices.Clone(w.Gone), m)
	if excess := len(w.Gone) - keptGone; excess > 0 {
		w.Gone = w.Gone[excess:]
	}
	return w
}

// Unsealed is the wallet without the billing key of a deleted card.
func (w Wallet) Unsealed(id string) Wallet {
	w.Gone = slices.Clone(w.Gone)
	for n := range w.Gone {
		if w.Gone[n].ID == id {
			w.Gone[n].Sealed = nil
		}
	}
	return w
}

// Mark is the wallet with a card in another state.
func (w Wallet) Mark(id string, s MethodState, at time.Time) Wallet {
	w.Methods = slices.Clone(w.Methods)
	for n := range w.Methods {
		if w.Methods[n].ID == id && w.Methods[n].State != s {
			w.Methods[n].State, w.Methods[n].Since = s, at.UTC()
		}
	}
	return w
}

// Next is the first usable card that the payment has not tried.
func (w Wallet) Next(p Payment) (Method, bool) {
	for _, m := range w.Methods {
		if m.State == Usable && !p.Tried(m.ID) {
			return m, true
		}
	}
	return Method{}, false
}

// RefuseCardNumber refuses a text that is a card number: 13 to 19 digits, blanks and hyphens aside, with a right check
// digit (Luhn). A card number must never get as far as being stored.
func RefuseCardNumber(field, text string) error {
	plain := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if len(plain) < 13 || len(plain) > 19 || strings.Trim(plain, "0123456789") != "" || !luhn(plain) {
		return nil
	}
	return fault.Invalidf(field, fault.T("카드번호는 입력할 수 없습니다. 결제사의 카드 등록 창에서 등록해 주세요.", "A card number cannot be entered here; register the card in the provider's window."))
}

func luhn(digits string) bool {
	sum := 0
	for n := range len(digits) {
		d := int(digits[len(digits)-1-n] - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

const (
	kindWallet = "wallet"
	kindMethod = "method"
)

// Key is where the wallet lies; flows check its version when they choose a card by it.
func (w Wallet) Key(t store.Tenant) store.Key { return t.Partition("wallet").Key(w.Customer) }

// Put is the write of the wallet at the version it was read with (0: new).
func (w Wallet) Put(t store.Tenant, version int64) (store.Write, error) {
	d, err := store.JSON(w.Key(t), kindWallet, schema, w)
	return store.Put(d, store.AtVersion(version)), err
}

// LoadWallet reads a customer's cards; one that never had any is an empty wallet at version 0.
func LoadWallet(ctx context.Context, s store.Reader, t store.Tenant, customer string) (Wallet, int64, error) {
	d, err := s.Get(ctx, Wallet{Customer: customer}.Key(t))
	if fault.Is(err, fault.NotFound) {
		return Wallet{Customer: customer}, 0, nil
	}
	if err != nil {
		return Wallet{}, 0, err
	}
	var w Wallet
	return w, d.Version, store.Decode(d, kindWallet, schema, &w)
}

func ownerKey(t store.Tenant, method string) store.Key { return t.Partition("method").Key(method) }

// Own is the write that makes a card the customer's: the same card of two customers fails on its condition.
func Own(t store.Tenant, method, customer string) store.Write {
	return store.Put(store.Document{Key: ownerKey(t, method), Kind: kindMethod, Schema: schema, Body: []byte(customer)}, store.Absent)
}

// Disown is the write that lets the card be registered again.
func Disown(t store.Tenant, method string) store.Write {
	return store.Delete(ownerKey(t, method), store.Always)
}

// Owner is the customer whose card it is; fault.NotFound when it is nobody's.
func Owner(ctx context.Context, s store.Reader, t store.Tenant, method string) (string, error) {
	d, err := s.Get(ctx, ownerKey(t, method))
	return string(d.Body), err
}

// Package identity says who acts, for which tenant.
//
// It owns the principal and what each role may do. It does not own log-in, sessions or passwords.
//
// Invariants: every flow takes a principal; a principal acts for exactly one tenant; the system principal is
// made only by schedules and queues, never from a request.
package identity

import (
	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Role groups what a principal may do.
type Role string

const (
	System Role = "system" // schedules, queues, the sweep
	Main   Role = "main"   // the MSP's main account
	Staff  Role = "staff"  // a sub account
)

// Action is something that changes money, documents or access.
type Action string

const (
	Ingest        Action = "ingest"
	Bill          Action = "bill"
	CloseRun      Action = "close-run"
	SendInvoice   Action = "send-invoice"
	ReviseInvoice Action = "revise-invoice" // a final invoice gets other figures
	IssueTax      Action = "issue-tax"      // issue, cancel and record tax invoices
	FollowTax     Action = "follow-tax"     // ask the service how far they have come
	AmendTax      Action = "amend-tax"      // 수정세금계산서
	ReplaceUpload Action = "replace-document"
	ManageKeys    Action = "manage-keys"
	ManageCustom  Action = "manage-customers"
	ChargeCard    Action = "charge-card"
	ApplyPayment  Action = "apply-payment"  // ask the provider how payments stand, and book what it says
	RefundPayment Action = "refund-payment" // give money back, and decide what nobody can find out
	ManageMethods Action = "manage-methods" // customers' cards
)

// allowed is the table role × action. What is not in it is refused.
var allowed = map[Role]map[Action]bool{
	System: {Ingest: true, Bill: true, SendInvoice: true, IssueTax: true, FollowTax: true, ChargeCard: true, ApplyPayment: true},
	Main:   {Ingest: true, Bill: true, CloseRun: true, SendInvoice: true, ReviseInvoice: true, IssueTax: true, FollowTax: true, AmendTax: true, ReplaceUpload: true, ManageKeys: true, ManageCustom: true, ChargeCard: true, ApplyPayment: true, RefundPayment: true, ManageMethods: true},
	Staff:  {Bill: true, SendInvoice: true, ReviseInvoice: true, IssueTax: true, FollowTax: true, AmendTax: true, ReplaceUpload: true, ManageCustom: true, ChargeCard: true, ApplyPayment: true, RefundPayment: true, ManageMethods: true},
}

// Principal is who acts.
type Principal struct {
	Tenant store.Tenant
	Role   Role
	ID     string // "main", a sub account's id, or the name of the job
}

// Job is the principal of scheduled and queued work.
func Job(t store.Tenant, name string) Principal {
	return Principal{Tenant: t, Role: System, ID: name}
}

// Allow is nil when the principal may do the action, else fault.Forbidden.
func (p Principal) Allow(a Action) error {
	if !p.Tenant.IsZero() && allowed[p.Role][a] {
		return nil
	}
	return fault.New(fault.Forbidden, fault.T("이 작업을 할 권한이 없습니다.", "You are not allowed to do this."))
}

// String is how audit records name the principal: "main:main", "system:ingest".
func (p Principal) String() string { return string(p.Role) + ":" + p.ID }

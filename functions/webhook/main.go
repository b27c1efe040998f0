// Command webhook takes the webhooks of PortOne and Popbill: it proves them, keeps what they ask for, and answers.
package main

import (
	"jeongsan/functions/entry"
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.WebhookFunction)
	a := &app.App{
		Settlement:  &settlement.Desk{Journal: s.Journal()},
		Receivables: &receivables.Desk{Journal: s.Journal(), Secrets: s.Keeper(), Verify: s.Verify()},
	}
	site := httpapi.Site{PortOne: a.PortOneHook, Popbill: s.PopbillHook(a.PopbillHook), Failed: entry.Failed(s.Log)}
	s.Start(entry.HTTP(site.Handler()))
}

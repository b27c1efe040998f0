// Command nightly proves the books and holds the day's card payments against the provider's list.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/receivables"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.NightlyFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{Journal: s.Journal()}
	a.Receivables = &receivables.Desk{Journal: s.Journal(), Secrets: s.Keeper(), Verify: s.Verify(), Gateway: s.Gateway()}
	s.StartJobs(a)
}

// Command charge charges cards and books what became of each payment.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/receivables"
)

func main() {
	s := stack.Open(app.ChargeFunction)
	a := s.App()
	a.Receivables = &receivables.Desk{Journal: s.Journal(), Secrets: s.Keeper(), Verify: s.Verify(), Gateway: s.Gateway()}
	s.StartJobs(a)
}

// Command billing drafts and bills, a customer and month a message.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.BillingFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{Journal: s.Journal(), Bucket: s.Bucket()}
	s.StartJobs(a)
}

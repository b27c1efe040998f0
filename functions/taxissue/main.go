// Command taxissue issues tax invoices and follows them to the tax office.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.TaxIssueFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{Journal: s.Journal(), Bucket: s.Bucket(), Taxes: s.Taxes()}
	s.StartJobs(a)
}

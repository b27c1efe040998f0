// Command mailing draws invoices and mails them. It is the only function with fonts.
package main

import (
	"crypto/rand"

	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.MailingFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{
		Journal: s.Journal(), Bucket: s.Bucket(), Secrets: s.Keeper(), Mail: s.Mail(), Render: s.Renderer(), Random: rand.Reader,
		LinkURL: s.PublicURL() + "/d/",
	}
	s.StartJobs(a)
}

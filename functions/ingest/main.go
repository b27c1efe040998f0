// Command ingest pulls usage from every provider account, an account and month a message.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.IngestFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{Journal: s.Journal(), Bucket: s.Bucket(), Secrets: s.Keeper(), Scratch: stack.Scratch, Sources: s.Sources()}
	s.StartJobs(a)
}

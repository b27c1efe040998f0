// Command timers takes what is due out of the table, every minute: the certainty behind the outbox function.
package main

import (
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.TimersFunction)
	a := s.App()
	a.Settlement = &settlement.Desk{Journal: s.Journal()}
	s.StartJobs(a)
}

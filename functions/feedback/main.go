// Command feedback records what became of mails, as SES tells it.
package main

import (
	"jeongsan/functions/entry"
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/queue/sqs"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.FeedbackFunction)
	desk := &settlement.Desk{Journal: s.Journal()}
	s.Start(entry.Batch(sqs.Decode, entry.Feedback(desk.MailFeedback), nil, s.Log))
}

package entry

import (
	"context"
	"log/slog"
	"regexp"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// NewLog is the function's log: JSON with the request's id, without what nobody may read there.
func NewLog() *slog.Logger {
	return slog.New(discreet{lambdacontext.NewLogHandler()})
}

// Redact makes any log discreet.
func Redact(h slog.Handler) slog.Handler { return discreet{h} }

// discreet takes secrets and personal data out of a record before it is written. Errors of ours name neither; this is
// for what outside systems write into theirs.
type discreet struct{ slog.Handler }

// Handle is slog.Handler's.
func (d discreet) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, hidden(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(discreetly(a))
		return true
	})
	return d.Handler.Handle(ctx, clean)
}

// WithAttrs is slog.Handler's.
func (d discreet) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = discreetly(a)
	}
	return discreet{d.Handler.WithAttrs(clean)}
}

// WithGroup is slog.Handler's.
func (d discreet) WithGroup(name string) slog.Handler { return discreet{d.Handler.WithGroup(name)} }

const removed = "[removed]"

// discreetly hides a value by its name, or what is secret inside it.
func discreetly(a slog.Attr) slog.Attr {
	for _, word := range secretNames {
		if strings.Contains(strings.ToLower(a.Key), word) {
			return slog.String(a.Key, removed)
		}
	}
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		group := make([]slog.Attr, len(v.Group()))
		for i, inner := range v.Group() {
			group[i] = discreetly(inner)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindString, slog.KindAny:
		return slog.String(a.Key, hidden(v.String()))
	}
	return a
}

var secretNames = []string{"secret", "password", "token", "authorization", "signature", "credential", "apikey", "api_key"}

// secretForms are secrets and personal data by their look: credentials in headers and queries, webhook secrets, mail
// links, signed links, mail addresses, card and resident registration numbers.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\b(bearer|basic|portone|linkhub)\s+[A-Za-z0-9+/=._-]{8,}`),
	regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`),
	regexp.MustCompile(`(?i)(secret|password|token|signature|credential|apikey|api_key)("?\s*[=:]\s*"?)[^\s"&,}]+`),
	regexp.MustCompile(`/d/[a-z0-9-]+\.[A-Za-z0-9_-]+`),
	regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`),
	regexp.MustCompile(`\b\d{4}-?\d{4}-?\d{4}-?\d{4}\b`),
	regexp.MustCompile(`\b\d{6}-[1-8]\d{6}\b`),
}

func hidden(s string) string {
	for _, form := range secretForms {
		s = form.ReplaceAllString(s, removed)
	}
	return s
}

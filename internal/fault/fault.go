// Package fault is the one vocabulary of errors.
//
// Every error that a person may see is a *Fault: a code (what kind of failure, mapped to an HTTP status in
// one place), a sentence in Korean and in English that says what is wrong and what to do, and the place it
// was found (a field, or file, sheet, row and column). What caused it is wrapped for the log and is never shown.
//
// The package owns codes, sentences and places. It does not own logging, HTTP, or the choice of language.
//
// Invariants: TextOf never returns internal text: an error that is no Fault is shown as a generic sentence.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the kind of a failure.
type Code string

const (
	// Invalid: the input is wrong; the same call will fail again until it is corrected.
	Invalid Code = "invalid"
	// NotFound: what was named does not exist, or not for this principal.
	NotFound Code = "not_found"
	// Conflict: the state of things forbids it (a condition failed, already sent, already closed).
	Conflict Code = "conflict"
	// Forbidden: the principal may not do this.
	Forbidden Code = "forbidden"
	// Unavailable: an outside system or our own store cannot answer now; the same call may succeed later.
	Unavailable Code = "unavailable"
	// UnknownOutcome: the call may or may not have taken effect; ask before trying again.
	UnknownOutcome Code = "unknown_outcome"
	// Internal: a defect of ours. Also the code of every error that is no Fault.
	Internal Code = "internal"
)

// Text is one sentence in the two languages of the product.
type Text struct {
	KO string `json:"ko"`
	EN string `json:"en"`
}

// T formats both sentences with the same arguments; use indexed verbs (%[2]s) where the word order differs.
func T(ko, en string, args ...any) Text {
	if len(args) == 0 {
		return Text{KO: ko, EN: en}
	}
	return Text{KO: fmt.Sprintf(ko, args...), EN: fmt.Sprintf(en, args...)}
}

// Place is where in an uploaded or fetched document a fault was found. Row and Column count from 1; zero means unknown.
type Place struct {
	File   string `json:"file,omitempty"`
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
}

func (p Place) text() Text {
	var ko, en []string
	if p.File != "" {
		ko, en = append(ko, "파일 "+p.File), append(en, "file "+p.File)
	}
	if p.Sheet != "" {
		ko, en = append(ko, "시트 "+p.Sheet), append(en, "sheet "+p.Sheet)
	}
	if p.Row > 0 {
		ko, en = append(ko, fmt.Sprintf("%d행", p.Row)), append(en, fmt.Sprintf("row %d", p.Row))
	}
	if p.Column != "" {
		ko, en = append(ko, "열 "+p.Column), append(en, "column "+p.Column)
	}
	return Text{KO: strings.Join(ko, ", "), EN: strings.Join(en, ", ")}
}

// Fault is an error that can be shown to a person.
type Fault struct {
	Code  Code
	Field string // the input field as the person knows it, "" when none
	Place Place
	Text  Text
	cause error
}

// Invalidf reports a wrong input field.
func Invalidf(field string, t Text) *Fault { return &Fault{Code: Invalid, Field: field, Text: t} }

// New makes a fault of any code without a field.
func New(code Code, t Text) *Fault { return &Fault{Code: code, Text: t} }

// At returns the fault with its place in a document.
func (f *Fault) At(p Place) *Fault { g := *f; g.Place = p; return &g }

// Because returns the fault with the error that caused it; the cause is logged, never shown.
func (f *Fault) Because(err error) *Fault { g := *f; g.cause = err; return &g }

// Error is the English form with code and cause, for logs.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Code))
	if f.Field != "" {
		b.WriteString(" [" + f.Field + "]")
	}
	b.WriteString(": " + f.Shown().EN)
	if f.cause != nil {
		b.WriteString(": " + f.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Shown is the sentence for a person, with the place in front of it.
func (f *Fault) Shown() Text {
	at := f.Place.text()
	if at.KO == "" {
		return f.Text
	}
	return Text{KO: at.KO + ": " + f.Text.KO, EN: at.EN + ": " + f.Text.EN}
}

// CodeOf returns the code of the first Fault in err's chain, Internal if there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// TextOf returns what a person may be shown of err: the Fault's sentence, or a generic one.
func TextOf(err error) Text {
	var f *Fault
	if errors.As(err, &f) {
		return f.Shown()
	}
	return Text{
		KO: "내부 오류가 발생했습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.",
		EN: "Something went wrong on our side. Try again shortly; if it persists, tell the operator.",
	}
}

// All returns every Fault of a joined error, in order; errors that are no Fault are left out.
func All(err error) []*Fault {
	if err == nil {
		return nil
	}
	if f, ok := err.(*Fault); ok {
		return []*Fault{f}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*Fault
		for _, e := range joined.Unwrap() {
			out = append(out, All(e)...)
		}
		return out
	}
	return All(errors.Unwrap(err))
}

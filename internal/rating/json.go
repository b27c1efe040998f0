package rating

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"jeongsan/internal/calendar"
	"jeongsan/internal/money"
)

// Bills are hashed and stored as JSON, which package encoding/json makes by reflection and slower than all the
// arithmetic (BenchmarkRateAndCompose in invoice). The two AppendJSON write the same bytes without it; a test holds
// them to encoding/json, which still reads them.

// AppendJSON appends what json.Marshal makes of the input.
func (in Input) AppendJSON(dst []byte) []byte {
	dst = appendText(append(dst, `{"currency":`...), string(in.Currency))
	if x := in.Exchange; !x.IsZero() {
		dst = appendText(append(dst, `,"exchange":{"from":`...), string(x.From))
		dst = appendNumber(append(dst, `,"rate":`...), x.Rate)
		dst = appendText(append(dst, `,"date":`...), x.Date.String())
		dst = appendText(append(dst, `,"source":`...), x.Source)
		dst = append(dst, '}')
	}
	dst = appendList(append(dst, `,"costs":`...), in.Costs, appendCost)
	if len(in.Residuals) > 0 {
		dst = appendList(append(dst, `,"residuals":`...), in.Residuals, appendResidual)
	}
	if len(in.Fees) > 0 {
		dst = appendList(append(dst, `,"fees":`...), in.Fees, appendFee)
	}
	p := in.Policy
	dst = appendText(append(dst, `,"policy":{"line":`...), p.Line)
	dst = appendText(append(dst, `,"usage":`...), p.Usage)
	dst = appendText(append(dst, `,"fee":`...), p.Fee)
	dst = appendText(append(dst, `,"supply":`...), p.Supply)
	dst = appendText(append(dst, `,"vat":`...), p.VAT)
	dst = appendNumber(append(dst, `,"rate":`...), p.Rate)
	return append(dst, "}}"...)
}

// AppendJSON appends what json.Marshal makes of the bill.
func (b Bill) AppendJSON(dst []byte) []byte {
	dst = appendText(append(dst, `{"currency":`...), string(b.Currency))
	dst = appendList(append(dst, `,"lines":`...), b.Lines, appendLine)
	dst = appendNumber(append(dst, `,"cost":`...), b.Cost)
	dst = appendAmount(append(dst, `,"usage":`...), b.Usage)
	dst = appendAmount(append(dst, `,"discount":`...), b.Discount)
	dst = appendAmount(append(dst, `,"other":`...), b.Other)
	dst = appendAmount(append(dst, `,"rounding":`...), b.Rounding)
	dst = appendAmount(append(dst, `,"supply":`...), b.Supply)
	dst = appendAmount(append(dst, `,"vat":`...), b.VAT)
	dst = appendAmount(append(dst, `,"total":`...), b.Total)
	dst = appendList(append(dst, `,"derivation":{"usage":`...), b.Derivation.Usage, appendStep)
	dst = appendList(append(dst, `,"supply":`...), b.Derivation.Supply, appendStep)
	dst = appendList(append(dst, `,"vat":`...), b.Derivation.VAT, appendStep)
	dst = appendList(append(dst, `,"total":`...), b.Derivation.Total, appendStep)
	return append(dst, "}}"...)
}

func appendCost(dst []byte, c *Cost) []byte {
	dst = appendMonth(append(dst, `{"month":`...), c.Month)
	dst = appendText(append(dst, `,"account":`...), c.Account)
	dst = appendText(append(dst, `,"service":`...), c.Service)
	dst = strconv.AppendInt(append(dst, `,"rows":`...), int64(c.Rows), 10)
	dst = appendNumber(append(dst, `,"list":`...), c.List)
	dst = appendNumber(append(dst, `,"cost":`...), c.Cost)
	dst = appendNumber(append(dst, `,"vm":`...), c.VM)
	return append(dst, '}')
}

func appendResidual(dst []byte, r *Residual) []byte {
	dst = appendMonth(append(dst, `{"month":`...), r.Month)
	dst = appendText(append(dst, `,"account":`...), r.Account)
	dst = appendNumber(append(dst, `,"cost":`...), r.Cost)
	if len(r.Parts) > 0 {
		dst = appendList(append(dst, `,"parts":`...), r.Parts, func(dst []byte, p *Part) []byte {
			dst = appendText(append(dst, `{"name":`...), p.Name)
			return append(appendNumber(append(dst, `,"amount":`...), p.Amount), '}')
		})
	}
	return append(dst, '}')
}

func appendFee(dst []byte, f *Fee) []byte {
	dst = appendText(append(dst, `{"id":`...), f.ID)
	dst = appendText(append(dst, `,"kind":`...), string(f.Kind))
	dst = appendText(append(dst, `,"name":`...), f.Name)
	if !f.Fixed.IsZero() {
		dst = appendAmount(append(dst, `,"fixed":`...), f.Fixed)
	}
	if !f.Ratio.IsZero() {
		dst = appendNumber(append(dst, `,"ratio":`...), f.Ratio)
	}
	return append(dst, '}')
}

func appendLine(dst []byte, l *Line) []byte {
	dst = appendText(append(dst, `{"id":`...), l.ID)
	dst = appendText(append(dst, `,"group":`...), string(l.Group))
	dst = appendText(append(dst, `,"name":`...), l.Name)
	if !l.Month.IsZero() {
		dst = appendMonth(append(dst, `,"month":`...), l.Month)
	}
	if l.Account != "" {
		dst = appendText(append(dst, `,"account":`...), l.Account)
	}
	if l.Service != "" {
		dst = appendText(append(dst, `,"service":`...), l.Service)
	}
	if l.Rows != 0 {
		dst = strconv.AppendInt(append(dst, `,"rows":`...), int64(l.Rows), 10)
	}
	dst = appendAmount(append(dst, `,"amount":`...), l.Amount)
	dst = appendList(append(dst, `,"derivation":`...), l.Derivation, appendStep)
	return append(dst, '}')
}

func appendStep(dst []byte, s *Step) []byte {
	dst = appendText(append(dst, `{"op":`...), string(s.Op))
	if len(s.In) > 0 {
		dst = appendList(append(dst, `,"in":`...), s.In, func(dst []byte, o *Operand) []byte {
			dst = appendText(append(dst, `{"name":`...), o.Name)
			return append(appendText(append(dst, `,"value":`...), o.Value), '}')
		})
	}
	if s.Rule != "" {
		dst = appendText(append(dst, `,"rule":`...), s.Rule)
	}
	return append(appendText(append(dst, `,"out":`...), s.Out), '}')
}

func appendList[T any](dst []byte, list []T, each func([]byte, *T) []byte) []byte {
	if list == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = each(dst, &list[i])
	}
	return append(dst, ']')
}

// appendMonth writes "2026-10"; Month.String formats by reflection, and every line has a month.
func appendMonth(dst []byte, m calendar.Month) []byte {
	if m.IsZero() {
		return append(dst, `""`...)
	}
	y, n := m.Year(), int(m.Month())
	return append(dst, '"', digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(n/10), digit(n), '"')
}

func digit(n int) byte { return '0' + byte(n%10) }

// appendNumber writes a decimal as a string, so that no reader takes it for a float.
func appendNumber(dst []byte, x money.Decimal) []byte {
	return append(append(append(dst, '"'), x.String()...), '"')
}

func appendAmount(dst []byte, a money.Amount) []byte {
	dst = append(append(append(dst, `{"amount":"`...), a.Decimal().String()...), `","currency":"`...)
	return append(append(dst, a.Currency()...), `"}`...)
}

func appendText(dst []byte, s string) []byte {
	if plain(s) {
		return append(append(append(dst, '"'), s...), '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		panic(err)
	}
	return append(dst, quoted...)
}

// plain reports whether JSON writes the text as it is; encoding/json escapes more than it must, for HTML's sake.
func plain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

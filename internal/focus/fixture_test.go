package focus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
	"jeongsan/internal/money"
)

func source() *rand.Rand { return rand.New(rand.NewPCG(20261001, 7)) }

func generated(n int) iter.Seq[focus.Row] { return focustest.Rows(source(), focustest.Spec{Rows: n}) }

func open(tb testing.TB, data []byte) *focus.Reader {
	tb.Helper()
	r, err := focus.Open("export", bytes.NewReader(data), int64(len(data)), focus.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func written(tb testing.TB, write func(io.Writer) error) []byte {
	tb.Helper()
	var file bytes.Buffer
	if err := write(&file); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

func csvOf(tb testing.TB, t focustest.Text, n int) []byte {
	return written(tb, func(w io.Writer) error { return focustest.WriteCSV(w, t, generated(n)) })
}

func parquetOf(tb testing.TB, c focustest.Columnar, n int) []byte {
	return written(tb, func(w io.Writer) error { return focustest.WriteParquet(w, c, generated(n)) })
}

// canonical is the rows as canonical lines, which compare decimals by value.
func canonical(rows iter.Seq[focus.Row], v focus.Version) string {
	var lines []byte
	for row := range rows {
		lines = appendLine(lines, focustest.Seen(row, v))
	}
	return string(lines)
}

func canonicalOf(tb testing.TB, r *focus.Reader) string {
	tb.Helper()
	var lines []byte
	for row, err := range r.Rows(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		lines = appendLine(lines, row)
	}
	return string(lines)
}

func drain(tb testing.TB, r *focus.Reader) int {
	tb.Helper()
	n := 0
	for _, err := range r.Rows(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		n++
	}
	return n
}

// read opens and reads data to the end, and returns the rows read and the error that ended it.
func read(data []byte, o focus.Options) (int, error) {
	r, err := focus.Open("export.csv", bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range r.Rows(context.Background()) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// expect is what a fault must say.
type expect struct {
	row    int
	column string
	ko, en []string // parts of the sentences
}

func (x expect) check(t *testing.T, err error) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) {
		t.Fatalf("want a fault, got %v", err)
	}
	if f.Code != fault.Invalid {
		t.Errorf("code is %s", f.Code)
	}
	if want := (fault.Place{File: "export.csv", Row: x.row, Column: x.column}); f.Place != want {
		t.Errorf("place is %+v, want %+v", f.Place, want)
	}
	for _, part := range x.ko {
		if !strings.Contains(f.Text.KO, part) {
			t.Errorf("Korean sentence lacks %q: %s", part, f.Text.KO)
		}
	}
	for _, part := range x.en {
		if !strings.Contains(f.Text.EN, part) {
			t.Errorf("English sentence lacks %q: %s", part, f.Text.EN)
		}
	}
	if strings.Contains(f.Text.KO+f.Text.EN, "%!") {
		t.Errorf("a sentence is badly formatted: %s / %s", f.Text.KO, f.Text.EN)
	}
}

// small is the least a FOCUS 1.0 export can be, as cells that a test changes.
type small struct {
	header []string
	rows   [][]string
}

func smallExport(rows int) small {
	s := small{header: strings.Split("BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,"+
		"ChargeCategory,ChargeClass,ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,InvoiceIssuerName,"+
		"ListCost,PricingQuantity,PricingUnit,ProviderName,PublisherName,ServiceCategory,ServiceName,SubAccountId", ",")}
	for range rows {
		s.rows = append(s.rows, strings.Split("1.5,1,Payer,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,"+
			"Usage,,Hours,2026-10-02T00:00:00Z,2026-10-01T00:00:00Z,1.5,1.5,Issuer,"+
			"2,3,Hours,Provider,Publisher,Compute,VM,42", ","))
	}
	return s
}

// set changes the cell of a row (from 0) and returns the export.
func (s small) set(row int, column, value string) small {
	s.rows[row][s.index(column)] = value
	return s
}

func (s small) index(column string) int {
	for i, name := range s.header {
		if name == column {
			return i
		}
	}
	panic("no column " + column)
}

func (s small) drop(columns ...string) small {
	for _, column := range columns {
		i := s.index(column)
		s.header = append(append([]string(nil), s.header[:i]...), s.header[i+1:]...)
		for r := range s.rows {
			s.rows[r] = append(append([]string(nil), s.rows[r][:i]...), s.rows[r][i+1:]...)
		}
	}
	return s
}

func (s small) String() string {
	lines := []string{strings.Join(s.header, ",")}
	for _, row := range s.rows {
		lines = append(lines, strings.Join(row, ","))
	}
	return strings.Join(lines, "\n") + "\n"
}

// iterate pulls rows one by one.
func iterate(r *focus.Reader) (func() (focus.Row, error, bool), func()) {
	return iter.Pull2(r.Rows(context.Background()))
}

// smallRow is the row of the small export.
func smallRow(tb testing.TB) focus.Row {
	tb.Helper()
	for row, err := range open(tb, []byte(smallExport(1).String())).Rows(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		return row
	}
	tb.Fatal("no row")
	return focus.Row{}
}

// appendLine adds a row as one line that compares numbers by value and leaves out where in the file it stood.
func appendLine(dst []byte, r focus.Row) []byte {
	r.Number, r.Line = 0, 0
	fields := reflect.ValueOf(r)
	for i := range fields.NumField() {
		switch x := fields.Field(i).Interface().(type) {
		case money.Decimal:
			dst = append(dst, x.Canonical()...)
		case focus.Number:
			if x.Known {
				dst = append(dst, x.Value.Canonical()...)
			}
		case time.Time:
			dst = x.UTC().AppendFormat(dst, time.RFC3339Nano)
		default:
			dst = fmt.Appendf(dst, "%q", fmt.Sprint(x))
		}
		dst = append(dst, '\t')
	}
	return append(dst, '\n')
}

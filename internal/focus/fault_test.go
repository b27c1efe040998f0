package focus_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"jeongsan/internal/fault"
	"jeongsan/internal/focus"
	"jeongsan/internal/focus/focustest"
)

func TestWhat_is_no_FOCUS_export_is_refused_before_any_row_with_what_to_do(t *testing.T) {
	good := smallExport(2)
	cases := []struct {
		name string
		data string
		expect
	}{
		{"an empty file", "", expect{0, "", []string{"빈 파일"}, []string{"empty"}}},
		{"blank lines only", "\n\r\n \n", expect{0, "", []string{"빈 파일"}, []string{"empty"}}},
		{"all missing mandatory columns are named at once", good.drop("BilledCost", "ListCost", "ChargeClass").String(),
			expect{1, "", []string{"FOCUS 1.0", "3개", "BilledCost, ChargeClass, ListCost"}, []string{"FOCUS 1.0", "3 mandatory", "BilledCost, ChargeClass, ListCost"}}},
		{"missing columns are those of the version the others show", strings.Replace(smallExport(1).drop("EffectiveCost").String(), "SubAccountId", "InvoiceId", 1),
			expect{1, "", []string{"FOCUS 1.2"}, []string{"FOCUS 1.2", "EffectiveCost"}}},
		{"1.3 demands the service provider", strings.Replace(smallExport(1).String(), "SubAccountId", "AllocatedMethodId", 1),
			expect{1, "", []string{"FOCUS 1.3"}, []string{"HostProviderName", "ServiceProviderName"}}},
		{"a table of something else", "name,age\nA,3\n", expect{1, "", []string{"21개"}, []string{"21 mandatory"}}},
		{"a legacy AWS CUR", "identity/LineItemId,identity/TimeInterval,bill/PayerAccountId,lineItem/UnblendedCost\na,b,c,1\n",
			expect{1, "", []string{"AWS", "Data Exports"}, []string{"CUR", "FOCUS with AWS columns"}}},
		{"an AWS CUR 2.0", "bill_payer_account_id,line_item_unblended_cost,bill_billing_period_start_date\n1,2,3\n",
			expect{1, "", []string{"AWS", "Data Exports"}, []string{"CUR", "Data Exports"}}},
		{"an Azure usage file", "InvoiceSectionName,BillingAccountId,BillingAccountName,CostInBillingCurrency,MeterId\n1,2,3,4,5\n",
			expect{1, "", []string{"Azure", "내보내기"}, []string{"Azure", "FOCUS"}}},
		{"a Google Cloud billing export", "billing_account_id,service.description,sku.description,cost,currency\n1,2,3,4,5\n",
			expect{1, "", []string{"Google Cloud", "BigQuery"}, []string{"Google Cloud", "BigQuery"}}},
		{"an Oracle cost report", "lineItem/referenceNo,lineItem/tenantId,cost/myCost\n1,2,3\n",
			expect{1, "", []string{"Oracle"}, []string{"FOCUS Reports"}}},
		{"a column twice", strings.Replace(smallExport(1).String(), "SubAccountId", "BilledCost", 1),
			expect{1, "BilledCost", []string{"1번째와 22번째"}, []string{"column 1 and 22"}}},
		{"a mandatory column in another spelling", strings.Replace(smallExport(1).String(), "BilledCost", "billed_cost", 1),
			expect{1, "", []string{`"billed_cost" → "BilledCost"`}, []string{`"billed_cost" → "BilledCost"`}}},
		{"an optional column in another case would lose the customer", strings.Replace(smallExport(1).String(), "SubAccountId", "SubAccountID", 1),
			expect{1, "", []string{`"SubAccountID" → "SubAccountId"`}, []string{`"SubAccountID" → "SubAccountId"`}}},
		{"tabs", strings.ReplaceAll(smallExport(1).String(), ",", "\t"), expect{1, "", []string{"탭"}, []string{"tabs"}}},
		{"bars", strings.ReplaceAll(smallExport(1).String(), ",", "|"), expect{1, "", []string{"세로줄"}, []string{"bars"}}},
		{"semicolons", strings.ReplaceAll(smallExport(1).String(), ",", ";"), expect{1, "", []string{"세미콜론"}, []string{"semicolons"}}},
		{"UTF-16 as Excel's Unicode text", utf16LE("\ufeff" + smallExport(1).String()), expect{0, "", []string{"UTF-16"}, []string{"CSV UTF-8"}}},
		{"UTF-16 without a mark", utf16LE(smallExport(1).String()), expect{0, "", []string{"UTF-16"}, []string{"CSV UTF-8"}}},
		{"a ZIP or XLSX", "PK\x03\x04 and so on", expect{0, "", []string{"ZIP"}, []string{"ZIP or Excel"}}},
		{"an XLS", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", expect{0, "", []string{"Excel"}, []string{"ZIP or Excel"}}},
		{"zstd", "\x28\xb5\x2f\xfd----", expect{0, "", []string{"압축 형식"}, []string{"gzip"}}},
		{"an encrypted Parquet file", "PARE----PARE", expect{0, "", []string{"암호화"}, []string{"encrypted"}}},
		{"packed twice", gzipped(gzipped(smallExport(1).String())), expect{0, "", []string{"두 번"}, []string{"packed twice"}}},
		{"a packed Parquet file", gzipped("PAR1 and so on"), expect{0, "", []string{"Parquet"}, []string{"Parquet"}}},
		{"an empty file, packed", gzipped(""), expect{0, "", []string{"빈 파일"}, []string{"empty"}}},
		{"a gzip that ends in its header", "\x1f\x8b\x08", expect{0, "", []string{"끊겼"}, []string{"cut off"}}},
		{"a gzip of garbage", "\x1f\x8bgarbage that is no gzip", expect{0, "", []string{"손상"}, []string{"damaged"}}},
		{"a Parquet file without its end", "PAR1 and nothing else", expect{0, "", []string{"손상"}, []string{"damaged or cut off"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, err := read([]byte(c.data), focus.Options{})
			if n != 0 {
				t.Errorf("%d rows were read", n)
			}
			c.expect.check(t, err)
		})
	}
}

func TestA_wrong_cell_stops_the_reading_at_its_row_and_column(t *testing.T) {
	cases := []struct {
		name, column, value string
		ko, en              string
	}{
		{"a number with a comma", "BilledCost", `"1,234.5"`, "숫자가 아닙니다", "not a number"},
		{"a word for a number", "ListCost", "N/A", "숫자가 아닙니다", "not a number"},
		{"NaN", "BilledCost", "NaN", "숫자가 아닙니다", "not a number"},
		{"an exponent that would fill the memory", "BilledCost", "1e999999", "자릿수", "digits"},
		{"a number too long once written out", "BilledCost", strings.Repeat("7", 55) + "E30", "자릿수", "digits"},
		{"no billed cost", "BilledCost", "NULL", "비울 수 없습니다", "does not allow null"},
		{"no account", "BillingAccountId", "", "비울 수 없습니다", "does not allow null"},
		{"no currency", "BillingCurrency", "null", "비울 수 없습니다", "does not allow null"},
		{"a date of another order", "ChargePeriodStart", "10/01/2026", "날짜와 시각이 아닙니다", "not a date and time"},
		{"a date that does not exist", "BillingPeriodEnd", "2026-02-30T00:00:00Z", "날짜와 시각이 아닙니다", "not a date and time"},
		{"a year that cannot be", "ChargePeriodEnd", "0001-01-01T00:00:00Z", "날짜와 시각이 아닙니다", "not a date and time"},
		{"a charge that ends before it starts", "ChargePeriodEnd", "2026-09-30T00:00:00Z", "앞섭니다", "ends before it starts"},
		{"a month that ends before it starts", "BillingPeriodEnd", "2026-09-01T00:00:00Z", "앞섭니다", "ends before it starts"},
		{"an unknown category", "ChargeCategory", "Refund", "Usage, Purchase", "Usage, Purchase"},
		{"an unknown class", "ChargeClass", "Regular", "Correction", "Correction"},
		{"a second currency", "BillingCurrency", "KRW", `2행부터 USD, 이 행은 "KRW"`, `USD since row 2, "KRW" in this row`},
		{"a quote inside an unquoted cell", "ServiceName", `a "b" c`, "따옴표", "quote"},
		{"text after a closing quote", "ServiceName", `"a" c "d"`, "닫는 따옴표", "closing quote"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := smallExport(5).set(3, c.column, c.value).String()
			for _, data := range []string{data, gzipped(data)} {
				n, err := read([]byte(data), focus.Options{})
				if n != 3 {
					t.Errorf("%d rows before the fault", n)
				}
				expect{5, c.column, []string{c.ko}, []string{c.en}}.check(t, err)
			}
		})
	}
}

func TestA_broken_row_is_named_by_its_own_number(t *testing.T) {
	t.Run("too few cells", func(t *testing.T) {
		s := smallExport(4)
		s.rows[2] = s.rows[2][:20]
		_, err := read([]byte(s.String()), focus.Options{})
		expect{4, "", []string{"20개", "22개"}, []string{"20 cells", "22"}}.check(t, err)
	})
	t.Run("quoted line feeds make row and line differ, and both are said", func(t *testing.T) {
		s := smallExport(4).set(0, "ServiceName", "\"a\nb\nc\"").set(3, "BilledCost", "x")
		_, err := read([]byte(s.String()), focus.Options{})
		expect{5, "BilledCost", []string{"파일의 7번째 줄"}, []string{"line 7 of the file"}}.check(t, err)
	})
	t.Run("EUC-KR text, as Korean Excel saves it", func(t *testing.T) {
		s := smallExport(2).set(1, "ServiceName", "\xbc\xad\xb9\xf6")
		_, err := read([]byte(s.String()), focus.Options{})
		expect{3, "", []string{"EUC-KR"}, []string{"UTF-8"}}.check(t, err)
	})
	t.Run("row 700,000 of a long export", func(t *testing.T) {
		const bad = 700_000
		s := smallExport(1)
		lines := strings.SplitAfter(s.String(), "\n")
		broken := strings.SplitAfter(smallExport(1).set(0, "EffectiveCost", "0.12.3").String(), "\n")
		in := io.MultiReader(strings.NewReader(lines[0]), &repeated{line: lines[1], left: bad - 2}, strings.NewReader(broken[1]), strings.NewReader(lines[1]))
		r, err := focus.Stream("export.csv", in, focus.Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, rowErr := range r.Rows(context.Background()) {
			if err = rowErr; err == nil {
				n++
			}
		}
		if n != bad-2 {
			t.Errorf("%d rows before it", n)
		}
		expect{bad, "EffectiveCost", []string{"숫자"}, []string{"0.12.3"}}.check(t, err)
	})
}

func TestNothing_in_a_file_can_eat_memory_or_time_without_bound(t *testing.T) {
	t.Run("a quote that is never closed stops at the bound of a record", func(t *testing.T) {
		head := smallExport(2).set(1, "ServiceName", `"open`).String()
		in := io.MultiReader(strings.NewReader(head), &repeated{line: strings.Repeat("x", 1<<10) + "\n", left: 1 << 30})
		r, err := focus.Stream("export.csv", in, focus.Options{MaxRecord: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range r.Rows(context.Background()) {
		}
		expect{3, "", []string{"따옴표가 닫히지"}, []string{"never closed", "1048576"}}.check(t, err)
	})
	t.Run("a record without end", func(t *testing.T) {
		_, err := focus.Stream("export.csv", &repeated{line: strings.Repeat("x,", 512), left: 1 << 30}, focus.Options{})
		expect{1, "", []string{"한도"}, []string{"longer than the limit of 4194304"}}.check(t, err)
	})
	t.Run("a cell too long", func(t *testing.T) {
		data := smallExport(2).set(0, "ServiceName", strings.Repeat("x", 1<<20+1)).String()
		_, err := read([]byte(data), focus.Options{})
		expect{2, "ServiceName", []string{"한도"}, []string{"1048576"}}.check(t, err)
	})
	t.Run("more text than allowed", func(t *testing.T) {
		n, err := read([]byte(smallExport(1000).String()), focus.Options{MaxBytes: 70_000})
		if n == 0 || n >= 1000 {
			t.Errorf("%d rows", n)
		}
		expect{n + 2, "", []string{"70000바이트"}, []string{"70000 bytes"}}.check(t, err)
	})
	t.Run("a gzip bomb", func(t *testing.T) {
		line := strings.SplitAfter(smallExport(1).set(0, "ServiceName", strings.Repeat("0", 1_000_000)).String(), "\n")
		var bomb bytes.Buffer
		packed := gzip.NewWriter(&bomb)
		copyAll(t, packed, io.MultiReader(strings.NewReader(line[0]), &repeated{line: line[1], left: 90}))
		if err := packed.Close(); err != nil {
			t.Fatal(err)
		}
		n, err := read(bomb.Bytes(), focus.Options{})
		expect{n + 2, "", []string{"500배"}, []string{"500 times"}}.check(t, err)
	})
	t.Run("a Parquet value too long", func(t *testing.T) {
		long := func(yield func(focus.Row) bool) {
			for row := range generated(3) {
				row.ServiceName = strings.Repeat("가", 400_000)
				if !yield(row) {
					return
				}
			}
		}
		data := written(t, func(w io.Writer) error { return focustest.WriteParquet(w, focustest.Columnar{}, long) })
		_, err := read(data, focus.Options{})
		expect{1, "ServiceName", []string{"너무 깁니다"}, []string{"too long"}}.check(t, err)
	})
}

func TestA_gzip_that_is_cut_off_or_damaged_says_so_after_its_last_whole_row(t *testing.T) {
	packed := written(t, func(w io.Writer) error { return focustest.WriteGzip(w, focustest.Text{}, generated(2000)) })
	n, err := read(packed[:len(packed)*2/3], focus.Options{})
	if n < 100 || n > 1900 {
		t.Errorf("%d rows", n)
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Place.Row < n || !strings.Contains(f.Text.EN, "cut off") || !strings.Contains(f.Text.KO, "끊겼") {
		t.Errorf("after %d rows: %v", n, err)
	}
	damaged := slices.Clone(packed)
	damaged[len(damaged)-6] ^= 1 // the checksum
	if n, err = read(damaged, focus.Options{}); !errors.As(err, &f) || !strings.Contains(f.Text.EN, "damaged") {
		t.Errorf("after %d rows: %v", n, err)
	}
}

func TestA_Parquet_file_is_refused_by_its_types_and_columns(t *testing.T) {
	t.Run("missing columns", func(t *testing.T) {
		_, err := read(parquetOf(t, focustest.Columnar{Without: []string{"BilledCost", "ChargePeriodEnd"}}, 3), focus.Options{})
		expect{0, "", []string{"BilledCost, ChargePeriodEnd"}, []string{"FOCUS 1.2", "BilledCost, ChargePeriodEnd"}}.check(t, err)
	})
	t.Run("as a stream", func(t *testing.T) {
		_, err := focus.Stream("export.csv", bytes.NewReader(parquetOf(t, focustest.Columnar{}, 3)), focus.Options{})
		expect{0, "", []string{"Parquet"}, []string{"cannot be read as a stream"}}.check(t, err)
	})
}

func TestA_damaged_Parquet_file_is_a_fault_and_never_a_panic(t *testing.T) {
	whole := parquetOf(t, focustest.Columnar{RowGroup: 40}, 100)
	for i := 4; i < len(whole); i += max(1, len(whole)/200) {
		damaged := slices.Clone(whole)
		damaged[i] ^= 0x55
		// A flipped bit inside a value gives another value: then there is no fault to see.
		if _, err := read(damaged, focus.Options{}); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	for cut := 12; cut < len(whole); cut += len(whole) / 40 {
		if _, err := read(whole[:cut], focus.Options{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

func TestA_connection_that_breaks_is_not_blamed_on_the_file(t *testing.T) {
	cause := errors.New("connection reset by peer")
	text := smallExport(50).String()
	for name, in := range map[string]io.Reader{
		"at once":          &failing{cause: cause},
		"in the rows":      &failing{r: strings.NewReader(text), cause: cause},
		"inside a gzip":    &failing{r: strings.NewReader(gzipped(text)[:200]), cause: cause},
		"within a quote":   &failing{r: strings.NewReader(text + `"`), cause: cause},
		"in the gzip head": &failing{r: strings.NewReader(gzipped(text)[:5]), cause: cause},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := focus.Stream("export.csv", in, focus.Options{})
			if err == nil {
				for _, err = range r.Rows(context.Background()) {
				}
			}
			if !fault.Is(err, fault.Unavailable) || !errors.Is(err, cause) || strings.Contains(fault.TextOf(err).EN, "reset") {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("with a fault of its own, that fault is shown", func(t *testing.T) {
		_, err := focus.Stream("export.csv", &failing{cause: fault.New(fault.Forbidden, fault.T("권한이 없습니다.", "Not allowed."))}, focus.Options{})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("in a Parquet file", func(t *testing.T) {
		data := parquetOf(t, focustest.Columnar{}, 100)
		for _, after := range []int{0, 1, 2, 3, 10} {
			_, err := readAll(&failingAt{data: data, left: after, cause: cause}, int64(len(data)))
			if !fault.Is(err, fault.Unavailable) || !errors.Is(err, cause) {
				t.Errorf("after %d reads: %v", after, err)
			}
		}
	})
}

func readAll(r io.ReaderAt, size int64) (int, error) {
	in, err := focus.Open("export.csv", r, size, focus.Options{})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range in.Rows(context.Background()) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// repeated is a line, left times.
type repeated struct {
	line string
	left int
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if r.rest == "" {
			if r.left == 0 {
				break
			}
			r.left--
			r.rest = r.line
		}
		c := copy(p[n:], r.rest)
		r.rest = r.rest[c:]
		n += c
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// failing fails with cause where its reader ends.
type failing struct {
	r     io.Reader
	cause error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.r == nil {
		return 0, f.cause
	}
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = f.cause
	}
	return n, err
}

type failingAt struct {
	data  []byte
	left  int
	cause error
}

func (f *failingAt) ReadAt(p []byte, off int64) (int, error) {
	if f.left == 0 {
		return 0, f.cause
	}
	f.left--
	return bytes.NewReader(f.data).ReadAt(p, off)
}

func copyAll(tb testing.TB, w io.Writer, r io.Reader) {
	tb.Helper()
	if _, err := io.Copy(w, r); err != nil {
		tb.Fatal(err)
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.String()
}

func utf16LE(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

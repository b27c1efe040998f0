package focus_test

import (
	"context"
	"io"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"jeongsan/internal/focus"
	"jeongsan/internal/money"
)

// oneRow writes the small export as Parquet, one column of it with another type and value.
func oneRow(t *testing.T, column string, node parquet.Node, value parquet.Value) []byte {
	t.Helper()
	s := smallExport(1)
	names := slices.Sorted(slices.Values(s.header))
	group, row := parquet.Group{}, parquet.Row{}
	for i, name := range names {
		if name == column {
			group[name] = node
			row = append(row, value.Level(0, 0, i))
			continue
		}
		group[name] = parquet.String()
		row = append(row, parquet.ByteArrayValue([]byte(s.rows[0][s.index(name)])).Level(0, 0, i))
	}
	return written(t, func(w io.Writer) error {
		out := parquet.NewGenericWriter[any](w, parquet.NewSchema("focus", group))
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
		return out.Close()
	})
}

func TestParquet_numbers_of_every_type_are_exact(t *testing.T) {
	minus := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(12345)).FillBytes(make([]byte, 16))
	wide, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	for _, c := range []struct {
		name  string
		node  parquet.Node
		value parquet.Value
		want  string
	}{
		{"DECIMAL in 4 bytes", parquet.Decimal(4, 9, parquet.Int32Type), parquet.Int32Value(-12345), "-1.2345"},
		{"DECIMAL in 8 bytes", parquet.Decimal(11, 18, parquet.Int64Type), parquet.Int64Value(80000), "0.0000008"},
		{"a negative DECIMAL in 16", parquet.Decimal(2, 38, parquet.FixedLenByteArrayType(16)), parquet.FixedLenByteArrayValue(minus), "-123.45"},
		{"a DECIMAL beyond 64 bits", parquet.Decimal(10, 38, parquet.FixedLenByteArrayType(16)), parquet.FixedLenByteArrayValue(wide.FillBytes(make([]byte, 16))), "12345678901234567890.123456789"},
		{"DECIMAL in as many bytes as needed", parquet.Decimal(3, 38, parquet.ByteArrayType), parquet.ByteArrayValue([]byte{0x80}), "-0.128"},
		{"DOUBLE", parquet.Leaf(parquet.DoubleType), parquet.DoubleValue(0.1), "0.1"},
		{"a tiny DOUBLE", parquet.Leaf(parquet.DoubleType), parquet.DoubleValue(8e-7), "0.0000008"},
		{"DOUBLE minus zero", parquet.Leaf(parquet.DoubleType), parquet.DoubleValue(math.Copysign(0, -1)), "0"},
		{"a whole number", parquet.Int(64), parquet.Int64Value(-7), "-7"},
		{"a large unsigned number", parquet.Uint(64), parquet.Int64Value(-1), "18446744073709551615"},
		{"text", parquet.String(), parquet.ByteArrayValue([]byte("0.30")), "0.3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for row, err := range open(t, oneRow(t, "BilledCost", c.node, c.value)).Rows(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if row.BilledCost.Canonical() != c.want || !row.BilledCost.Equal(money.MustDecimal(c.want)) {
					t.Errorf("read as %s, want %s", row.BilledCost, c.want)
				}
			}
		})
	}
}

func TestAn_account_id_stored_as_a_number_is_read_as_its_digits(t *testing.T) {
	for row, err := range open(t, oneRow(t, "SubAccountId", parquet.Int(64), parquet.Int64Value(123456789012))).Rows(context.Background()) {
		if err != nil || row.SubAccountID != "123456789012" {
			t.Errorf("%q, %v", row.SubAccountID, err)
		}
	}
}

func TestA_Parquet_column_of_a_wrong_type_is_refused_by_name(t *testing.T) {
	for _, c := range []struct {
		name, column, shown string
		node                parquet.Node
		value               parquet.Value
	}{
		{"a cost that is true or false", "BilledCost", "BOOLEAN", parquet.Leaf(parquet.BooleanType), parquet.BooleanValue(true)},
		{"a cost of seven digits", "BilledCost", "FLOAT", parquet.Leaf(parquet.FloatType), parquet.FloatValue(1)},
		{"a date for an instant", "ChargePeriodStart", "DATE", parquet.Date(), parquet.Int32Value(1)},
		{"a number for an instant", "ChargePeriodStart", "INT", parquet.Int(64), parquet.Int64Value(1)},
		{"a number with a point for an id", "SubAccountId", "DOUBLE", parquet.Leaf(parquet.DoubleType), parquet.DoubleValue(1)},
		{"an instant for a text", "ServiceName", "TIMESTAMP", parquet.Timestamp(parquet.Millisecond), parquet.Int64Value(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(oneRow(t, c.column, c.node, c.value), focus.Options{})
			expect{0, c.column, []string{"DECIMAL이나 DOUBLE", c.shown}, []string{"does not suit FOCUS", c.shown}}.check(t, err)
		})
	}
	t.Run("a list for a text", func(t *testing.T) {
		_, err := read(oneRow(t, "ServiceName", parquet.Repeated(parquet.String()), parquet.ByteArrayValue(nil)), focus.Options{})
		expect{0, "ServiceName", nil, []string{"does not suit FOCUS"}}.check(t, err)
	})
}

func TestA_Parquet_value_that_cannot_be_is_a_fault_of_its_row(t *testing.T) {
	t.Run("no number", func(t *testing.T) {
		_, err := read(oneRow(t, "ListCost", parquet.Leaf(parquet.DoubleType), parquet.DoubleValue(math.NaN())), focus.Options{})
		expect{1, "ListCost", []string{"숫자"}, []string{"no number"}}.check(t, err)
	})
	t.Run("a unit mistaken for another gives a year that cannot be", func(t *testing.T) {
		_, err := read(oneRow(t, "ChargePeriodEnd", parquet.Timestamp(parquet.Millisecond), parquet.Int64Value(math.MaxInt64)), focus.Options{})
		expect{1, "ChargePeriodEnd", []string{"날짜"}, []string{"date and time"}}.check(t, err)
	})
	t.Run("text that is no number", func(t *testing.T) {
		_, err := read(oneRow(t, "BilledCost", parquet.String(), parquet.ByteArrayValue([]byte(strings.Repeat("9", 70)))), focus.Options{})
		expect{1, "BilledCost", []string{"자릿수"}, []string{"digits"}}.check(t, err)
	})
}

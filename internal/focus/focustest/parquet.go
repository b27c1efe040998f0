package focustest

import (
	"io"
	"iter"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"jeongsan/internal/focus"
)

// Numbers is the Parquet type of costs, prices and quantities.
type Numbers int

const (
	Decimals Numbers = iota // DECIMAL(38,18), fixed length
	Doubles                 // DOUBLE: the nearest float64 of each number, as a producer would store it
	Texts                   // STRING
)

// Times is the Parquet type of dates and times.
type Times int

const (
	Millis Times = iota
	Micros
	Nanos
	Int96 // what old Spark and Impala wrote
)

// Columnar is how a Parquet file is written.
type Columnar struct {
	Version  focus.Version // "" is 1.2
	Numbers  Numbers
	Times    Times
	RowGroup int      // rows of a row group; 0: 100,000
	Without  []string // columns to leave out
}

const parquetScale = 18

// WriteParquet writes rows with every column of the version, Snappy-packed, all columns optional.
func WriteParquet(w io.Writer, c Columnar, rows iter.Seq[focus.Row]) error {
	if c.RowGroup == 0 {
		c.RowGroup = 100_000
	}
	columns := Text{Version: c.Version, Without: c.Without}.columns()
	slices.Sort(columns) // parquet.Group keeps its fields in this order
	group := parquet.Group{}
	for _, name := range columns {
		group[name] = parquet.Optional(c.node(name))
	}
	out := parquet.NewGenericWriter[any](w, parquet.NewSchema("focus", group), parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(int64(c.RowGroup)))
	values := make(parquet.Row, len(columns))
	for row := range rows {
		for i, name := range columns {
			v := c.value(cell(&row, name))
			defined := 1
			if v.IsNull() {
				defined = 0
			}
			values[i] = v.Level(0, defined, i)
		}
		if _, err := out.WriteRows([]parquet.Row{values}); err != nil {
			return err
		}
	}
	return out.Close()
}

func (c Columnar) node(column string) parquet.Node {
	switch {
	case isNumber(column) && c.Numbers == Decimals:
		return parquet.Decimal(parquetScale, 38, parquet.FixedLenByteArrayType(16))
	case isNumber(column) && c.Numbers == Doubles:
		return parquet.Leaf(parquet.DoubleType)
	case isTime(column) && c.Times == Int96:
		return parquet.Leaf(parquet.Int96Type)
	case isTime(column):
		return parquet.Timestamp(map[Times]parquet.TimeUnit{Millis: parquet.Millisecond, Micros: parquet.Microsecond, Nanos: parquet.Nanosecond}[c.Times])
	}
	return parquet.String()
}

func (c Columnar) value(cell any) parquet.Value {
	switch v := cell.(type) {
	case time.Time:
		return c.instant(v)
	case focus.Number:
		if v.Known {
			return c.number(v.Value.String())
		}
	case string:
		if v != "" {
			return parquet.ByteArrayValue([]byte(v))
		}
	}
	return parquet.NullValue()
}

func (c Columnar) instant(t time.Time) parquet.Value {
	switch c.Times {
	case Micros:
		return parquet.Int64Value(t.UnixMicro())
	case Nanos:
		return parquet.Int64Value(t.UnixNano())
	case Int96:
		const julianEpoch = 2440588
		day, nanos := t.Unix()/86400, uint64(t.Unix()%86400)*1e9
		return parquet.Int96Value(deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(day + julianEpoch)})
	}
	return parquet.Int64Value(t.UnixMilli())
}

func (c Columnar) number(plain string) parquet.Value {
	switch c.Numbers {
	case Doubles:
		x, _ := strconv.ParseFloat(plain, 64) // a generated decimal always parses
		return parquet.DoubleValue(x)
	case Texts:
		return parquet.ByteArrayValue([]byte(plain))
	}
	return parquet.FixedLenByteArrayValue(unscaled(plain))
}

// unscaled is the number times 10^18 as a 16-byte big-endian two's complement integer. Generated numbers have at most
// 17 decimal places.
func unscaled(plain string) []byte {
	whole, fraction, _ := strings.Cut(plain, ".")
	n, _ := new(big.Int).SetString(whole+fraction+strings.Repeat("0", parquetScale-len(fraction)), 10)
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n.FillBytes(make([]byte, 16))
}

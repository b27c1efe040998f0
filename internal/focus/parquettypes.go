package focus

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

var errType = errors.New("the column's type is not supported")

// valueWriter appends a value that is not null as FOCUS writes it in CSV.
type valueWriter func(dst []byte, v parquet.Value) ([]byte, error)

// writerFor chooses how the values of a column are written, by what a Row needs of it and what the file has.
func writerFor(k kind, leaf *parquet.Column) (valueWriter, error) {
	if !leaf.Leaf() || leaf.Repeated() {
		return nil, errType
	}
	var logical format.LogicalTypeValue
	if lt := leaf.Type().LogicalType(); lt != nil {
		logical = lt.Value
	}
	switch physical := leaf.Type().Kind(); k {
	case number, cost:
		return numberWriter(physical, logical)
	case instant:
		return instantWriter(physical, logical)
	default:
		return textWriter(physical, logical)
	}
}

func textWriter(physical parquet.Kind, logical format.LogicalTypeValue) (valueWriter, error) {
	switch logical.(type) {
	case nil, *format.StringType, *format.EnumType, *format.JsonType, *format.IntType:
	default:
		return nil, errType
	}
	switch physical {
	case parquet.ByteArray:
		return writeBytes, nil
	case parquet.Int32, parquet.Int64: // an account id that was taken for a number
		return integerWriter(logical), nil
	}
	return nil, errType
}

func writeBytes(dst []byte, v parquet.Value) ([]byte, error) {
	return append(dst, v.ByteArray()...), nil
}

func integerWriter(logical format.LogicalTypeValue) valueWriter {
	if t, ok := logical.(*format.IntType); ok && !t.IsSigned {
		return func(dst []byte, v parquet.Value) ([]byte, error) { return strconv.AppendUint(dst, v.Uint64(), 10), nil }
	}
	return func(dst []byte, v parquet.Value) ([]byte, error) { return strconv.AppendInt(dst, integer(v), 10), nil }
}

func integer(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// numberWriter takes DECIMAL of any physical type, DOUBLE, whole numbers and text. FLOAT is refused: its seven digits
// cannot carry an amount.
func numberWriter(physical parquet.Kind, logical format.LogicalTypeValue) (valueWriter, error) {
	if d, ok := logical.(*format.DecimalType); ok {
		return decimalWriter(physical, d.Scale)
	}
	switch physical {
	case parquet.Double:
		return writeDouble, nil
	case parquet.Int32, parquet.Int64:
		switch logical.(type) {
		case nil, *format.IntType:
			return integerWriter(logical), nil
		}
	case parquet.ByteArray:
		return textWriter(physical, logical)
	}
	return nil, errType
}

// writeDouble writes the shortest decimal that reads back as the same float64: 0.1 as 0.1, not as the
// 0.1000000000000000055… that the float stands for. The float is the producer's; past this line there is none.
func writeDouble(dst []byte, v parquet.Value) ([]byte, error) {
	x := v.Double()
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return dst, errors.New("not a finite number")
	}
	return strconv.AppendFloat(dst, x, 'g', -1, 64), nil
}

// decimalWriter writes unscaled digits with an exponent, 12345 of scale 10 as 12345E-10.
func decimalWriter(physical parquet.Kind, scale int32) (valueWriter, error) {
	exponent := []byte("E" + strconv.Itoa(-int(scale)))
	switch physical {
	case parquet.Int32, parquet.Int64:
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			return append(strconv.AppendInt(dst, integer(v), 10), exponent...), nil
		}, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(dst []byte, v parquet.Value) ([]byte, error) {
			return append(appendUnscaled(dst, v.ByteArray()), exponent...), nil
		}, nil
	}
	return nil, errType
}

// appendUnscaled writes a big-endian two's complement integer. Nearly all fit an int64 in their last eight bytes.
func appendUnscaled(dst, b []byte) []byte {
	if n, ok := asInt64(b); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	x := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return x.Append(dst, 10)
}

func asInt64(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, true
	}
	var fill byte // what sign extension puts in front
	if b[0]&0x80 != 0 {
		fill = 0xff
	}
	for len(b) > 8 {
		if b[0] != fill {
			return 0, false
		}
		b = b[1:]
	}
	var eight [8]byte
	for i := range 8 - len(b) {
		eight[i] = fill
	}
	copy(eight[8-len(b):], b)
	n := int64(binary.BigEndian.Uint64(eight[:]))
	return n, (n < 0) == (fill != 0)
}

// instantWriter takes TIMESTAMP in any unit, the INT96 of old Spark and Impala, and text. A TIMESTAMP that is not
// adjusted to UTC is taken as UTC, as FOCUS says all are.
func instantWriter(physical parquet.Kind, logical format.LogicalTypeValue) (valueWriter, error) {
	switch physical {
	case parquet.Int64:
		if t, ok := logical.(*format.TimestampType); ok {
			return timestampWriter(t.Unit.Value)
		}
	case parquet.Int96:
		return func(dst []byte, v parquet.Value) ([]byte, error) { return appendInstant(dst, fromInt96(v)), nil }, nil
	case parquet.ByteArray:
		return textWriter(physical, logical)
	}
	return nil, errType
}

func timestampWriter(unit format.TimeUnitValue) (valueWriter, error) {
	var of func(int64) time.Time
	switch unit.(type) {
	case *format.MilliSeconds:
		of = time.UnixMilli
	case *format.MicroSeconds:
		of = time.UnixMicro
	case *format.NanoSeconds:
		of = func(n int64) time.Time { return time.Unix(0, n) }
	default:
		return nil, errType
	}
	return func(dst []byte, v parquet.Value) ([]byte, error) { return appendInstant(dst, of(v.Int64())), nil }, nil
}

func appendInstant(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, time.RFC3339Nano)
}

// julianEpoch is the Julian day of 1970-01-01, from which INT96 counts days; its first eight bytes are nanoseconds.
const julianEpoch = 2440588

func fromInt96(v parquet.Value) time.Time {
	x := v.Int96()
	nanos := int64(uint64(x[1])<<32 | uint64(x[0]))
	return time.Unix((int64(x[2])-julianEpoch)*86400, nanos)
}

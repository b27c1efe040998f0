package awstest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Fate is what becomes of one request. The zero Fate lets it pass.
type Fate struct {
	kind   fateKind
	delay  time.Duration
	status int
	code   string
	text   string
	more   map[string]any // of a JSON body, beside code and text
	body   string         // of Answer
}

type fateKind uint8

const (
	passed fateKind = iota
	refused
	cutBefore
	cutAfter
	hung
	answered
)

// Fates without a setting.
var (
	Pass      = Fate{}                // the server decides
	Refuse    = Fate{kind: refused}   // no connection is made: surely nothing was done
	CutBefore = Fate{kind: cutBefore} // the connection breaks while the request is sent: nothing was done, the client cannot know
	CutAfter  = Fate{kind: cutAfter}  // the server does it; the connection breaks before its answer: the client cannot know
	Hang      = Fate{kind: hung}      // the server does it; no answer comes until the request's context ends
)

// Fail answers with an error of the service instead of asking the server: an HTTP status, the error's code such as
// "ThrottlingException" and a text. The form is the service's own: XML for S3, JSON for the others.
func Fail(status int, code, text string) Fate {
	return Fate{kind: answered, status: status, code: code, text: text}
}

// Answer answers with this body and status 200, for what a double never says by itself.
func Answer(body string) Fate { return Fate{kind: answered, status: http.StatusOK, body: body} }

// Throttle answers as DynamoDB does where a partition or the table is over its throughput.
func Throttle() Fate {
	return Fail(http.StatusBadRequest, "ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded.")
}

// Cancel answers as DynamoDB does to a transaction it cancelled, with a reason per item in their order: "None",
// "TransactionConflict", "ThrottlingError", "ConditionalCheckFailed".
func Cancel(reasons ...string) Fate {
	list := make([]map[string]any, len(reasons))
	for i, r := range reasons {
		list[i] = map[string]any{"Code": r}
	}
	f := Fail(http.StatusBadRequest, "TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(reasons, ", ")+"]")
	f.more = map[string]any{"CancellationReasons": list}
	return f
}

// After is the fate met only when the time has passed, or the request's context ended.
func (f Fate) After(d time.Duration) Fate {
	f.delay = d
	return f
}

// answer is the response that f is.
func (f Fate) answer(r Request) *http.Response {
	header, body := http.Header{"X-Amzn-Requestid": {fmt.Sprintf("wire-%d", r.N)}}, f.body
	switch {
	case body != "":
		header.Set("Content-Type", "application/x-amz-json-1.0")
	case r.Service == "S3":
		header.Set("Content-Type", "application/xml")
		body = f.xml()
	default:
		header.Set("Content-Type", "application/x-amz-json-1.0")
		header.Set("X-Amzn-ErrorType", f.code)
		body = f.json()
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", f.status, http.StatusText(f.status)), StatusCode: f.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r.HTTP,
	}
}

func (f Fate) json() string {
	fields := map[string]any{"__type": f.code, "message": f.text}
	for name, value := range f.more {
		fields[name] = value
	}
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings only
	}
	return string(body)
}

func (f Fate) xml() string {
	var b strings.Builder
	b.WriteString("<Error><Code>")
	_ = xml.EscapeText(&b, []byte(f.code))
	b.WriteString("</Code><Message>")
	_ = xml.EscapeText(&b, []byte(f.text))
	b.WriteString("</Message></Error>")
	return b.String()
}

package ncp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"jeongsan/internal/fault"
)

var (
	// ErrChanged: the provider rewrote the data while it was read; what was read so far is worthless.
	ErrChanged = errors.New("ncp: the data changed while it was read")
	// ErrOtherMonth: the provider answered with rows of a month that was not asked for, as it does on the 1st
	// before the new month has been written. Nothing is known of the month asked for; ask again after the next dawn.
	ErrOtherMonth = errors.New("ncp: the answer is of another month")
)

// refusal is what the provider said in an error body, in whichever of its two envelopes:
// the gateway's {"error":{"errorCode","message","details"}} or the service's {"responseError":{"returnCode","returnMessage"}}.
type refusal struct{ code, message string }

// Codes that mean "not allowed": the gateway's Permission Denied (with status 401) and the service's Forbidden.
const (
	gatewayPermissionDenied = "210"
	serviceForbidden        = "1103"
)

func (r refusal) forbids() bool {
	return r.code == gatewayPermissionDenied || r.code == serviceForbidden
}

// shownCode is the provider's code for a person; anything but a short number stays in the log.
func (r refusal) shownCode() string {
	if r.code == "" || len(r.code) > 8 || strings.Trim(r.code, "0123456789") != "" {
		return "-"
	}
	return r.code
}

func (r refusal) cause(op operation, status string) error {
	return fmt.Errorf("%s: %s: code %.40q: %.300q", op.name, status, r.code, r.message)
}

type refusalFields struct {
	ErrorCode     loose  `json:"errorCode" xml:"errorCode"`
	Message       string `json:"message" xml:"message"`
	Details       string `json:"details" xml:"details"`
	ReturnCode    loose  `json:"returnCode" xml:"returnCode"`
	ReturnMessage string `json:"returnMessage" xml:"returnMessage"`
}

// loose is a code that comes as a JSON string or number.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error { *l = loose(strings.Trim(string(b), `"`)); return nil }

// readRefusal never fails: a body that is no envelope is a refusal without a code.
func readRefusal(body []byte) refusal {
	var f refusalFields
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		_ = xml.Unmarshal(body, &f) // what cannot be read stays empty
		return f.refusal()
	}
	var envelope map[string]json.RawMessage
	_ = json.Unmarshal(body, &envelope)
	for _, name := range []string{"error", "responseError"} {
		if raw, ok := envelope[name]; ok {
			_ = json.Unmarshal(raw, &f)
			return f.refusal()
		}
	}
	return refusal{}
}

func (f refusalFields) refusal() refusal {
	if f.ErrorCode != "" {
		return refusal{code: string(f.ErrorCode), message: strings.TrimSpace(f.Message + " " + f.Details)}
	}
	return refusal{code: string(f.ReturnCode), message: f.ReturnMessage}
}

func unreachable(err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드 과금 API에 연결할 수 없습니다. 잠시 후 다시 시도하세요.",
		"The NCP billing API cannot be reached. Try again shortly.")).Because(err)
}

func busy(op operation, said refusal) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드가 호출 한도를 넘었다고 답했습니다. 몇 분 뒤 다시 시도하세요.",
		"NCP answered that the call limit is exceeded. Try again in a few minutes.")).Because(said.cause(op, "429"))
}

func down(op operation, status int, said refusal) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드 과금 API가 지금 답하지 못합니다(HTTP %d). 잠시 후 다시 시도하세요.",
		"The NCP billing API cannot answer now (HTTP %d). Try again shortly.", status)).Because(said.cause(op, fmt.Sprint(status)))
}

func forbidden(op operation, said refusal) *fault.Fault {
	f := fault.New(fault.Forbidden, fault.T(
		"이 ACCESS KEY에는 비용을 조회할 권한이 없습니다(%s). 파트너 대표 계정의 키를 쓰거나, 콘솔에서 서브 계정에 비용 조회 권한을 주세요.",
		"This ACCESS KEY may not read costs (%s). Use a key of the partner's main account, or give the sub account the right to read costs in the console.", op.name))
	f.Field = FieldAccessKey
	return f.Because(said.cause(op, "forbidden"))
}

// wrongKey names the access key when the provider does; otherwise the secret, since a pair that does not match looks the same.
func wrongKey(op operation, said refusal) *fault.Fault {
	if strings.Contains(strings.ToLower(said.message), "access key") {
		return fault.Invalidf(FieldAccessKey, fault.T(
			"네이버 클라우드가 이 ACCESS KEY를 모릅니다. 키와 존(민간·공공·금융)을 확인하세요.",
			"NCP does not know this ACCESS KEY. Check the key and the zone (public, government, financial).")).Because(said.cause(op, "401"))
	}
	return fault.Invalidf(FieldSecretKey, fault.T(
		"ACCESS KEY와 SECRET KEY가 서로 맞지 않습니다. 두 키와 존(민간·공공·금융)을 확인하세요.",
		"ACCESS KEY and SECRET KEY do not match. Check both keys and the zone (public, government, financial).")).Because(said.cause(op, "401"))
}

func wrongClock(op operation, said refusal) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"서버의 시계가 네이버 클라우드와 5분 넘게 어긋나 인증이 거절되었습니다. 운영자에게 알려 주세요.",
		"NCP refused the signature because the clock of this server is more than five minutes off. Tell the operator.")).Because(said.cause(op, "401"))
}

func notFound(op operation, said refusal) *fault.Fault {
	return fault.New(fault.NotFound, fault.T(
		"네이버 클라우드 과금 API에 %s 호출이 없습니다. 존과 주소를 확인하세요.",
		"The NCP billing API has no call %s. Check the zone and the address.", op.name)).Because(said.cause(op, "404"))
}

func badRequest(op operation, said refusal) *fault.Fault {
	return fault.New(fault.Invalid, fault.T(
		"네이버 클라우드가 %s 요청을 받아들이지 않았습니다(코드 %s).",
		"NCP did not accept the request %s (code %s).", op.name, said.shownCode())).Because(said.cause(op, "4xx"))
}

func returned(op operation, said refusal) *fault.Fault {
	if said.forbids() {
		return forbidden(op, said)
	}
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드가 %s 호출에 오류 코드 %s로 답했습니다. 잠시 후 다시 시도하고, 계속되면 이 코드를 네이버 클라우드에 문의하세요.",
		"NCP answered the call %s with error code %s. Try again shortly; if it persists, ask NCP about this code.", op.name, said.shownCode())).Because(said.cause(op, "2xx"))
}

func tooLarge(op operation) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드의 %s 응답이 너무 큽니다(최대 32MB). 운영자에게 알려 주세요.",
		"NCP's answer to %s is too large (32 MB at most). Tell the operator.", op.name))
}

func unreadable(op operation, err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"네이버 클라우드의 %s 응답을 읽을 수 없습니다. 잠시 후 다시 시도하세요.",
		"NCP's answer to %s cannot be read. Try again shortly.", op.name)).Because(err)
}

func changed(op operation, detail string) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"읽는 동안 네이버 클라우드의 요금 데이터가 바뀌었습니다(매일 오전 8시경 갱신). 30분 뒤 다시 시도하세요.",
		"NCP's cost data changed while it was read (it is rewritten daily about 8 a.m. KST). Try again in 30 minutes.")).Because(fmt.Errorf("%w: %s: %s", ErrChanged, op.name, detail))
}

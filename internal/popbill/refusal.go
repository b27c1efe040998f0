package popbill

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"jeongsan/internal/fault"
)

// Refusal is a "no" of Popbill's. It is the cause of the fault that a call returns; errors.As finds it.
type Refusal struct {
	Code    int64  // Popbill's number, always negative
	Message string // Popbill's own words, for the log
	Status  int    // of HTTP; Popbill documents none
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("popbill %d (HTTP %d): %.300q", r.Code, r.Status, r.Message)
}

// Numbers that callers act on. All others come as faults only.
const (
	codeSessionExpired = -99000026
	codeThrottled      = -10010032
	codeNoDocument     = -11000005
	codeNoBulk         = -11010035
	codeBulkIDUsed     = -11010034
)

var (
	duplicateCodes   = []int64{-11001038, -11001039, -11001040, -11006006}
	lateCodes        = []int64{-11002014, -11002015}
	certificateCodes = []int64{-10001082, -10002009, -10004000, -10004001, -10004002, -10004003, -10004004, -10004005, -10004006, -10004008, -10004009, -10004010, -10004012}
	pointCodes       = []int64{-99005001, -99005002, -99005003, -99005004, -99005005, -99005013, -99005014, -99005015, -99005016, -99005017}
)

// IsDuplicate: another document has the key already. Ask for it (Info): it may be the very one that was to be issued.
func IsDuplicate(err error) bool { return codeIn(err, duplicateCodes...) }

// IsNotFound: Popbill has no document of that key, and the key is free.
func IsNotFound(err error) bool { return codeIn(err, codeNoDocument) }

// IsLate: past the legal deadline, and ForceIssue was not set (지연발행).
func IsLate(err error) bool { return codeIn(err, lateCodes...) }

// IsCertificate: the member's certificate is missing, expired, revoked or not fit to issue.
func IsCertificate(err error) bool { return codeIn(err, certificateCodes...) }

// IsShortOfPoints: the member or the partner must charge points first.
func IsShortOfPoints(err error) bool { return codeIn(err, pointCodes...) }

// IsSubmitIDUsed: a bulk submission of this id is known to Popbill already. Ask for its state.
func IsSubmitIDUsed(err error) bool { return codeIn(err, codeBulkIDUsed) }

func codeIn(err error, codes ...int64) bool {
	var r *Refusal
	return errors.As(err, &r) && slices.Contains(codes, r.Code)
}

// readRefusal reads {code, message}; false when the body is no JSON object with a whole number for a code.
func readRefusal(body []byte) (*Refusal, bool) {
	var said struct {
		Code    *int64 `json:"code"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &said); err != nil || said.Code == nil {
		return &Refusal{}, false
	}
	return &Refusal{Code: *said.Code, Message: said.Message}, true
}

// refused turns Popbill's number into a fault. A number that is not in the catalogue, in answer to a changing call, may
// be a failure after the deed, whatever the HTTP status: Popbill documents none.
func refused(k call, r *Refusal) error {
	if f, known := catalogued(r.Code); known {
		return f.Because(r)
	}
	if k.changes {
		return unheard(r)
	}
	if r.Status >= http.StatusInternalServerError {
		return down(r)
	}
	return fault.New(fault.Invalid, unknownText(r)).Because(r)
}

// unknownText shows Popbill's own sentence, cleaned: its list of errors grows, and the sentence is written for the
// member. What is no Korean sentence stays in the log.
func unknownText(r *Refusal) fault.Text {
	if said := r.sentence(); said != "" {
		return fault.T(
			"팝빌이 요청을 거절했습니다(코드 %d): %s 내용을 고치거나, 이 코드를 팝빌 고객센터에 문의하세요.",
			"Popbill refused the request (code %d): %s Correct it, or ask Popbill's support about this code.", r.Code, said)
	}
	return fault.T(
		"팝빌이 요청을 거절했습니다(코드 %d). 이 코드를 팝빌 고객센터에 문의하세요.",
		"Popbill refused the request (code %d). Ask Popbill's support about this code.", r.Code)
}

// sentence is Popbill's message if it may be shown: Korean, of one line and no address, 200 letters at most.
func (r *Refusal) sentence() string {
	s := strings.TrimSpace(r.Message)
	printable := !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) || c == '<' || c == '>' })
	korean := strings.ContainsFunc(s, func(c rune) bool { return unicode.Is(unicode.Hangul, c) })
	if !printable || !korean || strings.Contains(s, "://") || len([]rune(s)) > 200 {
		return ""
	}
	return s
}

// misanswered is an answer that is not Popbill's: of something on the way, or of a server that is failing. Below 500
// the request was turned away; from 500 on it may have been carried out first.
func misanswered(k call, status int) error {
	err := fmt.Errorf("%s: HTTP %d without a code", k.name, status)
	if k.changes && (status >= 500 || status == http.StatusRequestTimeout) {
		return lost(err)
	}
	return down(err)
}

func unreachable(err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"팝빌에 연결할 수 없습니다. 잠시 후 다시 시도하세요.",
		"Popbill cannot be reached. Try again shortly.")).Because(err)
}

func down(err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"팝빌이 지금 답하지 못합니다. 잠시 후 다시 시도하세요.",
		"Popbill cannot answer now. Try again shortly.")).Because(err)
}

func unreadable(name string, err error) *fault.Fault {
	return fault.New(fault.Unavailable, fault.T(
		"팝빌의 응답(%s)을 읽을 수 없습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.",
		"Popbill's answer (%s) cannot be read. Try again shortly; if it persists, tell the operator.", name)).Because(err)
}

// unheard is an answer to a changing call that tells nothing we know of what was done, with Popbill's number for whoever
// looks it up.
func unheard(r *Refusal) *fault.Fault {
	why := unknownText(r)
	return fault.New(fault.UnknownOutcome, fault.Text{
		KO: "처리되었을 수 있으니 다시 보내지 말고, 문서 상태를 먼저 확인하세요. " + why.KO,
		EN: "It may have been done: do not send it again before the state of the document has been asked. " + why.EN,
	}).Because(r)
}

func lost(err error) *fault.Fault {
	return fault.New(fault.UnknownOutcome, fault.T(
		"팝빌에 보낸 요청의 결과를 받지 못했습니다. 처리되었을 수 있으니 다시 보내지 말고, 문서 상태를 먼저 확인하세요.",
		"Popbill's answer was lost. It may have been done: do not send it again before the state of the document has been asked.")).Because(err)
}

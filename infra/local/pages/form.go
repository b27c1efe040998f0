package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"

	"jeongsan/internal/fault"
)

const (
	maxForm   = 64 << 10            // bytes of a form without a file
	maxUpload = 10<<20 + maxForm    // bytes of a form with one; settlement itself takes files up to 10 MiB
	maxDrain  = 16*(10<<20) + 1<<20 // bytes of a refused form that are read, so that the browser hears why
)

// readForm reads the form of a POST into memory, within its limit.
func (v *visit) readForm() error {
	limit := int64(maxForm)
	isFile := strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data")
	if isFile {
		limit = maxUpload
	}
	whole := v.r.Body
	v.r.Body = http.MaxBytesReader(nil, whole, limit) // without the writer: the connection stays open for the answer
	err := v.parseForm(isFile)
	if err == nil {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if !errors.As(err, &tooLarge) {
		return fault.Invalidf("form", fault.T("보낸 양식을 읽을 수 없습니다. 화면을 새로 고친 뒤 다시 보내 주세요.", "The form cannot be read; reload the page and send it again.")).Because(err)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(whole, maxDrain)); err != nil {
		v.Log(err)
	}
	return fault.Invalidf("file", fault.T("보낸 내용이 너무 큽니다. 파일은 10 MiB까지 올릴 수 있습니다.", "What was sent is too large; a file may have up to 10 MiB.")).Because(err)
}

func (v *visit) parseForm(isFile bool) error {
	if isFile {
		return v.r.ParseMultipartForm(maxUpload)
	}
	return v.r.ParseForm()
}

// uploaded is the form's one file.
func (v *visit) uploaded(field string) (name string, content []byte, err error) {
	f, header, err := v.r.FormFile(field)
	if err != nil {
		return "", nil, fault.Invalidf(field, fault.T("올릴 파일을 골라 주세요.", "Choose a file to upload.")).Because(err)
	}
	defer func() { _ = f.Close() }() // it lies in memory
	content, err = io.ReadAll(f)
	return header.Filename, content, err
}

// reason is the form's reason, which what it is for is not done without.
func (v *visit) reason() (string, error) {
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	if reason == "" || len(reason) > 500 {
		return "", fault.Invalidf("reason", fault.T("사유를 적어 주세요(500바이트까지). 감사 기록에 남습니다.", "Give a reason (up to 500 bytes); it goes into the audit record."))
	}
	return reason, nil
}

// seal stands for what a preview showed: a form that carries it orders that and nothing else.
func seal(fields ...string) string {
	h := sha256.Sum256([]byte(strings.Join(fields, "\x00")))
	return hex.EncodeToString(h[:8])
}

// asShown is nil when the form orders what its page showed.
func (v *visit) asShown(seal string) error {
	if v.r.PostFormValue("sealed") == seal {
		return nil
	}
	return fault.New(fault.Conflict, fault.T(
		"미리 본 내용에서 바뀐 항목이 있어 아직 발행하지 않았습니다. 아래 내용을 확인한 뒤 다시 눌러 주세요.",
		"Something was changed since the preview, so nothing was issued yet. Look at what is shown below, then press again."))
}

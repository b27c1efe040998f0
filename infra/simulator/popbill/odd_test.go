package popbill_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/popbill"
)

// oddValue is JSON of a kind that a field may or may not have.
func oddValue() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.SampledFrom([]any{true, "", "-", "1e9", "99999999999999999999", "00010101", "99991231", "20260231", []any{nil}, []any{map[string]any{}}, map[string]any{"serialNum": 1e300}, 1e300, -0.5}),
	)
}

func TestNo_document_makes_the_provider_fall(t *testing.T) {
	b := open(t)
	b.issue("K-1")
	token := b.Calls()[len(b.Calls())-1].Header.Get("Authorization")
	plain, err := json.Marshal(october("K-2"))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var object map[string]any
		if err := json.Unmarshal(plain, &object); err != nil {
			t.Fatal(err)
		}
		names := []string{"invoicerMgtKey", "writeDate", "supplyCostTotal", "taxTotal", "totalAmount", "taxType", "detailList", "addContactList", "modifyCode", "orgNTSConfirmNum", "invoiceeCorpNum", "forceIssue", "memo"}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			object[rapid.SampledFrom(names).Draw(t, "name")] = oddValue().Draw(t, "value")
		}
		var body any = object
		if rapid.IntRange(0, 9).Draw(t, "whole") == 0 {
			body = oddValue().Draw(t, "body")
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		verb := rapid.SampledFrom([]string{"ISSUE", "", "BULKISSUE", "PATCH", "CANCELISSUE", "NTS", "EMAIL"}).Draw(t, "verb")
		path := rapid.SampledFrom([]string{"/Taxinvoice", "/Taxinvoice/SELL", "/Taxinvoice/SELL/K-1", "/CloseDown", "/Taxinvoice/SELL?Print", "/POPBILL_TEST/Token"}).Draw(t, "path")
		req, err := http.NewRequest(http.MethodPost, b.url+path, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", token)
		req.Header.Set("X-HTTP-Method-Override", verb)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s %s %s: %v", verb, path, text, err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || !json.Valid(answer) || resp.StatusCode >= 500 {
			t.Fatalf("%s %s %s: %d %s %v", verb, path, text, resp.StatusCode, answer, err)
		}
	})
	if i := b.info("K-1"); i.NTSConfirmNum == "" || i.StateCode == popbill.Draft {
		t.Errorf("%+v", i)
	}
}

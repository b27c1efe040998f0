package popbill

import (
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
)

func webhookHeader(pairs ...string) http.Header {
	h := http.Header{}
	h.Set("Pb-Webhook-Type", "TAXINVOICE.STATE")
	h.Set("Pb-Webhook-MID", "M-1")
	h.Set("Pb-Webhook-Corpnum", "1234567890")
	h.Set("Pb-Webhook-EventType", "NTS")
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestA_webhook_tells_which_document_to_ask_for(t *testing.T) {
	for _, body := range []string{
		`{"corpNum":"1234567890","itemKey":"026093012000000001","ntsConfirmNum":"202609304100020300000001","stateCode":304,"stateDT":"20261001150300","invoicerMgtKey":"K-1","ntssendErrCode":"SUC001","interOPYN":true,"eventType":"NTS"}`,
		`{"itemKey":"026093012000000001","ntsConfirmNum":"202609304100020300000001","stateCode":"304","stateDT":"20261001150300","mgtKey":"K-1","ntssendErrCode":"SUC001"}`,
	} {
		e, err := ParseWebhook(webhookHeader(), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if e.ID != "M-1" || e.CorpNum != "1234567890" || e.Type != EventNTS || e.Key != "K-1" || e.ItemKey != "026093012000000001" || e.StateCode != Sent || e.NTSSendErrCode != "SUC001" || e.StateDT.Hour() != 15 {
			t.Errorf("%+v", e)
		}
	}
}

func TestWhat_is_no_webhook_of_a_tax_invoice_is_refused(t *testing.T) {
	good := `{"invoicerMgtKey":"K-1"}`
	for what, c := range map[string]struct {
		header http.Header
		body   string
	}{
		"another kind":         {webhookHeader("Pb-Webhook-Type", "CASHBILL.STATE"), good},
		"no id":                {webhookHeader("Pb-Webhook-MID", ""), good},
		"no business number":   {webhookHeader("Pb-Webhook-Corpnum", ""), good},
		"another kind of name": {webhookHeader("Pb-Webhook-Corpnum", "../x"), good},
		"no document":          {webhookHeader(), `{"stateCode":304}`},
		"no JSON":              {webhookHeader(), `<xml>`},
		"a list":               {webhookHeader(), `[]`},
		"nothing":              {webhookHeader(), ``},
		"no header":            {nil, good},
		"a body of 1 MB":       {webhookHeader(), `{"invoicerMgtKey":"` + strings.Repeat("K", 1<<20) + `"}`},
	} {
		if _, err := ParseWebhook(c.header, []byte(c.body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNo_bytes_make_a_reader_panic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		if rapid.Bool().Draw(t, "almost JSON") {
			value := rapid.StringMatching(`"[^"\\]{0,20}"|-?[0-9]{1,25}|null|true|\[\]|\{\}`)
			body = []byte(`{"invoicerMgtKey":` + value.Draw(t, "key") + `,"stateCode":` + value.Draw(t, "state") + `,"stateDT":` + value.Draw(t, "time") + `}`)
		}
		_, _ = ParseWebhook(webhookHeader("Pb-Webhook-MID", rapid.String().Draw(t, "id")), body)
		_, _ = ParseXML(body)
		_, _ = readRefusal(body)
	})
}

func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(`{"invoicerMgtKey":"K-1","stateCode":304,"stateDT":"20261001150300"}`))
	f.Add([]byte(`{"stateDT":20261001,"stateCode":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := ParseWebhook(webhookHeader(), body)
		if err == nil && (e.ID == "" || e.Key == "" && e.ItemKey == "" && e.NTSConfirmNum == "") {
			t.Errorf("%q was read as %+v", body, e)
		}
	})
}

func TestA_webhook_must_carry_the_credential_that_was_agreed(t *testing.T) {
	basic := http.Header{}
	r := http.Request{Header: basic}
	r.SetBasicAuth("popbill", "secret")
	key := webhookHeader("X-Api-Key", "key-1")
	for what, c := range map[string]struct {
		want   WebhookCredential
		header http.Header
		passes bool
	}{
		"none was agreed":         {WebhookCredential{}, http.Header{}, true},
		"name and password":       {WebhookCredential{User: "popbill", Password: "secret"}, basic, true},
		"a wrong password":        {WebhookCredential{User: "popbill", Password: "other"}, basic, false},
		"a wrong name":            {WebhookCredential{User: "other", Password: "secret"}, basic, false},
		"a key":                   {WebhookCredential{APIKey: "key-1"}, key, true},
		"a wrong key":             {WebhookCredential{APIKey: "key-2"}, key, false},
		"nothing comes":           {WebhookCredential{APIKey: "key-1"}, http.Header{}, false},
		"a name instead of a key": {WebhookCredential{APIKey: "key-1"}, basic, false},
	} {
		if err := c.want.Check(c.header); (err == nil) != c.passes || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

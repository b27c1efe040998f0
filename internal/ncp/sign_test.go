package ncp

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The vector was made with the provider's own signer (ncloud-sdk-go-v2, hmac).
func TestThe_signature_is_the_provider_s(t *testing.T) {
	const query = "/billing/v1/cost/getDemandCostList?startMonth=202412&endMonth=202412&isPartner=true&memberNoList=1000001&memberNoList=1000002&pageNo=1&pageSize=1000&responseFormatType=json"
	const want = "HPCp8Ts93tKShvuqkjYdrziG+KY35W75Cmx5Zz7Y4Pw="
	if got := signature("EXAMPLESECRETKEY", "GET", query, "1735689600000", "EXAMPLEACCESSKEY"); got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}

func TestA_request_carries_the_signature_of_exactly_what_is_sent(t *testing.T) {
	var seen *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		_, _ = w.Write([]byte(`{"getCostRelationCodeListResponse":{"costRelationCodeList":[],"returnCode":0}}`))
	}))
	defer server.Close()
	now := func() time.Time { return time.UnixMilli(1735689600000) }
	c, err := New(Config{BaseURL: server.URL + "/billing/v1/", AccessKey: "AK", SecretKey: "SK", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CostRelations(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := seen.Header
	if h.Get("x-ncp-apigw-timestamp") != "1735689600000" || h.Get("x-ncp-iam-access-key") != "AK" {
		t.Errorf("headers are %v", h)
	}
	if want := signature("SK", "GET", seen.RequestURI, "1735689600000", "AK"); h.Get("x-ncp-apigw-signature-v2") != want {
		t.Errorf("signed %s, want %s", h.Get("x-ncp-apigw-signature-v2"), want)
	}
	if seen.RequestURI != "/billing/v1/cost/getCostRelationCodeList?responseFormatType=json" {
		t.Errorf("asked for %s", seen.RequestURI)
	}
}

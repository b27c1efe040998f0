package ncp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jeongsan/internal/fault"
)

func fixed() time.Time { return time.Date(2026, 11, 6, 7, 0, 0, 0, kst) }

// serve answers every call with what f gives for its page number.
func serve(t *testing.T, f http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	c, err := New(Config{BaseURL: server.URL, AccessKey: "AK", SecretKey: "SECRET-OF-THE-TEST", Now: fixed, PageSize: 2,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

func TestEach_zone_has_its_own_host(t *testing.T) {
	for zone, host := range map[Zone]string{
		Public:     "https://billingapi.apigw.ntruss.com/billing/v1",
		Government: "https://billingapi.apigw.gov-ntruss.com/billing/v1",
		Financial:  "https://billingapi.apigw-pub.fin-ntruss.com/billing/v1",
	} {
		c, err := New(Config{Zone: zone, AccessKey: "a", SecretKey: "b", Now: fixed})
		if err != nil || c.base != host {
			t.Errorf("%s: %v %v", zone, c, err)
		}
	}
	if z := Zones(); len(z) != 3 || z[0].Name.KO != "민간" || z[1].Name.KO != "공공" || z[2].Name.KO != "금융" {
		t.Errorf("zones are %v", z)
	}
}

func TestA_configuration_that_cannot_work_names_its_field(t *testing.T) {
	for name, c := range map[string]struct {
		Config
		field string
	}{
		"no access key":             {Config{Zone: Public, SecretKey: "b", Now: fixed}, FieldAccessKey},
		"a space in the access key": {Config{Zone: Public, AccessKey: "a b", SecretKey: "b", Now: fixed}, FieldAccessKey},
		"no secret key":             {Config{Zone: Public, AccessKey: "a", Now: fixed}, FieldSecretKey},
		"a line end in the secret":  {Config{Zone: Public, AccessKey: "a", SecretKey: "b\n", Now: fixed}, FieldSecretKey},
		"Korean in the secret":      {Config{Zone: Public, AccessKey: "a", SecretKey: "비밀", Now: fixed}, FieldSecretKey},
		"no such zone":              {Config{Zone: "moon", AccessKey: "a", SecretKey: "b", Now: fixed}, "zone"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.Config)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != fault.Invalid || f.Field != c.field {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := New(Config{Zone: Public, AccessKey: "a", SecretKey: "b"}); fault.CodeOf(err) != fault.Internal {
		t.Errorf("a client without a clock: %v", err)
	}
}

func TestThe_secret_is_never_printed(t *testing.T) {
	config := Config{Zone: Public, AccessKey: "AK", SecretKey: "SECRET-OF-THE-TEST", Now: fixed}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb+verb, config, c); strings.Contains(s, "SECRET-OF-THE-TEST") || !strings.Contains(s, "AK") {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func TestA_redirect_is_not_followed_with_the_signature(t *testing.T) {
	asked := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	if _, err := c.CostRelations(t.Context()); fault.CodeOf(err) != fault.Unavailable || asked != 1 {
		t.Errorf("%d requests, %v", asked, err)
	}
}

func TestAn_endless_answer_is_cut_off(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 1<<20))
		for range maxBody>>20 + 1 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if _, err := c.CostRelations(t.Context()); !strings.Contains(fault.TextOf(err).EN, "too large") {
		t.Errorf("%v", err)
	}
}

func TestRetry_After_may_be_a_date(t *testing.T) {
	c := serve(t, says(200, ""))
	for value, want := range map[string]time.Duration{
		"":                                    0,
		"12":                                  12 * time.Second,
		"-3":                                  0,
		"soon":                                0,
		fixed().UTC().Format(http.TimeFormat): 0,
		fixed().Add(40 * time.Second).UTC().Format(http.TimeFormat): 40 * time.Second,
	} {
		if got := c.retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q is %v, want %v", value, got, want)
		}
	}
}

func TestError_bodies_are_read_in_every_envelope(t *testing.T) {
	for body, want := range map[string]refusal{
		`{"error":{"errorCode":"210","message":"Permission Denied","details":"no"}}`:                                         {"210", "Permission Denied no"},
		`{"error":{"errorCode":200,"message":"Authentication Failed"}}`:                                                      {"200", "Authentication Failed"},
		`{"responseError":{"returnCode":"1103","returnMessage":"Forbidden."}}`:                                               {"1103", "Forbidden."},
		`{"responseError":{"returnCode":1103,"returnMessage":"Forbidden."}}`:                                                 {"1103", "Forbidden."},
		`<?xml version="1.0"?><error><errorCode>300</errorCode><message>Not Found</message></error>`:                         {"300", "Not Found"},
		"\n <responseError><returnCode>1103</returnCode><returnMessage>Forbidden.</returnMessage></responseError>":           {"1103", "Forbidden."},
		`<getDemandCostListResponse><returnCode>24</returnCode><returnMessage>x</returnMessage></getDemandCostListResponse>`: {"24", "x"},
		``:                          {},
		`nginx`:                     {},
		`<html><body>502</html>`:    {},
		`{"error":"not an object"}`: {},
	} {
		if got := readRefusal([]byte(body)); got != want {
			t.Errorf("%s is %+v, want %+v", body, got, want)
		}
	}
}

func TestStrange_codes_are_not_shown(t *testing.T) {
	for code, want := range map[string]string{"1103": "1103", "": "-", "24<script>": "-", "123456789": "-"} {
		if got := (refusal{code: code}).shownCode(); got != want {
			t.Errorf("%q is shown as %q", code, got)
		}
	}
}

func TestParameters_are_checked_before_anything_is_sent(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for _, m := range []Months{{}, {"2026-10", "2026-10"}, {"202610", "202609"}, {"202607", "202610"}, {"202613", "202613"}} {
		if _, err := collect(c.MemberBills(t.Context(), m, Scope{})); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%v: %v", m, err)
		}
	}
	for _, d := range []Days{{"202610", "202610"}, {"20261001", "20270101"}, {"20261032", "20261032"}} {
		if _, err := collect(c.DailyUsage(t.Context(), d, Scope{})); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%v: %v", d, err)
		}
	}
	if rows, err := collect(c.ContractCosts(t.Context(), Month("202610"), Scope{Partner: true, Members: []string{}})); err != nil || rows != nil {
		t.Errorf("nobody's costs are %v %v", rows, err)
	}
}

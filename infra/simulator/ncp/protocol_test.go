package ncp_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/fault"
	"jeongsan/internal/ncp"
)

// get asks as a stranger's client would, with the partner's keys.
func get(t *testing.T, s *stage, query string) (int, string) {
	t.Helper()
	return ask(t, s, query, partnerKey, partnerSecret, wall())
}

func ask(t *testing.T, s *stage, query, access, secret string, signed time.Time) (int, string) {
	t.Helper()
	return exchange(t, s, http.MethodGet, query, "", access, secret, signed)
}

func exchange(t *testing.T, s *stage, method, query, form, access, secret string, signed time.Time) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, simulator.BaseURL(s.url, simulator.Public)+"/cost/"+query, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	stamp := strconv.FormatInt(signed.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s %s\n%s\n%s", method, req.URL.RequestURI(), stamp, access)
	req.Header.Set("x-ncp-apigw-timestamp", stamp)
	req.Header.Set("x-ncp-iam-access-key", access)
	req.Header.Set("x-ncp-apigw-signature-v2", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestThe_provider_checks_what_the_real_one_checks(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	const month = "startMonth=202610&endMonth=202610&responseFormatType=json"
	for name, c := range map[string]struct {
		query, access, secret string
		signed                time.Time
		status                int
		says                  string
	}{
		"an unknown key":                       {query: "getDemandCostList?" + month, access: "NOBODY", status: 401, says: `"errorCode":"200"`},
		"a wrong secret":                       {query: "getDemandCostList?" + month, secret: "wrong", status: 401, says: "Invalid authentication information"},
		"a time stamp five minutes old":        {query: "getDemandCostList?" + month, signed: wall().Add(-5 * time.Minute), status: 401, says: "timestamp"},
		"a time stamp five minutes ahead":      {query: "getDemandCostList?" + month, signed: wall().Add(5 * time.Minute), status: 401, says: "timestamp"},
		"a key without the right":              {query: "getDemandCostList?" + month, access: powerlessKey, secret: "s2", status: 401, says: `"errorCode":"210"`},
		"an unknown operation":                 {query: "getNothing?" + month, status: 404, says: `"errorCode":"300"`},
		"no month":                             {query: "getDemandCostList?responseFormatType=json", status: 400, says: "startMonth"},
		"four months":                          {query: "getDemandCostList?startMonth=202607&endMonth=202610&responseFormatType=json", status: 400, says: "startMonth"},
		"a page of 1,001 rows":                 {query: "getDemandCostList?pageSize=1001&" + month, status: 400, says: "pageSize"},
		"a page past all bounds":               {query: "getDemandCostList?pageNo=9223372036854775807&" + month, status: 400, says: "pageNo"},
		"partner and organisation at once":     {query: "getDemandCostList?isPartner=true&isOrganization=true&" + month, status: 400, says: "isPartner"},
		"isPartner of an ordinary account":     {query: "getDemandCostList?isPartner=true&" + month, access: ordinaryKey, secret: "s1", status: 403, says: `"returnCode":"1103"`},
		"memberNoList of an ordinary account":  {query: "getDemandCostList?memberNoList=1000001&" + month, access: ordinaryKey, secret: "s1", status: 403, says: "responseError"},
		"partner bills of an ordinary account": {query: "getPartnerDemandCostList?" + month, access: ordinaryKey, secret: "s1", status: 403, says: "1103"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.access == "" {
				c.access = partnerKey
			}
			if c.secret == "" {
				c.secret = partnerSecret
			}
			if c.signed.IsZero() {
				c.signed = wall()
			}
			status, body := ask(t, s, c.query, c.access, c.secret, c.signed)
			if status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	t.Run("a time stamp just within five minutes passes", func(t *testing.T) {
		if status, body := ask(t, s, "getDemandCostList?"+month, partnerKey, partnerSecret, wall().Add(time.Second-5*time.Minute)); status != 200 {
			t.Errorf("%d %s", status, body)
		}
	})
}

func TestParameters_may_come_in_a_body_that_is_not_signed(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	form := "startMonth=202610&endMonth=202610&isPartner=true&responseFormatType=json"
	status, body := exchange(t, s, http.MethodPost, "getDemandCostList", form, partnerKey, partnerSecret, wall())
	if status != 200 || !strings.Contains(body, `"totalRows":3`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestMember_numbers_may_be_numbered_or_repeated(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	for _, members := range []string{"memberNoList=1000001&memberNoList=1000003", "memberNoList.1=1000001&memberNoList.2=1000003"} {
		_, body := get(t, s, "getDemandCostList?startMonth=202610&endMonth=202610&isPartner=true&responseFormatType=json&"+members)
		if !strings.Contains(body, `"totalRows":2`) || strings.Contains(body, "1000002") {
			t.Errorf("%s: %s", members, body)
		}
	}
}

func TestRows_can_be_asked_for_by_contract_kind_and_region(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	for filter, want := range map[string]string{
		"contractNo=5001":          `"totalRows":1,`,
		"demandTypeCode=VSVR":      `"totalRows":2,`,
		"demandTypeDetailCode=BST": `"totalRows":1,`,
		"regionCode=KR":            `"totalRows":10,`,
		"regionCode=JPN":           `"totalRows":0,`,
	} {
		_, body := get(t, s, "getContractDemandCostList?startMonth=202610&endMonth=202610&isPartner=true&responseFormatType=json&"+filter)
		mustHold(t, filter, body, want)
	}
}

func TestA_zone_can_be_served_alone(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	alone := httptest.NewServer(s.Zone(simulator.Financial))
	defer alone.Close()
	c := s.client(t, keys(finKey, "s4"), func(c *ncp.Config) { c.BaseURL = alone.URL + "/billing/v1" })
	if _, out := pull(t, c, "202610"); out.Members[0] != "3000001" {
		t.Errorf("%+v", out)
	}
}

func TestA_world_that_cannot_be_is_refused(t *testing.T) {
	with := func(a simulator.Account) simulator.World {
		return simulator.World{Now: wall, Accounts: []simulator.Account{a}}
	}
	contract := func(c simulator.Contract) simulator.World {
		return with(simulator.Account{Zone: simulator.Public, AccessKey: "a", SecretKey: "b", Members: []simulator.Member{{No: "1", Contracts: []simulator.Contract{c}}}})
	}
	for name, w := range map[string]simulator.World{
		"no clock":                {},
		"no zone":                 with(simulator.Account{AccessKey: "a", SecretKey: "b"}),
		"no secret":               with(simulator.Account{Zone: simulator.Public, AccessKey: "a"}),
		"two members, no partner": with(simulator.Account{Zone: simulator.Public, AccessKey: "a", SecretKey: "b", Members: []simulator.Member{{No: "1"}, {No: "2"}}}),
		"a member without number": with(simulator.Account{Zone: simulator.Public, AccessKey: "a", SecretKey: "b", Members: []simulator.Member{{}}}),
		"an unknown kind":         contract(simulator.Contract{No: "1", Kind: "ROCKET"}),
		"a price in words":        contract(simulator.Contract{No: "1", Kind: simulator.VSVR, Price: "cheap"}),
		"one key twice": {Now: wall, Accounts: []simulator.Account{
			{Zone: simulator.Public, AccessKey: "a", SecretKey: "b"}, {Zone: simulator.Public, AccessKey: "a", SecretKey: "c"}}},
	} {
		if _, err := simulator.New(w); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestWho_does_not_ask_for_JSON_gets_XML(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	_, body := get(t, s, "getDemandCostList?startMonth=202610&endMonth=202610&isPartner=true")
	var answer struct {
		XMLName xml.Name
		Rows    int `xml:"totalRows"`
		Items   []struct {
			MemberNo string `xml:"memberNo"`
		} `xml:"demandCostList>item"`
	}
	if err := xml.Unmarshal([]byte(body), &answer); err != nil || answer.XMLName.Local != "getDemandCostListResponse" || answer.Rows != 3 || len(answer.Items) != 3 {
		t.Errorf("%v %s", err, body)
	}
	if _, body := get(t, s, "getDemandCostList"); !strings.Contains(body, "<responseError><returnCode>") {
		t.Errorf("an error without a format is %s", body)
	}
}

func TestThe_provider_answers_at_its_own_host_names_too(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	toSimulator := &http.Client{Transport: rewritten{s.url}}
	c := s.client(t, keys(govKey, "s3"), func(c *ncp.Config) { c.BaseURL, c.Zone, c.HTTP = "", ncp.Government, toSimulator })
	if _, out := pull(t, c, "202610"); out.Members[0] != "2000001" {
		t.Errorf("%+v", out)
	}
}

// rewritten sends requests for the real hosts to the simulator, their Host kept.
type rewritten struct{ url string }

func (w rewritten) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Host = r.URL.Host
	out.URL.Scheme, out.URL.Host = "http", strings.TrimPrefix(w.url, "http://")
	return http.DefaultTransport.RoundTrip(out)
}

func TestA_key_pair_is_proved_by_a_call(t *testing.T) {
	s := open(t, "2026-11-06 07:00:00", october())
	prove := func(change ...func(*ncp.Config)) (ncp.Proof, error) {
		return s.client(t, change...).Prove(context.Background())
	}
	t.Run("a partner's key reads the bills of members", func(t *testing.T) {
		if p, err := prove(); err != nil || !p.Partner {
			t.Errorf("%+v %v", p, err)
		}
	})
	t.Run("an ordinary key works and is no partner's", func(t *testing.T) {
		if p, err := prove(keys(ordinaryKey, "s1")); err != nil || p.Partner {
			t.Errorf("%+v %v", p, err)
		}
	})
	for name, c := range map[string]struct {
		change func(*ncp.Config)
		code   fault.Code
		field  string
		ko     string
	}{
		"an unknown access key is named":                 {keys("NOBODY", "x"), fault.Invalid, ncp.FieldAccessKey, "ACCESS KEY를 모릅니다"},
		"a secret that does not match is named":          {keys(partnerKey, "TOPSECRETVALUE"), fault.Invalid, ncp.FieldSecretKey, "서로 맞지 않습니다"},
		"a key without the right is forbidden":           {keys(powerlessKey, "s2"), fault.Forbidden, ncp.FieldAccessKey, "권한이 없습니다"},
		"a key of another zone is unknown in this":       {keys(govKey, "s3"), fault.Invalid, ncp.FieldAccessKey, "존"},
		"an unreachable provider is neither key's fault": {func(c *ncp.Config) { c.BaseURL = "http://127.0.0.1:1/billing/v1" }, fault.Unavailable, "", "연결할 수 없습니다"},
		"our own wrong clock is no fault of the keys":    {func(c *ncp.Config) { c.Now = func() time.Time { return wall().Add(time.Hour) } }, fault.Unavailable, "", "시계"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prove(c.change)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != c.code || f.Field != c.field {
				t.Fatalf("%v", err)
			}
			mustHold(t, "the sentence", f.Text.KO, c.ko)
			if strings.Contains(err.Error(), "TOPSECRETVALUE") {
				t.Errorf("the secret is in %v", err)
			}
		})
	}
}

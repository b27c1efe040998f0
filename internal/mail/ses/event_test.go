package ses

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/fault"
	"jeongsan/internal/mail"
)

// testdata holds events as EventBridge brings them, written after the schema and the examples of AWS's documentation
// ("SES events schema reference", "Contents of event data that Amazon SES publishes"). None was recorded from AWS.
func recorded(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	must(t, err)
	return raw
}

func at(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return parsed
}

const transportID = "0106019a7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"

func TestEach_event_says_of_which_mail_it_is_and_what_became_of_it(t *testing.T) {
	kim, lee := "kim@hanbit.co.kr", "lee@hanbit.co.kr"
	for name, want := range map[string]mail.Feedback{
		"sent":              {Kind: mail.FeedbackAccepted, Event: "Send", At: at("2026-11-06T01:00:00.123Z"), Recipients: []string{kim, lee}},
		"delivered":         {Kind: mail.FeedbackDelivered, Event: "Delivery", At: at("2026-11-06T01:00:02.5Z"), Recipients: []string{kim}, Reason: "250 2.0.0 OK"},
		"delayed":           {Kind: mail.FeedbackDelayed, Event: "DeliveryDelay", At: at("2026-11-06T02:00:00Z"), Recipients: []string{kim}, Cause: "MailboxFull", Reason: "smtp; 452 4.2.2 Over Quota"},
		"bounced-permanent": {Kind: mail.FeedbackBounced, Event: "Bounce", At: at("2026-11-06T01:00:03Z"), Recipients: []string{kim, lee}, Permanent: true, Cause: "Permanent/NoEmail", Reason: "smtp; 550 5.1.1 user unknown"},
		"bounced-transient": {Kind: mail.FeedbackBounced, Event: "Bounce", At: at("2026-11-06T15:00:00Z"), Recipients: []string{kim}, Cause: "Transient/General", Reason: "smtp; 450 4.4.7 Message delivery time expired"},
		"complained":        {Kind: mail.FeedbackComplained, Event: "Complaint", At: at("2026-11-07T03:00:00Z"), Recipients: []string{kim}, Cause: "abuse"},
		"rejected":          {Kind: mail.FeedbackRejected, Event: "Reject", At: at("2026-11-06T01:00:05Z"), Recipients: []string{kim, lee}, Cause: "Bad content"},
		"opened":            {Kind: mail.FeedbackOther, Event: "Open", At: at("2026-11-06T01:00:05Z"), Recipients: []string{kim, lee}},
	} {
		want.MessageID, want.Tenant, want.TransportID = "han-cloud-2026-10-c1-r1-s1-rk1", hanCloud(t), transportID
		got, err := ParseEvent(recorded(t, name))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, %v\nwant %+v", name, got, err, want)
		}
	}
}

func TestA_bare_record_is_read_as_one_in_an_envelope(t *testing.T) {
	for _, name := range []string{"sent", "delivered", "delayed", "bounced-permanent", "complained"} {
		raw := recorded(t, name)
		var e envelope
		must(t, json.Unmarshal(raw, &e))
		want, err := ParseEvent(raw)
		must(t, err)
		if got, err := ParseEvent(e.Detail); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read bare as %+v, %v", name, got, err)
		}
	}
}

func TestEvery_event_that_is_asked_for_can_be_read(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"sent", "delivered", "delayed", "bounced-permanent", "complained", "rejected"} {
		var e envelope
		must(t, json.Unmarshal(recorded(t, name), &e))
		seen[e.DetailType] = true
	}
	for _, d := range DetailTypes() {
		if !seen[d] {
			t.Errorf("%q has no example", d)
		}
	}
	if len(DetailTypes()) != len(seen) {
		t.Errorf("asked for are %q", DetailTypes())
	}
}

func TestWhose_a_mail_is_comes_from_the_tag_and_else_from_its_header(t *testing.T) {
	whole := string(recorded(t, "sent"))
	tag := `"han-cloud-2026-10-c1-r1-s1-rk1"
        ]`
	for what, c := range map[string]struct{ from, to, id, tenant string }{
		"no tags":           {`"tags"`, `"others"`, "han-cloud-2026-10-c1-r1-s1-rk1", ""},
		"a tag of two":      {tag, `"x","y"]`, "han-cloud-2026-10-c1-r1-s1-rk1", "han-cloud"},
		"a tag that is bad": {tag, `"../x"]`, "", "han-cloud"},
		"a bad tenant":      {`"han-cloud"`, `"Han Cloud"`, "han-cloud-2026-10-c1-r1-s1-rk1", ""},
	} {
		changed := strings.Replace(whole, c.from, c.to, 1)
		got, err := ParseEvent([]byte(changed))
		if changed == whole || err != nil || got.MessageID != c.id || got.Tenant.String() != c.tenant {
			t.Errorf("%s: the mail %q of %q, %v", what, got.MessageID, got.Tenant, err)
		}
	}
}

func TestWhat_is_no_event_of_a_mail_is_refused_and_nothing_panics(t *testing.T) {
	whole := string(recorded(t, "bounced-permanent"))
	for _, bad := range []string{
		"", "null", "[]", "{}", `"x"`, `{"detail": null}`, `{"detail": {}}`, `{"source":"aws.ses","detail":[]}`, `{"eventType":"Send"}`, `{"mail":{"messageId":"x"}}`,
		strings.Replace(whole, `"aws.ses"`, `"aws.s3"`, 1), strings.Replace(whole, "2026-11-06T01:00:03.000Z", "yesterday", 1), whole[:len(whole)/2],
	} {
		if f, err := ParseEvent([]byte(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.60q is read as %+v, %v", bad, f, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		broken := []byte(whole)
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		if _, err := ParseEvent(broken); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("it says %v", err)
		}
	})
}

package template_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"jeongsan/infra/template"
	"jeongsan/internal/app"
	"jeongsan/internal/due"
	"jeongsan/internal/mail/ses"
	"jeongsan/internal/store"
)

// deployed finds a function of the template by its name in internal/app.
func deployed(t *testing.T, name string) template.Function {
	t.Helper()
	all := functions(t)
	n := slices.IndexFunc(all, func(f template.Function) bool { return f.Folder == "functions/"+name })
	if n < 0 {
		t.Fatalf("the template has no function with the folder functions/%s", name)
	}
	return all[n]
}

func TestThe_functions_are_those_of_the_product_with_its_time_outs_and_routes(t *testing.T) {
	var known, found []string
	for _, f := range app.Functions() {
		known = append(known, "functions/"+f.Name)
		d := deployed(t, f.Name)
		if d.Timeout != f.Timeout {
			t.Errorf("row %d, %s may take %s, the product says %s", d.Row, d.Name, d.Timeout, f.Timeout)
		}
		if got, want := slices.Sorted(slices.Values(d.Routes)), slices.Sorted(slices.Values(f.Routes)); !slices.Equal(got, want) {
			t.Errorf("row %d, %s answers %v, the product says %v", d.Row, d.Name, got, want)
		}
		if (d.Queue != "") != f.Queued() || (d.Table != "") != (f.Trigger == app.FromStream) {
			t.Errorf("row %d, %s is not started by its %s", d.Row, d.Name, f.Trigger)
		}
	}
	for _, d := range functions(t) {
		found = append(found, d.Folder)
	}
	slices.Sort(known)
	slices.Sort(found)
	if !slices.Equal(known, found) {
		t.Errorf("deployed are %v, known are %v", found, known)
	}
}

func TestEvery_schedule_fires_into_the_queue_of_the_function_that_does_its_job(t *testing.T) {
	for _, s := range schedules(t) {
		for _, f := range app.Functions() {
			if slices.Contains(f.Jobs, s.Job) && deployed(t, f.Name).Queue != s.Queue {
				t.Errorf("row %d, %s fires into %s", s.Row, s.Name, s.Queue)
			}
		}
	}
}

func TestEvery_function_may_send_to_the_queues_that_its_messages_are_routed_to(t *testing.T) {
	variables := template.At(globals(t), "Function", "Environment", "Variables")
	listed := printed(template.At(variables, "QUEUES"))
	for _, f := range app.Functions() {
		if f.Trigger != app.FromQueue {
			continue
		}
		if want := f.Name + "=${" + deployed(t, f.Name).Queue + "} ${"; !strings.Contains(listed, want) {
			t.Errorf("QUEUES lacks %s: %s", want, listed)
		}
		for _, sender := range []string{app.OutboxFunction, app.TimersFunction} { // what is due is anybody's work
			if !may(t, sender, "sqs:SendMessage", deployed(t, f.Name).Queue) {
				t.Errorf("%s may not send to %s", sender, f.Name)
			}
		}
	}
}

func globals(t *testing.T) any {
	t.Helper()
	return stack(t).Globals
}

// may reports whether the function's role allows an action on a resource of the template.
func may(t *testing.T, function, action, resource string) bool {
	t.Helper()
	role := deployed(t, function).Role
	for _, r := range stack(t).Of("AWS::IAM::Role") {
		if r.Name != role {
			continue
		}
		for _, st := range statements(r.Properties) {
			if slices.Contains(template.List(st, "Action"), any(action)) &&
				slices.ContainsFunc(template.List(st, "Resource"), func(v any) bool { return template.Referred(v) == resource }) {
				return true
			}
		}
	}
	return false
}

func TestEvery_function_has_a_role_a_log_and_settings_of_its_own(t *testing.T) {
	s := stack(t)
	roles, retained := map[string]string{}, map[string]bool{}
	for _, r := range s.Of("AWS::Logs::LogGroup") {
		retained[r.Name] = template.Number(r.Properties, "RetentionInDays") >= 365 // 개인정보의 안전성 확보조치 기준 제8조
		if !retained[r.Name] {
			t.Errorf("row %d, %s is not kept for a year", r.Row, r.Name)
		}
	}
	for _, f := range functions(t) {
		if f.Role == "" || roles[f.Role] != "" {
			t.Errorf("row %d, %s shares the role %s with %s", f.Row, f.Name, f.Role, roles[f.Role])
		}
		roles[f.Role] = f.Name
		if f.Timeout == 0 || f.Memory == 0 || !retained[f.Logs] {
			t.Errorf("row %d, %s: time-out %s, %d MB, log %q", f.Row, f.Name, f.Timeout, f.Memory, f.Logs)
		}
		delete(retained, f.Logs)
	}
	for _, f := range []string{"Handler bootstrap", "Runtime provided.al2023", "Architectures [arm64]"} {
		name, want, _ := strings.Cut(f, " ")
		if got := printed(template.At(globals(t), "Function", name)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestWhat_a_function_fails_on_is_told_record_by_record_and_goes_to_dead_letters(t *testing.T) {
	s := stack(t)
	dead := deadLetters(s)
	for _, f := range functions(t) {
		if f.Queue == "" && f.Table == "" {
			continue
		}
		if !f.Reports || f.Batch == 0 {
			t.Errorf("row %d, %s: a record that fails takes its batch with it", f.Row, f.Name)
		}
		if f.Table != "" && !slices.Contains(dead, f.Failed) {
			t.Errorf("row %d, %s: what it gives up on goes to %q", f.Row, f.Name, f.Failed)
		}
		if f.Queue != "" && (f.Concurrency < 2 || !may(t, strings.TrimPrefix(f.Folder, "functions/"), "sqs:DeleteMessage", f.Queue)) {
			t.Errorf("row %d, %s: %d side by side, or it may not read its own queue", f.Row, f.Name, f.Concurrency)
		}
	}
}

func TestThe_stream_wakes_the_outbox_for_new_due_rows_and_nothing_else(t *testing.T) {
	w, err := due.Put(due.Item{ID: "x", Tenant: "hanbit", Job: "send"})
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := store.ParseTenant("hanbit")
	if err != nil {
		t.Fatal(err)
	}
	filters := deployed(t, app.OutboxFunction).Filters
	if len(filters) != 1 {
		t.Fatalf("the filters are %v", filters)
	}
	var f struct {
		EventName []string
		DynamoDB  struct {
			Keys struct {
				PK struct{ S []struct{ Prefix string } }
			}
		}
	}
	if err := json.Unmarshal([]byte(filters[0]), &f); err != nil {
		t.Fatal(err)
	}
	prefix := f.DynamoDB.Keys.PK.S[0].Prefix
	for key, want := range map[store.Key]bool{
		w.Document.Key:                        true,
		store.System(store.Tenants).Key("x"):  false,
		tenant.Partition("due").Key("x"):      false,
		tenant.Partition("invoice").Key("x"):  false,
		store.System(store.Local).Key("last"): false,
	} {
		if got := strings.HasPrefix(key.Partition().String(), prefix); got != want {
			t.Errorf("%s: %t", key, got)
		}
	}
	if !slices.Equal(f.EventName, []string{"INSERT"}) {
		t.Errorf("it wakes for %v", f.EventName)
	}
}

// open are the routes that ask nobody who they are, each with what stands in its place.
var open = map[string]string{
	"POST /webhooks/portone/{tenant}": "a signature over the raw body",
	"POST /webhooks/popbill/{tenant}": "a hint: Popbill signs nothing, and is asked",
	"GET /d/{token}":                  "the token, of which only the hash is stored",
	"GET /health":                     "it tells nothing",
}

func TestEvery_route_without_an_authoriser_is_on_the_list(t *testing.T) {
	left := maps.Clone(open)
	for _, f := range functions(t) {
		for _, r := range f.Routes {
			if open[r] == "" {
				t.Errorf("row %d, %s: nobody is asked who they are", f.Row, r)
			}
			delete(left, r)
		}
	}
	if len(left) > 0 {
		t.Errorf("not there any more: %v", left)
	}
	for _, r := range stack(t).Of("AWS::Serverless::HttpApi") {
		if template.Number(r.Properties, "DefaultRouteSettings", "ThrottlingRateLimit") == 0 || template.Number(r.Properties, "DefaultRouteSettings", "ThrottlingBurstLimit") == 0 {
			t.Errorf("row %d, %s: anybody may ask as often as they like", r.Row, r.Name)
		}
		if format := template.Text(r.Properties, "AccessLogSettings", "Format"); !strings.Contains(format, "$context.routeKey") || strings.Contains(format, "$context.path") {
			t.Errorf("row %d, %s: its log would hold mail links: %s", r.Row, r.Name, format)
		}
	}
}

func TestEvery_function_has_alarms_of_errors_and_throttles_and_the_stream_of_its_age(t *testing.T) {
	has := map[string]bool{}
	for _, r := range stack(t).Of("AWS::CloudWatch::Alarm") {
		for _, d := range template.List(r.Properties, "Dimensions") {
			has[template.Text(r.Properties, "Namespace")+" "+template.Text(r.Properties, "MetricName")+" "+template.Referred(template.At(d, "Value"))] = true
		}
	}
	want := func(alarm string) {
		if !has[alarm] {
			t.Errorf("there is no alarm %s", alarm)
		}
	}
	for _, f := range functions(t) {
		want("AWS/Lambda Errors " + f.Name)
		want("AWS/Lambda Throttles " + f.Name)
		if f.Queue != "" {
			want("AWS/SQS ApproximateAgeOfOldestMessage " + f.Queue)
		}
		if f.Table != "" {
			want("AWS/Lambda IteratorAge " + f.Name)
		}
	}
	for _, q := range deadLetters(stack(t)) {
		want("AWS/SQS ApproximateNumberOfMessagesVisible " + q)
	}
}

// types are SES's event types by the names their events have on the bus (SES developer guide, "Monitoring SES events
// using Amazon EventBridge").
var types = map[string]string{
	"Email Sent": "SEND", "Email Delivered": "DELIVERY", "Email Delivery Delayed": "DELIVERY_DELAY",
	"Email Bounced": "BOUNCE", "Email Complaint Received": "COMPLAINT", "Email Rejected": "REJECT",
}

func TestWhat_becomes_of_a_mail_comes_back_under_the_names_that_SES_uses(t *testing.T) {
	s := stack(t)
	var matched, ruled []string
	for _, r := range s.Of("AWS::SES::ConfigurationSetEventDestination") {
		for _, e := range template.List(r.Properties, "EventDestination", "MatchingEventTypes") {
			matched = append(matched, printed(e))
		}
	}
	for _, r := range s.Of("AWS::Events::Rule") {
		for _, e := range template.List(r.Properties, "EventPattern", "detail-type") {
			ruled = append(ruled, printed(e))
		}
		target := template.List(r.Properties, "Targets")[0]
		if printed(template.At(r.Properties, "EventPattern", "source")) != "[aws.ses]" || template.Referred(template.At(target, "Arn")) != deployed(t, app.FeedbackFunction).Queue {
			t.Errorf("row %d, %s: %v", r.Row, r.Name, r.Properties)
		}
		if !slices.Contains(deadLetters(s), template.Referred(template.At(target, "DeadLetterConfig", "Arn"))) {
			t.Errorf("row %d, %s: what cannot be handed over is lost", r.Row, r.Name)
		}
	}
	var want []string
	for _, name := range ses.DetailTypes() {
		want = append(want, types[name])
	}
	if !slices.Equal(ruled, ses.DetailTypes()) || !slices.Equal(matched, want) {
		t.Errorf("SES tells %v, the rule takes %v, the adapter reads %v", matched, ruled, ses.DetailTypes())
	}
}

func TestSecrets_are_wrapped_by_a_key_that_turns_and_no_secret_stands_in_the_template(t *testing.T) {
	for _, r := range stack(t).Of("AWS::KMS::Key") {
		if !template.True(r.Properties, "EnableKeyRotation") {
			t.Errorf("row %d, %s never turns", r.Row, r.Name)
		}
	}
	for _, r := range stack(t).Of("AWS::SecretsManager::Secret") {
		if template.At(r.Properties, "SecretString") != nil {
			t.Errorf("row %d, %s holds a secret", r.Row, r.Name)
		}
	}
}

package template_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"jeongsan/infra/local/schedule"
	"jeongsan/infra/template"
	"jeongsan/internal/app"
	"jeongsan/internal/fault"
)

// jobs are the scheduled jobs that the work queue's handler knows, sorted.
var jobs = slices.Sorted(slices.Values(app.Scheduled()))

func stack(t *testing.T) template.Template {
	t.Helper()
	s, err := template.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func queues(t *testing.T) []template.Queue {
	t.Helper()
	q, err := stack(t).Queues()
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func functions(t *testing.T) []template.Function {
	t.Helper()
	f, err := stack(t).Functions()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func schedules(t *testing.T) []template.Schedule {
	t.Helper()
	s, err := stack(t).Schedules()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEvery_schedule_has_six_cron_fields_and_a_time_zone_that_exists(t *testing.T) {
	for _, s := range schedules(t) {
		if _, err := schedule.ParseExpression(s.Expression, s.Zone); err != nil {
			t.Errorf("row %d, %s: %v", s.Row, s.Name, err)
		}
		if s.Zone != "Asia/Seoul" {
			t.Errorf("row %d, %s: business time is Asia/Seoul, not %s", s.Row, s.Name, s.Zone)
		}
	}
}

func TestEvery_job_is_scheduled_once_and_no_other(t *testing.T) {
	var got []string
	for _, s := range schedules(t) {
		got = append(got, s.Job)
	}
	slices.Sort(got)
	if !slices.Equal(got, jobs) {
		t.Fatalf("scheduled are %v, known are %v", got, jobs)
	}
}

func TestEvery_schedule_retries_into_the_dead_letters_and_fires_on_time(t *testing.T) {
	s := stack(t)
	dead := deadLetters(s)
	for _, r := range s.Of("AWS::Scheduler::Schedule") {
		p := r.Properties
		if got := template.Referred(template.At(p, "Target", "DeadLetterConfig", "Arn")); !slices.Contains(dead, got) {
			t.Errorf("row %d, %s: its dead letters go to %q", r.Row, r.Name, got)
		}
		if template.At(p, "Target", "RetryPolicy", "MaximumRetryAttempts") == nil || template.Number(p, "Target", "RetryPolicy", "MaximumEventAgeInSeconds") < 60 {
			t.Errorf("row %d, %s: its retries are left to a default", r.Row, r.Name)
		}
		if template.Text(p, "FlexibleTimeWindow", "Mode") != "OFF" {
			t.Errorf("row %d, %s: it may fire late", r.Row, r.Name)
		}
		if template.Referred(template.At(p, "GroupName")) == "" {
			t.Errorf("row %d, %s: outside the group that its role trusts", r.Row, r.Name)
		}
	}
}

func TestEvery_queue_that_is_worked_on_hides_a_message_for_six_handler_timeouts_and_has_dead_letters(t *testing.T) {
	s := stack(t)
	dead := deadLetters(s)
	for _, q := range queues(t) {
		if slices.Contains(dead, q.Name) {
			continue
		}
		if q.HandlerTimeout <= 0 || q.Visibility < 6*q.HandlerTimeout {
			t.Errorf("%s: hidden for %s, its handler may take %s", q.Name, q.Visibility, q.HandlerTimeout)
		}
		if !slices.Contains(dead, q.DeadLetters) || q.MaxReceive < 5 {
			t.Errorf("%s: dead letters go to %q after %d receives", q.Name, q.DeadLetters, q.MaxReceive)
		}
	}
}

// deadLetters are the queues that say of themselves that they hold dead letters.
func deadLetters(s template.Template) []string {
	var out []string
	for _, r := range s.Of("AWS::SQS::Queue") {
		if template.Text(r.Metadata, "Holds") == "dead letters" {
			out = append(out, r.Name)
		}
	}
	return out
}

func TestThe_table_is_the_one_the_store_speaks_to(t *testing.T) {
	want := []template.Table{{Name: "Table", PartitionKey: "pk", SortKey: "sk", TTL: "ttl", Stream: "NEW_AND_OLD_IMAGES"}}
	if got := stack(t).Tables(); !slices.Equal(got, want) {
		t.Fatalf("the tables are %+v", got)
	}
	p := stack(t).Of("AWS::DynamoDB::Table")[0].Properties
	if template.Text(p, "BillingMode") != "PAY_PER_REQUEST" ||
		!template.True(p, "DeletionProtectionEnabled") ||
		!template.True(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") {
		t.Errorf("the table is not on demand, protected from deletion and recoverable to a point in time: %v", p)
	}
}

func TestWhat_reads_incompletely_is_refused_with_its_row(t *testing.T) {
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, from, to, want string }{
		{"an input without a job", `{"job": "nightly", `, `{"task": "nightly", `, "Schedule Nightly: its Input"},
		{"a clock time instead of the scheduled one", `"scheduled": "<aws.scheduler.scheduled-time>"`, `"scheduled": "now"`, "Schedule Nightly: its Input"},
		{"an unstated catch-up", "{ CatchUp: latest }", "{ CatchUp: sometimes }", "must be every or latest"},
		{"a missing zone", "ScheduleExpressionTimezone: Asia/Seoul", "State: ENABLED", "lacks its expression or time zone"},
		{"a target outside the template", "Arn: !GetAtt NightlyQueue.Arn\n        RoleArn", "Arn: arn:aws:sqs:x\n        RoleArn", "does not fire into a queue"},
		{"a property written twice", "ObjectLockEnabled: true", "ObjectLockEnabled: true\n      ObjectLockEnabled: false", "appears twice"},
		{"an alias", "ObjectLockEnabled: true", "ObjectLockEnabled: &yes true\n      Alias: *yes", "Anchors and aliases"},
		{"broken YAML", "Resources:", "Resources: [", "not valid YAML"},
		{"no resources", "Resources:", "Resource:", "Resources is empty"},
	} {
		t.Run(c.what, func(t *testing.T) {
			broken := strings.ReplaceAll(string(text), c.from, c.to)
			if broken == string(text) {
				t.Fatalf("the template does not hold %q", c.from)
			}
			parsed, err := template.Parse([]byte(broken))
			if err == nil {
				_, err = parsed.Schedules()
			}
			shown := fault.TextOf(err).EN
			if !fault.Is(err, fault.Invalid) || !strings.Contains(shown, c.want) || !strings.Contains(shown, "template.yaml") {
				t.Errorf("the fault says %q", shown)
			}
		})
	}
}

func TestA_template_that_is_not_there_says_where_to_run(t *testing.T) {
	_, err := template.Load("no/such/template.yaml")
	if !fault.Is(err, fault.NotFound) || !strings.Contains(fault.TextOf(err).KO, "최상위 폴더") {
		t.Fatalf("the fault says %v", err)
	}
}

func TestShort_tags_read_like_their_long_forms(t *testing.T) {
	short, err := template.Parse([]byte("Resources:\n  A: { Properties: { a: !Ref X, b: !GetAtt Y.Arn, c: !Sub \"${Y.Arn}/*\", d: !Join [\"\", [a, !Ref X]] } }\n"))
	if err != nil {
		t.Fatal(err)
	}
	long, err := template.Parse([]byte("Resources:\n  A: { Properties: { a: {Ref: X}, b: {\"Fn::GetAtt\": [Y, Arn]}, c: {\"Fn::Sub\": \"${Y.Arn}/*\"}, d: {\"Fn::Join\": [\"\", [a, {Ref: X}]]} } }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := printed(short), printed(long); got != want {
		t.Errorf("the short form reads %s, the long one %s", got, want)
	}
	p := short.Resources[0].Properties
	if template.Referred(template.At(p, "a")) != "X" || template.Referred(template.At(p, "b")) != "Y" || template.Referred(template.At(p, "c")) != "" {
		t.Errorf("references are read from %v", p)
	}
}

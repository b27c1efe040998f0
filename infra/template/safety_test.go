package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jeongsan/infra/template"
	"jeongsan/internal/blob"
)

// keeps are the kinds of resources that hold what cannot be made again.
var keeps = []string{"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::SecretsManager::Secret"}

func TestA_deleted_or_replaced_stack_leaves_its_state_behind(t *testing.T) {
	for _, r := range stack(t).Resources {
		if slices.Contains(keeps, r.Type) && (r.Deletion != "Retain" || r.Replace != "Retain") {
			t.Errorf("row %d, %s: deletion %q, replacement %q", r.Row, r.Name, r.Deletion, r.Replace)
		}
	}
}

func TestBuckets_lock_objects_and_expire_only_what_may_expire(t *testing.T) {
	want := map[string]int{string(blob.Staging) + "/": 2, string(blob.Working) + "/": 400}
	buckets := stack(t).Buckets()
	if len(buckets) == 0 {
		t.Fatal("there is no bucket")
	}
	for _, b := range buckets {
		if !b.ObjectLock || !maps.Equal(b.ExpiryDays, want) {
			t.Errorf("%s: lock %t, expiry %v, want %v", b.Name, b.ObjectLock, b.ExpiryDays, want)
		}
	}
	for _, r := range stack(t).Of("AWS::S3::Bucket") {
		for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if !template.True(r.Properties, "PublicAccessBlockConfiguration", block) {
				t.Errorf("row %d, %s: %s is off", r.Row, r.Name, block)
			}
		}
	}
}

func TestBuckets_and_queues_answer_only_over_TLS(t *testing.T) {
	s := stack(t)
	refuses := map[string]bool{} // logical names whose policy denies plain connections
	for _, r := range s.Of("AWS::S3::BucketPolicy") {
		name := template.Referred(template.At(r.Properties, "Bucket"))
		refuses[name] = deniesPlain(r, "s3:*", name)
	}
	for _, r := range s.Of("AWS::SQS::QueuePolicy") {
		for _, q := range template.List(r.Properties, "Queues") {
			name := template.Referred(q)
			refuses[name] = deniesPlain(r, "sqs:*", name)
		}
	}
	for _, r := range s.Resources {
		if (r.Type == "AWS::S3::Bucket" || r.Type == "AWS::SQS::Queue") && !refuses[r.Name] {
			t.Errorf("row %d, %s answers without TLS", r.Row, r.Name)
		}
	}
}

func deniesPlain(policy template.Resource, action, name string) bool {
	for _, st := range template.List(policy.Properties, "PolicyDocument", "Statement") {
		if template.Text(st, "Effect") == "Deny" && template.Text(st, "Principal") == "*" && template.Text(st, "Action") == action &&
			template.Text(st, "Condition", "Bool", "aws:SecureTransport") == "false" &&
			slices.ContainsFunc(template.List(st, "Resource"), func(v any) bool { return template.Referred(v) == name }) {
			return true
		}
	}
	return false
}

// wildcards are those that may allow something, each with its reason. Everywhere else a wildcard may only forbid.
var wildcards = []struct{ statement, part, holds, why string }{
	{"Documents", "Resource", "${Documents.Arn}/books/*", "objects of one class, by the prefix it is stored under"},
	{"Documents", "Resource", "${Documents.Arn}/tax-locked/*", "objects of one class, by the prefix it is stored under"},
	{"Mail", "Resource", ":identity/*", "the MSPs' domains, verified by hand, which the template cannot know"},
	{"Streams", "Resource", "${Table.Arn}/stream/*", "ListStreams knows no single stream"},
	{"Account", "Action", "kms:*", "a key that its own account cannot administer is lost"},
	{"Account", "Resource", "*", "in a key's policy: this key"},
}

func TestNothing_is_allowed_by_a_wildcard_without_a_reason(t *testing.T) {
	seen, used := 0, map[string]bool{}
	for _, r := range stack(t).Resources {
		for _, st := range statements(r.Properties) {
			seen++
			if template.Text(st, "Effect") != "Allow" {
				continue
			}
			for _, part := range []string{"Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"} {
				if strings.HasPrefix(part, "Not") && template.At(st, part) != nil {
					t.Errorf("row %d, %s allows all but something", r.Row, r.Name)
				}
				for _, v := range template.List(st, part) {
					if why := excused(template.Text(st, "Sid"), part, printed(v)); strings.Contains(printed(v), "*") && why == "" {
						t.Errorf("row %d, %s: %s is %v", r.Row, r.Name, part, v)
					} else if why != "" {
						used[why] = true
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Fatal("no statement was found; the reader is broken")
	}
	for _, w := range wildcards {
		if w.why == "" || !used[w.statement+w.part+w.holds] {
			t.Errorf("the exception %s %s %s has no reason or no use", w.statement, w.part, w.holds)
		}
	}
}

func excused(statement, part, value string) string {
	for _, w := range wildcards {
		if w.statement == statement && w.part == part && strings.Count(value, "*") == 1 && strings.HasSuffix(strings.TrimSuffix(value, "]"), w.holds) {
			return w.statement + w.part + w.holds
		}
	}
	return ""
}

// statements finds policy statements wherever they are: in roles, in policies of buckets and queues, in functions.
func statements(v any) []any {
	var out []any
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if key == "Statement" {
				out = append(out, template.List(v, key)...)
				continue
			}
			out = append(out, statements(v[key])...)
		}
	case []any:
		for _, item := range v {
			out = append(out, statements(item)...)
		}
	}
	return out
}

func TestThe_schedulers_role_can_only_send_messages(t *testing.T) {
	for _, r := range stack(t).Of("AWS::IAM::Role") {
		for _, policy := range template.List(r.Properties, "Policies") {
			for _, st := range template.List(policy, "PolicyDocument", "Statement") {
				if got := template.List(st, "Action"); r.Name == "SchedulerRole" && printed(got) != "[sqs:SendMessage]" {
					t.Errorf("row %d, %s may do %v", r.Row, r.Name, got)
				}
			}
		}
		if template.List(r.Properties, "ManagedPolicyArns") != nil {
			t.Errorf("row %d, %s: a managed policy allows more than one can read here", r.Row, r.Name)
		}
	}
}

func TestEvery_queue_has_an_alarm_that_tells_somebody(t *testing.T) {
	s := stack(t)
	watched := map[string]bool{}
	for _, r := range s.Of("AWS::CloudWatch::Alarm") {
		if len(template.List(r.Properties, "AlarmActions")) == 0 || template.Text(r.Properties, "AlarmDescription") == "" {
			t.Errorf("row %d, %s tells nobody, or not what to do", r.Row, r.Name)
		}
		for _, d := range template.List(r.Properties, "Dimensions") {
			watched[template.Referred(template.At(d, "Value"))] = true
		}
	}
	for _, q := range queues(t) {
		if !watched[q.Name] {
			t.Errorf("%s has no alarm", q.Name)
		}
	}
}

// printed writes a value with sorted map keys.
func printed(v any) string { return fmt.Sprint(v) }

// Package template reads template.yaml, the one description of the deployed stack.
//
// It owns the reading: CloudFormation's short tags, and the parts that other programs need (schedules, functions, queues,
// table, bucket). It does not deploy, and it does not judge: cfn-lint and this package's tests do.
//
// Invariants: what is read keeps the order of the file; a part that is incomplete is a fault with its row, never a
// zero value that a program would run on.
//
// infra/local plays the schedules; the tests here hold what cfn-lint does not see, and those of functions/ play the
// deployed stack by it.
package template

import (
	"encoding/json"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"jeongsan/internal/fault"
)

// FileName is the template's name at the top of the repository.
const FileName = "template.yaml"

// ScheduledTime stands in a schedule's input where EventBridge Scheduler writes the time the firing was due,
// as RFC 3339 in UTC with whole seconds.
const ScheduledTime = "<aws.scheduler.scheduled-time>"

// Resource is one logical resource.
type Resource struct {
	Name       string
	Type       string // e.g. "AWS::SQS::Queue"
	Row        int    // line of its name in the file
	Properties any    // maps, lists and scalars; see At, Text, Number, True, List and Referred
	Metadata   any
	Deletion   string // DeletionPolicy
	Replace    string // UpdateReplacePolicy
}

// Template is the whole file.
type Template struct {
	Resources []Resource // in the order of the file
	Globals   any        // what SAM gives every function
}

// CatchUp says what is owed for firings missed while the stack was down.
type CatchUp string

const (
	Every  CatchUp = "every"  // each missed firing, in order
	Latest CatchUp = "latest" // only the last one: it takes everything that is due
)

// Schedule is one AWS::Scheduler::Schedule.
type Schedule struct {
	Name       string
	Expression string // "cron(…)" or "rate(…)"
	Zone       string // IANA name
	Job        string // the "job" of the input
	Input      string // the message's body, with ScheduledTime still in it
	Queue      string // logical name of the queue it fires into
	CatchUp    CatchUp
	Row        int
}

// Queue is one AWS::SQS::Queue.
type Queue struct {
	Name           string
	Visibility     time.Duration
	HandlerTimeout time.Duration // of the function that reads it; 0 where none does, as of dead letters
	MaxReceive     int           // 0 for dead letters
	DeadLetters    string        // logical name of the queue behind it, "" for dead letters
}

// Table is one AWS::DynamoDB::Table.
type Table struct {
	Name, PartitionKey, SortKey, TTL, Stream string
}

// Bucket is one AWS::S3::Bucket.
type Bucket struct {
	Name       string
	ObjectLock bool
	ExpiryDays map[string]int // key prefix → days after which its objects expire
}

// Load reads the template at a path.
func Load(path string) (Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Template{}, fault.New(fault.NotFound, fault.T(
			"%s을(를) 읽을 수 없습니다. 저장소의 최상위 폴더에서 실행해 주세요.",
			"%s cannot be read. Run this from the top folder of the repository.", path)).Because(err)
	}
	return Parse(text)
}

// Parse reads a template's text.
func Parse(text []byte) (Template, error) {
	var file struct {
		Resources yaml.Node `yaml:"Resources"`
		Globals   yaml.Node `yaml:"Globals"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Template{}, fault.New(fault.Invalid, fault.T("YAML 형식이 올바르지 않습니다.", "The file is not valid YAML.")).
			At(fault.Place{File: FileName}).Because(err)
	}
	var t Template
	if !file.Globals.IsZero() {
		var err error
		if t.Globals, err = plain(&file.Globals); err != nil {
			return Template{}, err
		}
	}
	names := file.Resources.Content
	for i := 0; i+1 < len(names); i += 2 {
		r, err := resource(names[i], names[i+1])
		if err != nil {
			return Template{}, err
		}
		t.Resources = append(t.Resources, r)
	}
	if len(t.Resources) == 0 {
		return Template{}, broken(1, "Resources가 비어 있습니다.", "Resources is empty.")
	}
	return t, nil
}

func resource(name, body *yaml.Node) (Resource, error) {
	v, err := plain(body)
	if err != nil {
		return Resource{}, err
	}
	return Resource{
		Name:       name.Value,
		Row:        name.Line,
		Type:       Text(v, "Type"),
		Properties: At(v, "Properties"),
		Metadata:   At(v, "Metadata", "Jeongsan"),
		Deletion:   Text(v, "DeletionPolicy"),
		Replace:    Text(v, "UpdateReplacePolicy"),
	}, nil
}

// Of returns the resources of one type.
func (t Template) Of(kind string) []Resource {
	var out []Resource
	for _, r := range t.Resources {
		if r.Type == kind {
			out = append(out, r)
		}
	}
	return out
}

// Schedules returns every schedule, or a fault with the row of the first incomplete one.
func (t Template) Schedules() ([]Schedule, error) {
	var out []Schedule
	for _, r := range t.Of("AWS::Scheduler::Schedule") {
		s, err := schedule(r)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func schedule(r Resource) (Schedule, error) {
	p := r.Properties
	s := Schedule{
		Name:       r.Name,
		Expression: Text(p, "ScheduleExpression"),
		Zone:       Text(p, "ScheduleExpressionTimezone"),
		Input:      Text(p, "Target", "Input"),
		Queue:      Referred(At(p, "Target", "Arn")),
		CatchUp:    CatchUp(Text(r.Metadata, "CatchUp")),
		Row:        r.Row,
	}
	var input struct{ Job, Scheduled string }
	if err := json.Unmarshal([]byte(s.Input), &input); err != nil || input.Job == "" || input.Scheduled != ScheduledTime {
		return Schedule{}, broken(r.Row, "일정 %s의 Input은 job과 scheduled(%s)가 있는 JSON이어야 합니다.",
			"Schedule %s: its Input must be JSON with a job and scheduled (%s).", r.Name, ScheduledTime)
	}
	s.Job = input.Job
	switch {
	case s.Expression == "" || s.Zone == "":
		return Schedule{}, broken(r.Row, "일정 %s에 ScheduleExpression이나 시간대가 없습니다.", "Schedule %s lacks its expression or time zone.", r.Name)
	case s.Queue == "":
		return Schedule{}, broken(r.Row, "일정 %s의 대상이 이 템플릿의 큐가 아닙니다.", "Schedule %s does not fire into a queue of this template.", r.Name)
	case s.CatchUp != Every && s.CatchUp != Latest:
		return Schedule{}, broken(r.Row, "일정 %s의 Metadata.Jeongsan.CatchUp은 every나 latest여야 합니다.", "Schedule %s: Metadata.Jeongsan.CatchUp must be every or latest.", r.Name)
	}
	return s, nil
}

// Queues returns every queue, or the fault of Functions.
func (t Template) Queues() ([]Queue, error) {
	functions, err := t.Functions()
	if err != nil {
		return nil, err
	}
	readers := map[string]time.Duration{}
	for _, f := range functions {
		readers[f.Queue] = f.Timeout
	}
	var out []Queue
	for _, r := range t.Of("AWS::SQS::Queue") {
		out = append(out, Queue{
			Name:           r.Name,
			Visibility:     time.Duration(Number(r.Properties, "VisibilityTimeout")) * time.Second,
			HandlerTimeout: readers[r.Name],
			MaxReceive:     Number(r.Properties, "RedrivePolicy", "maxReceiveCount"),
			DeadLetters:    Referred(At(r.Properties, "RedrivePolicy", "deadLetterTargetArn")),
		})
	}
	return out, nil
}

// Tables returns every table.
func (t Template) Tables() []Table {
	var out []Table
	for _, r := range t.Of("AWS::DynamoDB::Table") {
		table := Table{
			Name:   r.Name,
			TTL:    Text(r.Properties, "TimeToLiveSpecification", "AttributeName"),
			Stream: Text(r.Properties, "StreamSpecification", "StreamViewType"),
		}
		for _, k := range List(r.Properties, "KeySchema") {
			if Text(k, "KeyType") == "HASH" {
				table.PartitionKey = Text(k, "AttributeName")
				continue
			}
			table.SortKey = Text(k, "AttributeName")
		}
		out = append(out, table)
	}
	return out
}

// Buckets returns every bucket.
func (t Template) Buckets() []Bucket {
	var out []Bucket
	for _, r := range t.Of("AWS::S3::Bucket") {
		b := Bucket{Name: r.Name, ObjectLock: True(r.Properties, "ObjectLockEnabled"), ExpiryDays: map[string]int{}}
		for _, rule := range List(r.Properties, "LifecycleConfiguration", "Rules") {
			if days := Number(rule, "ExpirationInDays"); days > 0 {
				b.ExpiryDays[Text(rule, "Prefix")] = days
			}
		}
		out = append(out, b)
	}
	return out
}

package template

import (
	"strings"
	"time"
)

// Function is one AWS::Serverless::Function with what starts it.
type Function struct {
	Name    string // logical
	Folder  string // of its main package: "functions/ingest"
	Timeout time.Duration
	Memory  int    // MB
	Role    string // logical name
	Logs    string // logical name of its log group

	Queue       string // logical name of the queue it reads; "" for none
	Batch       int    // messages of one invocation
	Concurrency int    // invocations side by side that the queue may start
	Reports     bool   // whether single records are reported as failed
	Table       string // logical name of the table whose stream it reads; "" for none
	Filters     []string
	Failed      string   // logical name of the queue that hears of records it gave up on
	Routes      []string // "POST /webhooks/portone/{tenant}"
	Row         int
}

// Functions returns every function, or a fault with the row of the first that is started by something unknown here.
func (t Template) Functions() ([]Function, error) {
	var out []Function
	for _, r := range t.Of("AWS::Serverless::Function") {
		f := Function{
			Name: r.Name, Row: r.Row,
			Folder:  strings.TrimSuffix(Text(r.Properties, "CodeUri"), "/"),
			Timeout: time.Duration(Number(r.Properties, "Timeout")) * time.Second,
			Memory:  Number(r.Properties, "MemorySize"),
			Role:    Referred(At(r.Properties, "Role")),
			Logs:    Referred(At(r.Properties, "LoggingConfig", "LogGroup")),
		}
		events, _ := At(r.Properties, "Events").(map[string]any)
		for _, name := range sortedKeys(events) {
			if !f.starts(events[name]) {
				return nil, broken(r.Row, "함수 %s의 이벤트 %s을(를) 읽을 수 없습니다.", "Function %s: its event %s cannot be read.", r.Name, name)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// starts takes in one event; false for one of a type or with a source that is not known here.
func (f *Function) starts(event any) bool {
	p := At(event, "Properties")
	switch Text(event, "Type") {
	case "SQS":
		f.Queue, f.Batch = Referred(At(p, "Queue")), Number(p, "BatchSize")
		f.Concurrency = Number(p, "ScalingConfig", "MaximumConcurrency")
		f.Reports = reports(p)
		return f.Queue != ""
	case "DynamoDB":
		f.Table, f.Batch = Referred(At(p, "Stream")), Number(p, "BatchSize")
		f.Failed = Referred(At(p, "DestinationConfig", "OnFailure", "Destination"))
		f.Reports = reports(p)
		for _, filter := range List(p, "FilterCriteria", "Filters") {
			f.Filters = append(f.Filters, Text(filter, "Pattern"))
		}
		return f.Table != ""
	case "HttpApi":
		f.Routes = append(f.Routes, Text(p, "Method")+" "+Text(p, "Path"))
		return Text(p, "Method") != "" && Text(p, "Path") != ""
	}
	return false
}

func reports(p any) bool {
	for _, v := range List(p, "FunctionResponseTypes") {
		if v == "ReportBatchItemFailures" {
			return true
		}
	}
	return false
}

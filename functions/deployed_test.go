package functions_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"jeongsan/infra/lambda"
	"jeongsan/infra/local/schedule"
	"jeongsan/infra/template"
	"jeongsan/internal/app"
	"jeongsan/internal/awstest"
	"jeongsan/internal/blob/s3"
	"jeongsan/internal/journal"
	"jeongsan/internal/queue"
	"jeongsan/internal/queue/sqs"
	"jeongsan/internal/secret/kms"
	"jeongsan/internal/store/dynamo"
)

// cloud is the deployed product: the template's resources on moto, and the bootstrap binaries as Lambda would run them.
type cloud struct {
	t        *testing.T
	world    *world
	template template.Template
	aws      aws.Config
	bins     string            // folder of the binaries
	names    map[string]string // of resources, attributes and parameters, as the template refers to them
	sqs      *awssqs.Client
	stream   *lambda.Stream
	sources  []source

	mu      sync.Mutex
	running map[string]*lambda.Function // by function, since the clock was moved last
	starts  map[string][]time.Duration  // exec → first next
}

// source is a queue with the function that reads it.
type source struct {
	function string
	queue    lambda.Queue
}

// TestMain takes away what binaries left.
func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built) // temporary anyway
	}
	os.Exit(code)
}

var built string

// binaries makes the programs as they are deployed, for this machine, once for all tests here.
var binaries = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "functions-*"); err != nil {
		return "", err
	}
	args := []string{"build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", built + string(filepath.Separator)}
	for _, f := range app.Functions() {
		args = append(args, "./"+f.Name)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return built, nil
})

// deploy makes the template's resources.
func deploy(t *testing.T, w *world) *cloud {
	t.Helper()
	stack, err := template.Load(filepath.Join("..", "template.yaml"))
	must(t, err)
	c := &cloud{t: t, world: w, template: stack, aws: awstest.Config(t), names: map[string]string{}, running: map[string]*lambda.Function{}, starts: map[string][]time.Duration{}}
	c.bins, err = binaries()
	must(t, err)
	for name, value := range map[string]string{
		"Stage": "dev", "MailDomain": "mail.jeongsan.example.com", "Api": "local", "AWS::Region": awstest.Region, "AWS::URLSuffix": "amazonaws.com",
	} {
		c.names[name] = value
	}
	c.sqs = awssqs.NewFromConfig(c.aws)
	c.makeQueues()
	c.makeState()
	c.makeSecrets()
	t.Cleanup(c.stop)
	return c
}

func (c *cloud) makeQueues() {
	t := c.t
	queues, err := c.template.Queues()
	must(t, err)
	slices.SortFunc(queues, func(a, b template.Queue) int { return len(a.DeadLetters) - len(b.DeadLetters) }) // dead letters first
	for _, q := range queues {
		attributes := map[string]string{"MessageRetentionPeriod": "1209600"}
		if q.Visibility > 0 {
			attributes["VisibilityTimeout"] = fmt.Sprint(int(q.Visibility.Seconds()))
		}
		if q.DeadLetters != "" {
			attributes["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn": %q, "maxReceiveCount": %d}`, c.names[q.DeadLetters+".Arn"], q.MaxReceive)
		}
		out, err := c.sqs.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("deployed-" + q.Name), Attributes: attributes})
		must(t, err)
		c.names[q.Name] = aws.ToString(out.QueueUrl)
		known, err := c.sqs.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{QueueUrl: out.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
		must(t, err)
		c.names[q.Name+".Arn"] = known.Attributes["QueueArn"]
	}
	all, err := c.template.Functions()
	must(t, err)
	for _, f := range all {
		if f.Queue != "" {
			c.sources = append(c.sources, source{strings.TrimPrefix(f.Folder, "functions/"), lambda.Queue{Client: c.sqs, URL: c.names[f.Queue], ARN: c.names[f.Queue+".Arn"], Batch: f.Batch}})
		}
	}
}

func (c *cloud) makeState() {
	t, ctx := c.t, c.t.Context()
	db := dynamodb.NewFromConfig(c.aws)
	must(t, awstest.CreateTable(ctx, db, "deployed-table", true))
	table, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("deployed-table")})
	must(t, err)
	c.names["Table"] = "deployed-table"
	for _, f := range c.functions() {
		if f.Table == "" {
			continue
		}
		filter, err := lambda.ParseFilter(f.Filters[0])
		must(t, err)
		c.stream = &lambda.Stream{Client: dynamodbstreams.NewFromConfig(c.aws), ARN: aws.ToString(table.Table.LatestStreamArn), Batch: f.Batch, Filter: filter}
	}
	_, err = awss3.NewFromConfig(c.aws, func(o *awss3.Options) { o.UsePathStyle = true }).CreateBucket(ctx, &awss3.CreateBucketInput{
		Bucket: aws.String("deployed-documents"), ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: awstest.Region},
	})
	must(t, err)
	c.names["Documents"] = "deployed-documents"
}

func (c *cloud) functions() []template.Function {
	all, err := c.template.Functions()
	must(c.t, err)
	return all
}

func (c *cloud) makeSecrets() {
	t, ctx := c.t, c.t.Context()
	key, err := awskms.NewFromConfig(c.aws).CreateKey(ctx, &awskms.CreateKeyInput{})
	must(t, err)
	c.names["Key.Arn"] = aws.ToString(key.KeyMetadata.Arn)
	secret, err := secretsmanager.NewFromConfig(c.aws).CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name: aws.String("deployed-popbill"), SecretString: aws.String(fmt.Sprintf(`{"LinkID": %q, "SecretKey": %q}`, linkID, linkSecret)),
	})
	must(t, err)
	c.names["PopbillSecret"] = aws.ToString(secret.ARN)
	mails := sesv2.NewFromConfig(c.aws)
	_, err = mails.CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("hanbit.example.com")})
	must(t, err)
	_, err = mails.CreateConfigurationSet(ctx, &sesv2.CreateConfigurationSetInput{ConfigurationSetName: aws.String("deployed-mails")})
	must(t, err)
	c.names["Mails"] = "deployed-mails"
}

// started is the running function of that name; it is started when it is first needed.
func (c *cloud) started(name string) *lambda.Function {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.running[name]; f != nil {
		return f
	}
	t := c.t
	t.Helper()
	f, err := lambda.Start(lambda.Config{Name: name, Binary: filepath.Join(c.bins, name), Env: c.environment(name), Timeout: time.Minute, Log: &log{t: t, function: name}})
	must(t, err)
	took, err := f.Ready(t.Context())
	if err != nil {
		t.Fatalf("%s did not start: %v", name, err)
	}
	c.running[name], c.starts[name] = f, append(c.starts[name], took)
	return f
}

// environment is what the template sets, what Lambda sets, and where the doubles are.
func (c *cloud) environment(name string) []string {
	var env []string
	for _, f := range c.functions() {
		if f.Folder == "functions/"+name {
			set, err := lambda.Environment(c.template, f.Name, c.names)
			must(c.t, err)
			env = set
		}
	}
	return append(append(env, c.world.variables()...), "AWS_REGION="+awstest.Region, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing",
		"AWS_ENDPOINT_URL="+aws.ToString(c.aws.BaseEndpoint), "PATH="+os.Getenv("PATH"))
}

// stop ends all functions, as Lambda does with what it has no use for.
func (c *cloud) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, f := range c.running {
		if err := f.Stop(); err != nil {
			c.t.Errorf("%s: %v", name, err)
		}
	}
	c.running = map[string]*lambda.Function{}
}

// invoke is an event source's way to a function.
func (c *cloud) invoke(name string) lambda.Invoke {
	return func(ctx context.Context, event []byte) ([]byte, error) { return c.started(name).Invoke(ctx, event) }
}

// settle plays the event sources until none has anything left, and lets providers send their webhooks.
func (c *cloud) settle() {
	for {
		n, err := c.stream.Poll(c.t.Context(), c.invoke(app.OutboxFunction))
		must(c.t, err)
		n += c.poll()
		if n == 0 {
			n = c.world.hear(c.t)
		}
		if n == 0 {
			return
		}
	}
}

// poll takes a batch of each queue side by side.
func (c *cloud) poll() int {
	var wait sync.WaitGroup
	taken := make([]int, len(c.sources))
	errs := make([]error, len(c.sources))
	for i, s := range c.sources {
		wait.Go(func() { taken[i], errs[i] = s.queue.Poll(c.t.Context(), c.invoke(s.function)) })
	}
	wait.Wait()
	n := 0
	for i := range c.sources {
		must(c.t, errs[i])
		n += taken[i]
	}
	return n
}

// webhook is a provider's request, by way of API Gateway.
func (c *cloud) webhook(path string, header http.Header, body []byte) bool {
	event, err := lambda.Request(http.MethodPost, path, header, body)
	if err != nil {
		c.t.Error(err)
		return false
	}
	raw, err := c.started(app.WebhookFunction).Invoke(c.t.Context(), event)
	if err != nil {
		c.t.Error(err)
		return false
	}
	status, _, said, err := lambda.Answer(raw)
	if err != nil || status != http.StatusOK {
		c.t.Errorf("a webhook was answered %d %s, %v", status, said, err)
	}
	return err == nil && status == http.StatusOK
}

// deployed is the product over the adapters of AWS. Staff act through the same adapters until the dashboard's API does.
func deployed(t *testing.T, w *world) (*house, *cloud) {
	t.Helper()
	c := deploy(t, w)
	st := dynamo.New(dynamodb.NewFromConfig(c.aws), c.names["Table"], w.clock)
	bucket, err := s3.New(c.aws, c.names["Documents"], s3.Governance, w.clock)
	must(t, err)
	keeper, err := kms.New(c.aws, []string{c.names["Key.Arn"]}, random)
	must(t, err)
	router := app.Router{}
	fired := map[string]queue.Queue{} // by logical name of the queue
	for _, f := range c.functions() {
		if f.Queue == "" {
			continue
		}
		q, err := sqs.New(c.aws, c.names[f.Queue], c.names[strings.TrimSuffix(f.Queue, "Queue")+"Dead"])
		must(t, err)
		router[strings.TrimPrefix(f.Folder, "functions/")], fired[f.Queue] = q, q
	}
	h := &house{store: st, bucket: bucket, secrets: keeper, app: &app.App{Store: st, Work: router, NewID: newID}}
	desks(t, w, journal.Journal{Store: st, Clock: w.clock, NewID: newID}, h)
	w.hook = c.webhook
	listed, err := c.template.Schedules()
	must(t, err)
	h.fire = func(f schedule.Firing) {
		for _, s := range listed {
			if s.Name == f.Schedule {
				must(t, fired[s.Queue].Send(t.Context(), [][]byte{f.Body}, 0))
			}
		}
	}
	h.moved, h.settle = c.stop, c.settle
	h.notice = func(mailID, email string) {
		tags := map[string]string{"jeongsan-message": mailID, "jeongsan-tenant": "hanbit", "ses:configuration-set": c.names["Mails"]}
		body := lambda.Notice("Email Delivered", "Delivery", "ses-"+mailID, w.clock.Now(), email, tags)
		must(t, fired["FeedbackQueue"].Send(t.Context(), [][]byte{body}, 0))
	}
	return h, c
}

// log shows what a function prints, and fails the test for what it should never say.
type log struct {
	t        *testing.T
	function string
	mu       sync.Mutex
	rest     []byte
}

// Write takes lines.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		l.t.Logf("%s: %s", l.function, line)
		for _, secret := range []string{secretKey, linkSecret, shop.Secret, shop.WebhookSecret} {
			if bytes.Contains(line, []byte(secret)) {
				l.t.Errorf("%s logged a secret", l.function)
			}
		}
		l.rest = append([]byte(nil), rest...)
	}
}

func TestThe_deployed_artefacts_end_with_the_books_of_one_machine_to_the_won(t *testing.T) {
	theirs := newWorld(t, "2026-10-30 09:00")
	h, c := deployed(t, theirs) // first: it skips where there is nothing to ask
	ours := newWorld(t, "2026-10-30 09:00")
	one := oneMachine(t, ours)
	play(t, ours, one)
	play(t, theirs, h)

	want, got := written(t, one.store), written(t, h.store)
	if len(want) < 50 {
		t.Fatalf("the books of one machine are nearly empty: %v", want)
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("missing: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("added: %s", line)
		}
	}
	c.nothingDied()
	c.answers()
	for _, f := range app.Functions() {
		if len(c.starts[f.Name]) == 0 {
			t.Errorf("%s was never started", f.Name)
		}
		t.Logf("exec to first next, %-8s %v", f.Name, c.starts[f.Name])
	}
}

// nothingDied looks into the dead letters.
func (c *cloud) nothingDied() {
	for _, r := range c.template.Of("AWS::SQS::Queue") {
		if template.Text(r.Metadata, "Holds") != "dead letters" {
			continue
		}
		out, err := c.sqs.ReceiveMessage(c.t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: aws.String(c.names[r.Name]), MaxNumberOfMessages: 10})
		must(c.t, err)
		for _, m := range out.Messages {
			c.t.Errorf("dead in %s: %s", r.Name, aws.ToString(m.Body))
		}
	}
}

// answers asks the deployed API what anybody may ask.
func (c *cloud) answers() {
	for path, want := range map[string]int{"/health": http.StatusOK, "/d/hanbit.no-such-token": http.StatusNotFound} {
		event, err := lambda.Request(http.MethodGet, path, http.Header{}, nil)
		must(c.t, err)
		raw, err := c.started(app.APIFunction).Invoke(c.t.Context(), event)
		must(c.t, err)
		if status, _, body, err := lambda.Answer(raw); err != nil || status != want {
			c.t.Errorf("%s is answered %d %s, %v", path, status, body, err)
		}
	}
}

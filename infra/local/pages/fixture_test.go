package pages_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"jeongsan/infra/local/pages"
	"jeongsan/infra/local/schedule"
	simulatedpopbill "jeongsan/infra/simulator/popbill"
	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/infra/template"
	"jeongsan/internal/app"
	"jeongsan/internal/blob"
	"jeongsan/internal/blob/directory"
	"jeongsan/internal/calendar"
	"jeongsan/internal/customer"
	"jeongsan/internal/document"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/due"
	"jeongsan/internal/identity"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail/mailbox"
	"jeongsan/internal/money"
	"jeongsan/internal/queue"
	"jeongsan/internal/rating"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/settlement"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	"jeongsan/internal/tenant"
	"jeongsan/internal/usage"
)

// hostile is a name that would be markup if it were not escaped.
const hostile = `<script>alert("가람")</script>`

var (
	october = calendar.MustMonth("2026-10")
	opens   = october.Next().Day(6).Start().Add(9 * time.Hour)
)

// world is a small MSP whose October is settled, behind the pages.
type world struct {
	t        *testing.T
	store    *memory.Store
	bucket   *directory.Bucket
	mailbox  *mailbox.Mailbox
	clock    *calendar.Manual
	desk     *settlement.Desk
	queue    *letters
	cashier  pages.Cashier
	hooks    http.Handler
	taxes    *simulatedpopbill.Simulator // nil without services
	cards    *simulatedportone.Simulator
	activity *pages.Activity
	staff    identity.Principal
	advance  func(context.Context, time.Time) error
	tenants  func(context.Context) ([]store.Tenant, error)
	moves    sync.WaitGroup
	logged   []error
	handler  http.Handler
	known    string // the token, once it was seen
}

// letters is a queue's dead letters.
type letters struct {
	dead   []queue.Message
	failed error
}

func (l *letters) Dead(context.Context) ([]queue.Message, error) { return l.dead, l.failed }
func (l *letters) Depth(context.Context) (int, int, error)       { return 3, len(l.dead), l.failed }
func (l *letters) Redrive(_ context.Context, m queue.Message) error {
	l.dead = l.dead[1:]
	return nil
}

// renderer reads its fonts once for all tests.
var renderer = sync.OnceValue(document.NewRenderer)

// logo is drawn once for all tests.
var logo = sync.OnceValues(func() ([]byte, error) { return documenttest.Logo(200) })

// provider is what every account of the world used: two servers and a share, and a member nobody knows.
type provider struct{ account string }

func (p provider) Pull(_ context.Context, m calendar.Month, to settlement.Sink) (settlement.Statement, error) {
	members := map[string][]string{"public": {"1001", "1002", "1003", "9999"}, "fin": {"3001"}}[p.account]
	for _, id := range members {
		if err := to.Member(usage.Member{ID: id}); err != nil {
			return settlement.Statement{}, err
		}
		for n, cost := range []string{"91512", "91512.4", "33480"} {
			row := usage.Row{
				Service: []string{"서버", "서버", "NAS"}[n], Kind: "서버 (VPC)", Region: "KR", Detail: fmt.Sprintf("사용 %d", n), Resource: "web-" + id, Quantity: "744 시간",
				List: money.MustDecimal("100000"), Cost: money.MustDecimal(cost), Start: m.Start(), VM: n < 2,
			}
			if err := to.Row(id, row.Settle()); err != nil {
				return settlement.Statement{}, err
			}
		}
	}
	return settlement.Statement{Currency: money.KRW}, nil
}

// newWorld settles October of three customers: hostile (with a fee of every kind), one without e-mail, one financial
// customer of a reseller. The first two invoices of the three are final, and the mail of the first is out.
func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{t: t, clock: calendar.NewManual(opens), queue: &letters{}}
	w.store = memory.New(w.clock)
	w.activity = pages.NewActivity(w.clock.Now)
	dir := t.TempDir()
	var err error
	w.bucket, err = directory.Open(filepath.Join(dir, "objects"), bytes.Repeat([]byte{7}, 32), "http://127.0.0.1:8080/files", time.Now)
	w.must(err)
	t.Cleanup(func() { _ = w.bucket.Close() })
	w.mailbox, err = mailbox.Open(filepath.Join(dir, "mail"), "jeongsan.local", w.clock)
	w.must(err)
	keeper, err := localkey.Open(filepath.Join(dir, "key"), rand.Reader)
	w.must(err)
	w.desk = &settlement.Desk{
		Journal: journal.Journal{Store: w.store, Clock: w.clock, NewID: rand.Text}, Bucket: w.bucket, Secrets: keeper, Mail: w.mailbox, Render: renderer(), Random: rand.Reader,
		LinkURL: "http://127.0.0.1:8080/d/",
		Scratch: func() (usage.Spool, func(), error) {
			f, err := os.CreateTemp(dir, "spool-*")
			return f, func() { _ = f.Close() }, err
		},
		Sources: func(_ context.Context, a tenant.Account, _ string) (settlement.Source, error) {
			return provider{a.ID}, nil
		},
	}
	w.advance = func(_ context.Context, to time.Time) error { return w.clock.Set(to) }
	w.tenants = func(ctx context.Context) ([]store.Tenant, error) { return tenant.All(ctx, w.store) }
	w.seed()
	w.open()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) save(write store.Write, err error) {
	w.t.Helper()
	w.must(err)
	w.must(w.desk.Save(w.t.Context(), write))
}

func (w *world) seed() {
	w.t.Helper()
	ctx := w.t.Context()
	id, err := store.ParseTenant("hanbit")
	w.must(err)
	w.staff = identity.Principal{Tenant: id, Role: identity.Main, ID: "main"}
	logo, err := logo()
	w.must(err)
	key, err := blob.NewKey(id, blob.Books, "logo.png")
	w.must(err)
	_, err = w.bucket.Put(ctx, key, "image/png", bytes.NewReader(logo))
	w.must(err)
	w.save(tenant.Profile{
		ID: "hanbit", Code: "HANBIT", Name: "㈜한빛클라우드", BusinessNumber: "1018100001", Phone: "02-1", Fax: "02-2", Email: "billing@hanbit.example.com",
		Representative: "김한빛", Address: "서울특별시 중구 세종대로 110", BusinessType: "정보통신업", Industry: "클라우드 서비스", PopbillUser: "HANBIT",
		BankAccounts: []string{"한빛은행 1"}, Logo: key, Settings: tenant.DefaultSettings(),
	}.Put(0))
	w.must(w.desk.Save(ctx, tenant.Register(id)))
	w.save(tenant.Account{ID: "public", Label: "민간", Provider: tenant.NCP, Zone: tenant.Public}.Put(id, 0))
	w.save(tenant.Account{ID: "fin", Label: "금융", Provider: tenant.NCP, Zone: tenant.Financial}.Put(id, 0))
	for _, c := range customers() {
		writes, err := customer.Create(id, c)
		w.must(err)
		w.must(w.desk.Save(ctx, writes...))
	}
	job := identity.Job(id, app.Ingest)
	for _, account := range []string{"public", "fin"} {
		_, err := w.desk.Ingest(ctx, job, account, october, opens)
		w.must(err)
	}
	for _, c := range []string{"C0001", "C0002"} {
		_, err := w.desk.Bill(ctx, w.staff, october, c)
		w.must(err)
	}
	_, err = w.desk.Draft(ctx, w.staff, "C0003", october)
	w.must(err)
	w.send("C0001", 1)
}

func (w *world) send(customer string, n int) {
	w.t.Helper()
	w.must(w.desk.Send(w.t.Context(), w.staff, settlement.InvoiceWork{Month: october, Customer: customer, Send: n}))
}

func customers() []customer.Customer {
	day := october.Prev().First()
	fee := func(id string, k rating.FeeKind, fixed int64, ratio string) customer.Fee {
		f := rating.Fee{ID: id, Kind: k, Name: "요금 " + id}
		if ratio == "" {
			f.Fixed = money.Won(fixed)
		} else {
			f.Ratio = money.MustDecimal(ratio)
		}
		return customer.Fee{Fee: f, Added: day}
	}
	base := func(id, name, account, member string) customer.Customer {
		return customer.Customer{
			ID: id, Name: name, MainAccount: id + "@example.com", MemberNumber: member, Account: account, BusinessNumber: "1248100998", Representative: "이대표", BillingDay: 10, DueDays: 15,
			Contacts: []customer.Contact{{Name: "김담당", Email: strings.ToLower(id) + "@example.com"}}, Cycle: calendar.Monthly, Policy: rating.DefaultPolicy(), State: customer.Active, Registered: day,
		}
	}
	one := base("C0001", hostile, "public", "1001")
	one.Fees = []customer.Fee{fee("f1", rating.OtherCost, 100_000, ""), fee("f2", rating.Discount, 0, "0.05"), fee("f3", rating.VMDiscount, 0, "0.1"), fee("f4", rating.Discount, 90_000_000, "")}
	two := base("C0002", "나래커머스㈜", "public", "1002")
	two.Contacts[0].Email = ""
	three := base("C0003", "보람저축은행", "fin", "3001")
	three.Reseller = "reseller-namsan"
	four := base("C0004", "아라해운㈜", "public", "1003")
	four.Cycle, four.FirstMonth = calendar.Quarterly, october
	return []customer.Customer{one, two, three, four}
}

// open builds the pages anew over the world as it is.
func (w *world) open() {
	w.t.Helper()
	schedules, err := schedule.Of([]template.Schedule{{Name: "Nightly", Job: app.Nightly, Expression: "cron(0 2 * * ? *)", Zone: "Asia/Seoul", CatchUp: template.Every}})
	w.must(err)
	w.handler = pages.New(pages.Config{
		Store: w.store, Desk: w.desk, Cashier: w.cashier, Hooks: w.hooks, Bucket: w.bucket, Files: w.bucket.Handler(), Mailbox: w.mailbox, Queue: w.queue, Schedules: schedules, Activity: w.activity,
		Clock: pages.Clock{
			Now: w.clock.Now, Moved: func() bool { return true }, Frozen: func() bool { return true },
			Next: func(context.Context) (schedule.Firing, bool, error) {
				return schedules[0].At(schedules[0].When.Next(w.clock.Now())), true, nil
			},
			Advance: func(ctx context.Context, to time.Time) error { return w.advance(ctx, to) },
		},
		Tenants: func(ctx context.Context) ([]store.Tenant, error) { return w.tenants(ctx) },
		Principal: func(t store.Tenant) identity.Principal {
			return identity.Principal{Tenant: t, Role: identity.Main, ID: "main"}
		},
		Background: func(work func(context.Context)) {
			w.moves.Go(func() { work(w.t.Context()) })
		},
		Log: func(err error) { w.logged = append(w.logged, err) },
	})
	w.t.Cleanup(w.moves.Wait)
}

// answer is what the pages said.
type answer struct {
	*httptest.ResponseRecorder
	t    *testing.T
	what string
}

func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	if r.Host == "example.com" { // httptest's own
		r.Host = "127.0.0.1:8080"
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return answer{rec, w.t, r.Method + " " + r.URL.String()}
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) english(path string) answer {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	return w.do(r)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// token is the one in every form of this process.
func (w *world) token() string {
	w.t.Helper()
	if w.known != "" {
		return w.known
	}
	found := tokenField.FindStringSubmatch(w.get("/clock").Body.String())
	if found == nil {
		w.t.Fatal("the clock's page has no token")
	}
	w.known = found[1]
	return w.known
}

// press posts a form as the browser does from one of our pages.
func (w *world) press(path string, fields ...string) answer {
	w.t.Helper()
	form := url.Values{"token": {w.token()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(r)
}

func (w *world) upload(path, name string, content io.Reader) answer {
	w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w.must(form.WriteField("token", w.token()))
	part, err := form.CreateFormFile("file", name)
	w.must(err)
	_, err = io.Copy(part, content)
	w.must(errors.Join(err, form.Close()))
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(r)
}

// is holds the answer to a status and to texts that it must have, as markup or as a reader sees them.
func (a answer) is(status int, texts ...string) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("%s answers %d, want %d:\n%s", a.what, a.Code, status, a.Body)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body.String(), text) && !strings.Contains(html.UnescapeString(a.Body.String()), text) {
			a.t.Errorf("%s lacks %q", a.what, text)
		}
	}
	return a
}

// lacks holds the answer to texts that it must not have.
func (a answer) lacks(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body.String(), text) {
			a.t.Errorf("%s holds %q", a.what, text)
		}
	}
	return a
}

// leads holds the answer to a redirect.
func (a answer) leads(status int, to string) answer {
	a.t.Helper()
	if got := a.is(status).Header().Get("Location"); !strings.HasPrefix(got, to) {
		a.t.Errorf("%s leads to %q, want %q", a.what, got, to)
	}
	return a
}

// letter makes a dead letter.
func letter(t *testing.T, id string, m due.Message) queue.Message {
	t.Helper()
	body, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return queue.Message{ID: id, Body: body, Received: 5}
}

// Package floors holds nothing but tests. They keep the house standing as it was drawn.
//
// It owns the floors (who may import whom), the total order of the nouns, and what a package may not touch: the
// clock, chance, floats near money, init functions, rooms without a name. The tables below are the design in
// code; a new package is entered here before it can land.
//
// It judges files that are built. Tests may reach across floors, for instance to run a flow on an in-memory store.
package floors

// kind is what a package is for; it decides what a package may see and touch.
type kind string

const (
	ground  kind = "ground floor"    // pure: no I/O, no clock of its own
	port    kind = "port"            // one narrow interface in front of an engine
	noun    kind = "noun"            // types, states, rules; commits nothing
	client  kind = "client"          // speaks to one outside system
	papers  kind = "document writer" // XLSX and PDF
	flow    kind = "flow"            // reads, calls, commits
	bridge  kind = "bridge"          // turns what a client says into what a flow asked for
	api     kind = "API"
	app     kind = "app"
	adapter kind = "adapter"      // a package below a port
	support kind = "test support" // a package whose name ends in "test"
	top     kind = "top"          // functions/ and infra/: where everything is put together
)

// house lists the floors from the ground up. A package imports only floors below its own, and of those only the
// kinds that sees allows. Packages on one floor do not import each other.
var house = []struct {
	kind  kind
	rooms []string
}{
	{ground, []string{"fault"}}, // docs/decisions/0002: one vocabulary of errors, below money
	{ground, []string{"money", "calendar"}},
	{port, []string{"store"}}, // docs/decisions/0001: nouns return store operations, so the ports lie below them
	{port, []string{"blob", "queue", "mail", "secret"}},
	{ground, []string{"rating", "ledger"}},
	{port, []string{"due"}}, // outbox rows and timers, which nouns return like any other write
	// The nouns, each above those it may name. Who acts and what is recorded come first: any noun may name them.
	{noun, []string{"identity"}},
	{noun, []string{"audit"}},
	{noun, []string{"books"}}, // the ledger's postings and balances as documents
	{noun, []string{"tenant"}},
	{noun, []string{"customer"}},
	{noun, []string{"usage"}},
	{noun, []string{"subscription"}},
	{noun, []string{"invoice"}},
	{noun, []string{"taxinvoice"}},
	{noun, []string{"payment"}},
	{noun, []string{"cash"}},
	{noun, []string{"collections"}},
	{client, []string{"ncp", "focus", "popbill", "portone", "bizstatus", "fxrate"}},
	{papers, []string{"document"}},
	{flow, []string{"journal"}}, // how flows commit: change and audit record together
	{flow, []string{"settlement", "receivables", "onboarding", "report"}},
	{bridge, []string{"intake"}},
	{api, []string{"httpapi"}},
	{app, []string{"app"}},
	{support, []string{"crash"}},   // the crash harness (design §5), which tests of flows import
	{support, []string{"awstest"}}, // a double of AWS and a wire that breaks, for the suites of the AWS adapters
}

// sees says which kinds a kind may import, floors permitting. Test support and the top may see everything.
var sees = map[kind][]kind{
	ground:  {ground},
	port:    {ground, port},
	noun:    {ground, port, noun},
	client:  {ground},
	papers:  {ground},
	flow:    {ground, port, noun, papers, flow},
	bridge:  {ground, port, noun, client, flow},
	api:     {ground, port, noun, papers, flow},
	app:     {ground, port, noun, client, papers, flow, bridge, api},
	adapter: {ground, port, adapter},
}

// pure packages see only these, whatever their floor allows: the same input must give the same bytes.
var pure = map[string][]string{
	"rating": {"fault", "money", "calendar"},
	"ledger": {"fault", "money", "calendar"},
}

// outside says which kinds may import what lies outside this module, by prefix of the import path. What is not
// listed is free for all.
var outside = []struct {
	prefix string
	kinds  []kind
	why    string
}{
	{"github.com/aws/", []kind{adapter, top}, "AWS stays behind the ports"},
	{"database/sql", []kind{adapter, top}, "engines stay behind the ports"},
	{"modernc.org/", []kind{adapter, top}, "engines stay behind the ports"},
	{"maragu.dev/", []kind{adapter, top}, "engines stay behind the ports"},
	{"github.com/wneessen/", []kind{adapter, top}, "mail is composed by the adapters of mail"},
	{"net/http", []kind{adapter, client, api, app, top}, "the domain knows no protocol"},
	{"net/smtp", []kind{adapter, top}, "the domain knows no protocol"},
	{"os", []kind{adapter, app, top}, "files and environment belong to adapters and to those who build them"},
	{"github.com/xuri/", []kind{papers, top}, "spreadsheets are read and written in document"},
	{"github.com/signintech/", []kind{papers, top}, "PDF is written in document"},
	{"github.com/parquet-go/", []kind{client, top}, "Parquet is read in focus"},
	{"math/rand", []kind{top}, "chance makes two runs of one input differ; pass a seed or an io.Reader in"},
	{"crypto/rand", []kind{top}, "freshness is passed in as an io.Reader"},
}

// exceptions lists files or folders that may break one rule, and why.
var exceptions = []struct{ path, rule, why string }{
	{"internal/calendar/clock.go", "time.Now", "the one clock everybody else is given"},
	{"internal/secret/", "crypto/rand", "each sealing needs a fresh data key and nonce"},
}

// nameless are names that say nothing about what is inside.
var nameless = []string{"util", "utils", "common", "helper", "helpers", "misc", "types", "models", "shared", "base"}

// walls are the parts of package time that read or wait for the wall clock. A timer that waits (NewTimer) is left
// to clients and adapters, whose pauses between tries are protocol; the domain has none.
var (
	walls  = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick"}
	waits  = []string{"NewTimer", "NewTicker"}
	waiter = []kind{adapter, client, support, top}
)

// exact are the kinds in which amounts live: no float, not even as a literal.
var exact = []kind{ground, port, noun, client, flow, bridge, api}

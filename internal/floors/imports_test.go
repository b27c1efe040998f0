package floors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEveryone_imports_only_what_lies_below(t *testing.T) {
	for _, s := range sources(t) {
		for _, wrong := range importFaults(s) {
			t.Error(wrong)
		}
	}
}

// importFaults says what is wrong with a file's imports.
func importFaults(s source) []string {
	from, known := place(s.pkg)
	if !known {
		return []string{fmt.Sprintf("%s: package %s is not in the house; enter it on a floor in internal/floors/house_test.go", s.path, s.pkg)}
	}
	var wrong []string
	for _, imported := range s.imports {
		why := ""
		if own, ours := strings.CutPrefix(imported, module); ours {
			why = barredInside(s.pkg, from, own)
		} else if !excepted(s.path, imported) {
			why = barredOutside(from, imported)
		}
		if why != "" {
			wrong = append(wrong, fmt.Sprintf("%s (%s) imports %s: %s", s.path, from.kind, imported, why))
		}
	}
	return wrong
}

// barredInside says why a package may not import another one of this module; "" when it may.
func barredInside(pkg string, from room, imported string) string {
	to, known := place(imported)
	switch {
	case !known:
		return "it is not in the house"
	case from.kind == top && strings.HasPrefix(pkg, "infra/simulator") && to.kind == client:
		return "a simulator that shares code with its client proves nothing"
	case from.kind == top:
		return ""
	case to.kind == top:
		return "nothing below may know how the stack is put together"
	case to.kind == support && from.kind != support:
		return "it is for tests"
	case to.kind == adapter && from.kind != adapter && from.kind != support:
		return "adapters are chosen in functions and infra only"
	case from.name == to.name:
		return ""
	case from.kind == support:
		return ""
	case to.floor > from.floor, to.floor == from.floor && to.kind != adapter && from.kind != adapter:
		return "it does not lie on a floor below"
	}
	if allowed, isPure := pure[from.name]; isPure && !slices.Contains(allowed, to.name) {
		return from.name + " is pure"
	}
	if allowed, limited := sees[from.kind]; limited && !slices.Contains(allowed, to.kind) {
		return fmt.Sprintf("a %s may not see a %s", from.kind, to.kind)
	}
	return ""
}

// barredOutside says why a package may not import one from outside the module; "" when it may.
func barredOutside(from room, imported string) string {
	if from.kind == support {
		return "" // suites and generators of tests bring what they need
	}
	for _, rule := range outside {
		matches := imported == strings.TrimSuffix(rule.prefix, "/") || strings.HasPrefix(imported, strings.TrimSuffix(rule.prefix, "/")+"/")
		if matches && !slices.Contains(rule.kinds, from.kind) {
			return rule.why
		}
	}
	return ""
}

func TestThe_rules_find_what_they_forbid(t *testing.T) {
	for _, c := range []struct{ what, file, imports, want string }{
		{"a noun may use the ground floor, ports and nouns before it", "internal/invoice/x.go", "jeongsan/internal/customer", ""},
		{"a noun may not name a later one", "internal/customer/x.go", "jeongsan/internal/invoice", "floor below"},
		{"a noun may not use an adapter", "internal/invoice/x.go", "jeongsan/internal/store/sqlite", "adapters are chosen"},
		{"a noun may not use a client", "internal/usage/x.go", "jeongsan/internal/ncp", "floor below"},
		{"a noun may not use AWS", "internal/invoice/x.go", "github.com/aws/aws-sdk-go-v2/aws", "behind the ports"},
		{"a noun may not speak HTTP", "internal/invoice/x.go", "net/http", "no protocol"},
		{"a noun may parse an address", "internal/invoice/x.go", "net/mail", ""},
		{"a flow may not use a client", "internal/settlement/x.go", "jeongsan/internal/popbill", "may not see a client"},
		{"a flow may not use an adapter", "internal/settlement/x.go", "jeongsan/internal/store/memory", "adapters are chosen"},
		{"a bridge joins a client to a flow", "internal/intake/x.go", "jeongsan/internal/ncp", ""},
		{"a flow may not know its bridge", "internal/settlement/x.go", "jeongsan/internal/intake", "floor below"},
		{"a flow may not use another flow", "internal/settlement/x.go", "jeongsan/internal/receivables", "floor below"},
		{"a flow may write documents", "internal/settlement/x.go", "jeongsan/internal/document", ""},
		{"documents know no noun", "internal/document/x.go", "jeongsan/internal/invoice", "may not see a noun"},
		{"a client knows no noun", "internal/ncp/x.go", "jeongsan/internal/usage", "may not see a noun"},
		{"a client knows no port", "internal/ncp/x.go", "jeongsan/internal/store", "may not see a port"},
		{"rating is pure", "internal/rating/x.go", "jeongsan/internal/store", "rating is pure"},
		{"money lies below the ports", "internal/money/x.go", "jeongsan/internal/store", "floor below"},
		{"chance is passed in", "internal/rating/x.go", "math/rand/v2", "chance"},
		{"only secret's adapters make randomness", "internal/settlement/x.go", "crypto/rand", "io.Reader"},
		{"secret's adapters make randomness", "internal/secret/local/x.go", "crypto/rand", ""},
		{"an adapter may build on another", "internal/queue/goqite/x.go", "jeongsan/internal/store/sqlite", ""},
		{"an adapter knows no noun", "internal/store/sqlite/x.go", "jeongsan/internal/invoice", "floor below"},
		{"the app picks no adapter", "internal/app/x.go", "jeongsan/internal/store/dynamo", "adapters are chosen"},
		{"the app wires clients", "internal/app/x.go", "jeongsan/internal/ncp", ""},
		{"suites are for tests", "internal/store/sqlite/x.go", "jeongsan/internal/store/storetest", "for tests"},
		{"functions pick adapters", "functions/worker/main.go", "jeongsan/internal/store/dynamo", ""},
		{"a simulator is honest", "infra/simulator/ncp/x.go", "jeongsan/internal/ncp", "proves nothing"},
		{"nothing below knows the top", "internal/app/x.go", "jeongsan/infra/local", "put together"},
		{"a package nobody entered", "internal/stuff/x.go", "time", "enter it on a floor"},
		{"an import nobody entered", "internal/app/x.go", "jeongsan/internal/stuff", "not in the house"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := parsed(t, c.file, fmt.Sprintf("package x\nimport _ %q\n", c.imports))
			got := strings.Join(importFaults(s), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%s importing %s: %q, want %q", c.file, c.imports, got, c.want)
			}
		})
	}
}

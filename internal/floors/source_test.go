package floors

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestNobody_reads_the_wall_clock_uses_floats_near_money_or_works_at_init(t *testing.T) {
	for _, s := range sources(t) {
		for _, wrong := range sourceFaults(s) {
			t.Error(wrong)
		}
	}
}

// sourceFaults says what is wrong inside a file of internal/. Main packages and infra are free: there the wall
// clock, chance and the environment are taken from the machine and passed in.
func sourceFaults(s source) []string {
	where, known := place(s.pkg)
	if !known || where.kind == top || s.file.Name.Name == "main" {
		return nil
	}
	var wrong []string
	say := func(pos token.Pos, rule, why string) {
		if !excepted(s.path, rule) {
			wrong = append(wrong, fmt.Sprintf("%s:%d: %s: %s", s.path, s.set.Position(pos).Line, rule, why))
		}
	}
	clock := importName(s.file, "time")
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				say(n.Pos(), "init", "nothing happens by importing a package; make a value and pass it")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && clock != "" && x.Name == clock {
				clockFault(n, where.kind, say)
			}
		case *ast.Ident:
			if (n.Name == "float64" || n.Name == "float32") && slices.Contains(exact, where.kind) {
				say(n.Pos(), n.Name, "amounts are integers or money.Decimal")
			}
		case *ast.BasicLit:
			if fraction(n) && slices.Contains(exact, where.kind) {
				say(n.Pos(), "float literal", "amounts are integers or money.Decimal")
			}
		}
		return true
	})
	return wrong
}

// fraction tells 0.1 from 1e18, which Go's grammar calls a float too but which is a fine integer constant.
func fraction(n *ast.BasicLit) bool {
	return n.Kind == token.FLOAT && (strings.Contains(n.Value, ".") || strings.Contains(n.Value, "e-"))
}

func clockFault(n *ast.SelectorExpr, k kind, say func(token.Pos, string, string)) {
	name := n.Sel.Name
	if slices.Contains(walls, name) && k != support {
		say(n.Pos(), "time."+name, "take a calendar.Clock, or for a protocol a now function")
	}
	if slices.Contains(waits, name) && !slices.Contains(waiter, k) {
		say(n.Pos(), "time."+name, "the domain does not wait; what is due later is a timer in the store")
	}
}

// importName is the name by which a file calls an imported package; "" when it does not import it.
func importName(f *ast.File, imported string) string {
	for _, spec := range f.Imports {
		if spec.Path.Value != `"`+imported+`"` {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(imported)
	}
	return ""
}

func TestEvery_package_has_a_name_and_says_what_it_is_for(t *testing.T) {
	told := map[string]bool{}
	for _, s := range sources(t) {
		for part := range strings.SplitSeq(s.pkg, "/") {
			if slices.Contains(nameless, part) {
				t.Errorf("%s: %q says nothing about what is inside", s.path, part)
			}
		}
		doc := s.file.Doc.Text()
		named := strings.HasPrefix(doc, "Package "+s.file.Name.Name+" ") || s.file.Name.Name == "main" && doc != ""
		told[s.pkg] = told[s.pkg] || named
	}
	for pkg, ok := range told {
		if !ok {
			t.Errorf("%s opens without a doc comment that says what it owns and what it does not", pkg)
		}
	}
}

func TestEvery_exception_has_a_reason(t *testing.T) {
	for _, e := range exceptions {
		if e.why == "" {
			t.Errorf("%s may break %s for no reason", e.path, e.rule)
		}
	}
}

func TestThe_source_rules_find_what_they_forbid(t *testing.T) {
	for _, c := range []struct{ what, file, body, want string }{
		{"the wall clock", "internal/rating/x.go", "import \"time\"\nvar now = time.Now()", "time.Now"},
		{"the wall clock under another name", "internal/rating/x.go", "import clock \"time\"\nvar now = clock.Now()", "time.Now"},
		{"the wall clock as a value", "internal/rating/x.go", "import \"time\"\nvar now = time.Now", "time.Now"},
		{"sleep", "internal/ncp/x.go", "import \"time\"\nfunc f() { time.Sleep(1) }", "time.Sleep"},
		{"a wait in a flow", "internal/settlement/x.go", "import \"time\"\nvar w = time.NewTimer(1)", "time.NewTimer"},
		{"a pause of a client", "internal/ncp/x.go", "import \"time\"\nvar w = time.NewTimer(1)", ""},
		{"the one clock", "internal/calendar/clock.go", "import \"time\"\nvar now = time.Now", ""},
		{"the wall clock on top", "infra/local/x.go", "import \"time\"\nvar now = time.Now", ""},
		{"a float", "internal/invoice/x.go", "var won float64", "float64"},
		{"a float in disguise", "internal/money/x.go", "var won = 0.1", "float literal"},
		{"a large integer", "internal/money/x.go", "const most int64 = 1e18", ""},
		{"a float of geometry", "internal/document/x.go", "var width float64 = 0.5", ""},
		{"work at init", "internal/usage/x.go", "func init() {}", "init"},
		{"a method called init", "internal/usage/x.go", "type T int\nfunc (T) init() {}", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := strings.Join(sourceFaults(parsed(t, c.file, "package x\n"+c.body+"\n")), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("%s with %q: %q, want %q", c.file, c.body, got, c.want)
			}
		})
	}
}

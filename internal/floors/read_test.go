package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "jeongsan/"

// source is one non-test Go file.
type source struct {
	path    string // from the top of the repository, e.g. "internal/money/rule.go"
	pkg     string // import path without the module, e.g. "internal/money"
	imports []string
	file    *ast.File
	set     *token.FileSet
}

// sources reads every non-test Go file of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipped(p, d)
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		out = append(out, parsed(t, p, string(text)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d files were found; the repository is not where it should be", len(out))
	}
	return out
}

// skipped leaves out what is not ours: ignored folders, and what Go itself does not build.
func skipped(p string, d fs.DirEntry) error {
	name := d.Name()
	if p != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "node_modules" || name == "testdata" || name == "build") {
		return filepath.SkipDir
	}
	return nil
}

func parsed(t *testing.T, p, text string) source {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s := source{path: p, pkg: path.Dir(p), file: file, set: set}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		s.imports = append(s.imports, imported)
	}
	return s
}

// room is where a package stands in the house.
type room struct {
	name  string // "money", "store"; of a package below a room, the room's
	kind  kind
	floor int
}

// place finds a package's room by its import path without the module; ok is false for one that is not in the plan.
func place(pkg string) (room, bool) {
	below, inside := strings.CutPrefix(pkg, "internal/")
	if !inside {
		return room{pkg, top, len(house)}, strings.HasPrefix(pkg, "infra/") || strings.HasPrefix(pkg, "functions/")
	}
	name, rest, _ := strings.Cut(below, "/")
	for i, f := range house {
		if !slices.Contains(f.rooms, name) {
			continue
		}
		r := room{name, f.kind, i}
		switch {
		case strings.HasSuffix(rest, "test"):
			r.kind = support
		case rest != "" && f.kind == port:
			r.kind = adapter
		}
		return r, true
	}
	return room{}, false
}

func excepted(path, rule string) bool {
	for _, e := range exceptions {
		if e.rule == rule && (path == e.path || strings.HasSuffix(e.path, "/") && strings.HasPrefix(path, e.path)) {
			return true
		}
	}
	return false
}

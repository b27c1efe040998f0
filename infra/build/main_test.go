package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"jeongsan/internal/app"
)

// Building for another processor takes half a minute on two cores, and more the first time: make test and CI do it, the
// edit-test loop need not wait for it.
func TestEvery_function_fits_and_only_the_one_that_draws_documents_carries_fonts(t *testing.T) {
	if os.Getenv("CI") != "true" && os.Getenv("JEONGSAN_ARM64") == "" {
		t.Skip("the arm64 build of all functions is made by make test, or with JEONGSAN_ARM64=1")
	}
	dir := t.TempDir()
	var said bytes.Buffer
	if err := run(&said, dir); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	t.Logf("\n%s", said.String())
	fonts, err := filepath.Glob(filepath.Join("..", "..", "internal", "document", "font", "*.ttf"))
	if err != nil || len(fonts) == 0 {
		t.Fatalf("%d fonts were found, %v", len(fonts), err)
	}
	for _, f := range app.Functions() {
		program, err := os.ReadFile(filepath.Join(dir, f.Name, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		if arm64 := []byte{0xb7, 0x00}; !bytes.HasPrefix(program, []byte("\x7fELF")) || !bytes.Equal(program[18:20], arm64) {
			t.Errorf("%s is no program for arm64", f.Name)
		}
		for _, font := range fonts {
			if got, want := bytes.Contains(program, start(t, font)), f.Name == app.MailingFunction; got != want {
				t.Errorf("%s carries %s: %t", f.Name, filepath.Base(font), got)
			}
		}
		z, err := zip.OpenReader(filepath.Join(dir, f.Name+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode().Perm() != 0o755 {
			t.Errorf("%s.zip holds %v", f.Name, z.File)
		}
		if err := z.Close(); err != nil {
			t.Error(err)
		}
	}
}

// start is enough of a font to know it by.
func start(t *testing.T, path string) []byte {
	t.Helper()
	font, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return font[:16<<10]
}

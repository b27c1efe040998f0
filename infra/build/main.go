// Command build makes the deployed programs: `go run ./infra/build`.
//
// It owns the flags with which a function is built, its zip and the limit of its size. It does not deploy; `sam build`
// makes the same programs when it is given the same flags (docs/runbook.md).
package main

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"jeongsan/internal/app"
)

// MaxZip is the largest zip of a function, in bytes: what Lambda fetches at a cold start is felt by whoever waits.
const MaxZip = 15 << 20

func main() {
	if err := run(os.Stdout, filepath.Join("build", "functions")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run builds every function for Lambda into dir, a folder with its bootstrap and a zip each, and prints their sizes.
func run(out io.Writer, dir string) error {
	if err := compile(dir); err != nil {
		return err
	}
	tooLarge := 0
	for _, f := range app.Functions() {
		packed, size, err := pack(filepath.Join(dir, f.Name, "bootstrap"), filepath.Join(dir, f.Name+".zip"))
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		verdict := ""
		if packed > MaxZip {
			verdict, tooLarge = "  too large", tooLarge+1
		}
		fmt.Fprintf(out, "%-9s zip %5.1f MB, unpacked %5.1f MB%s\n", f.Name, megabytes(packed), megabytes(size), verdict)
	}
	if tooLarge > 0 {
		return fmt.Errorf("%d functions are larger than %.0f MB zipped", tooLarge, megabytes(MaxZip))
	}
	return nil
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// compile builds all functions with one command, which links them side by side. norpc leaves out the protocol of the
// retired go1.x runtime, and with it what keeps the linker from dropping methods that nobody calls.
func compile(dir string) error {
	plain := filepath.Join(dir, "bin")
	if err := os.MkdirAll(plain, 0o755); err != nil {
		return err
	}
	args := []string{"build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", plain}
	for _, f := range app.Functions() {
		args = append(args, "jeongsan/functions/"+f.Name)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(said)))
	}
	for _, f := range app.Functions() {
		if err := os.MkdirAll(filepath.Join(dir, f.Name), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(plain, f.Name), filepath.Join(dir, f.Name, "bootstrap")); err != nil {
			return err
		}
	}
	return os.Remove(plain)
}

// pack zips a bootstrap so that the same program gives the same bytes: no time stamp.
func pack(bootstrap, to string) (packed, size int64, err error) {
	program, err := os.ReadFile(bootstrap)
	if err != nil {
		return 0, 0, err
	}
	f, err := os.Create(to)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return 0, 0, err
	}
	if _, err := w.Write(program); err != nil {
		return 0, 0, err
	}
	if err := z.Close(); err != nil {
		return 0, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), int64(len(program)), nil
}

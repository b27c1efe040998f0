package directory

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"jeongsan/internal/blob"
	"jeongsan/internal/store"
)

const (
	childDir     = "JEONGSAN_TEST_BLOB_DIR"
	childWriters = 8
)

// TestMain doubles as the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, putUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func crashKey(i int) (blob.Key, error) {
	tenant, err := store.ParseTenant("han-cloud")
	if err != nil {
		return blob.Key{}, err
	}
	return blob.NewKey(tenant, blob.Books, fmt.Sprintf("folder-%d", i/100), strconv.Itoa(i))
}

func crashContent(i int) string { return strings.Repeat(fmt.Sprintf("%08d,", i), 3400) }

// putUntilKilled prints the number of each object once its put has returned; it returns only on an error.
func putUntilKilled(dir string) error {
	b, err := Open(dir, signingKey, "http://localhost", newWall().Now)
	if err != nil {
		return err
	}
	acknowledged, failed := make(chan int), make(chan error)
	for writer := range childWriters {
		go func() {
			for i := writer; ; i += childWriters {
				k, err := crashKey(i)
				if err == nil {
					_, err = b.Put(context.Background(), k, "text/csv", strings.NewReader(crashContent(i)))
				}
				if err != nil {
					failed <- err
					return
				}
				acknowledged <- i
			}
		}()
	}
	for {
		select {
		case i := <-acknowledged:
			fmt.Println(i)
		case err := <-failed:
			return err
		}
	}
}

func TestA_kill_in_mid_write_loses_nothing_acknowledged_and_shows_nothing_half_written(t *testing.T) {
	dir := t.TempDir()
	acknowledged := killAfter(t, dir, 300)

	b := serve(t, dir, newWall())
	for _, i := range acknowledged {
		k, err := crashKey(i)
		if err != nil {
			t.Fatal(err)
		}
		wantWhole(t, b, k, crashContent(i))
	}
	tenant, _ := store.ParseTenant("han-cloud")
	infos, _, err := b.List(t.Context(), tenant, blob.Books, "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		i, err := strconv.Atoi(info.Key.String()[strings.LastIndex(info.Key.String(), "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		wantWhole(t, b, info.Key, crashContent(i))
	}
	if len(infos) < len(acknowledged) {
		t.Fatalf("%d objects are listed, %d were acknowledged", len(infos), len(acknowledged))
	}
}

// killAfter runs the child until it acknowledged so many puts, kills it, and returns all that it acknowledged.
func killAfter(t *testing.T, dir string, puts int) (acknowledged []int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		i, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, i)
		if len(acknowledged) == puts {
			child.Process.Kill()
		}
	}
	if err := child.Wait(); err == nil || len(acknowledged) < puts {
		t.Fatalf("the child ended by itself (%v) after %d puts", err, len(acknowledged))
	}
	return acknowledged
}

func wantWhole(t *testing.T, b *Bucket, k blob.Key, content string) {
	t.Helper()
	r, _, err := b.Open(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || string(got) != content {
		t.Fatalf("object %s has %d bytes, error %v", k, len(got), err)
	}
}

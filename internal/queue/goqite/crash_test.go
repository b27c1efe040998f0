package goqite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	childFile    = "JEONGSAN_TEST_QUEUE_FILE"
	childSenders = 4
)

// TestMain doubles as the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		fmt.Fprintln(os.Stderr, sendUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sendUntilKilled sends batches of two numbers and prints the lower one once the send has returned.
func sendUntilKilled(path string) error {
	f, err := Open(context.Background(), path)
	if err != nil {
		return err
	}
	q, err := f.Queue("bill", time.Hour, 3)
	if err != nil {
		return err
	}
	acknowledged, failed := make(chan int), make(chan error)
	for sender := range childSenders {
		go func() {
			for i := 2 * sender; ; i += 2 * childSenders {
				if err := q.Send(context.Background(), [][]byte{crashBody(i), crashBody(i + 1)}, 0); err != nil {
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

func crashBody(i int) []byte { return []byte(strings.Repeat(strconv.Itoa(i)+";", 500)) }

func TestA_kill_in_mid_write_loses_no_acknowledged_send_and_leaves_no_half_batch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	acknowledged := killAfter(t, path, 300)

	q := named(t, open(t, path), "bill", time.Hour, 3)
	got := map[string]bool{}
	for {
		batch, err := q.Receive(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			break
		}
		for _, m := range batch {
			got[string(m.Body)] = true
		}
	}
	for _, i := range acknowledged {
		if !got[string(crashBody(i))] || !got[string(crashBody(i+1))] {
			t.Errorf("the batch of %d was acknowledged and is lost", i)
		}
	}
	if len(got)%2 != 0 {
		t.Errorf("%d messages are there: half a batch", len(got))
	}
}

// killAfter runs the child until it acknowledged so many sends, kills it, and returns all that it acknowledged.
func killAfter(t *testing.T, path string, sends int) (acknowledged []int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childFile+"="+path)
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
		if len(acknowledged) == sends {
			child.Process.Kill()
		}
	}
	if err := child.Wait(); err == nil || len(acknowledged) < sends {
		t.Fatalf("the child ended by itself (%v) after %d sends", err, len(acknowledged))
	}
	return acknowledged
}

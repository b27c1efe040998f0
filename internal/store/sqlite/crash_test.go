package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/sqlite"
	"jeongsan/internal/store/storetest"
)

// victimFile in the environment makes the test binary the process that is killed.
const victimFile = "STORE_TEST_VICTIM_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(victimFile); path != "" {
		fmt.Fprintln(os.Stderr, victim(path, os.Getenv("STORE_TEST_VICTIM_ROUND")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	victimWriters = 4
	perCommit     = 4 // parts a commit consists of, beside its writer's counter
)

// victim commits as fast as it can and prints the id of each commit that was acknowledged. Only an error ends it.
func victim(path, round string) error {
	s, err := sqlite.Open(context.Background(), path, calendar.Fixed(storetest.Start()))
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range victimWriters {
		go func() {
			for n := int64(1); ; n++ {
				c := victimCommit(round, w, n)
				if err := s.Commit(context.Background(), c); err != nil {
					failed <- err
					return
				}
				fmt.Println(c.ID) // one unbuffered write: what the parent reads was acknowledged
			}
		}()
	}
	return <-failed
}

// victimCommit is the n-th commit of one writer: parts in one partition, and the writer's counter at version n.
func victimCommit(round string, writer int, n int64) store.Commit {
	c := store.Commit{ID: fmt.Sprintf("%s.%d.%d", round, writer, n)}
	body := []byte(strings.Repeat(c.ID, 50))
	for part := range perCommit {
		c.Writes = append(c.Writes, store.Put(store.Document{Key: victimParts().Key(c.ID, fmt.Sprint(part)), Kind: "part", Schema: 1, Body: body}, store.Absent))
	}
	counter := store.Document{Key: victimCounter(round, writer), Kind: "counter", Schema: 1, Body: body}
	c.Writes = append(c.Writes, store.Put(counter, store.AtVersion(n-1)))
	return c
}

func victimParts() store.Partition { return store.System(store.Local, "parts") }

func victimCounter(round string, writer int) store.Key {
	return store.System(store.Local, "counters").Key(round, fmt.Sprint(writer))
}

func TestA_process_killed_while_it_writes_loses_nothing_acknowledged_and_leaves_no_half_commit(t *testing.T) {
	if testing.Short() {
		t.Skip("kills five child processes")
	}
	path := filepath.Join(t.TempDir(), "store.db")
	acknowledged := map[string]int{} // by round and writer
	for round, enough := range []int{1, 40, 150, 333, 700} {
		for _, id := range killedAfter(t, path, fmt.Sprint(round), enough) {
			var r, w, n int
			if _, err := fmt.Sscanf(id, "%d.%d.%d", &r, &w, &n); err != nil {
				t.Fatalf("the child printed %q: %v", id, err)
			}
			acknowledged[fmt.Sprintf("%d.%d", r, w)] = n
		}
		mustBeSound(t, path)
		mustBeWhole(t, path, acknowledged)
	}
}

// killedAfter runs a victim, kills it once it acknowledged so many commits, and returns all it acknowledged.
func killedAfter(t *testing.T, path, round string, enough int) []string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), victimFile+"="+path, "STORE_TEST_VICTIM_ROUND="+round)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil { // a last line without its end was cut by the kill
			break
		}
		if ids = append(ids, strings.TrimSpace(line)); len(ids) == enough {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(ids) < enough {
		t.Fatalf("the child ended by itself after %d commits: %v", len(ids), err)
	}
	return ids
}

func mustBeSound(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity check: %s, %v", verdict, err)
	}
}

// mustBeWhole opens the file anew. The counters say how many commits of each writer are in effect: at least those
// acknowledged, and of each exactly its parts.
func mustBeWhole(t *testing.T, path string, acknowledged map[string]int) {
	t.Helper()
	s := opened(t, path, calendar.Fixed(storetest.Start()))
	parts := map[string]int{}
	for _, d := range everything(t, s, victimParts()) {
		if d.Commit != d.Key.Segments()[0] || d.Version != 1 || string(d.Body) != strings.Repeat(d.Commit, 50) {
			t.Errorf("%s is not what was committed", d.Key)
		}
		parts[d.Commit]++
	}
	commits := 0
	for _, counter := range everything(t, s, store.System(store.Local, "counters")) {
		writer := strings.Join(counter.Key.Segments(), ".")
		if want := fmt.Sprintf("%s.%d", writer, counter.Version); counter.Commit != want {
			t.Errorf("counter %s stands at version %d by commit %s", writer, counter.Version, counter.Commit)
		}
		if int(counter.Version) < acknowledged[writer] {
			t.Errorf("writer %s was acknowledged %d commits, %d are left", writer, acknowledged[writer], counter.Version)
		}
		for n := range counter.Version {
			commits++
			if id := fmt.Sprintf("%s.%d", writer, n+1); parts[id] != perCommit {
				t.Errorf("commit %s has %d of %d parts", id, parts[id], perCommit)
			}
		}
	}
	if len(parts) != commits {
		t.Errorf("parts of %d commits, counters of %d", len(parts), commits)
	}
}

func everything(t *testing.T, s store.Store, p store.Partition) []store.Document {
	t.Helper()
	var out []store.Document
	for q := (store.Query{Partition: p}); ; {
		page, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page.Documents...)
		if q.Token = page.Next; q.Token == "" {
			return out
		}
	}
}

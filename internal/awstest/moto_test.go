package awstest

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childVariable makes a run of this test the process that is killed.
const childVariable = "JEONGSAN_AWSTEST_CHILD"

func TestMoto_does_not_outlive_a_killed_test(t *testing.T) {
	command, err := motoCommand()
	missing(t, err)
	if os.Getenv(childVariable) != "" {
		address, err := start(command)
		fmt.Println("moto:", address, err)
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until it is killed
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestMoto_does_not_outlive_a_killed_test$")
	child.Env = append(os.Environ(), childVariable+"=1")
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	said, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	host := told(t, bufio.NewScanner(said))
	if !listens(host) {
		t.Fatalf("nothing listens at %q", host)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	limit, again := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
	defer again.Stop()
	for listens(host) {
		select {
		case <-again.C:
		case <-limit:
			t.Fatal("moto still listens")
		}
	}
}

// told is the host and port the child's moto listens at.
func told(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "moto: "); ok {
			parsed, err := url.Parse(strings.TrimSuffix(address, " <nil>"))
			if err != nil {
				t.Fatal(err)
			}
			return parsed.Host
		}
	}
	t.Fatal("the child did not say where its moto listens")
	return ""
}

func listens(host string) bool {
	c, err := net.Dial("tcp", host)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

func TestWhat_is_missing_fails_in_CI(t *testing.T) {
	t.Setenv("CI", "true")
	asked := &recorder{TB: t}
	missing(asked, errNotInstalled)
	if !asked.failed || asked.skipped {
		t.Errorf("failed %v, skipped %v", asked.failed, asked.skipped)
	}
	t.Setenv("CI", "")
	asked = &recorder{TB: t}
	missing(asked, errNotInstalled)
	if asked.failed || !asked.skipped {
		t.Errorf("failed %v, skipped %v", asked.failed, asked.skipped)
	}
}

// recorder notes how a test would end.
type recorder struct {
	testing.TB
	failed, skipped bool
}

func (r *recorder) Fatal(...any) { r.failed = true }
func (r *recorder) Skip(...any)  { r.skipped = true }

package awstest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// moto is where the one moto_server of this process is asked, started by the first call.
var moto = sync.OnceValues(func() (string, error) {
	command, err := motoCommand()
	if err != nil {
		return "", err
	}
	address, err := start(command)
	if err != nil {
		return "", err
	}
	return inFront(address)
})

// motoCommand finds moto_server: where the environment says, where make test installs it, or on the PATH.
func motoCommand() (string, error) {
	if named := os.Getenv(motoVariable); named != "" {
		return named, nil
	}
	if root, err := repository(); err == nil {
		installed := filepath.Join(root, ".cache", "moto-5.2.1", "bin", "moto_server")
		if _, err := os.Stat(installed); err == nil {
			return installed, nil
		}
	}
	found, err := exec.LookPath("moto_server")
	if err != nil {
		return "", errNotInstalled
	}
	return found, nil
}

// repository is the folder with go.mod, upwards from where the test runs.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod upwards of the test")
		}
		dir = up
	}
}

// keeper runs a command until its own standard input ends, which happens when the process that holds the other end
// does, however it ends. It needs no clean-up in tests and leaves no orphan behind a kill -9.
const keeper = `trap : INT TERM HUP; "$@" </dev/null & child=$!; read -r _; kill "$child"; wait`

// patience is how long moto may take to start; a busy machine needs some seconds to load it.
const patience = time.Minute

// lifeline is the end of the keeper's input that this process holds. It is never closed: the process ending does it.
var lifeline io.WriteCloser

// start runs moto on a free port of the loopback interface and returns its address once it listens.
func start(command string) (string, error) {
	cmd := exec.Command("sh", "-c", keeper, "keeper", command, "-H", "127.0.0.1", "-p", "0")
	if root, err := repository(); err == nil {
		cmd.Env = append(os.Environ(), "PYTHONPATH="+filepath.Join(root, "internal", "awstest", "moto"))
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	address := make(chan string, 1)
	go listen(log, address)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case found, ok := <-address:
		if !ok {
			return "", fmt.Errorf("%s ended before it listened; run it by hand to see why", command)
		}
		return found, nil
	case <-limit.C:
		return "", errors.Join(fmt.Errorf("%s did not listen within %s", command, patience), lifeline.Close())
	}
}

// listen reads moto's log to its end, so that moto can go on writing it, and passes the address on when it is said.
func listen(log io.Reader, address chan<- string) {
	defer close(address)
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if _, said, ok := strings.Cut(lines.Text(), "Running on "); ok {
			select {
			case address <- strings.TrimSpace(said):
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, log)
}

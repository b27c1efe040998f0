package popbill

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// official is the npm client in a Node process that makes one call at a time.
type official struct {
	in  io.Writer
	out *bufio.Scanner
}

// startOfficial runs the npm client against a server that calls itself by Popbill's names.
func startOfficial(t *testing.T, simulator http.Handler) *official {
	t.Helper()
	node := installed(t)
	server, certificate := serveAsPopbill(t, simulator)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "--require", "./preload.js", "driver.js")
	cmd.Env = append(os.Environ(), "SIMULATOR_PORT="+address.Port(), "NODE_EXTRA_CA_CERTS="+certificate, "LINK_ID="+linkID, "SECRET_KEY="+secretKey)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends at the end of its input
		stuck := time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		defer stuck.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the official client ended with: %v", err)
		}
	})
	o := &official{in: in, out: bufio.NewScanner(out)}
	o.out.Buffer(nil, 16<<20)
	return o
}

// installed finds node and the npm client, or skips; on the build server both must be there.
func installed(t *testing.T) string {
	t.Helper()
	missing := t.Skip
	if os.Getenv("CI") == "true" {
		missing = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("node is not installed")
	}
	if _, err := os.Stat(filepath.Join("node_modules", "popbill", "package.json")); err != nil {
		missing("node_modules of infra/contract/popbill is not installed (make test installs it)")
	}
	return node
}

// answered is what the official client gave its caller.
type answered struct {
	Value json.RawMessage `json:"value"`
	Error *struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (o *official) call(t *testing.T, method string, args ...any) answered {
	t.Helper()
	service := "taxinvoice"
	if name, rest, found := strings.Cut(method, "."); found {
		service, method = name, rest
	}
	if args == nil {
		args = []any{}
	}
	line, err := json.Marshal(map[string]any{"service": service, "method": method, "args": args})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(o.in, "%s\n", line); err != nil {
		t.Fatalf("%s: the official client is gone: %v", method, err)
	}
	if !o.out.Scan() {
		t.Fatalf("%s: the official client crashed", method)
	}
	var a answered
	if err := json.Unmarshal(o.out.Bytes(), &a); err != nil {
		t.Fatalf("%s: %s: %v", method, o.out.Bytes(), err)
	}
	return a
}

// serveAsPopbill serves over TLS by the names of Linkhub and Popbill; it returns the file of its certificate.
func serveAsPopbill(t *testing.T, h http.Handler) (*httptest.Server, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"auth.linkhub.co.kr", "popbill-test.linkhub.co.kr", "popbill.linkhub.co.kr"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "certificate.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, file
}

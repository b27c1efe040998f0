package localkey

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
	"jeongsan/internal/secret/secrettest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func keep(t testing.TB, path string) *Keeper {
	t.Helper()
	k, err := Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestA_local_key_file_keeps_every_promise_of_a_keeper(t *testing.T) {
	secrettest.Run(t, func(t *testing.T) secrettest.Fixture {
		path := filepath.Join(t.TempDir(), "master.key")
		return secrettest.Fixture{
			Keeper: keep(t, path),
			Reopen: func() secret.Keeper { return keep(t, path) },
			Rotate: func() secret.Keeper {
				if err := Rotate(path, rand.Reader); err != nil {
					t.Fatal(err)
				}
				return keep(t, path)
			},
			Other: func() secret.Keeper { return keep(t, filepath.Join(t.TempDir(), "other.key")) },
		}
	})
}

func TestThe_key_file_is_for_its_owner_alone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	keep(t, path)
	wantMode(t, path)
	if err := Rotate(path, rand.Reader); err != nil {
		t.Fatal(err)
	}
	wantMode(t, path)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o666, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, rand.Reader); !fault.Is(err, fault.Forbidden) {
			t.Errorf("with mode %v the file is opened: %v", mode, err)
		}
		if err := Rotate(path, rand.Reader); !fault.Is(err, fault.Forbidden) {
			t.Errorf("with mode %v the file is rotated: %v", mode, err)
		}
	}
}

func wantMode(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Fatalf("the mode is %v", info.Mode())
	}
}

func TestOf_32_that_make_the_key_file_at_once_all_have_the_same_key(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	keepers := make([]*Keeper, 32)
	var all sync.WaitGroup
	for i := range keepers {
		all.Go(func() {
			k, err := Open(path, rand.Reader)
			if err != nil {
				t.Error(err)
			}
			keepers[i] = k
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	scope := secrettest.Scope(t, "han-cloud", "p")
	sealed, err := keepers[0].Seal(t.Context(), scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keepers {
		if _, err := k.Open(t.Context(), scope, sealed); err != nil {
			t.Errorf("keeper %d: %v", i, err)
		}
	}
	if names, err := os.ReadDir(filepath.Dir(path)); len(names) != 1 || err != nil {
		t.Errorf("beside the key file lies %v, %v", names, err)
	}
}

func TestA_damaged_key_file_is_refused_and_never_replaced(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.key")
	keep(t, good)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	var f keyFile
	if err := json.Unmarshal(whole, &f); err != nil {
		t.Fatal(err)
	}
	key := f.Keys[0].Key
	for name, content := range map[string]string{
		"empty":      "",
		"cut":        string(whole[:len(whole)/2]),
		"no keys":    `{"form":1,"keys":[]}`,
		"other form": strings.Replace(string(whole), `"form": 1`, `"form": 2`, 1),
		"short key":  strings.Replace(string(whole), key, key[4:], 1),
		"not base64": strings.Replace(string(whole), key, "!"+key[1:], 1),
		"bad id":     strings.Replace(string(whole), f.Keys[0].ID, "xyz", 1),
		"key twice":  fmt.Sprintf(`{"form":1,"keys":[{"id":%[1]q,"key":%[2]q},{"id":%[1]q,"key":%[2]q}]}`, f.Keys[0].ID, key),
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, openErr := Open(path, rand.Reader)
		for _, err := range []error{openErr, Rotate(path, rand.Reader)} {
			if !fault.Is(err, fault.Invalid) || strings.Contains(fmt.Sprint(err), key[8:16]) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if left, err := os.ReadFile(path); string(left) != content || err != nil {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestA_key_file_that_is_a_link_or_a_folder_is_refused(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.key")
	keep(t, filepath.Join(dir, "good.key"))
	if err := os.Symlink("good.key", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir} {
		if _, err := Open(path, rand.Reader); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s is opened: %v", path, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "nowhere", "master.key"), rand.Reader); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a key file in no folder is made: %v", err)
	}
	if err := Rotate(filepath.Join(dir, "missing.key"), rand.Reader); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing key file is rotated: %v", err)
	}
}

func TestNothing_is_sealed_or_made_without_enough_random_bytes(t *testing.T) {
	for _, random := range []io.Reader{bytes.NewReader(make([]byte, 10)), iotest.ErrReader(io.ErrClosedPipe)} {
		path := filepath.Join(t.TempDir(), "master.key")
		if _, err := Open(path, random); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a key file is made: %v", err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a key file is left")
		}
		k := keep(t, path)
		k.random = random
		if sealed, err := k.Seal(t.Context(), secrettest.Scope(t, "han-cloud", "p"), []byte("x")); !fault.Is(err, fault.Unavailable) || sealed != nil {
			t.Errorf("sealed: %v", err)
		}
	}
}

func TestA_keeper_prints_nothing_of_its_keys(t *testing.T) {
	k := keep(t, filepath.Join(t.TempDir(), "master.key"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		if got := fmt.Sprintf(verb, k); got != "localkey.Keeper" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

// golden is a key file and bytes sealed under it, kept so that form 1 stays readable for ever.
type golden struct {
	Keys    keyFile `json:"keys"`
	Tenant  string  `json:"tenant"`
	Purpose string  `json:"purpose"`
	Sealed  string  `json:"sealed"`
	Plain   string  `json:"plain"`
}

func TestWhat_was_sealed_in_form_1_still_opens(t *testing.T) {
	path := filepath.Join("testdata", "form-1.json")
	if *update {
		writeGolden(t, path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(content, &g); err != nil {
		t.Fatal(err)
	}
	sealed, err := base64.StdEncoding.DecodeString(g.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	k, err := g.Keys.keeper(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := k.Open(t.Context(), secrettest.Scope(t, g.Tenant, g.Purpose), sealed)
	if err != nil || string(plain) != g.Plain {
		t.Fatalf("opened %q, %v", plain, err)
	}
}

// writeGolden takes counting bytes for random ones: this key must never look like a real one.
func writeGolden(t *testing.T, path string) {
	t.Helper()
	counting := make([]byte, 256)
	for i := range counting {
		counting[i] = byte(i)
	}
	random := bytes.NewReader(counting)
	keys, err := keyFile{Form: fileForm}.withFreshKey(random)
	if err != nil {
		t.Fatal(err)
	}
	k, err := keys.keeper(random)
	if err != nil {
		t.Fatal(err)
	}
	g := golden{Keys: keys, Tenant: "han-cloud", Purpose: "ncp-secret-key/민간", Plain: "열려라 참깨"}
	sealed, err := k.Seal(t.Context(), secrettest.Scope(t, g.Tenant, g.Purpose), []byte(g.Plain))
	if err != nil {
		t.Fatal(err)
	}
	g.Sealed = base64.StdEncoding.EncodeToString(sealed)
	content, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkSeal_and_open_a_provider_key(b *testing.B) {
	k := keep(b, filepath.Join(b.TempDir(), "master.key"))
	scope := secrettest.Scope(b, "han-cloud", "p")
	plain := bytes.Repeat([]byte("k"), 40)
	for b.Loop() {
		sealed, err := k.Seal(b.Context(), scope, plain)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Open(b.Context(), scope, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

package kms

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"pgregory.net/rapid"

	"jeongsan/internal/awstest"
	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
	"jeongsan/internal/secret/localkey"
	"jeongsan/internal/secret/secrettest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// made is the ARN of a fresh key.
func made(t testing.TB, cfg aws.Config) string {
	t.Helper()
	out, err := sdk.NewFromConfig(cfg).CreateKey(t.Context(), &sdk.CreateKeyInput{})
	must(t, err)
	return aws.ToString(out.KeyMetadata.Arn)
}

func keep(t testing.TB, cfg aws.Config, keys ...string) *Keeper {
	t.Helper()
	k, err := New(cfg, keys, rand.Reader)
	must(t, err)
	return k
}

func TestKMS_keeps_every_promise_of_a_keeper(t *testing.T) {
	secrettest.Run(t, func(t *testing.T) secrettest.Fixture {
		cfg := awstest.Config(t)
		keys := []string{made(t, cfg)}
		return secrettest.Fixture{
			Keeper: keep(t, cfg, keys...),
			Reopen: func() secret.Keeper { return keep(t, cfg, keys...) },
			Rotate: func() secret.Keeper {
				keys = append(keys, made(t, cfg))
				return keep(t, cfg, keys...)
			},
			Other: func() secret.Keeper { return keep(t, cfg, made(t, cfg)) },
		}
	})
}

func TestEvery_failure_of_KMS_says_whether_a_secret_is_lost_or_only_out_of_reach(t *testing.T) {
	cfg := awstest.Config(t)
	key, scope := made(t, cfg), secrettest.Scope(t, "han-cloud", "p")
	sealed, err := keep(t, cfg, key).Seal(t.Context(), scope, []byte("비밀"))
	must(t, err)
	for what, c := range map[string]struct {
		fate awstest.Fate
		open fault.Code // a seal is always Unavailable
	}{
		"refused":         {awstest.Refuse, fault.Unavailable},
		"cut before":      {awstest.CutBefore, fault.Unavailable},
		"cut after":       {awstest.CutAfter, fault.Unavailable},
		"throttled":       {awstest.Fail(400, "ThrottlingException", ""), fault.Unavailable},
		"broken":          {awstest.Fail(500, "KMSInternalException", ""), fault.Unavailable},
		"late":            {awstest.Fail(503, "DependencyTimeoutException", ""), fault.Unavailable},
		"disabled":        {awstest.Fail(400, "DisabledException", ""), fault.Unavailable},
		"to be deleted":   {awstest.Fail(400, "KMSInvalidStateException", ""), fault.Unavailable},
		"no right":        {awstest.Fail(400, "AccessDeniedException", "User: x is not authorized to perform: kms:Decrypt on resource: y"), fault.Unavailable},
		"unknown wrapper": {awstest.Fail(400, "AccessDeniedException", "The ciphertext refers to a customer master key that does not exist"), fault.Invalid},
		"damaged":         {awstest.Fail(400, "InvalidCiphertextException", ""), fault.Invalid},
		"of another key":  {awstest.Fail(400, "IncorrectKeyException", ""), fault.Invalid},
		"key is gone":     {awstest.Fail(400, "NotFoundException", ""), fault.Invalid},
	} {
		broken := keep(t, awstest.With(cfg, &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate { return c.fate }}), key)
		_, openErr := broken.Open(t.Context(), scope, sealed)
		_, sealErr := broken.Seal(t.Context(), scope, []byte("비밀"))
		if !fault.Is(openErr, c.open) || !fault.Is(sealErr, fault.Unavailable) {
			t.Errorf("%s: opening says %v, sealing %v", what, openErr, sealErr)
		}
		for _, err := range []error{openErr, sealErr} {
			for _, word := range []string{"KMS", "AWS", "Exception", "127.0.0.1", "arn:"} {
				if shown := fault.TextOf(err); strings.Contains(shown.EN+shown.KO, word) {
					t.Errorf("%s: a person is shown %q", what, shown)
				}
			}
		}
	}
}

func TestA_call_survives_two_faults(t *testing.T) {
	cfg := awstest.Config(t)
	key, scope := made(t, cfg), secrettest.Scope(t, "han-cloud", "p")
	for _, fate := range []awstest.Fate{awstest.CutBefore, awstest.CutAfter, awstest.Fail(400, "ThrottlingException", ""), awstest.Fail(500, "KMSInternalException", "")} {
		wire := &awstest.Wire{OnRequest: awstest.Script("GenerateDataKey", fate, fate)}
		k := keep(t, awstest.With(cfg, wire), key)
		sealed, err := k.Seal(t.Context(), scope, []byte("비밀"))
		must(t, err)
		wire.OnRequest = awstest.Script("Decrypt", fate, fate)
		plain, err := k.Open(t.Context(), scope, sealed)
		if err != nil || string(plain) != "비밀" || wire.Total() != 6 {
			t.Errorf("opened %q after %d requests, %v", plain, wire.Total(), err)
		}
	}
}

func TestA_call_that_hangs_ends_with_the_callers_patience(t *testing.T) {
	cfg := awstest.Config(t)
	k := keep(t, awstest.With(cfg, &awstest.Wire{OnRequest: func(awstest.Request) awstest.Fate { return awstest.Hang }}), made(t, cfg))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := k.Seal(ctx, secrettest.Scope(t, "han-cloud", "p"), nil); !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the call says %v", err)
	}
}

func TestWhat_cannot_be_opened_anyway_is_not_asked_of_KMS(t *testing.T) {
	cfg := awstest.Config(t)
	key, scope := made(t, cfg), secrettest.Scope(t, "han-cloud", "p")
	sealed, err := keep(t, cfg, key).Seal(t.Context(), scope, []byte("비밀"))
	must(t, err)
	local, err := localkey.Open(t.TempDir()+"/master.key", rand.Reader)
	must(t, err)
	foreign, err := local.Seal(t.Context(), scope, []byte("비밀"))
	must(t, err)
	wire := &awstest.Wire{}
	k, other := keep(t, awstest.With(cfg, wire), key), keep(t, awstest.With(cfg, wire), made(t, cfg))
	for what, c := range map[string]struct {
		keeper *Keeper
		sealed []byte
	}{
		"nothing":             {k, nil},
		"cut":                 {k, sealed[:len(sealed)-1]},
		"longer":              {k, append(bytes.Clone(sealed), 0)},
		"of the local keeper": {k, foreign},
		"of a key not ours":   {other, sealed},
	} {
		if _, err := c.keeper.Open(t.Context(), scope, c.sealed); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if wire.Total() != 0 {
		t.Errorf("KMS was asked %d times", wire.Total())
	}
	if _, err := local.Open(t.Context(), scope, sealed); !fault.Is(err, fault.Invalid) {
		t.Errorf("the local keeper opens what KMS sealed: %v", err)
	}
}

func TestSealed_bytes_name_their_form_and_key_and_cost_one_call_each_way(t *testing.T) {
	cfg := awstest.Config(t)
	key, scope := made(t, cfg), secrettest.Scope(t, "han-cloud", "p")
	wire := &awstest.Wire{}
	k := keep(t, awstest.With(cfg, wire), key)
	sealed, err := k.Seal(t.Context(), scope, []byte("비밀"))
	must(t, err)
	if sealed[0] != form || !bytes.Contains(sealed, []byte(key)) {
		t.Errorf("sealed as %q", sealed)
	}
	_, err = k.Open(t.Context(), scope, sealed)
	must(t, err)
	if wire.Total() != 2 {
		t.Errorf("%d calls", wire.Total())
	}
}

func TestNothing_is_sealed_without_enough_random_bytes(t *testing.T) {
	cfg := awstest.Config(t)
	k, err := New(cfg, []string{made(t, cfg)}, iotest.ErrReader(errors.New("no entropy")))
	must(t, err)
	if sealed, err := k.Seal(t.Context(), secrettest.Scope(t, "han-cloud", "p"), []byte("x")); !fault.Is(err, fault.Unavailable) || sealed != nil {
		t.Fatalf("sealed: %v", err)
	}
}

func TestA_keeper_takes_keys_by_their_ARN_alone(t *testing.T) {
	good := "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012"
	for _, bad := range [][]string{nil, {""}, {"alias/jeongsan"}, {"arn:aws:kms:ap-northeast-2:123456789012:alias/jeongsan"}, {good, "12345678-1234-1234-1234-123456789012"}, {good + "/x"}} {
		if _, err := New(aws.Config{}, bad, rand.Reader); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := New(aws.Config{}, []string{good, strings.Replace(good, "arn:aws:", "arn:aws-us-gov:", 1)}, rand.Reader); err != nil {
		t.Error(err)
	}
}

func TestSealed_bytes_are_laid_out_as_form_2_says(t *testing.T) {
	e, err := parse([]byte("\x02\x03key\x00\x04wrap\x00\x02nonce-nonce-cctagtagtagtagtag1"))
	must(t, err)
	if got := fmt.Sprintf("%s|%s|%s|%s", e.key, e.wrapped, e.nonce, e.content); got != "key|wrap|nonce-nonce-|cctagtagtagtagtag1" {
		t.Fatalf("read as %s", got)
	}
}

// golden is sealed bytes and the data key that KMS would unwrap of them, kept so that form 2 stays readable for ever.
type golden struct {
	DataKey []byte `json:"data_key"`
	Tenant  string `json:"tenant"`
	Purpose string `json:"purpose"`
	Sealed  []byte `json:"sealed"`
	Plain   string `json:"plain"`
}

func TestWhat_was_sealed_in_form_2_still_opens(t *testing.T) {
	path := filepath.Join("testdata", "form-2.json")
	if *update {
		writeGolden(t, path)
	}
	content, err := os.ReadFile(path)
	must(t, err)
	var g golden
	must(t, json.Unmarshal(content, &g))
	e, err := parse(g.Sealed)
	must(t, err)
	plain, err := e.open(g.DataKey, secrettest.Scope(t, g.Tenant, g.Purpose))
	if err != nil || string(plain) != g.Plain {
		t.Fatalf("opened %q, %v", plain, err)
	}
}

// writeGolden takes counting bytes for random ones: this key must never look like a real one.
func writeGolden(t *testing.T, path string) {
	t.Helper()
	counting := make([]byte, 44)
	for i := range counting {
		counting[i] = byte(i)
	}
	g := golden{DataKey: counting[:32], Tenant: "han-cloud", Purpose: "ncp-secret-key/민간", Plain: "열려라 참깨"}
	e := envelope{key: "arn:aws:kms:ap-northeast-2:123456789012:key/12345678-1234-1234-1234-123456789012", wrapped: []byte("as KMS wrapped it")}
	var err error
	g.Sealed, err = seal(e, g.DataKey, secrettest.Scope(t, g.Tenant, g.Purpose), []byte(g.Plain), bytes.NewReader(counting[32:]))
	must(t, err)
	content, err := json.MarshalIndent(g, "", "  ")
	must(t, err)
	must(t, os.WriteFile(path, append(content, '\n'), 0o644))
}

func TestNo_bytes_make_the_reading_panic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sealed := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(t, "sealed")
		if len(sealed) > 0 && rapid.Bool().Draw(t, "of form 2") {
			sealed[0] = form
		}
		if _, err := parse(sealed); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("it says %v", err)
		}
	})
}

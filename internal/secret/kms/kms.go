// Package kms is the secret keeper of AWS: envelope encryption under keys that never leave KMS.
//
// It owns the form of sealed bytes (envelope.go) and what KMS's answers mean. It does not own the keys, who may use
// them or their yearly rotation, which KMS does under the same name (template.yaml), nor where sealed bytes lie.
// functions/ is its only user outside tests.
//
// Invariants:
//   - each sealing asks KMS for a data key of its own (AES-256), uses it once with AES-GCM and wipes it;
//   - tenant and purpose are KMS's encryption context and, with the key's name, authenticated with the content: sealed
//     bytes open in their own place only. KMS writes the context to its log in clear, so a purpose names no person;
//   - only keys that the keeper was given are asked for, so that nobody can bring sealed bytes under a key of their own;
//   - neither plain text nor a key is in an error or a log.
//
// Every Seal and every Open is a call of KMS; no data key is kept between two.
package kms

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
)

// Keeper is a secret.Keeper over KMS. It is safe for concurrent use.
type Keeper struct {
	client *sdk.Client
	keys   []string // ARNs, oldest first; the last one seals
	random io.Reader
}

var _ secret.Keeper = (*Keeper)(nil)

// arn is the name of one key: an alias could be pointed elsewhere, and would not be what sealed bytes name.
var arn = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,100}$`)

// New seals under the last of the keys and opens what any of them sealed; each is the ARN of a symmetric key. Random
// must give cryptographically secure bytes and be safe for concurrent use.
func New(cfg aws.Config, keys []string, random io.Reader) (*Keeper, error) {
	if len(keys) == 0 {
		return nil, badKey("")
	}
	for _, k := range keys {
		if !arn.MatchString(k) {
			return nil, badKey(k)
		}
	}
	return &Keeper{client: sdk.NewFromConfig(cfg), keys: slices.Clone(keys), random: random}, nil
}

func badKey(k string) error {
	return fault.Invalidf("secret.key", fault.T("KMS 키 %q이(가) 올바르지 않습니다. 키의 ARN을 적어 주세요.", "The KMS key %q is not valid; give the ARN of a key.", k))
}

// Seal implements secret.Keeper.
func (k *Keeper) Seal(ctx context.Context, s secret.Scope, plain []byte) ([]byte, error) {
	if err := ready(ctx, s); err != nil {
		return nil, err
	}
	if err := secret.CheckPlain(plain); err != nil {
		return nil, err
	}
	key := k.keys[len(k.keys)-1]
	out, err := k.client.GenerateDataKey(ctx, &sdk.GenerateDataKeyInput{KeyId: &key, KeySpec: types.DataKeySpecAes256, EncryptionContext: bound(s)})
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	defer clear(out.Plaintext)
	return seal(envelope{key: key, wrapped: out.CiphertextBlob}, out.Plaintext, s, plain, k.random)
}

// Open implements secret.Keeper.
func (k *Keeper) Open(ctx context.Context, s secret.Scope, sealed []byte) ([]byte, error) {
	if err := ready(ctx, s); err != nil {
		return nil, err
	}
	e, err := parse(sealed)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(k.keys, e.key) {
		return nil, fault.New(fault.Invalid, fault.T("비밀 값을 봉인한 마스터 키를 쓸 수 없습니다.", "The master key that sealed the secret is not among those in use."))
	}
	out, err := k.client.Decrypt(ctx, &sdk.DecryptInput{KeyId: &e.key, CiphertextBlob: e.wrapped, EncryptionContext: bound(s)})
	if refused(err) {
		return nil, secret.Unopened()
	}
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	defer clear(out.Plaintext)
	return e.open(out.Plaintext, s)
}

// bound is the context without which KMS does not unwrap a data key.
func bound(s secret.Scope) map[string]string {
	return map[string]string{"tenant": s.Tenant.String(), "purpose": s.Purpose}
}

// refused is true where KMS says that the wrapped key is not one it made in this context. Of a wrapped key that it
// does not know at all it says AccessDenied, as of a caller without the right; the latter is told by its text.
func refused(err error) bool {
	var said smithy.APIError
	if !errors.As(err, &said) {
		return false
	}
	switch said.ErrorCode() {
	case "InvalidCiphertextException", "IncorrectKeyException", "NotFoundException", "InvalidKeyUsageException", "ValidationException":
		return true
	case "AccessDeniedException":
		return !strings.Contains(said.ErrorMessage(), "not authorized to perform")
	}
	return false
}

func ready(ctx context.Context, s secret.Scope) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	return s.Check()
}

func stopped(ctx context.Context) error {
	return fault.New(fault.Unavailable, fault.T("작업이 중단되었습니다.", "The work was stopped.")).Because(context.Cause(ctx))
}

// unreachable is every other error: no answer, a throttle, a disabled key, a missing right. It may be better later.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	return fault.New(fault.Unavailable, fault.T("암호화 키 서비스가 응답하지 않습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주세요.", "The key service does not answer; try again shortly, and if it persists tell the operator.")).Because(err)
}

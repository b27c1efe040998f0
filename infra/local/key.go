package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/tenant"
)

// runKey adds or deletes a provider account's access key (CB-03). The secret key is read from standard input, so
// that it stands in no shell history and no process list; it is proved by a call before anything is kept.
func runKey(ctx context.Context, args []string, out io.Writer) error {
	var o options
	var a tenant.Account
	var zone string
	f := newFlags("key", &o)
	f.StringVar(&zone, "zone", string(tenant.Public), "")
	f.StringVar(&a.AccessKey, "access-key", "", "")
	f.StringVar(&a.Label, "label", "", "")
	f.BoolVar(&a.PCP, "pcp", false, "")
	rest, err := parse(f, args, 2)
	if err != nil {
		return err
	}
	if len(rest) != 2 || rest[0] != "add" && rest[0] != "delete" {
		return fault.Invalidf("command", fault.T("key add <계정> 또는 key delete <계정>으로 적어 주세요.", "Write key add ACCOUNT or key delete ACCOUNT."))
	}
	a.ID, a.Provider, a.Zone = rest[1], tenant.NCP, tenant.Zone(zone)
	if a.Label == "" {
		a.Label = a.ID
	}
	s, err := resume(ctx, &o)
	if err != nil {
		return err
	}
	defer func() { _ = s.close() }() // every commit was durable
	p, err := s.owner(ctx)
	if err != nil {
		return err
	}
	if rest[0] == "delete" {
		if err := s.onboarding.DeleteKey(ctx, p, a.ID); err != nil {
			return err
		}
		fmt.Fprintln(out, o.words(fault.T("%s 계정의 인증키를 삭제했습니다.", "The key of account %s was deleted.", a.ID)))
		return nil
	}
	secret, err := readSecret(os.Stdin)
	if err != nil {
		return err
	}
	if err := s.onboarding.RegisterAccount(ctx, p, a, secret); err != nil {
		return err
	}
	fmt.Fprintln(out, o.words(fault.T("%s 계정의 인증키를 확인하고 저장했습니다.", "The key of account %s was proved and kept.", a.Label)))
	return nil
}

// readSecret takes the first line.
func readSecret(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 1024)).ReadString('\n')
	line = strings.TrimSpace(line)
	if line == "" {
		return "", fault.Invalidf("SECRET KEY", fault.T("SECRET KEY를 표준 입력으로 넣어 주세요.", "Give the SECRET KEY on standard input.")).Because(err)
	}
	return line, nil
}

// owner is the main account of the folder's MSP.
func (s *stack) owner(ctx context.Context) (identity.Principal, error) {
	tenants, err := tenant.All(ctx, s.store)
	if err != nil {
		return identity.Principal{}, err
	}
	if len(tenants) != 1 {
		return identity.Principal{}, fault.New(fault.NotFound, fault.T("데이터 폴더 %s에 MSP가 없습니다. 먼저 month를 실행해 주세요.", "The data folder %s holds no MSP; run month first.", s.dir))
	}
	return identity.Principal{Tenant: tenants[0], Role: identity.Main, ID: "main"}, nil
}

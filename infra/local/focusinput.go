package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	"jeongsan/internal/rating"
	"jeongsan/internal/tenant"
)

// sameInput refuses a folder that was settled with something else: another rate than the one its invoices are drawn
// with, or another file after the run was closed. Until then the file may be corrected; the last one is remembered
// before anything of it is read.
func (p *player) sameInput(ctx context.Context, o monthOptions, exchange rating.Exchange, settled bool) error {
	if err := p.sameRate(ctx, o, exchange); err != nil {
		return err
	}
	hash, err := fileHash(o.focus)
	if err != nil {
		return err
	}
	path := p.path("focus-" + p.month.String() + ".sha256")
	if !settled {
		return os.WriteFile(path, []byte(hash+"\n"), 0o600)
	}
	kept, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if strings.TrimSpace(string(kept)) != hash {
		return fault.Invalidf("focus", fault.T(
			"데이터 폴더 %[1]s의 %[2]s 정산은 다른 파일로 이미 마감되었습니다. 이 파일로 정산하려면 --data로 새 폴더를 정해 주세요.",
			"The month %[2]s in the data folder %[1]s was closed with another file; to settle this one choose a new folder with --data.", p.dir, p.month))
	}
	return nil
}

func (p *player) sameRate(ctx context.Context, o monthOptions, exchange rating.Exchange) error {
	kept, err := tenant.LoadExchange(ctx, p.store, p.staff.Tenant, p.month, money.USD)
	if fault.Is(err, fault.Invalid) { // none is registered yet
		return nil
	}
	if err != nil {
		return err
	}
	if kept.Rate.Equal(exchange.Rate) && (o.rateDate == "" || kept.Date == exchange.Date) {
		return nil
	}
	return fault.Invalidf("usd-krw", fault.T(
		"데이터 폴더 %[1]s의 %[2]s 정산에는 환율 %[3]s원(%[4]s)이 적용되어 있습니다. 다른 환율로 정산하려면 --data로 새 폴더를 정해 주세요.",
		"The month %[2]s in the data folder %[1]s is settled at %[3]s won (%[4]s); to settle at another rate choose a new folder with --data.",
		p.dir, p.month, kept.Rate.Canonical(), kept.Date))
}

// fileHash is the SHA-256 of a file in hex.
func fileHash(path string) (string, error) {
	f, _, err := openFOCUS(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // a read-only handle
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fault.Invalidf("focus", fault.T("파일 %s을(를) 읽을 수 없습니다.", "The file %s cannot be read.", path)).Because(err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package settlement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/identity"
	"jeongsan/internal/invoice"
	"jeongsan/internal/journal"
	"jeongsan/internal/mail"
	"jeongsan/internal/money"
)

// Upload puts a workbook in place of the generated one (CB-13). Its total is read; what it differs from the
// invoice is kept on the invoice and must be settled before a tax invoice. A file that cannot be read as a
// workbook with one total leaves everything as it was.
func (d *Desk) Upload(ctx context.Context, p identity.Principal, m calendar.Month, customerID, fileName string, content []byte) (invoice.Invoice, error) {
	if err := p.Allow(identity.ReplaceUpload); err != nil {
		return invoice.Invoice{}, err
	}
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
	if err != nil {
		return invoice.Invoice{}, err
	}
	read, err := document.ReadUpload(ctx, fileName, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return invoice.Invoice{}, err
	}
	if err := checkUploadName(fileName); err != nil {
		return invoice.Invoice{}, err
	}
	if read.Number != "" && read.Number != head.Number { // another customer's or month's bill must not go out under this one
		return invoice.Invoice{}, fault.Invalidf("file", fault.T("이 파일은 청구서 %[1]s의 것입니다. %[2]s에는 올릴 수 없습니다.", "This file is that of invoice %[1]s and cannot stand for %[2]s.", read.Number, head.Number)).At(fault.Place{File: fileName})
	}
	h := sha256.Sum256(content)
	key, err := blob.NewKey(p.Tenant, blob.Books, "invoice", head.Number, "upload", hex.EncodeToString(h[:])+".xlsx")
	if err != nil {
		return invoice.Invoice{}, err
	}
	before := head.Sums.Total
	head, err = head.Replace(invoice.Upload{Object: key, FileName: fileName, Total: read.Total, Cell: read.At.Sheet + "!" + read.At.Cell, At: d.Clock.Now().UTC(), By: p.String()})
	if err != nil {
		return invoice.Invoice{}, err
	}
	if _, err := d.Bucket.Put(ctx, key, typeXLSX, bytes.NewReader(content)); err != nil {
		return invoice.Invoice{}, err
	}
	return d.putHead(ctx, p, head, version, journal.Change{Action: "invoice.upload", Subject: head.Number, Before: shown(before), After: shown(read.Total)})
}

// checkUploadName refuses at once a name that the mail would refuse later: it becomes the attachment's and the
// link's. What mail takes, a link takes too (mail.MaxFileName is below blob.MaxFileName, and the rest is the same).
func checkUploadName(fileName string) error {
	err := mail.CheckFileName("file", fileName)
	if err == nil && strings.EqualFold(path.Ext(fileName), ".xlsx") {
		return nil
	}
	return fault.Invalidf("file", fault.T("파일 이름 %[1]q을(를) 쓸 수 없습니다. /, \\와 제어 문자 없이 .xlsx로 끝나는 %[2]d바이트 이하의 이름으로 바꿔 다시 올려 주세요.",
		"The file name %[1]q cannot be used; rename it to at most %[2]d bytes ending in .xlsx, without /, \\ or control characters, and upload it again.", fileName, mail.MaxFileName)).Because(err)
}

// TakeBack lets the generated workbook count again.
func (d *Desk) TakeBack(ctx context.Context, p identity.Principal, m calendar.Month, customerID, reason string) (invoice.Invoice, error) {
	if err := p.Allow(identity.ReplaceUpload); err != nil {
		return invoice.Invoice{}, err
	}
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
	if err != nil {
		return invoice.Invoice{}, err
	}
	if head, err = head.TakeBack(); err != nil {
		return invoice.Invoice{}, err
	}
	return d.putHead(ctx, p, head, version, journal.Change{Action: "invoice.take-back", Subject: head.Number, Reason: reason})
}

// Hold keeps a draft from being made final until it is released with an empty reason.
func (d *Desk) Hold(ctx context.Context, p identity.Principal, m calendar.Month, customerID, reason string) (invoice.Invoice, error) {
	if err := p.Allow(identity.Bill); err != nil {
		return invoice.Invoice{}, err
	}
	head, version, err := invoice.Load(ctx, d.Store, p.Tenant, m, customerID)
	if err != nil {
		return invoice.Invoice{}, err
	}
	before := head.Hold
	if head, err = head.Held(reason); err != nil {
		return invoice.Invoice{}, err
	}
	return d.putHead(ctx, p, head, version, journal.Change{Action: "invoice.hold", Subject: head.Number, Before: before, After: reason})
}

func (d *Desk) putHead(ctx context.Context, p identity.Principal, head invoice.Invoice, version int64, c journal.Change) (invoice.Invoice, error) {
	w, err := head.Put(p.Tenant, version)
	if err != nil {
		return invoice.Invoice{}, err
	}
	return head, d.Commit(ctx, p, c, w)
}

func shown(a money.Amount) string { return a.String() }

package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/fault"
	"jeongsan/internal/invoice"
)

// handMade is the customer whose workbook staff edit by hand.
const handMade = "C0005"

// exchangeWorkbook plays what staff do when they want to send a workbook of their own (CB-13): they download the
// generated one, add a line about a goodwill discount, change its total and upload it again.
func (p *player) exchangeWorkbook(ctx context.Context) error {
	head, err := p.settlement.Documents(ctx, p.staff, p.month, handMade)
	if err != nil {
		return err
	}
	if head.Upload != nil {
		return nil
	}
	content, err := p.edited(ctx, head)
	if err != nil {
		return err
	}
	head, err = p.settlement.Upload(ctx, p.staff, p.month, handMade, "마루엔지니어링_"+p.month.String()+"_수정.xlsx", content)
	if err != nil {
		return err
	}
	p.say("업로드한 청구서: %[1]s, 계산된 금액과의 차이 %[2]s (%[4]s에서 읽음)", "uploaded workbook: %[1]s, difference %[3]s (read at %[4]s)", head.Number, head.Upload.Difference.Korean(), head.Upload.Difference.English(), head.Upload.Cell)
	return nil
}

func (p *player) edited(ctx context.Context, head invoice.Invoice) ([]byte, error) {
	r, _, err := p.bucket.Open(ctx, head.Documents.XLSX)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // a read-only handle
	original, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(original))
	if err != nil {
		return nil, err
	}
	defer func() { _ = book.Close() }() // it was read into memory
	sheet, cell, err := totalCell(book)
	if err != nil {
		return nil, err
	}
	const goodwill = 11_000 // won, VAT included
	if err := book.SetCellInt(sheet, cell, head.Sums.Total.Minor()-goodwill); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = book.Write(&out)
	return out.Bytes(), err
}

// totalName is the name that our own workbooks give the cell of their total.
const totalName = "JEONGSAN_TOTAL"

func totalCell(book *excelize.File) (sheet, cell string, err error) {
	for _, n := range book.GetDefinedName() {
		if n.Name == totalName {
			sheet, cell, _ := strings.Cut(n.RefersTo, "!")
			return strings.Trim(sheet, "'="), strings.ReplaceAll(cell, "$", ""), nil
		}
	}
	return "", "", fault.New(fault.Internal, fault.T("생성한 청구서에 합계 칸이 없습니다.", "The generated workbook names no total."))
}

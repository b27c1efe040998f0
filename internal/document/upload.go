package document

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// What an uploaded workbook may be. A zip of 500 KB can unpack to a gigabyte and a sheet of 6 KB can claim a million
// rows, so all of it is counted.
const (
	maxUploadBytes  = 10 << 20
	maxUnpacked     = 64 << 20 // all parts of the file
	maxUnpackedPart = 16 << 20 // one sheet, or its shared texts
	maxParts        = 2_000
	maxSheets       = 50
	maxRows         = 100_000 // of one sheet
	maxCells        = 3_000_000
)

// Upload is what was read of a workbook that a clerk uploaded in place of ours (CB-13).
type Upload struct {
	Total money.Amount // won; what the uploaded invoice asks for, tax included
	At    CellRef      // where it was read
	Label string       // the label it stood beside, "" when the name JEONGSAN_TOTAL pointed at it

	// Supply and VAT are told only when the file has exactly one of each and they add up to Total (HasTax).
	HasTax      bool
	Supply, VAT money.Amount

	Sheets []string
	Number string // the invoice number in a workbook that began as one of ours, "" in any other
}

// CellRef is a cell by sheet and name, such as 요금청구서 and F39.
type CellRef struct{ Sheet, Cell string }

// ReadUpload reads the total of an uploaded invoice. Only a real, unencrypted .xlsx without macros is accepted, of
// at most 10 MiB; every other file is a fault.Invalid that names it and says what to save instead. The total is the
// cell named JEONGSAN_TOTAL when that is a number, else the number right of or below a label such as 합계,
// 총 청구금액 or Total; none or several different ones are a fault that names the cells. Won with a fraction are
// refused. A cancelled ctx ends the reading with ctx.Err().
func ReadUpload(ctx context.Context, fileName string, r io.ReaderAt, size int64) (up Upload, err error) {
	b, err := readCapped(fileName, r, size)
	if err != nil {
		return Upload{}, err
	}
	if err := recognise(fileName, b); err != nil {
		return Upload{}, err
	}
	// The library parses hostile XML; should it trip over some, that is the file's fault and not the end of us.
	defer func() {
		if recover() != nil {
			up, err = Upload{}, damaged(fileName, nil)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{
		UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpackedPart, RawCellValue: true,
	})
	if err != nil {
		return Upload{}, damaged(fileName, err)
	}
	defer f.Close()
	s := &totalSearch{file: f, fileName: fileName}
	return s.run(ctx)
}

func readCapped(fileName string, r io.ReaderAt, size int64) ([]byte, error) {
	if size <= 0 {
		return nil, refused(fileName, nil, "빈 파일입니다. 요금청구서를 저장한 .xlsx 파일을 올려 주세요.", "The file is empty. Upload the .xlsx file that holds the invoice.")
	}
	if size > maxUploadBytes {
		return nil, refused(fileName, nil, "파일이 10 MiB를 넘습니다. 그림이나 필요 없는 시트를 지우고 다시 저장해 올려 주세요.", "The file is larger than 10 MiB. Remove pictures or sheets that are not needed, save it and upload it again.")
	}
	b := make([]byte, size)
	if n, err := r.ReadAt(b, 0); int64(n) < size {
		return nil, damaged(fileName, err)
	}
	return b, nil
}

func refused(fileName string, cause error, ko, en string) error {
	return fault.New(fault.Invalid, fault.Text{KO: ko, EN: en}).At(fault.Place{File: shortName(fileName)}).Because(cause)
}

func damaged(fileName string, cause error) error {
	return refused(fileName, cause,
		"파일이 손상되어 읽을 수 없습니다. 엑셀에서 열어 '다른 이름으로 저장 → Excel 통합 문서(*.xlsx)'로 저장한 뒤 다시 올려 주세요.",
		"The file is damaged and cannot be read. Open it in Excel, save it as Excel Workbook (*.xlsx) and upload it again.")
}

// shortName is the file's own name as far as a message has room for it.
func shortName(name string) string {
	name = plain(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:77]) + "…"
	}
	if name == "" {
		return "(이름 없음)"
	}
	return name
}

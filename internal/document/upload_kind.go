package document

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

const (
	saveAsKO = " 엑셀에서 '다른 이름으로 저장 → Excel 통합 문서(*.xlsx)'로 저장한 뒤 올려 주세요."
	saveAsEN = " In Excel, save it as Excel Workbook (*.xlsx) and upload that."
)

// recognise tells a real .xlsx from what people upload instead of one, by content first and by name last.
func recognise(fileName string, b []byte) error {
	switch {
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return compound(fileName, b)
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return refused(fileName, nil, "PDF 파일입니다."+saveAsKO, "This is a PDF file."+saveAsEN)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return packed(fileName, b)
	case looksLikeMarkup(b):
		return refused(fileName, nil, "이름만 엑셀인 웹 페이지(HTML/XML) 파일입니다."+saveAsKO, "This is a web page (HTML/XML) with the name of a workbook."+saveAsEN)
	case looksLikeText(b):
		return refused(fileName, nil, "CSV 또는 텍스트 파일입니다."+saveAsKO, "This is a CSV or text file."+saveAsEN)
	}
	return refused(fileName, nil, "엑셀 파일이 아닙니다."+saveAsKO, "This is not an Excel file."+saveAsEN)
}

// compound tells what an OLE file holds: an encrypted .xlsx (its parts have UTF-16 names in the directory) or an
// old .xls.
func compound(fileName string, b []byte) error {
	var encrypted []byte
	for _, unit := range utf16.Encode([]rune("EncryptedPackage")) {
		encrypted = binary.LittleEndian.AppendUint16(encrypted, unit)
	}
	if bytes.Contains(b, encrypted) {
		return refused(fileName, nil,
			"암호가 걸린 엑셀 파일입니다. 엑셀에서 '파일 → 정보 → 통합 문서 보호 → 암호 설정'의 암호를 지우고 저장한 뒤 올려 주세요.",
			"The workbook is encrypted with a password. In Excel, clear it under File → Info → Protect Workbook → Encrypt with Password, save and upload it again.")
	}
	return refused(fileName, nil, "옛 엑셀 형식(.xls)의 파일입니다."+saveAsKO, "This is a file of the old Excel format (.xls)."+saveAsEN)
}

func looksLikeMarkup(b []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(b[:min(len(b), 1024)], []byte("\xef\xbb\xbf"))))
	return bytes.HasPrefix(head, []byte("<"))
}

// looksLikeText accepts UTF-8 and, because Korean programs still write it, CP949: no control characters but tabs
// and line ends.
func looksLikeText(b []byte) bool {
	for _, c := range b[:min(len(b), 4096)] {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// packed looks into a zip without unpacking it: sizes are taken from its directory, which the reader holds every
// part to.
func packed(fileName string, b []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return damaged(fileName, err)
	}
	if len(archive.File) > maxParts {
		return refused(fileName, nil, "파일에 든 항목이 너무 많습니다. 요금청구서 시트만 남겨 다시 저장해 올려 주세요.", "The file has too many parts. Keep only the invoice sheets, save it and upload it again.")
	}
	total := uint64(0)
	parts := map[string]*zip.File{}
	for _, part := range archive.File {
		if part.UncompressedSize64 > maxUnpackedPart {
			return tooLarge(fileName)
		}
		if total += part.UncompressedSize64; total > maxUnpacked {
			return tooLarge(fileName)
		}
		parts[strings.ToLower(part.Name)] = part
	}
	return workbookKind(fileName, parts)
}

func tooLarge(fileName string) error {
	return refused(fileName, nil,
		"압축을 풀면 너무 커지는 파일입니다(전체 64 MiB, 시트 하나 16 MiB까지). 빈 행과 필요 없는 시트를 지우고 다시 저장해 올려 주세요.",
		"The file unpacks to too much (at most 64 MiB, 16 MiB a sheet). Delete empty rows and sheets that are not needed, save it and upload it again.")
}

func workbookKind(fileName string, parts map[string]*zip.File) error {
	has := func(name string) bool { return parts[name] != nil }
	switch {
	case has("xl/workbook.bin"):
		return refused(fileName, nil, "이진 통합 문서(.xlsb)입니다."+saveAsKO, "This is a binary workbook (.xlsb)."+saveAsEN)
	case has("mimetype"):
		return refused(fileName, nil, "오픈도큐먼트 또는 한글 문서 파일입니다."+saveAsKO, "This is an OpenDocument or HWPX file."+saveAsEN)
	case has("word/document.xml") || has("ppt/presentation.xml"):
		return refused(fileName, nil, "워드 또는 파워포인트 파일입니다."+saveAsKO, "This is a Word or PowerPoint file."+saveAsEN)
	case !has("xl/workbook.xml") || !has("[content_types].xml"):
		return refused(fileName, nil, "엑셀 파일이 아닌 압축 파일입니다. 압축을 풀고 안에 든 .xlsx 파일을 올려 주세요.", "This is a zip archive, not a workbook. Unpack it and upload the .xlsx file in it.")
	}
	types, err := readPart(parts["[content_types].xml"])
	if err != nil {
		return damaged(fileName, err)
	}
	if has("xl/vbaproject.bin") || bytes.Contains(types, []byte("macroEnabled")) {
		return refused(fileName, nil, "매크로가 든 엑셀 파일(.xlsm)입니다. 매크로 없이 저장해 주세요."+saveAsKO, "This workbook has macros (.xlsm). Save it without them."+saveAsEN)
	}
	if !bytes.Contains(types, []byte("spreadsheetml.sheet.main+xml")) {
		return refused(fileName, nil, "엑셀 통합 문서가 아닙니다(서식 파일일 수 있습니다)."+saveAsKO, "This is not an Excel workbook; it may be a template."+saveAsEN)
	}
	if !strings.HasSuffix(strings.ToLower(strings.TrimSpace(fileName)), ".xlsx") {
		return refused(fileName, nil, "내용은 .xlsx인데 파일 이름의 확장자가 다릅니다. 이름을 .xlsx로 바꿔 올려 주세요.", "The content is .xlsx but the file name says otherwise. Rename it to .xlsx and upload it again.")
	}
	return nil
}

func readPart(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxUnpackedPart))
}

package blob

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
)

// Limits that every adapter refuses alike (those of S3).
const (
	MaxKey      = 1024 // bytes of Key.String
	MaxPage     = 1000 // objects of one page of List
	MaxFileName = 255  // bytes of a download's file name
)

// CheckPut refuses a put without a key or without a well-formed content type (fault.Invalid).
func CheckPut(k Key, contentType string) error {
	if err := CheckKey(k); err != nil {
		return err
	}
	if t, _, err := mime.ParseMediaType(contentType); err != nil || !strings.Contains(t, "/") || len(contentType) > 255 {
		return fault.Invalidf("object.content_type", fault.T("내용 형식 %q이(가) 올바르지 않습니다.", "Content type %q is not valid.", contentType))
	}
	return nil
}

// CheckKey refuses a key that was never named (fault.Invalid).
func CheckKey(k Key) error {
	if k.IsZero() {
		return fault.Invalidf("object.key", fault.T("객체 키가 없습니다.", "There is no object key."))
	}
	return nil
}

// CheckRange refuses a range that does not lie within an object of size bytes (fault.Invalid). A length of 0 is a range.
func CheckRange(offset, length, size int64) error {
	if offset >= 0 && length >= 0 && offset <= size && length <= size-offset {
		return nil
	}
	return fault.Invalidf("object.range", fault.T("%d바이트부터 %d바이트는 객체(%d바이트)를 벗어납니다.", "The range from byte %d of length %d lies outside the object of %d bytes.", offset, length, size))
}

// CheckDelete refuses what its retention class keeps: TaxLocked and Audit objects are fault.Forbidden.
func CheckDelete(k Key) error {
	if err := CheckKey(k); err != nil {
		return err
	}
	if k.class == TaxLocked || k.class == Audit {
		return fault.New(fault.Forbidden, fault.T("보존 기간이 정해진 문서라 지울 수 없습니다.", "The object is under retention and cannot be deleted."))
	}
	return nil
}

// ListPrefix checks what List was given and returns what the Key.String of every object selected starts with:
// the prefix is whole segments without a trailing slash, and "" selects all of the tenant's objects of the class.
func ListPrefix(t store.Tenant, c Class, prefix string) (string, error) {
	if prefix == "" {
		root, err := NewKey(t, c, "x")
		return strings.TrimSuffix(root.String(), "x"), err
	}
	below, err := NewKey(t, c, strings.Split(prefix, "/")...)
	return below.String() + "/", err
}

// ListToken is the token of the page after the one that ends with the object of that Key.String.
func ListToken(last string) string { return base64.RawURLEncoding.EncodeToString([]byte(last)) }

// ListAfter is the Key.String that the token's page comes after, "" for the first page. A token that ListToken did not
// make for this prefix is fault.Invalid.
func ListAfter(token, prefix string) (string, error) {
	after, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || (token != "" && !strings.HasPrefix(string(after), prefix)) {
		return "", fault.Invalidf("token", fault.T("다음 쪽 표시가 올바르지 않습니다. 처음부터 다시 조회해 주세요.", "The page token is not valid; start again from the first page."))
	}
	return string(after), nil
}

// CheckSame refuses other bytes than those that are there under the key (fault.Conflict).
func CheckSame(put, there Info) error {
	if there.SHA256 == put.SHA256 && there.Size == put.Size {
		return nil
	}
	return fault.New(fault.Conflict, fault.T("같은 이름의 다른 문서가 이미 있습니다.", "Another object already has this name."))
}

// CheckLink refuses a link that lives too long or not at all, or whose file name no browser would keep (fault.Invalid).
func CheckLink(k Key, fileName string, valid time.Duration) error {
	if err := CheckKey(k); err != nil {
		return err
	}
	if valid < time.Second || valid > MaxLink {
		return fault.Invalidf("link.valid", fault.T("링크 유효 시간은 1초에서 %s까지입니다.", "A link lives from 1 second to %s.", MaxLink))
	}
	bad := fileName == "" || len(fileName) > MaxFileName || !utf8.ValidString(fileName) || strings.ContainsAny(fileName, `/\`) || strings.ContainsFunc(fileName, unicode.IsControl)
	if bad {
		return fault.Invalidf("link.file_name", fault.T("파일 이름 %q을(를) 쓸 수 없습니다.", "The file name %q cannot be used.", fileName))
	}
	return nil
}

// Disposition is the Content-Disposition of a download: the name in UTF-8 (RFC 6266 and RFC 8187) and, for old
// clients, in ASCII with "_" in place of every other character.
func Disposition(fileName string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, fileName)
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(fileName), "+", "%20")
}

package blob_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"jeongsan/internal/blob"
	"jeongsan/internal/calendar"
)

func TestA_document_is_kept_until_the_law_lets_it_go(t *testing.T) {
	for _, c := range []struct {
		class          blob.Class
		written, until string // Seoul
	}{
		{blob.Books, "2026-11-06 10:00", "2037-01-01"},
		{blob.Audit, "2026-01-01 00:00", "2037-01-01"},
		{blob.TaxLocked, "2026-06-30 23:59", "2031-08-01"}, // return by 2026-07-25
		{blob.TaxLocked, "2026-07-01 00:00", "2032-02-01"}, // return by 2027-01-25
		{blob.TaxLocked, "2026-12-31 23:59", "2032-02-01"},
	} {
		written, err := time.ParseInLocation("2006-01-02 15:04", c.written, calendar.Seoul)
		if err != nil {
			t.Fatal(err)
		}
		until, kept := blob.RetainUntil(c.class, written.UTC())
		if got := until.In(calendar.Seoul).Format(time.DateOnly); !kept || got != c.until {
			t.Errorf("%s written %s is kept until %s (%v), want %s", c.class, c.written, got, kept, c.until)
		}
	}
	for _, c := range []blob.Class{blob.Staging, blob.Working} {
		if until, kept := blob.RetainUntil(c, time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC)); kept {
			t.Errorf("%s is kept until %s", c, until)
		}
	}
}

func TestNo_document_is_kept_for_less_than_its_class_says_nor_much_longer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := time.Unix(rapid.Int64Range(1_700_000_000, 4_000_000_000).Draw(t, "written"), 0)
		for class, years := range map[blob.Class]int{blob.Books: 10, blob.Audit: 10, blob.TaxLocked: 5} {
			until, kept := blob.RetainUntil(class, written)
			if !kept || until.Before(written.AddDate(years, 0, 0)) || until.After(written.AddDate(years+1, 1, 1)) {
				t.Fatalf("%s written %s is kept until %s", class, written, until)
			}
		}
	})
}

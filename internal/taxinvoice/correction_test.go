package taxinvoice_test

import (
	"context"
	"reflect"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/store"
	"jeongsan/internal/store/memory"
	. "jeongsan/internal/taxinvoice"
)

// committed writes to a new store in memory.
func committed(t *testing.T, writes ...store.Write) store.Store {
	t.Helper()
	s := memory.New(clock())
	if err := s.Commit(context.Background(), store.Commit{ID: "c1", Writes: writes}); err != nil {
		t.Fatal(err)
	}
	return s
}

func record() CorrectionRecord {
	return CorrectionRecord{
		ID: CorrectionID("202610-C0007-1", 1), Original: "202610-C0007-1", Customer: "C0007", Month: october, Reason: Correction,
		Keys: []string{"202610-C0007-2", "202610-C0007-3"}, State: Running, By: "staff-1", Why: "상호 변경", At: now.UTC(),
	}
}

func TestA_correction_is_done_when_the_tax_office_has_all_of_it(t *testing.T) {
	for _, c := range []struct {
		first, second State
		want          CorrectionState
	}{
		{Intended, Intended, Running}, {Issued, Intended, Running}, {Reported, Sending, Running}, {Reported, InDoubt, Running},
		{Reported, Reported, Done},
		{Reported, Refused, Half}, {Rejected, Issued, Half}, {Cancelled, InDoubt, Half},
		{Refused, Refused, Failed}, {Cancelled, Cancelled, Failed}, {Rejected, Refused, Failed},
	} {
		documents := []TaxInvoice{{Key: "202610-C0007-3", State: c.second}, {Key: "202610-C0001-9", State: Refused}, {Key: "202610-C0007-2", State: c.first}}
		got, changed := record().Observed(documents)
		if got.State != c.want || changed != (c.want != Running) {
			t.Errorf("%s and %s make %s", c.first, c.second, got.State)
		}
		told(t, got.State.Text())
	}
	if got, changed := record().Observed(nil); got.State != Running || changed {
		t.Errorf("with no word of its documents it is %s", got.State)
	}
}

func TestThe_failed_half_is_issued_again_under_a_new_key(t *testing.T) {
	half, _ := record().Observed([]TaxInvoice{{Key: "202610-C0007-2", State: Reported}, {Key: "202610-C0007-3", State: Refused}})
	again := must(half.Replace("202610-C0007-3", "202610-C0007-4"))
	same(t, "keys", again.Keys, []string{"202610-C0007-2", "202610-C0007-4"})
	same(t, "failed", again.Failed, []string{"202610-C0007-3"})
	if again.State != Running || half.Keys[1] != "202610-C0007-3" {
		t.Errorf("%+v after %+v", again, half)
	}
	done, changed := again.Observed([]TaxInvoice{{Key: "202610-C0007-2", State: Reported}, {Key: "202610-C0007-4", State: Reported}})
	if !changed || done.State != Done {
		t.Errorf("%+v", done)
	}
	for failed, other := range map[string]string{"202610-C0007-9": "202610-C0007-5", "202610-C0007-2": "202610-C0007-3", "202610-C0007-4": "202610-C0007-2"} {
		_, err := again.Replace(failed, other)
		refused(t, err, fault.Conflict)
	}
}

func TestA_correction_is_found_by_its_id_its_customer_and_its_month(t *testing.T) {
	ctx := context.Background()
	other := record()
	other.ID, other.Customer = CorrectionID("202610-C0008-1", 1), "C0008"
	s := committed(t, must(record().Put(hanbit(), 0)), must(other.Put(hanbit(), 0)))
	got := must(LoadCorrection(ctx, s, hanbit(), october, "202610-C0007-1-A1"))
	if got.Version != 1 || !reflect.DeepEqual(got.CorrectionRecord, record()) {
		t.Errorf("%+v", got)
	}
	if all := must(ListCorrections(ctx, s, hanbit(), october, "")); len(all) != 2 || all[0].Customer != "C0007" {
		t.Errorf("%+v", all)
	}
	if one := must(ListCorrections(ctx, s, hanbit(), october, "C0008")); len(one) != 1 || one[0].ID != other.ID {
		t.Errorf("%+v", one)
	}
	if _, err := LoadCorrection(ctx, s, hanbit(), october, "nonsense"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an id that is none: %v", err)
	}
}

func TestA_tax_invoice_is_read_as_it_was_written(t *testing.T) {
	ctx := context.Background()
	x := at(NotAccepted)
	x.Correction, x.Content.Amends = "202610-C0007-1-A1", &Amends{Reason: Return, Original: confirmation}
	second := x
	second.Sequence = 2
	s := committed(t, must(x.Put(hanbit(), 0)), must(second.Put(hanbit(), 0)))
	got := must(Load(ctx, s, hanbit(), october, "C0007", 1))
	if got.Version != 1 || !reflect.DeepEqual(got.TaxInvoice, x) {
		t.Errorf("\n got %+v\nwant %+v", got.TaxInvoice, x)
	}
	if all := must(List(ctx, s, hanbit(), october, "C0007")); len(all) != 2 || all[1].Sequence != 2 {
		t.Errorf("%+v", all)
	}
	if _, err := Load(ctx, s, hanbit(), october, "C0007", 3); !fault.Is(err, fault.NotFound) {
		t.Errorf("a third: %v", err)
	}
}

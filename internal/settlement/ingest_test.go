package settlement_test

import (
	"fmt"
	"slices"
	"testing"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
	. "jeongsan/internal/settlement/settlementtest"
	"jeongsan/internal/store"
	"jeongsan/internal/usage"
)

func TestThe_same_content_twice_changes_nothing_and_writes_nothing(t *testing.T) {
	o := pulled(3, "2026-10-15 09:00")
	commits, objects := len(o.World.Commits()), len(o.World.Bucket.Objects())
	o.At("2026-10-16 09:00")
	same := members(3, func(i int) string { return fmt.Sprint(1000 * i) })
	slices.Reverse(same) // in another order
	for i := range same {
		slices.Reverse(same[i].Rows)
	}
	o.Provider.States(Public, October, same...)
	pulled := o.Pull(Public, October)
	if pulled.Changed || pulled.Members != 0 {
		t.Errorf("the second pull says it changed %d members", pulled.Members)
	}
	if n := len(o.World.Commits()) - commits; n != 0 {
		t.Errorf("the second pull commits %d times", n)
	}
	if n := len(o.World.Bucket.Objects()) - objects; n != 0 {
		t.Errorf("the second pull puts %d objects", n)
	}
}

func TestA_page_that_changed_under_us_restarts_the_pull(t *testing.T) {
	o := Open("2026-10-15 09:00")
	o.Provider.States(Public, October, members(3, func(i int) string { return fmt.Sprint(1000 * i) })...)
	o.Provider.Rewrites = 2
	pulled := o.Pull(Public, October)
	if pulled.Restarts != 2 || pulled.Rows != 6 || len(o.Provider.Pulls()) != 3 {
		t.Errorf("%d restarts, %d rows, pulls %v", pulled.Restarts, pulled.Rows, o.Provider.Pulls())
	}
	rollups, err := usage.Rollups(t.Context(), o.World.Store, o.Tenant, Public, October)
	if err != nil || len(rollups) != 3 {
		t.Errorf("%d members, %v", len(rollups), err)
	}
}

func TestA_provider_that_never_stops_rewriting_leaves_the_month_for_the_next_pull(t *testing.T) {
	o := pulled(1, "2026-10-15 09:00")
	o.Provider.Rewrites = 1000
	commits := len(o.World.Commits())
	_, err := o.Desk(o.World.Process()).Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now())
	if !fault.Is(err, fault.Unavailable) || len(o.World.Commits()) != commits {
		t.Errorf("%v, %d commits", err, len(o.World.Commits())-commits)
	}
}

func TestA_reading_that_does_not_add_up_to_the_providers_own_total_is_not_kept(t *testing.T) {
	o := Open("2026-10-15 09:00")
	o.Provider.Answers(Public, October, Reading{Currency: money.KRW, Usage: members(2, func(int) string { return "100" }), Charged: "2200.51"})
	commits := len(o.World.Commits())
	_, err := o.Desk(o.World.Process()).Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now())
	if !fault.Is(err, fault.Unavailable) || len(o.World.Commits()) != commits {
		t.Errorf("a total that is 0.01 more than its parts: %v, %d commits", err, len(o.World.Commits())-commits)
	}
	o.Provider.Answers(Public, October, Reading{Currency: money.KRW, Usage: members(2, func(int) string { return "100" }), Charged: "2200.50"})
	if pulled := o.Pull(Public, October); !pulled.Changed {
		t.Error("the right total is not taken")
	}
}

func TestA_member_that_leaves_keeps_its_last_figure_and_comes_back_with_a_new_one(t *testing.T) {
	o := pulled(2, "2026-10-15 09:00")
	o.At("2026-10-16 09:00")
	o.Provider.States(Public, October, Uses(1, Row("CDN+", "10")))
	o.Pull(Public, October)
	gone, _, err := usage.LoadRollup(t.Context(), o.World.Store, o.Tenant, Public, October, Member(2))
	if err != nil || gone.Gone.String() != "2026-10-16" || gone.Charged.Canonical() != "3000.25" {
		t.Errorf("the member that left: %+v, %v", gone, err)
	}
	o.At("2026-10-17 09:00")
	o.Provider.States(Public, October, Uses(1, Row("CDN+", "10")), Uses(2, Row("CDN+", "20")))
	o.Pull(Public, October)
	back, _, err := usage.LoadRollup(t.Context(), o.World.Store, o.Tenant, Public, October, Member(2))
	if err != nil || !back.Gone.IsZero() || back.Charged.Canonical() != "20" {
		t.Errorf("the member that came back: %+v, %v", back, err)
	}
}

func TestAn_empty_answer_never_takes_every_customers_usage_away(t *testing.T) {
	o := pulled(2, "2026-10-15 09:00")
	commits := len(o.World.Commits())
	o.Provider.States(Public, October)
	_, err := o.Desk(o.World.Process()).Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now())
	if !fault.Is(err, fault.Unavailable) || len(o.World.Commits()) != commits {
		t.Errorf("%v, %d commits", err, len(o.World.Commits())-commits)
	}
}

// writeUnits counts what DynamoDB bills for a commit: one unit for each begun KiB of an item, twice in a
// transaction of more than one write. An item is its keys, its body, and the other attributes (kind, commit id,
// schema and version) with the names of them all.
func writeUnits(c store.Commit) int {
	const names, numbers, commitID = len("pk") + len("sk") + len("body") + len("kind") + len("schema") + len("version") + len("commit"), 8, 24
	units := 0
	for _, w := range c.Writes {
		d := w.Document
		size := len(d.Key.Partition().String()) + len(d.Key.Sort()) + len(d.Body) + len(d.Kind) + names + numbers + commitID
		units += (size + 1023) / 1024
	}
	if len(c.Writes) > 1 {
		units *= 2
	}
	return units
}

func TestA_pull_costs_at_most_four_write_units_a_customer_and_nothing_when_unchanged(t *testing.T) {
	for _, n := range []int{24, 200} {
		t.Run(fmt.Sprintf("%d members", n), func(t *testing.T) {
			o := Open("2026-10-15 09:00")
			pull := func(day int, cost int) (units int) {
				before := len(o.World.Commits())
				o.At(fmt.Sprintf("2026-10-%d 09:00", day))
				o.Provider.States(Public, October, members(n, func(i int) string { return fmt.Sprintf("%d.123456789", cost*i) })...)
				o.Pull(Public, October)
				for _, c := range o.World.Commits()[before:] {
					units += writeUnits(c)
				}
				return units
			}
			first, changed, same := pull(16, 1000), pull(17, 2000), pull(18, 2000)
			t.Logf("first %d, all changed %d, unchanged %d units", first, changed, same)
			if first > 4*n || changed > 4*n || same != 0 {
				t.Errorf("%d members cost %d units at first, %d when all changed, %d when none did", n, first, changed, same)
			}
			if first < n {
				t.Errorf("%d units for %d members are too few to be true", first, n)
			}
		})
	}
}

func TestAn_account_whose_key_was_deleted_is_not_pulled(t *testing.T) {
	o := pulled(1, "2026-10-15 09:00")
	if err := o.Onboarding(o.World.Process()).DeleteKey(t.Context(), o.Main(), Public); err != nil {
		t.Fatal(err)
	}
	_, err := o.Desk(o.World.Process()).Ingest(t.Context(), o.Job(), Public, October, o.World.Clock.Now())
	if !fault.Is(err, fault.Conflict) || len(o.Provider.Pulls()) != 1 {
		t.Errorf("%v after pulls %v", err, o.Provider.Pulls())
	}
}

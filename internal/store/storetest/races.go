package storetest

import (
	"errors"
	"fmt"

	"jeongsan/internal/store"
)

func raceCases() []testCase {
	return []testCase{
		{"of many that create one document at most one wins, and it is what is stored", createRace},
		{"of many that change one version at most one wins, with all it wrote", versionRace},
		{"many counting by version lose no count", countingRace},
		{"many moving between two balances keep their sum", transferRace},
	}
}

// racers is how many run at once.
func (b bench) racers() int {
	if b.Racers > 0 {
		return b.Racers
	}
	return 32
}

// race runs f for each racer at once and returns their errors.
func (b bench) race(f func(racer int) error) []error {
	errs := make([]error, b.racers())
	start, done := make(chan struct{}), make(chan struct{})
	for i := range errs {
		go func() {
			<-start
			errs[i] = f(i)
			done <- struct{}{}
		}()
	}
	close(start)
	for range errs {
		<-done
	}
	return errs
}

// winner is the one racer without an error, -1 if all were contended; the others must have lost for a reason.
func (b bench) winner(errs []error) int {
	b.Helper()
	winner := -1
	for i, err := range errs {
		var failed *store.ConditionFailed
		switch {
		case err == nil && winner >= 0:
			b.Fatalf("racers %d and %d both won", winner, i)
		case err == nil:
			winner = i
		case !errors.As(err, &failed) && !errors.Is(err, store.ErrContended):
			b.Fatalf("racer %d: %v", i, err)
		}
	}
	return winner
}

func createRace(b bench) {
	k := b.key("number")
	winner := b.winner(b.race(func(i int) error {
		return b.commit(numbered(i), store.Put(document(k, numbered(i)), store.Absent))
	}))
	if winner < 0 {
		b.mustBeAbsent(k)
		return
	}
	b.mustHold(k, 1, numbered(winner), numbered(winner))
}

func versionRace(b bench) {
	k := b.key("invoice")
	b.must("before", store.Put(document(k, "draft"), store.Absent))
	winner := b.winner(b.race(func(i int) error {
		return b.commit(numbered(i),
			store.Put(document(b.key("posting", numbered(i)), "x"), store.Absent),
			store.Put(document(k, numbered(i)), store.AtVersion(1)))
	}))
	for i := range b.racers() {
		if i != winner {
			b.mustBeAbsent(b.key("posting", numbered(i)))
		}
	}
	if winner < 0 {
		b.mustHold(k, 1, "draft", "before")
		return
	}
	b.mustHold(k, 2, numbered(winner), numbered(winner))
	b.mustHold(b.key("posting", numbered(winner)), 1, "x", numbered(winner))
}

// change reads a document's number and commits another in its place until nobody was in between.
func (b bench) change(id string, keys []store.Key, next func(numbers []int) []int) error {
	for attempt := 0; ; attempt++ {
		documents, err := b.Store.GetMany(b.Context(), keys)
		if err != nil {
			return err
		}
		numbers := make([]int, len(keys))
		for i, d := range documents {
			if _, err := fmt.Sscan(string(d.Body), &numbers[i]); err != nil {
				return err
			}
		}
		writes := make([]store.Write, len(keys))
		for i, n := range next(numbers) {
			writes[i] = store.Put(document(keys[i], fmt.Sprint(n)), store.AtVersion(documents[i].Version))
		}
		err = settled(b.Context(), b.Store, store.Commit{ID: fmt.Sprintf("%s attempt %d", id, attempt), Writes: writes})
		var failed *store.ConditionFailed
		if !errors.As(err, &failed) {
			return err
		}
	}
}

func countingRace(b bench) {
	const each = 2
	k := b.key("counter")
	b.must("before", store.Put(document(k, "0"), store.Absent))
	for i, err := range b.race(func(i int) error {
		for n := range each {
			if err := b.change(fmt.Sprint(i, "-", n), []store.Key{k}, func(n []int) []int { return []int{n[0] + 1} }); err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			b.Fatalf("racer %d: %v", i, err)
		}
	}
	d, want := b.get(k), b.racers()*each
	if string(d.Body) != fmt.Sprint(want) || d.Version != int64(want)+1 {
		b.Fatalf("the counter stands at %s, version %d; want %d, version %d", d.Body, d.Version, want, want+1)
	}
}

func transferRace(b bench) {
	from, to := b.key("receivable"), b.Tenant.Partition("cash").Key("bank")
	b.must("before", store.Put(document(from, "1000"), store.Absent), store.Put(document(to, "0"), store.Absent))
	for i, err := range b.race(func(i int) error {
		return b.change(fmt.Sprint(i), []store.Key{from, to}, func(n []int) []int { return []int{n[0] - i, n[1] + i} })
	}) {
		if err != nil {
			b.Fatalf("racer %d: %v", i, err)
		}
	}
	racers := b.racers()
	moved, version := racers*(racers-1)/2, int64(racers)+1
	if d := b.get(from); string(d.Body) != fmt.Sprint(1000-moved) || d.Version != version {
		b.Errorf("%s is left at version %d, want %d at %d", d.Body, d.Version, 1000-moved, version)
	}
	if d := b.get(to); string(d.Body) != fmt.Sprint(moved) || d.Version != version {
		b.Errorf("%s has arrived at version %d, want %d at %d", d.Body, d.Version, moved, version)
	}
}

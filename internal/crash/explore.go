package crash

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Scene is a world with what a package under test needs around it, such as a provider that answers.
type Scene[S any] interface {
	Surviving() *World
	Copy() S // a second scene of the same state
}

// Flow is what is run and killed.
type Flow[S Scene[S]] struct {
	// Setup makes the scene at which the flow begins; it is called once and copied.
	Setup func() S
	// Run does the flow from its beginning, as whoever called it would call it again. It runs in a process that may die.
	Run func(ctx context.Context, p *Process, s S) error
	// View says how documents are compared; the zero View compares all but times, versions and ids of commits.
	View View
	// Check holds the scene to what must be true after every recovery; nil holds nothing.
	Check func(ctx context.Context, s S) error
	// Depth is how many faults meet one run in a row: 1, the default, or 2 to kill the recovery as well.
	Depth int
	// Again: the finished flow, run once more, changes nothing.
	Again bool
	// Sample is from which fault of a row on a point meets only one of its fates, by turns: 1 for flows too long to
	// play in full, 2 to sample the deaths of a recovery; 0 plays all.
	Sample int
}

// Explored is how much was played.
type Explored struct {
	Effects int // of the flow when nothing fails
	Runs    int // plays, the first included
}

// lives bounds how often a flow is run until it is done.
const lives = 8

// Explore plays the flow without a fault, then for each point of it and each fate, and fails the test at the first
// play that ends otherwise.
func (f Flow[S]) Explore(t *testing.T) {
	t.Helper()
	explored, err := f.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d effects, %d plays", explored.Effects, explored.Runs)
}

// Play is Explore without a test: it returns the first difference.
func (f Flow[S]) Play(ctx context.Context) (Explored, error) {
	e := &explorer[S]{Flow: f, start: f.Setup(), shelf: shelf{}}
	first, err := e.play(ctx, nil)
	if err != nil {
		return Explored{}, err
	}
	if len(first.turns) != 1 {
		return Explored{}, fmt.Errorf("without a fault the flow needs %d runs", len(first.turns))
	}
	world := first.scene.Surviving()
	e.want = f.View.record(world.Documents(), world, e.shelf)
	if err := e.verify(ctx, first); err != nil {
		return Explored{}, fmt.Errorf("without a fault: %w", err)
	}
	err = e.descend(ctx, nil, first.turns[0])
	return Explored{len(first.turns[0]), e.runs}, err
}

type explorer[S Scene[S]] struct {
	Flow[S]
	start S
	want  Record
	shelf shelf
	runs  int
}

// played is a scene after a schedule of faults: the points of each run, the last of which finished.
type played[S any] struct {
	scene S
	turns [][]Point
}

// descend plays every fault of the points behind those of before.
func (e *explorer[S]) descend(ctx context.Context, before []Fault, points []Point) error {
	for i, point := range points {
		for _, fate := range e.fates(point.Kind, len(before)+1) {
			schedule := append(append([]Fault(nil), before...), Fault{i + 1, fate})
			after, err := e.play(ctx, schedule)
			if err == nil {
				err = e.verify(ctx, after)
			}
			if err != nil {
				return fmt.Errorf("after %s: %w", story(schedule, point), err)
			}
			if len(schedule) >= e.Depth || len(after.turns) <= len(schedule) {
				continue
			}
			if err := e.descend(ctx, schedule, after.turns[len(schedule)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// fates are what a point of the kind meets as the nth fault of a row.
func (e *explorer[S]) fates(k Kind, nth int) []Fate {
	all := fates[k]
	if e.Sample == 0 || nth < e.Sample {
		return all
	}
	i := e.runs % len(all)
	return all[i : i+1]
}

func story(schedule []Fault, last Point) string {
	var parts []string
	for _, f := range schedule {
		parts = append(parts, fmt.Sprintf("%s at effect %d", f.Fate, f.N))
	}
	return fmt.Sprintf("%s (%s: %s)", strings.Join(parts, ", then "), last.Kind, last.Name)
}

// play runs the flow again and again until it is done; the nth run meets the nth fault of the schedule.
func (e *explorer[S]) play(ctx context.Context, schedule []Fault) (played[S], error) {
	e.runs++
	out := played[S]{scene: e.start.Copy()}
	world := out.scene.Surviving()
	var failed error
	for life := range lives {
		var f Fault
		if life < len(schedule) {
			f = schedule[life]
		}
		p := world.process(f)
		failed = p.live(func() error { return e.Run(ctx, p, out.scene) })
		out.turns = append(out.turns, p.Points())
		if failed == nil {
			return out, nil
		}
		if err := world.restart(); err != nil {
			return out, err
		}
	}
	return out, fmt.Errorf("the flow is not done after %d runs: %w", lives, failed)
}

var errDied = errors.New("the process died")

// live runs the process's work to its end, or to the process's.
func (p *Process) live(work func() error) error {
	ended := make(chan error, 1)
	go func() {
		err := errDied // what is told when the goroutine ends without returning
		defer func() { ended <- err }()
		err = work()
	}()
	return <-ended
}

// verify compares the scene with that of the first play and holds it to its invariants.
func (e *explorer[S]) verify(ctx context.Context, p played[S]) error {
	world := p.scene.Surviving()
	documents := world.Documents()
	problems := append(e.want.differences(e.View.record(documents, world, e.shelf)), e.View.dangling(documents, world, e.shelf)...)
	if e.Check != nil {
		if err := e.Check(ctx, p.scene); err != nil {
			problems = append(problems, err.Error())
		}
	}
	if e.Again {
		problems = append(problems, e.again(ctx, p)...)
	}
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "\n"))
}

// again runs the finished flow once more and expects no trace of it.
func (e *explorer[S]) again(ctx context.Context, p played[S]) []string {
	world := p.scene.Surviving()
	commits, mails, objects := len(world.Commits()), len(world.Mail.Delivered()), len(world.Bucket.Objects())
	process := world.Process()
	var problems []string
	if err := process.live(func() error { return e.Run(ctx, process, p.scene) }); err != nil {
		problems = append(problems, fmt.Sprintf("run once more, the flow fails: %v", err))
	}
	for _, c := range world.Commits()[commits:] {
		problems = append(problems, fmt.Sprintf("run once more, the flow writes %s", c.Writes[0].Document.Key))
	}
	if n := len(world.Mail.Delivered()) - mails; n != 0 {
		problems = append(problems, fmt.Sprintf("run once more, the flow sends %d mails", n))
	}
	if n := len(world.Bucket.Objects()) - objects; n != 0 {
		problems = append(problems, fmt.Sprintf("run once more, the flow puts %d objects", n))
	}
	return problems
}

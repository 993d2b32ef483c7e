package soak

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
)

var (
	runs  = flag.Int("runs", 20, "how many seeds to run")
	first = flag.Uint64("first", 1, "the first of them")
	seed  = flag.Uint64("seed", 0, "run this seed alone; with -v its wire and what the board did are shown")
	table = flag.String("table", "", "write the table into this file, and measure what was lost against undisturbed prints")
)

// enough is the share of runs of a class that end as they should.
const enough = 0.99

// Every run that ends done has executed its file exactly, each line once, in order; every other end has executed the
// beginning of it. In 99 of 100 runs what goes wrong does not keep a print from its end, but for a cable that is past
// bearing.
func TestSoak(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	rig := Rig{Dialects: set, Folder: t.TempDir()}
	from, n := *first, *runs
	if *seed > 0 {
		from, n = *seed, 1
		if testing.Verbose() {
			rig.Wire = os.Stderr
		}
	}
	var sums Table
	var mu sync.Mutex
	t.Run("runs", func(t *testing.T) {
		for s := from; s < from+uint64(n); s++ {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				t.Parallel()
				o, undisturbed := soak(t, rig, NewPlan(s))
				mu.Lock()
				defer mu.Unlock()
				sums.Add(o, undisturbed)
			})
		}
	})
	t.Log("\n" + sums.String())
	for _, c := range Classes() {
		if share, any := sums.Complete(c); any && share < enough {
			t.Errorf("%s: %.1f %% of the runs end as they should; want %.0f %%", c, 100*share, 100*enough)
		}
	}
	if *table != "" {
		require.NoError(t, os.WriteFile(*table, []byte(sums.String()), 0o644))
	}
}

// soak carries one plan out, and the same without faults when a table is wanted. A wrong execution fails at once.
func soak(t *testing.T, rig Rig, plan Plan) (o Outcome, undisturbed time.Duration) {
	run := func(plan Plan) (o Outcome) {
		synctest.Test(t, func(t *testing.T) {
			var err error
			o, err = rig.Run(t.Context(), plan)
			require.NoError(t, err)
		})
		return o
	}
	if *table != "" {
		undisturbed = run(plan.Clean()).Took
	}
	o = run(plan)
	tell := t.Logf
	if o.Wrong != "" {
		tell = t.Errorf
	}
	if failed := o.Failed(); failed != "" {
		tell("%s\n%s\ngo test ./printer-agent/internal/soak -run TestSoak -seed %d -v", plan, failed, plan.Seed)
	}
	return o, undisturbed
}

// A run is its seed: drawn again it is the same, and other seeds are other runs of every class and board.
func TestPlanIsDrawnFromItsSeed(t *testing.T) {
	classes, names := map[Class]bool{}, map[string]bool{}
	for s := range uint64(200) {
		p := NewPlan(s)
		require.Equal(t, p, NewPlan(s))
		require.Equal(t, newFile(p.Seed, p.Lines).want, newFile(p.Seed, p.Lines).want)
		classes[p.Class], names[p.Board.Name] = true, true
	}
	require.Len(t, classes, len(Classes()))
	require.Len(t, names, len(boards()))
}

// What is not exactly the file is found: a line that is missing, doubled, out of order, changed or too many.
func TestDifferenceIsFound(t *testing.T) {
	want := []string{"G28", "G1 X1", "G1 X2"}
	require.Empty(t, difference(want, want, true))
	require.Empty(t, difference(want, want[:1], false))
	for _, got := range [][]string{
		{"G28", "G1 X2"}, {"G28", "G1 X1", "G1 X1", "G1 X2"}, {"G28", "G1 X2", "G1 X1"}, {"G28", "G1 X1", "G1 X3"},
		{"G28", "G1 X1", "G1 X2", "G1 X2"}, {"G28", "G1 X1"}, {},
	} {
		require.NotEmpty(t, difference(want, got, true), "%q", got)
	}
	require.NotEmpty(t, difference(want, []string{"G28", "G28"}, false))
}

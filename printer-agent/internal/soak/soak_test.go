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
	runs  = flag.Int("runs", 6, "how many seeds to run, from 1 on")
	first = flag.Uint64("first", 1, "the first seed")
	seed  = flag.Uint64("seed", 0, "run this seed alone; with -v its wire is shown")
	table = flag.String("table", "", "write the table into this file, and compare with undisturbed prints")
)

// Every run that ends done has executed its file exactly, each line once, in order; every other end has executed the
// beginning of it. What is planned to go wrong does not keep a print from its end, but for a cable that is past bearing.
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
	if *table != "" {
		require.NoError(t, os.WriteFile(*table, []byte(sums.String()), 0o644))
	}
}

// soak carries one plan out, and the same without faults when a table is wanted.
func soak(t *testing.T, rig Rig, plan Plan) (o Outcome, undisturbed time.Duration) {
	var err error
	if *table != "" {
		synctest.Test(t, func(t *testing.T) {
			o, err := rig.Run(t.Context(), plan.Clean())
			require.NoError(t, err)
			undisturbed = o.Took
		})
	}
	synctest.Test(t, func(t *testing.T) {
		o, err = rig.Run(t.Context(), plan)
		require.NoError(t, err)
	})
	if failed := o.Failed(); failed != "" {
		t.Errorf("%s\n%s\ngo test ./printer-agent/internal/soak -run TestSoak -seed %d -v", plan, failed, plan.Seed)
	}
	return o, undisturbed
}

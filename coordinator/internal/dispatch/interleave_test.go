package dispatch_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// move is one thing that happens in a lab; what A and B say depends on it.
type move struct {
	What string
	A, B int
}

func (m move) String() string { return fmt.Sprintf("%s(%d,%d)", m.What, m.A, m.B) }

// moves are all that can happen, by name, so that a failing list can be read.
func moves() map[string]func(w *world, a, b int) {
	at := func(fits func(m *machine) bool, f func(w *world, m *machine, b int)) func(w *world, a, b int) {
		return func(w *world, a, b int) {
			var those []*machine // only where it makes a difference: a list of moves should get far
			for _, m := range w.machines {
				if fits(m) {
					those = append(those, m)
				}
			}
			if len(those) > 0 {
				f(w, those[a%len(those)], b)
			}
		}
	}
	there := func(m *machine) bool { return !m.offline }
	running := func(m *machine) bool { return m.runs != "" }
	telling := func(m *machine) bool { return !m.offline && len(m.outbox) > 0 }
	lying := func(m *machine) bool { return m.bed != "" || m.dirty && m.runs == "" }
	return map[string]func(w *world, a, b int){
		"step": func(w *world, a, _ int) { w.step(a) },
		"race": func(w *world, _, _ int) {
			var g sync.WaitGroup
			errs := make([]error, len(w.loops))
			for i, l := range w.loops {
				g.Go(func() { errs[i] = l.Step(w.ctx) })
			}
			g.Wait()
			for _, err := range errs {
				require.NoError(w, err)
			}
		},
		"go": func(w *world, a, _ int) {
			w.keep()
			w.step(a)
			w.check()
			for _, m := range w.machines {
				w.obey(m, false)
			}
		},
		"keep":   func(w *world, _, _ int) { w.keep() },
		"obey":   at(there, func(w *world, m *machine, b int) { w.obey(m, b%4 == 0) }),
		"expire": func(w *world, _, _ int) { w.expire() },
		"progress": at(running, func(_ *world, m *machine, b int) {
			m.say(m.runs, fab.Report{Kind: []fab.ReportKind{fab.ReportProgress, fab.ReportPaused, fab.ReportResumed}[b%3], Lines: int64(b)})
		}),
		"end":     at(running, func(w *world, m *machine, b int) { w.end(m, b%4 > 0) }),
		"deliver": at(telling, func(w *world, m *machine, b int) { w.deliver(m, b/2, b%2 == 0) }),
		"unload":  at(lying, func(w *world, m *machine, b int) { w.unload(m, int64(b%5/3)) }),
		"alive":   func(w *world, _, _ int) { w.alive() },
		"connect": func(w *world, a, b int) { w.connect(w.machines[a%3].agent, b%2 == 0) },
		"answer":  func(w *world, a, b int) { w.answer(a, b%3 > 0) },
		"hand in": func(w *world, a, b int) { w.handIn(a, int64(b%3/2)) },
		"call":    func(w *world, a, b int) { w.call(a, b%2 == 0) },
		"settle":  func(w *world, a, b int) { w.settle(a, b%2 == 0) },
		"rest": func(w *world, a, b int) {
			require.NoError(w, w.production.Rest(w.ctx, w.machines[a%3].worker, b%2 == 0))
		},
		"hold":   func(w *world, a, b int) { w.hold(fab.BatchID(fmt.Sprint("batch-", a%2)), b%4) },
		"recall": func(w *world, a, b int) { w.recall(fab.SpoolID(fmt.Sprint("spool-", a%3)), b%4 == 0) },
		"sleep": func(_ *world, a, _ int) {
			time.Sleep([]time.Duration{time.Minute, 11 * time.Minute, 16 * time.Minute, 16 * time.Minute, 5 * time.Hour, 15 * 24 * time.Hour}[a%6])
		},
	}
}

// anyMoves draws what happens; looks and orders are more likely than the rest.
func anyMoves(t *rapid.T) []move {
	names := []string{"go", "go", "go", "step", "step", "race", "keep", "obey", "obey", "obey", "expire", "progress", "end", "end", "end", "deliver", "deliver", "deliver", "unload", "unload",
		"alive", "connect", "answer", "hand in", "call", "settle", "rest", "hold", "recall", "sleep", "sleep"}
	one := rapid.Custom(func(t *rapid.T) move {
		return move{rapid.SampledFrom(names).Draw(t, "what"), rapid.IntRange(0, 5).Draw(t, "a"), rapid.IntRange(0, 7).Draw(t, "b")}
	})
	return rapid.SliceOfN(one, 10, 90).Draw(t, "moves")
}

// Ensure, for any interleaving of plans and commits of two loops with what agents report, late, twice or out of order,
// with silence, counts, inspections, rests, pauses, cancellations and recalls: nothing is lost and nothing counted
// twice, no job goes to a worker that must not have it, no job and no worker has two attempts, everything that waits
// says why, the books add up after every single move, and once everybody is back every open batch is made.
func TestNoInterleavingBreaksTheBooks(t *testing.T) { interleave(t, 14, 1) }

// Ensure the same for tangles that chance seldom finds: a machine that was given up on fails late, or ends well late and is
// reported twice, while another has its job.
func TestLateReportsLeaveOthersWorkAlone(t *testing.T) {
	givenUp := []move{{"go", 0, 0}, {"sleep", 2, 0}, {"step", 0, 0}, {"end", 0, 1}, {"deliver", 0, 1}, {"deliver", 0, 1}, {"unload", 0, 0}, {"go", 0, 0}}
	for name, rest := range map[string][]move{
		"fails": {{"end", 2, 0}, {"end", 1, 0}, {"deliver", 2, 1}, {"deliver", 2, 1}, {"deliver", 1, 1}, {"deliver", 1, 1}},
		"ends": {{"end", 2, 1}, {"end", 1, 1}, {"deliver", 2, 1}, {"deliver", 2, 0}, {"deliver", 2, 1}, {"deliver", 1, 1}, {"deliver", 1, 0}, {"deliver", 1, 1},
			{"end", 0, 1}, {"deliver", 0, 1}, {"unload", 1, 0}},
	} {
		v, path := &verdict{}, storetest.SQLite(t)
		synctest.Test(t, func(t *testing.T) { play(t, v, path, append(slices.Clone(givenUp), rest...)) })
		require.Empty(t, v.said, name)
	}
}

// interleave plays so many lists of moves, always the same ones for a seed; flags of rapid that were given win.
func interleave(t *testing.T, checks int, seed uint64) {
	t.Helper()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint(checks), "rapid.seed": fmt.Sprint(seed), "rapid.nofailfile": "true"} {
		if !given[name] {
			require.NoError(t, flag.Set(name, value))
		}
	}
	data, err := os.ReadFile(storetest.SQLite(t))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "lab.db")
	rapid.Check(t, func(rt *rapid.T) {
		list := anyMoves(rt)
		for _, rest := range []string{"-wal", "-shm"} {
			_ = os.Remove(path + rest)
		}
		require.NoError(rt, os.WriteFile(path, data, 0o600))
		v := &verdict{}
		synctest.Test(t, func(t *testing.T) { play(t, v, path, list) })
		if v.said != "" {
			rt.Log(v.said)
			rt.Fatal(regexp.MustCompile(`\w+\.go:\d+`).FindString(v.said)) // the same for every list that fails so: it is shrunk by that
		}
	})
}

// play lets the moves happen on a database in a bubble of virtual time, and then everybody come back.
func play(t *testing.T, v *verdict, dsn string, list []move) {
	s, err := store.Open(t.Context(), dsn, quiet)
	require.NoError(t, err)
	var done []string
	defer func() {
		require.NoError(t, s.Close())
		if r := recover(); r != nil {
			if r != any(v) {
				panic(r)
			}
			v.said = strings.Join(done, " ") + v.said
		}
	}()
	w, do := newWorld(t.Context(), v, s), moves()
	for _, m := range list {
		done = append(done, m.String())
		do[m.What](w, m.A, m.B)
		w.check()
	}
	done = append(done, "and everybody comes back")
	w.comeBack()
}

package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

func visors(s Snapshot, n int64, due time.Duration) []Wish {
	return []Wish{{ID: "wish", Design: s.Designs[0], Plates: s.Plates, Quantity: n, Due: now.Add(due)}}
}

// Ensure that a wish is told a window after the work that is there already, that what is there is told the same with it as
// without, and that the bound comes before both.
func TestAWishComesAfterWhatIsThere(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 1000)}
	bands(&s, "b", 20)
	s.Batches[0].Quantity = 20
	before := Promise(s, nil, now)
	f := Promise(s, visors(s, 20, 100*time.Hour), now)
	batch, wish := f.Batches["b"], f.Wishes["wish"]
	require.Len(t, f.Batches, 1)
	require.True(t, batch.Known() && wish.Known())
	require.WithinDuration(t, before.Batches["b"].From, batch.From, 2*time.Hour)
	require.True(t, batch.Bound.Before(batch.To) && !batch.To.Before(batch.From), "%+v", batch)
	require.True(t, wish.From.After(batch.From) && !wish.To.Before(batch.To), "%+v %+v", batch, wish)
	require.False(t, wish.Late())
	require.Len(t, s.Batches, 1, "the snapshot is left as it was")
	require.Len(t, s.Jobs, 20)
}

// Ensure that of one product without hours the bound is the optimum: ten plates of an hour on two printers with a quarter
// of an hour between them.
func TestTheBoundOfOneProductIsTheOptimum(t *testing.T) {
	s := lab()
	s.Batches, s.Workers = nil, []fab.Worker{printer("a", 1000), printer("b", 1000)}
	o := Promise(s, visors(s, 10, 100*time.Hour), now).Wishes["wish"]
	require.Equal(t, 5*time.Hour+4*15*time.Minute, o.Bound.Sub(now))
}

// Ensure that printers of which much was seen give a narrower window than new ones.
func TestWhatIsLearnedNarrowsTheWindow(t *testing.T) {
	width := func(factor, good int64) time.Duration {
		s := lab()
		for i := range 6 {
			w := printer(fab.WorkerID(fmt.Sprintf("w%d", i)), factor)
			w.GoodPieces = good
			s.Workers = append(s.Workers, w)
		}
		o := Promise(s, visors(s, 60, 100*time.Hour), now).Wishes["wish"]
		return o.To.Sub(o.From)
	}
	require.Less(t, width(1000, 5000), width(0, 0))
}

// Ensure that a date that no plan can meet says so, and that so many more printers as are named would meet it while one
// fewer would not.
func TestAMissedDateSaysHowManyPrintersWouldMeetIt(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 1000)}
	wish := visors(s, 40, 8*time.Hour)
	o := Promise(s, wish, now).Wishes["wish"]
	require.True(t, o.Missed() && o.Late())
	require.Len(t, o.Fix, 1)
	require.Equal(t, FixPrinters, o.Fix[0].Code)
	require.Equal(t, "ender3", o.Fix[0].Args["model"])
	n := o.Fix[0].Args["count"].(int)
	late := func(more int) bool {
		with := s
		for i := range more {
			with.Workers = append(with.Workers, printer(fab.WorkerID(fmt.Sprintf("more%d", i)), 1000))
		}
		return Promise(with, wish, now).Wishes["wish"].Late()
	}
	require.False(t, late(n))
	require.True(t, late(n-1))
}

// Ensure that where only people's hours make a batch late, longer hours are named.
func TestHoursAreNamedWhereTheyMakeItLate(t *testing.T) {
	s := lab()
	w := printer("a", 1000)
	w.ClearHours = "10:00-12:00"
	s.Workers = []fab.Worker{w}
	o := Promise(s, visors(s, 8, 24*time.Hour), now).Wishes["wish"]
	require.True(t, o.Late())
	require.Contains(t, o.Fix, fab.Because(FixHours))
}

// Ensure that what lacks material gets no window, and is told what is short.
func TestMissingMaterialIsNamed(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000)}
	s.Stock["film"], s.Batches = 12, nil
	o := Promise(s, visors(s, 100, 1000*time.Hour), now).Wishes["wish"]
	require.False(t, o.Known())
	require.Equal(t, WaitMaterial, o.Why.Code)
	require.Equal(t, []fab.Reason{fab.Because(FixMaterial, "material", "film", "short", int64(88))}, o.Fix)
	require.False(t, o.Bound.IsZero(), "with film it could be made")
}

// Ensure that what nobody can make gets neither window nor bound, but the reason.
func TestWhatNobodyCanMakeIsNotPromised(t *testing.T) {
	s := lab()
	s.Plates = nil
	s.Workers = []fab.Worker{printer("a", 1000)}
	o := Promise(s, visors(s, 10, 10*time.Hour), now).Wishes["wish"]
	require.False(t, o.Known())
	require.True(t, o.Bound.IsZero())
	require.Equal(t, WaitNoPrinter, o.Why.Code)
}

// Ensure that a batch of which the last plates print is told when they end.
func TestTheLastPlatesAreToldToo(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printing(&s, printer("a", 1000), 20*time.Minute)}
	s.Batches[0].Quantity = 1
	s.Attempts[0].JobID = "last"
	s.Jobs = []fab.Job{{ID: "last", BatchID: "b", Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobLeased}}
	o := Promise(s, nil, now).Batches["b"]
	require.True(t, o.Known())
	require.True(t, o.From.After(now) && o.From.Before(now.Add(time.Hour)), "%v", o.From)
}

// Ensure, for any lab: the order of the rows does not matter, the snapshot is not changed, a window begins no earlier than
// now and ends no earlier than it begins, and the plan of this moment ends no earlier than the bound.
func TestOutlooksAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyLab(t)
		wishes := visors(s, int64(rapid.IntRange(1, 40).Draw(t, "asked")), 30*time.Hour)
		rand.New(rand.NewPCG(3, 1)).Shuffle(len(s.Batches), func(i, j int) { s.Batches[i], s.Batches[j] = s.Batches[j], s.Batches[i] })
		copied := s
		copied.Batches, copied.Jobs, copied.Workers = slices.Clone(s.Batches), slices.Clone(s.Jobs), slices.Clone(s.Workers)
		first := Promise(s, wishes, now)
		require.Empty(t, cmp.Diff(copied.Batches, s.Batches)+cmp.Diff(copied.Jobs, s.Jobs)+cmp.Diff(copied.Workers, s.Workers))
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(s.Workers), func(i, j int) { s.Workers[i], s.Workers[j] = s.Workers[j], s.Workers[i] })
		rand.New(rand.NewPCG(2, 1)).Shuffle(len(s.Jobs), func(i, j int) { s.Jobs[i], s.Jobs[j] = s.Jobs[j], s.Jobs[i] })
		require.Empty(t, cmp.Diff(first, Promise(s, wishes, now)))
		finish := Make(s, now).Finish
		for id, o := range first.Batches {
			require.False(t, o.Known() && (o.From.Before(now) || o.To.Before(o.From)), "%+v", o)
			require.False(t, o.Known() && !finish[id].IsZero() && o.Bound.After(finish[id]), "%+v", o)
		}
	})
}

// Ensure that the dual bound holds also where workers become free late, and that more work never lowers it.
func TestTheDualBoundIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Load{}
		workers, kinds := rapid.IntRange(1, 3).Draw(t, "workers"), rapid.IntRange(2, 3).Draw(t, "kinds")
		for range workers {
			l.Free = append(l.Free, time.Duration(rapid.IntRange(0, 300).Draw(t, "free"))*time.Minute)
			l.Clear = append(l.Clear, time.Duration(rapid.IntRange(0, 20).Draw(t, "clear"))*time.Minute)
		}
		for range kinds {
			l.Count = append(l.Count, rapid.IntRange(1, 2).Draw(t, "count"))
			var row []time.Duration
			for range workers {
				row = append(row, time.Duration(rapid.IntRange(10, 200).Draw(t, "takes"))*time.Minute)
			}
			l.Takes = append(l.Takes, row)
		}
		require.LessOrEqual(t, l.Bound(40), shortest(l))
	})
}

// shortest tries every way to share the plates out.
func shortest(l Load) time.Duration {
	for k, n := range l.Count {
		if n == 0 {
			continue
		}
		best := time.Duration(-1)
		for i := range l.Free {
			next := Load{Count: append([]int{}, l.Count...), Takes: l.Takes, Free: append([]time.Duration{}, l.Free...), Clear: l.Clear}
			next.Count[k]--
			end := l.Free[i] + l.Takes[k][i]
			next.Free[i] = end + l.Clear[i]
			if t := max(end, shortest(next)); best < 0 || t < best {
				best = t
			}
		}
		return best
	}
	return 0
}

// BenchmarkPromise is the outlook of every batch of a lab.
func BenchmarkPromise(b *testing.B) {
	for _, size := range []struct{ printers, batches int }{{200, 20}, {10_000, 2_000}} {
		b.Run(fmt.Sprintf("printers=%d/batches=%d", size.printers, size.batches), func(b *testing.B) {
			s := bigLab(size.printers, size.batches)
			for b.Loop() {
				Promise(s, nil, now)
			}
		})
	}
}

// Ensure that pieces for which no plate is ready in the size of their jobs are promised on the plates that there are.
func TestOtherSizesOfPlateAreCounted(t *testing.T) {
	s := lab()
	s.Batches, s.Workers = nil, []fab.Worker{printer("a", 1000)}
	wish := visors(s, 8, 100*time.Hour)
	wish[0].Design.BOM.Parts = []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1, PerPlate: 4}}
	o := Promise(s, wish, now).Wishes["wish"]
	require.True(t, o.Known())
	require.Greater(t, o.To.Sub(now), 8*time.Hour, "one by one, an hour each")
}

// Ensure that a batch that comes more than a day later than people were told says how many more printers would bring it
// back, although its own date is far, and that one which stays near what was told says nothing.
func TestWhatSlipsSaysWhatWouldBringItBack(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000)}
	bands(&s, "b", 60)
	s.Batches[0].Quantity, s.Batches[0].DueAt = 60, now.Add(30*24*time.Hour)
	before := Promise(s, nil, now).Batches["b"]
	require.Empty(t, before.Fix)
	s.Told = map[fab.BatchID]time.Time{"b": before.To.Add(-fab.Slack)}
	require.Empty(t, Promise(s, nil, now).Batches["b"].Fix)
	s.Told["b"] = before.To.Add(-fab.Slack - time.Minute)
	o := Promise(s, nil, now).Batches["b"]
	require.False(t, o.Late())
	require.Len(t, o.Fix, 1)
	require.Equal(t, FixPrinters, o.Fix[0].Code)
	for range o.Fix[0].Args["count"].(int) {
		s.Workers = append(s.Workers, printer(fab.WorkerID(fmt.Sprint("more", len(s.Workers))), 1000))
	}
	after := Promise(s, nil, now).Batches["b"]
	require.False(t, after.To.After(s.Told["b"].Add(fab.Slack)), "%v after %v", after.To, s.Told["b"])
}

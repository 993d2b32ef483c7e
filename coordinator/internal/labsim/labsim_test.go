package labsim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/schedule"
)

// Ensure that labs with one product end at the exact optimum, in the plan and when it is played job by job.
func TestOneProductEndsAtTheOptimum(t *testing.T) {
	for seed := range uint64(80) {
		l := OneProduct(seed)
		best := Hindsight(&l)
		require.Equal(t, best, planned(&l), "plan of lab %d", seed)
		o, err := Play(&l, Ours{})
		require.NoError(t, err)
		require.Equal(t, best, o.End, "play of lab %d", seed)
		require.Zero(t, o.Surplus)
	}
}

// Ensure that the bounds are none that a policy could beat, whatever goes wrong, and that the order among policies on
// troubled labs is the one that the lab promises: the planner before a plain queue, and that before shares.
func TestNoPolicyBeatsTheBoundAndOursComesFirst(t *testing.T) {
	draw := func(seed uint64) Lab { return Visors(seed, troubled) }
	var means []float64
	for _, policy := range []func() Policy{func() Policy { return Ours{Over: true} }, func() Policy { return Pull{} }, func() Policy { return &Shares{} }} {
		s, err := Compare(t.Context(), 0, 10, draw, Hindsight, policy)
		require.NoError(t, err)
		require.Len(t, s.Ratios, 10)
		require.GreaterOrEqual(t, s.Ratios[0], 1.0, s.Policy)
		means = append(means, s.Mean())
	}
	require.Less(t, means[0], means[1])
	require.Less(t, means[1], means[2])
}

// Ensure that the dual bound is below every plan, and that it is no idle one: half of the plan at least.
func TestDualIsABound(t *testing.T) {
	for _, family := range []string{Uniform1, Uniform10, Uniform100, JobCorrelated, MachineCorr} {
		l := Unrelated(1, 60, 6, family)
		bound, plan := Dual(&l, 300), planned(&l)
		require.LessOrEqual(t, bound, plan, family)
		require.Greater(t, 2*bound, plan, family)
	}
}

// Ensure that the same lab played twice is the same to the last plate, failures, silence and hours included.
func TestTheSameLabPlaysTheSame(t *testing.T) {
	o := troubled
	o.Hours = "07:30-22:30"
	for seed := range uint64(3) {
		l, again := TwoProducts(seed, Options{Printers: 6, Plates: 40, Fail: true, Wrong: 0.3, Hours: o.Hours}), Visors(seed, o)
		for _, lab := range []*Lab{&l, &again} {
			first, err := Play(lab, Ours{Over: true})
			require.NoError(t, err)
			second, err := Play(lab, Ours{Over: true})
			require.NoError(t, err)
			require.Equal(t, first, second)
			require.True(t, first.Finished)
		}
	}
}

// watched refuses, on behalf of the lab's people, whatever a policy must not do.
type watched struct {
	Policy
	t *testing.T
}

func (p watched) Plan(w *world) (plan schedule.Plan) {
	plan = p.Policy.Plan(w)
	for _, a := range plan.Assign {
		k := w.printer(a.Worker)
		require.Equal(p.t, w.now, there(w.lab, k, w.now), "%s was given work at %s, when nobody is there", a.Worker, w.time())
		require.False(p.t, w.gone[k] && w.now >= w.lab.Printers[k].Drops+silence, "%s fell silent", a.Worker)
	}
	return plan
}

// Ensure that nothing is started where nobody stands, and that no product is forgotten while others go on.
func TestHoursAreKept(t *testing.T) {
	for seed := range uint64(4) {
		l := TwoProducts(seed, Options{Printers: 8, Plates: 60, Fail: true, Wrong: 0.3, Hours: "mo-fr 18:00-22:00; sa,su 09:00-22:00"})
		o, err := Play(&l, watched{Ours{}, t})
		require.NoError(t, err)
		require.True(t, o.Finished)
		for i, done := range o.Done {
			require.Greater(t, done, l.Products[i].Arrives)
			require.Less(t, done, 90*24*time.Hour)
		}
	}
}

// BenchmarkPlay is one troubled lab from the first plate to the last.
func BenchmarkPlay(b *testing.B) {
	for b.Loop() {
		l := Visors(1, troubled)
		if _, err := Play(&l, Ours{Over: true}); err != nil {
			b.Fatal(err)
		}
	}
}

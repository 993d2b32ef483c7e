package gcode_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// machine prints what is planned at a pace of its own, and stops now and then.
type machine struct {
	now   time.Time
	done  time.Duration
	ratio float64
}

// run prints so much planned time, observed every two seconds, the moves being acknowledged in lumps as buffers do.
func (m *machine) run(e *gcode.ETA, planned time.Duration) {
	for end := m.done + planned; m.done < end; {
		m.now = m.now.Add(2 * time.Second)
		m.done = min(m.done+time.Duration(float64(2*time.Second)/m.ratio), end)
		e.Observe(m.now, m.done.Truncate(3*time.Second), true)
	}
}

// stand lets time go by without motion.
func (m *machine) stand(e *gcode.ETA, d time.Duration, moving bool) {
	for range int(d / (2 * time.Second)) {
		m.now = m.now.Add(2 * time.Second)
		e.Observe(m.now, m.done.Truncate(3*time.Second), moving)
	}
}

// left is the motion that is really left.
func (m *machine) left(total time.Duration) float64 {
	return (total - m.done).Seconds() * m.ratio
}

// On a machine that takes 1.6 times the planned time the error shrinks from more than a third to less than 2 %, although
// the print begins with heating, is paused once, and stands still once without anybody saying so.
func TestETALearnsASlowMachine(t *testing.T) {
	const total = 2 * time.Hour
	e := gcode.NewETA(total, 0)
	m := &machine{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), ratio: 1.6}
	wrong := func() float64 { return math.Abs(e.Left().Seconds()-m.left(total)) / m.left(total) }

	m.stand(e, 6*time.Minute, false)
	start := wrong()
	require.Greater(t, start, 0.35)
	m.run(e, 4*time.Minute)
	early := wrong()
	require.Less(t, early, 0.18)
	m.stand(e, 20*time.Minute, false) // paused
	m.run(e, 8*time.Minute)
	tenth := wrong()
	require.Less(t, tenth, early)
	require.Less(t, tenth, 0.09)
	m.stand(e, 15*time.Minute, true) // heats without saying so
	m.run(e, 48*time.Minute)
	require.Less(t, wrong(), 0.03)
	m.run(e, 30*time.Minute)
	require.Less(t, wrong(), 0.02)
	require.InDelta(t, 1.6, e.Ratio(), 0.03)
	require.InDelta(t, 0.75, e.Share(), 0.01)
	m.run(e, 30*time.Minute)
	require.Zero(t, e.Left())
}

// What one print has taught serves the next from its first second, and a machine that was sped up is believed soon.
func TestETABeginsWithWhatTheMachineTaught(t *testing.T) {
	e := gcode.NewETA(time.Hour, 1.5)
	require.Equal(t, 90*time.Minute, e.Left())
	m := &machine{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), ratio: 1}
	m.run(e, 30*time.Minute)
	require.InDelta(t, 30*60, e.Left().Seconds(), 120)
}

// No observation makes the estimate leave sense: clocks that jump, offsets that go back, files without time.
func TestETASurvivesNonsense(t *testing.T) {
	e := gcode.NewETA(0, -3)
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range 100 {
		e.Observe(now.Add(time.Duration(i%7-3)*time.Hour), time.Duration(i%5)*time.Minute, i%3 > 0)
		require.Zero(t, e.Left())
		require.Zero(t, e.Share())
		require.GreaterOrEqual(t, e.Ratio(), 0.2)
		require.LessOrEqual(t, e.Ratio(), 10.0)
	}
}

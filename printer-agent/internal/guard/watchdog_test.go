package guard

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

var epoch = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// ender is the machine of most tests.
func ender(t testing.TB) profiles.Printer {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	p, ok := set.Printer("ender-3")
	require.True(t, ok)
	return p
}

// element is a heater in a room: at full power it warms by rate °C/s less loss times what it is above the room.
type element struct {
	rate, loss, room float64
	temp, target     float64
	power            float64 // share of full power that it gets when its controller wants all; 0 is a blown fuse
	stuck            bool    // full power whatever the target
}

// The numbers of the recorded hot end and bed, which printsim has too.
func hotend() *element { return &element{rate: 10.35, loss: 0.0265, room: 22, temp: 22, power: 1} }
func plate() *element  { return &element{rate: 0.55, loss: 0.0038, room: 22, temp: 22, power: 1} }

// step lets a quarter of a second pass. The controller is proportional in a band of 8 °C around what holds the target.
func (e *element) step() {
	want := 0.0
	if e.target > 0 {
		hold := e.loss * (e.target - e.room) / e.rate
		want = min(1, max(0, hold+(e.target-e.temp)/8))
	}
	if e.stuck {
		want = 1
	}
	e.temp += 0.25 * (e.rate*e.power*want - e.loss*(e.temp-e.room))
}

// rig is a machine whose temperatures are reported to a watchdog.
type rig struct {
	nozzle, bed *element
	dog         *Watchdog
	now         time.Time
	situation   Situation
	noise       *rand.Rand
	sensor      func(sensor string, v float64) Reading // what the board makes of a temperature; nil is the truth
	mute        bool
	seen        []Verdict
}

func newRig(t testing.TB) *rig {
	return &rig{
		nozzle: hotend(), bed: plate(), dog: NewWatchdog(DefaultLimits(ender(t))), now: epoch,
		situation: Situation{Busy: true}, noise: rand.New(rand.NewPCG(1, 2)),
	}
}

func (r *rig) read(sensor string, e *element) Reading {
	v := math.Round((e.temp+2*r.noise.Float64()-1)*100) / 100
	reading := Reading{Sensor: sensor, Actual: v, Valid: true}
	if r.sensor != nil {
		reading = r.sensor(sensor, v)
	}
	reading.Target = e.target
	return reading
}

// run lets time pass; a report comes every second, and the watchdog is asked four times a second.
func (r *rig) run(d time.Duration) {
	for i := range int(d / (250 * time.Millisecond)) {
		r.now = r.now.Add(250 * time.Millisecond)
		r.nozzle.step()
		r.bed.step()
		if i%4 == 0 && !r.mute {
			r.dog.Observe(r.now, []Reading{r.read("T", r.nozzle), r.read("B", r.bed)})
		}
		r.seen = append(r.seen, r.dog.Check(r.now, r.situation)...)
	}
}

func (r *rig) print() {
	r.nozzle.target, r.bed.target = 210, 60
	r.run(10 * time.Minute)
}

// A print with all that happens in a home raises no alarm: that would be a print killed for nothing.
func TestWatchdogLeavesGoodPrintsAlone(t *testing.T) {
	for name, live := range map[string]func(r *rig){
		"heating and holding":    func(r *rig) { r.print(); r.run(time.Hour) },
		"a bed of 0.2 °C/s":      func(r *rig) { r.bed.rate, r.bed.loss = 0.2, 0.0014; r.print(); r.run(time.Hour) },
		"a bed at its very end":  func(r *rig) { r.bed.rate, r.bed.target = 0.33, 100; r.run(2 * time.Hour) },
		"a weak hot end":         func(r *rig) { r.nozzle.rate, r.nozzle.loss = 1.2, 0.0055; r.print() },
		"a window opens":         func(r *rig) { r.print(); r.bed.room, r.nozzle.room = 2, 2; r.run(time.Hour) },
		"a cold workshop":        func(r *rig) { r.bed.room, r.bed.temp, r.nozzle.temp = 3, 3, 3; r.print() },
		"the nozzle is let cool": func(r *rig) { r.print(); r.nozzle.target = 60; r.run(20 * time.Minute) },
		"the bed is let cool":    func(r *rig) { r.bed.target = 100; r.run(time.Hour); r.bed.target = 45; r.run(time.Hour) },
		"a bed in a warm box": func(r *rig) {
			r.bed.room = 45
			r.bed.target = 100
			r.run(time.Hour)
			r.bed.target = 60
			r.run(time.Hour)
		},
		"the fan starts": func(r *rig) {
			r.print()
			r.nozzle.temp -= 8
			r.nozzle.loss *= 1.3
			r.run(30 * time.Minute)
		},
		"levelling with the heaters off": func(r *rig) {
			r.print()
			r.situation.Probing, r.nozzle.power, r.bed.power = true, 0, 0
			r.run(3 * time.Minute)
			r.situation.Probing, r.nozzle.power, r.bed.power = false, 1, 1
			r.run(20 * time.Minute)
		},
		"levelling while it heats": func(r *rig) {
			r.nozzle.target, r.bed.target = 210, 60
			r.run(5 * time.Second)
			r.situation.Probing, r.nozzle.power, r.bed.power = true, 0, 0
			r.run(8 * time.Minute)
			r.situation.Probing, r.nozzle.power, r.bed.power = false, 1, 1
			r.run(20 * time.Minute)
		},
		"a slow bed that comes back after a door stood open": func(r *rig) {
			r.bed.rate, r.bed.loss, r.bed.target = 0.2, 0.0014, 100
			r.run(time.Hour)
			r.bed.temp -= 60
			r.run(time.Hour)
		},
		"a warm bed that waits for a person": func(r *rig) {
			r.print()
			r.nozzle.target, r.situation.Waiting = 0, true
			r.run(3 * time.Hour)
		},
		"overshoot": func(r *rig) { r.print(); r.nozzle.temp += 17; r.run(5 * time.Minute) },
		"targets that jitter": func(r *rig) {
			for i := range 120 {
				r.nozzle.target = 205 + float64(i%8)
				r.run(15 * time.Second)
			}
		},
		"a turn-off": func(r *rig) { r.print(); r.nozzle.target, r.bed.target = 0, 0; r.run(2 * time.Hour) },
		"two hours idle beside a warm bed": func(r *rig) {
			r.print()
			r.nozzle.target, r.nozzle.room = 0, 45
			r.run(2 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			live(r)
			require.Empty(t, r.seen)
		})
	}
}

// One damaged line decides nothing, whatever number it turned a temperature into.
func TestWatchdogForgivesSingleOddReadings(t *testing.T) {
	for _, odd := range []float64{0, 20, 85, 410, 599, 2105, math.NaN(), math.Inf(1), -15} {
		t.Run(fmt.Sprint(odd), func(t *testing.T) {
			r := newRig(t)
			n := 0
			r.sensor = func(sensor string, v float64) Reading {
				n++
				if n%101 == 0 { // an odd number: both sensors have their turn
					return Reading{Sensor: sensor, Actual: odd, Valid: odd > -20 && odd < 600}
				}
				return Reading{Sensor: sensor, Actual: v, Valid: true}
			}
			r.print()
			r.run(time.Hour)
			require.Empty(t, r.seen)
		})
	}
}

// Whatever goes wrong with heat is found, named and acted on in time.
func TestWatchdogFindsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		live   func(r *rig)
		code   Code
		action Action
		sensor string
		within time.Duration
	}{
		"a heater without current": {func(r *rig) { r.nozzle.power = 0; r.nozzle.target = 210 }, NoRise, Cool, "T", time.Minute},
		"a bed without current":    {func(r *rig) { r.bed.power = 0; r.bed.target = 60 }, NoRise, Cool, "B", 6 * time.Minute},
		"a board on USB alone": {func(r *rig) {
			r.nozzle.power, r.bed.power, r.nozzle.target = 0, 0, 210
			r.sensor = func(s string, _ float64) Reading { return Reading{Sensor: s, Actual: 21.56, Valid: true} }
		}, NoPower, Cool, "T", time.Minute},
		"a sensor that slips out": {func(r *rig) {
			r.print()
			r.sensor = func(s string, v float64) Reading {
				if s == "T" {
					v = max(40, r.dog.heaters["T"].last[0]-4)
				}
				return Reading{Sensor: s, Actual: v, Valid: true}
			}
		}, Falling, Cool, "T", 90 * time.Second},
		"a fuse that blows":       {func(r *rig) { r.print(); r.nozzle.power, r.bed.power = 0, 0 }, Falling, Cool, "T", 90 * time.Second},
		"a stuck transistor":      {func(r *rig) { r.print(); r.nozzle.stuck = true }, TooHot, Stop, "T", 30 * time.Second},
		"a weak stuck transistor": {func(r *rig) { r.print(); r.nozzle.stuck, r.nozzle.rate = true, 5.7 }, Runaway, Stop, "T", 4 * time.Minute},
		"a stuck bed":             {func(r *rig) { r.print(); r.bed.stuck, r.bed.rate = true, 0.3 }, Runaway, Stop, "B", 20 * time.Minute},
		"stuck after the print": {func(r *rig) {
			r.print()
			r.nozzle.target, r.bed.target, r.situation = 0, 0, Situation{}
			r.run(10 * time.Minute)
			r.nozzle.stuck = true
		}, Runaway, Stop, "T", 45 * time.Second},
		"a sensor that freezes": {func(r *rig) {
			r.print()
			r.sensor = func(s string, v float64) Reading {
				if s == "T" {
					v = 206.25
				}
				return Reading{Sensor: s, Actual: v, Valid: true}
			}
		}, Frozen, Warn, "T", 6 * time.Minute},
		"a sensor that breaks": {func(r *rig) {
			r.print()
			r.sensor = func(s string, v float64) Reading { return Reading{Sensor: s, Actual: v, Valid: s != "T"} }
		}, BadSensor, Cool, "T", 6 * time.Second},
		"a sensor that works now and then": {func(r *rig) {
			r.print()
			n := 0
			r.sensor = func(s string, v float64) Reading {
				n++
				return Reading{Sensor: s, Actual: v, Valid: s != "T" || n%4 == 1}
			}
		}, BadSensor, Cool, "T", 15 * time.Second},
		"a cold machine without a sensor": {func(r *rig) {
			r.situation = Situation{}
			r.sensor = func(s string, v float64) Reading { return Reading{Sensor: s, Actual: v, Valid: s != "B"} }
		}, BadSensor, Warn, "B", 6 * time.Second},
		"silence":         {func(r *rig) { r.print(); r.mute = true }, Quiet, Ask, "", 32 * time.Second},
		"long silence":    {func(r *rig) { r.print(); r.mute = true; r.run(time.Minute); r.seen = nil }, Stale, Warn, "", 62 * time.Second},
		"endless silence": {func(r *rig) { r.print(); r.mute = true; r.run(10 * time.Minute); r.seen = nil }, Stale, Cool, "", 6 * time.Minute},
		"nobody comes":    {func(r *rig) { r.print(); r.situation.Waiting = true }, WaitingHot, Rest, "", 11 * time.Minute},
		"nobody comes all day": {func(r *rig) {
			r.print()
			r.situation.Waiting = true
			r.run(11 * time.Minute)
			r.nozzle.target = 0 // as the verdict asked for
			r.seen = nil
		}, WaitingLong, Cool, "", 4 * time.Hour},
		"forgotten preheat":           {func(r *rig) { r.print(); r.situation = Situation{} }, IdleHot, Cool, "", 31 * time.Minute},
		"a bed that never gets there": {func(r *rig) { r.bed.rate, r.bed.target = 0.3, 106; r.run(30 * time.Minute) }, Slow, Warn, "B", 20 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.live(r)
			require.Empty(t, r.seen, "before")
			from := r.now
			for len(r.seen) == 0 && r.now.Sub(from) < c.within+time.Minute {
				r.run(time.Second)
			}
			require.NotEmpty(t, r.seen, "nozzle %.0f bed %.0f", r.nozzle.temp, r.bed.temp)
			v := r.seen[0]
			require.Equal(t, [3]any{c.code, c.action, c.sensor}, [3]any{v.Code, v.Action, v.Sensor}, "%+v", v)
			require.LessOrEqual(t, r.now.Sub(from), c.within)
		})
	}
}

// A trouble is told once while it lasts, and again when it comes back.
func TestWatchdogTellsEachTroubleOnce(t *testing.T) {
	r := newRig(t)
	r.situation = Situation{}
	broken := true
	r.sensor = func(s string, v float64) Reading { return Reading{Sensor: s, Actual: v, Valid: !broken} }
	r.run(time.Minute)
	require.Len(t, r.seen, 2, "one per sensor")
	broken = false
	r.run(time.Minute)
	broken = true
	r.run(time.Minute)
	require.Len(t, r.seen, 4)
}

// So is silence, and waiting: asked, told, given up, once each, and once more when it happens again.
func TestWatchdogTellsSilenceAndWaitingOnce(t *testing.T) {
	r := newRig(t)
	r.print()
	for range 2 {
		r.mute, r.situation.Waiting, r.seen = true, true, nil
		r.run(12 * time.Minute)
		var told []Code
		for _, v := range r.seen {
			told = append(told, v.Code)
		}
		require.Equal(t, []Code{Quiet, Stale, WaitingHot}, told)
		r.mute, r.situation.Waiting = false, false
		r.run(time.Minute)
	}
}

// A verdict carries what the sensor showed and what was asked for.
func TestVerdictsCarryTheTemperatures(t *testing.T) {
	r := newRig(t)
	r.nozzle.power, r.nozzle.target = 0, 210
	r.run(time.Minute)
	require.Len(t, r.seen, 1)
	require.InDelta(t, 22, r.seen[0].Actual, 1.5)
	require.InDelta(t, 210, r.seen[0].Target, 0)
	require.Greater(t, r.seen[0].Since, 40*time.Second)
}

// A number that is none counts as a broken sensor, also when it is said to be valid, and leaves no trace afterwards.
func TestWatchdogTakesNoNumberForATemperature(t *testing.T) {
	r := newRig(t)
	r.print()
	r.sensor = func(s string, _ float64) Reading { return Reading{Sensor: s, Actual: math.Inf(1), Valid: true} }
	r.run(6 * time.Second)
	require.Len(t, r.seen, 2)
	require.Equal(t, BadSensor, r.seen[0].Code)
	r.seen, r.sensor = nil, func(s string, _ float64) Reading { return Reading{Sensor: s, Actual: math.NaN(), Valid: true} }
	r.run(6 * time.Second)
	require.Empty(t, r.seen, "told already")
	r.sensor = nil
	r.run(time.Minute)
	require.Empty(t, r.seen)
	require.False(t, math.IsNaN(r.dog.heaters["T"].actual()))
}

// A file that raises its target over and over does not hide a heater that does nothing.
func TestWatchdogIsNotPutOffByNewTargets(t *testing.T) {
	r := newRig(t)
	r.nozzle.power = 0
	for i := range 10 {
		r.nozzle.target = 180 + float64(i)*3
		r.run(10 * time.Second)
	}
	require.NotEmpty(t, r.seen)
	require.Equal(t, NoRise, r.seen[0].Code)
}

// After a reset of the board nothing is held against what came before it.
func TestWatchdogForgetsAtAReset(t *testing.T) {
	r := newRig(t)
	r.print()
	r.dog.Reset()
	r.nozzle.temp, r.nozzle.target, r.bed.target = 40, 0, 0
	r.run(time.Hour)
	require.Empty(t, r.seen)
	require.False(t, r.dog.Hot())
}

// The active nozzle's second reading is left out where nozzles have numbers, and sensors without a heater are not watched.
func TestWatchdogReadsReportsOfManySensors(t *testing.T) {
	dog := NewWatchdog(DefaultLimits(ender(t)))
	for i := range 600 {
		now := epoch.Add(time.Duration(i) * time.Second)
		dog.Observe(now, []Reading{
			{"T", float64(20 + 190*(i%2)), float64(210 * (i % 2)), true}, {"T0", 210, 210, true}, {"T1", 20, 0, true},
			{"B", 60, 60, true}, {"A", 500, 0, true}, {"P", 0, 0, false}, {"HBR", 700, 0, true}, {"Bx", 700, 0, true}, {"T0x", 700, 0, true}, {"C", -30, 0, false},
		})
		for _, v := range dog.Check(now, Situation{Busy: true}) {
			require.Equal(t, [3]any{Warn, BadSensor, "C"}, [3]any{v.Action, v.Code, v.Sensor})
		}
	}
	require.ElementsMatch(t, []string{"T0", "T1", "B", "C"}, dog.order)
}

// Whatever is fed in, the watchdog answers, and asks for nothing without a reason that a person can read.
func TestWatchdogStandsAnyInput(t *testing.T) {
	limits := DefaultLimits(ender(t))
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		dog, now := NewWatchdog(limits), epoch
		for range 400 {
			now = now.Add(time.Duration(rnd.Int64N(int64(20 * time.Second))))
			odd := []float64{math.NaN(), math.Inf(-1), -273, 0, 21, 60, 205, 210, 260, 400, 1e9}
			dog.Observe(now, []Reading{{
				Sensor: []string{"T", "T0", "B", "C", "", "X"}[rnd.IntN(6)], Actual: odd[rnd.IntN(len(odd))],
				Target: odd[rnd.IntN(len(odd))], Valid: rnd.IntN(4) > 0,
			}})
			worst := Stop
			for _, v := range dog.Check(now, Situation{Busy: rnd.IntN(2) > 0, Waiting: rnd.IntN(3) == 0}) {
				require.Contains(t, Codes, v.Code)
				require.NotEqual(t, None, v.Action)
				require.LessOrEqual(t, v.Action, worst)
				worst = v.Action
			}
		}
	}
}

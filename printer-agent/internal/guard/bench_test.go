package guard

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/ui/locales"
)

func subject(t testing.TB) Subject {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	p := ender(t)
	d, ok := set.Dialect("marlin2")
	require.True(t, ok)
	mark, err := Fingerprint(p, d)
	require.NoError(t, err)
	return Subject{Printer: p, Dialect: d, Firmware: "Marlin 2.1.2.1 (Jan  1 2026 00:00:00)", Fingerprint: mark, Who: "Léa"}
}

// stand is a machine on the bench, and the person beside it.
type stand struct {
	nozzle, bed *element
	swapped     bool // the sensors
	deaf        string
	blind       string
	start, seen bool
	mute        bool // nobody answers
	breaks      bool // the nozzle's sensor, as soon as it is warm
	sent        []string
}

func newStand() *stand { return &stand{nozzle: hotend(), bed: plate(), start: true, seen: true} }

// obey does what the commands say about heat.
func (s *stand) obey(commands []string) (acknowledged bool) {
	s.sent = append(s.sent, commands...)
	for _, c := range commands {
		if s.deaf != "" && strings.HasPrefix(c, s.deaf) {
			return false
		}
		word, arg, _ := strings.Cut(c, " S")
		value := 0.0
		for _, digit := range arg {
			value = value*10 + float64(digit-'0')
		}
		switch word {
		case "M104":
			s.nozzle.target = value
		case "M140":
			s.bed.target = value
		}
	}
	return true
}

func (s *stand) report() []Reading {
	nozzle := Reading{"T", s.nozzle.temp, s.nozzle.target, s.blind != "T" && !(s.breaks && s.nozzle.temp > 30)}
	bed := Reading{"B", s.bed.temp, s.bed.target, s.blind != "B"}
	if s.swapped {
		nozzle.Actual, bed.Actual = bed.Actual, nozzle.Actual
	}
	return []Reading{nozzle, bed}
}

// test runs a bench test to its end and returns its result; the heaters are off then.
func (s *stand) test(t *testing.T, about Subject) Result {
	t.Helper()
	now := epoch
	b := NewBench(now, about)
	for range 4 * 3600 {
		now = now.Add(250 * time.Millisecond)
		s.nozzle.step()
		s.bed.step()
		b.Observe(now, s.report())
		if commands := b.Next(now); commands != nil {
			b.Sent(now, s.obey(commands))
		}
		require.NotEmpty(t, b.Doing())
		require.NotContains(t, locales.Text(locales.French, b.Doing().Key(), b.Args()), "⟦")
		if q := b.Question(); q != "" && !s.mute {
			require.NotContains(t, locales.Text(locales.French, q.Key(), b.Args()), "⟦")
			b.Answer(now, map[Code]bool{BenchAskStart: s.start, BenchAskMoved: s.seen}[q])
		}
		if r, ok := b.Result(); ok {
			s.obey(b.Next(now))
			require.Empty(t, b.Next(now))
			require.Zero(t, s.nozzle.target)
			require.Zero(t, s.bed.target)
			require.Less(t, s.nozzle.temp, 90.0, "nobody is burnt")
			return r
		}
	}
	require.Fail(t, "the test does not end")
	return Result{}
}

// A good machine passes within minutes, having been warmed, moved and seen.
func TestBenchPassesAGoodMachine(t *testing.T) {
	s := newStand()
	r := s.test(t, subject(t))
	require.True(t, r.Passed, "%+v", r)
	require.Equal(t, 3, r.Step)
	require.Less(t, r.At.Sub(epoch), 10*time.Minute)
	require.Equal(t, "Léa", r.Who)
	sent := strings.Join(s.sent, "\n")
	require.Contains(t, sent, "M104 S50\nM104 S0\nM140 S35\nM104 S0\nM140 S0")
	require.Contains(t, sent, "G28\nG1 Z20.00 F300\nG1 X100.00 Y100.00 F2400\nG1 X120.00 Y100.00 F2400")
	require.Contains(t, sent, "Y100.00 F2400\nM400\nM104 S0", "what follows waits for the end of the motion")

	text, err := json.Marshal(r)
	require.NoError(t, err)
	var again Result
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, r, again)
}

// A machine without a heated bed passes too, and its bed is never turned on.
func TestBenchPassesAMachineWithoutABedHeater(t *testing.T) {
	about, s := subject(t), newStand()
	about.Printer.Heat.BedMax = 0
	s.blind = "B"
	require.True(t, s.test(t, about).Passed)
	require.NotContains(t, s.sent, "M140 S35")
}

// Every fault of a machine is named with its step.
func TestBenchFindsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(s *stand, about *Subject)
		code  Code
		part  string
		step  int
	}{
		"nobody there":           {func(s *stand, _ *Subject) { s.mute = true }, BenchNoAnswer, "", 0},
		"the plate is full":      {func(s *stand, _ *Subject) { s.start = false }, BenchInterrupted, "", 0},
		"no name":                {func(_ *stand, a *Subject) { a.Firmware = "" }, BenchNoIdentity, "", 1},
		"another firmware":       {func(_ *stand, a *Subject) { a.Firmware = "Klipper" }, BenchWrongBoard, "", 1},
		"no nozzle sensor":       {func(s *stand, _ *Subject) { s.blind = "T" }, BenchNoSensor, "nozzle", 1},
		"no bed sensor":          {func(s *stand, _ *Subject) { s.blind = "B" }, BenchNoSensor, "bed", 1},
		"a warm nozzle":          {func(s *stand, _ *Subject) { s.nozzle.temp = 70 }, BenchNotCold, "nozzle", 1},
		"a shorted bed sensor":   {func(s *stand, _ *Subject) { s.bed.temp, s.bed.room = -14, -14 }, BenchNotCold, "bed", 1},
		"a bed that is off":      {func(s *stand, _ *Subject) { s.bed.temp, s.bed.room = 35, 35 }, BenchNotCold, "bed", 1},
		"swapped sensors":        {func(s *stand, _ *Subject) { s.swapped = true }, BenchSwapped, "bed", 2},
		"no nozzle heat":         {func(s *stand, _ *Subject) { s.nozzle.power = 0 }, BenchNoRise, "nozzle", 2},
		"no bed heat":            {func(s *stand, _ *Subject) { s.bed.power = 0 }, BenchNoRise, "bed", 2},
		"a nozzle without end":   {func(s *stand, _ *Subject) { s.nozzle.stuck, s.nozzle.rate, s.bed.rate = true, 2, 0.05 }, BenchOvershoot, "nozzle", 2},
		"a nozzle that stays":    {func(s *stand, _ *Subject) { s.nozzle.stuck = true; s.nozzle.rate = 0.9 }, BenchNoFall, "nozzle", 2},
		"a nozzle in a glove":    {func(s *stand, _ *Subject) { s.nozzle.loss = 0.0001 }, BenchNoFall, "nozzle", 2},
		"a cable that breaks":    {func(s *stand, _ *Subject) { s.breaks = true }, BenchNoSensor, "nozzle", 2},
		"a bed without end":      {func(s *stand, _ *Subject) { s.bed.stuck = true }, BenchNoFall, "bed", 2},
		"it does not home":       {func(s *stand, _ *Subject) { s.deaf = "G28" }, BenchRefused, "", 3},
		"it moves the wrong way": {func(s *stand, _ *Subject) { s.seen = false }, BenchNotSeen, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s, about := newStand(), subject(t)
			c.fault(s, &about)
			r := s.test(t, about)
			require.False(t, r.Passed)
			require.Equal(t, [3]any{c.code, c.part, c.step}, [3]any{r.Code, r.Part, r.Step}, "%+v", r)
			require.NotContains(t, locales.Text(locales.English, r.Code.Key(), r.Args()), "⟦")
		})
	}
}

// A stopped test turns off what it turned on.
func TestBenchCoolsWhenItIsStopped(t *testing.T) {
	b := NewBench(epoch, subject(t))
	b.Answer(epoch, true)
	b.Observe(epoch, []Reading{{"T", 21, 0, true}, {"B", 20, 0, true}})
	require.Equal(t, []string{"M104 S50"}, b.Next(epoch))
	b.Abort(epoch)
	require.Equal(t, []string{"M104 S0", "M140 S0", "M107"}, b.Next(epoch))
	b.Abort(epoch.Add(time.Hour))
	r, ok := b.Result()
	require.True(t, ok)
	require.Equal(t, BenchInterrupted, r.Code)
	require.True(t, r.At.Equal(epoch), "the first end counts")
}

// A command that is never acknowledged ends the test like one that is refused.
func TestBenchDoesNotWaitForEver(t *testing.T) {
	b, now := NewBench(epoch, subject(t)), epoch
	b.Answer(now, true)
	for range 200 {
		now = now.Add(time.Second)
		b.Observe(now, []Reading{{"T", 21, 0, true}, {"B", 20, 0, true}})
		b.Next(now)
	}
	r, ok := b.Result()
	require.True(t, ok)
	require.Contains(t, []Code{BenchRefused, BenchNoRise}, r.Code)
	require.Less(t, r.At.Sub(epoch), 4*time.Minute)
}

// Only a passed test of this very machine lets a print go on alone, and beside a person none is needed.
func TestPrintsAloneNeedAPassedTest(t *testing.T) {
	about := subject(t)
	passed := &Result{Format: BenchFormat, Passed: true, Firmware: about.Firmware, Profile: about.Fingerprint}
	failed := &Result{Format: BenchFormat, Firmware: about.Firmware, Profile: about.Fingerprint}
	require.True(t, MayPrintAlone(passed, about.Firmware, about.Fingerprint, false).OK)
	require.True(t, MayPrintAlone(nil, "", "", true).OK)
	require.Equal(t, No(BenchNeeded), MayPrintAlone(nil, about.Firmware, about.Fingerprint, false))
	require.Equal(t, No(BenchNeeded), MayPrintAlone(&Result{Passed: true}, "", "", false), "of a layout before this one")
	require.Equal(t, No(BenchFailed), MayPrintAlone(failed, about.Firmware, about.Fingerprint, false))
	require.Equal(t, No(BenchOutdated), MayPrintAlone(passed, "Marlin 2.1.3", about.Fingerprint, false))
	about.Printer.Heat.NozzleMax++
	changed, err := Fingerprint(about.Printer, about.Dialect)
	require.NoError(t, err)
	require.Equal(t, No(BenchOutdated), MayPrintAlone(passed, about.Firmware, changed, false))
}

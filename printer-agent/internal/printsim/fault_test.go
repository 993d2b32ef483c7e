package printsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultsAreReadAndWritten(t *testing.T) {
	for _, text := range []string{"noise:0.01", "drop-ok:1", "garble:0", "halt:1,2", "thermal:3,400", "reset:2,1", "mute:1,7,2.5",
		"corrupt-in:1e-05", "corrupt-out:0.5", "double-ok:0.1", "glue-ok:0.1", "ok-delay:0.1,60", "brownout:1,2", "unplug:1,2,30", "power:1,2,3"} {
		f, err := ParseFault(text)
		require.NoError(t, err)
		require.Equal(t, text, f.String())
	}
	for text, why := range map[string]string{
		"":             "unknown kind",
		"smoke:1":      "unknown kind",
		"noise":        "from 0 to 1",
		"noise:2":      "from 0 to 1",
		"noise:NaN":    "from 0 to 1",
		"halt:1":       "want halt:PRINT,LINE",
		"halt:0,1":     "no whole number from 1",
		"reset:1,x":    "no whole number from 1",
		"mute:1,2":     "want mute:PRINT,LINE,SECONDS",
		"mute:1,2,-3":  "no number of seconds",
		"mute:1,2,inf": "no number of seconds",
	} {
		_, err := ParseFault(text)
		require.ErrorContains(t, err, why, text)
	}
}

// bench drives a board on virtual time, one line at a time.
type bench struct {
	t       *testing.T
	board   *Board
	records []Record
	n       int
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{t: t}
	cfg.Record = func(r Record) { b.records = append(b.records, r) }
	board, err := NewBoard(cfg)
	require.NoError(t, err)
	b.board = board
	b.run(time.Second)
	return b
}

// run lets time pass and returns what the board said.
func (b *bench) run(d time.Duration) string {
	b.board.Advance(b.board.Now() + d)
	return strings.ReplaceAll(string(b.board.Output(b.board.Now())), "\r", "")
}

func (b *bench) say(line string) string {
	b.board.Receive([]byte(line + "\n"))
	return b.run(500 * time.Millisecond)
}

func (b *bench) numbered(cmd string) string {
	line := numbered(b.n, cmd)
	b.n++
	return b.say(line)
}

func (b *bench) faults(texts ...string) (faults []Fault) {
	for _, text := range texts {
		f, err := ParseFault(text)
		require.NoError(b.t, err)
		faults = append(faults, f)
	}
	return faults
}

func (b *bench) kinds(kind string) (found []Record) {
	for _, r := range b.records {
		if r.Kind == kind {
			found = append(found, r)
		}
	}
	return found
}

// print runs an attempt of lines moves and returns the answer to the last.
func (b *bench) print(token string, lines int) (last string) {
	b.numbered("M110 N0")
	b.n = 1
	b.numbered("M117 mailleur " + token)
	for i := range lines {
		b.numbered("M105")
		last = b.numbered(fmt.Sprintf("G1 X%d F6000", i+1))
	}
	return last
}

// A halt, a thermal halt and a reset say what the recorded firmware said, in
// the place of the line they were set for, in the print they were set for.
func TestHaltsLookAsRecorded(t *testing.T) {
	const kill = "Error:Printer halted. kill() called!\n"
	const stopped = " - Printer stopped and heaters disabled due to this error. Fix error and restart with M999.\n"
	tests := []struct{ firmware, fault, want string }{
		{"marlin", "halt:2,3", kill},
		{"marlin", "thermal:2,3", "Error:MINTEMP triggered, system stopped! Heater_ID: E0\n\necho:Err: MINTEMP\n" + kill},
		{"repetier", "halt:2,3", "fatal:Testing fatal error" + stopped},
		{"repetier", "thermal:2,3", "extruder 0: temp sensor defect\nfatal:Heater/sensor error" + stopped},
	}
	for _, test := range tests {
		t.Run(test.firmware+" "+test.fault, func(t *testing.T) {
			b := newBench(t, Config{Firmware: test.firmware, Faults: (&bench{t: t}).faults(test.fault)})
			require.Contains(t, b.print("first", 5), "ok")
			b.numbered("M104 S200")
			require.Contains(t, b.print("second", 2), "ok")
			require.Equal(t, test.want, b.numbered("G1 X3 F6000"))
			require.Empty(t, b.say("M105"), "a halted board is silent")
			require.Empty(t, b.run(time.Minute))
			require.Len(t, b.kinds(recordHalt), 1)
			heat := b.kinds(recordHeat)
			require.Zero(t, heat[len(heat)-1].Heat.HotendTarget, "a halted board heats nothing")
			b.board.Restart()
			require.Contains(t, b.run(time.Second), "start\n")
			require.Contains(t, b.say("M105"), "T:")
		})
	}
}

// Lines written faster than the board can hold them are lost in silence, and
// the truth knows of it.
func TestOverflowIsSilentAndRecorded(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin"})
	b.say("M110 N0")
	flood := numbered(1, "G4 S2") + "\n"
	for n := 2; n <= 20; n++ {
		flood += numbered(n, "G1 X5 F3000") + "\n"
	}
	b.board.Receive([]byte(flood))
	answer := b.run(10 * time.Second)
	require.NotContains(t, answer, "Error")
	require.Less(t, strings.Count(answer, "ok\n"), 15)
	lost := 0
	for _, r := range b.kinds(recordLost) {
		lost += *r.N
	}
	require.Greater(t, lost, 100)
}

func TestResetBringsTheBannerAndForgetsLineNumbers(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("reset:1,2")})
	answer := b.print("a", 2)
	require.True(t, strings.HasPrefix(answer, "start\nMarlin 2.1.2.1\n"), answer)
	require.Equal(t, "Error:Line Number is not Last Line Number+1, Last Line: 0\nResend: 1\nok\n", b.numbered("M105"))
	require.Len(t, b.kinds(recordStart), 2)
}

// A mute board answers nothing for its time, then goes on as if nothing had been.
func TestMuteIsSilenceThenTheAnswer(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("mute:1,2,30")})
	require.Empty(t, b.print("a", 2))
	require.Empty(t, b.run(29*time.Second))
	require.Equal(t, "ok\n", b.run(2*time.Second))
}

// Noise hurts the share of lines it was set to, the same ones for the same
// seed, and a numbered line that was hurt is never executed.
func TestNoiseIsSeededAndCaughtByChecksums(t *testing.T) {
	play := func(seed uint64) (executed int, faults, resends int) {
		b := newBench(t, Config{Firmware: "marlin", Seed: seed, Faults: (&bench{t: t}).faults("noise:0.05")})
		next := 1
		for tries := 0; next <= 400; tries++ {
			require.Less(t, tries, 2000, "the print never ends")
			answer := b.say(numbered(next, fmt.Sprintf("G1 X%d F6000", next%50)))
			if i := strings.Index(answer, "Resend: "); i >= 0 {
				_, err := fmt.Sscanf(answer[i:], "Resend: %d", &next)
				require.NoError(t, err)
			} else if answer != "" {
				next++
			} else {
				b.say("")
			}
		}
		for _, r := range b.records {
			if r.Kind == "" && r.N != nil {
				executed++
				require.Equal(t, fmt.Sprintf("G1 X%d F6000", *r.N%50), r.C)
				require.Equal(t, executed, *r.N)
			}
		}
		return executed, len(b.kinds(recordFault)), len(b.kinds(recordResend))
	}
	executed, faults, resends := play(7)
	require.GreaterOrEqual(t, executed, 399)
	require.InDelta(t, 20, faults, 14)
	require.Positive(t, resends)
	again, faultsAgain, resendsAgain := play(7)
	require.Equal(t, []int{executed, faults, resends}, []int{again, faultsAgain, resendsAgain})
}

func TestDropOKAndGarbleTouchOnlyWhatLeaves(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("drop-ok:1")})
	require.Empty(t, b.numbered("M110 N0"))
	require.Empty(t, b.numbered("G1 X1"))
	require.Equal(t, "Error:Line Number is not Last Line Number+1, Last Line: 1\nResend: 2\n", b.say(numbered(9, "G1 X1")))
	twice := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("double-ok:1")})
	require.Equal(t, "ok\nok\n", twice.numbered("M110 N0"))
	glued := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("glue-ok:1")})
	glued.numbered("M110 N0")
	require.Equal(t, "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\nok", glued.numbered("M114"))
	late := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("ok-delay:1,60")})
	late.say("M155 S1")
	require.Equal(t, 59, strings.Count(late.run(59*time.Second), " T:"), "what is said meanwhile is not late")
	require.Contains(t, late.run(time.Second), "ok\n")
	g := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("garble:1")})
	g.numbered("M110 N0")
	require.NotEqual(t, "ok\n", g.numbered("G1 X1"))
	require.Len(t, g.records, 1+2+len(g.kinds(recordFault)), "both lines were executed")
}

// Each kind of damage to a byte happens, the same for the same seed, and a
// numbered line is executed damaged only where its checksum matches all the
// same, which the truth tells apart.
func TestCorruptionIsSeededAndCollisionsAreTold(t *testing.T) {
	play := func(seed uint64) (executed []string, truth Truth) {
		s := newSummary()
		b := newBench(t, Config{Firmware: "marlin", Seed: seed, Faults: (&bench{t: t}).faults("corrupt-in:0.02")})
		wrong := 0
		for next, tries := 1, 0; next <= 2000; tries++ {
			require.Less(t, tries, 20000, "the print never ends")
			answer := b.say(numbered(next, fmt.Sprintf("G1 X%d F6000", next%50)))
			if i := strings.Index(answer, "Resend: "); i >= 0 {
				_, err := fmt.Sscanf(answer[i:], "Resend: %d", &next)
				require.NoError(t, err)
			} else if answer != "" {
				next++
			} else {
				b.say("")
			}
		}
		for _, r := range b.records {
			s.add(r)
			if r.Kind == "" && r.N != nil {
				executed = append(executed, r.C)
				if r.C != fmt.Sprintf("G1 X%d F6000", *r.N%50) {
					wrong++
				}
			}
		}
		truth = s.truth()
		require.Len(t, truth.Collisions, wrong, "every wrong line is told, and no right one")
		return executed, truth
	}
	executed, truth := play(3)
	require.GreaterOrEqual(t, len(executed), 1999)
	require.NotEmpty(t, truth.Collisions)
	for _, c := range truth.Collisions {
		require.NotEqual(t, bare(c.Sent), c.Executed)
		require.Positive(t, c.N)
	}
	require.Greater(t, truth.FaultsByKind[FaultCorruptIn], 500)
	again, _ := play(3)
	require.Equal(t, executed, again)
}

// Damage on the way to the host changes what is heard, not what is executed.
func TestCorruptionOfTheAnswers(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("corrupt-out:0.05")})
	b.numbered("M110 N0")
	kinds := map[int]bool{}
	for range 300 {
		answer := b.numbered("G1 X1 F6000")
		kinds[len(answer)-len("ok\n")] = true
	}
	require.Len(t, b.records, 1+301+len(b.kinds(recordFault)))
	require.True(t, kinds[-1] && kinds[0] && kinds[1], "lost, changed and added bytes")
}

// After a brown-out the board has forgotten everything and says nothing of it.
func TestBrownoutIsSilent(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("brownout:1,2")})
	require.Empty(t, b.print("a", 2))
	require.Contains(t, b.numbered("M105"), "Last Line: 0\nResend: 1\nok\n")
	require.Len(t, b.kinds(recordStart), 2)
}

// While the supply fails the board hears nothing; then it starts anew.
func TestPowerFailureEndsWithTheBanner(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Faults: (&bench{t: t}).faults("power:1,2,30")})
	require.Empty(t, b.print("a", 2))
	require.Empty(t, b.say("M105"))
	require.True(t, strings.HasPrefix(b.run(31*time.Second), "start\n"))
}

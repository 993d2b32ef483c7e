package link

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// diesOf ensures that a board which says something in the middle of a print ends the attempt with a reason, that not a byte
// follows, whatever it goes on to say, and that nothing can be begun.
func diesOf(t *testing.T, dialect string, reason Reason, said ...string) {
	t.Helper()
	onWire(t, dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\nG1 X3\n")
		w.play("> N10 G1 X1")
		w.answer("G1 X1")
		w.play("x N11 G1 X2")
		w.say(said...)
		r := w.end()
		require.Equal(w, reason, r.Reason, r.Detail)
		require.EqualValues(w, 1, r.LinesAcked)
		require.Equal(w, []string{"G1 X1"}, w.executed)
		for range 30 {
			w.say("ok", "ok 11", "wait", "echo:busy: processing", " T:180.0 /0.0 B:55.0 /0.0 @:0 B@:0")
			w.quiet(2 * time.Second)
		}
		require.Equal(w, Dead, w.Snapshot().State)
		require.Equal(w, reason, w.Snapshot().Reason)
		require.Equal(w, NotReady, w.Print(w.Context(), Job{Source: gcode(w.T, "G1 X9\n")}).Reason)
		w.quiet(time.Second)
	})
}

// Case 69: a Marlin that has killed itself is dead until it is reset: the cause is told, the lines of one error belong
// together, and it is not sent a stop.
func TestCase69KilledMarlinIsLeftAlone(t *testing.T) {
	for line, reason := range map[string]Reason{
		"Error:Thermal Runaway, system stopped! Heater_ID: bed":                Thermal,
		"Error:Heating failed, system stopped! Heater_ID: 0":                   Thermal,
		"Error:MAXTEMP triggered, system stopped! Heater_ID: 0":                Thermal,
		"Error:MINTEMP triggered, system stopped! Heater_ID: 0":                Thermal,
		"Error:KILL caused by too much inactive time - current command: G1 X2": Halted,
		"Error:KILL caused by KILL button/pin":                                 Halted,
	} {
		for _, dialect := range []string{"marlin1", "marlin2", "prusa-buddy"} {
			t.Run(line+" on "+dialect, func(t *testing.T) {
				diesOf(t, dialect, reason, line, "", "Error:Printer halted. kill() called!")
			})
		}
	}
}

// Case 70: an error that old firmware breaks over two lines is one.
func TestCase70ErrorOverTwoLines(t *testing.T) {
	for _, dialect := range []string{"marlin1", "marlin2", "repetier"} {
		diesOf(t, dialect, Thermal, "Error:0", ": Extruder switched off. MAXTEMP triggered !")
	}
	diesOf(t, "marlin1", Thermal, "Error:1", ": Extruder switched off. MINTEMP triggered !")
}

// Case 71: a Repetier that has stopped acknowledges every line and executes none: its acknowledgements prove nothing.
func TestCase71AcknowledgementsOfADeadRepetier(t *testing.T) {
	diesOf(t, "repetier", Thermal,
		"fatal:Heater/sensor error - Printer stopped and heaters disabled due to this error. Fix error and restart with M999.", "ok 11")
	diesOf(t, "repetier", Halted, "fatal:G29 failed", "ok 11")
	onWire(t, "repetier", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\nG1 X3\n")
		w.play(`
			> N10 G1 X1
			< ok 10
			x N11 G1 X2
			< ok 11
			x N12 G1 X3
			< fatal:Heater/sensor error - Printer stopped and heaters disabled due to this error. Fix error and restart with M999.
			< ok 12`)
		require.Equal(w, Thermal, w.end().Reason, "not done, although every line was acknowledged")
	})
}

// Case 72: the errors of Prusa firmware are known by their own words.
func TestCase72ErrorsOfPrusaFirmware(t *testing.T) {
	for line, reason := range map[string]Reason{
		"Error:Heaters switched off. MAXTEMP triggered!": Thermal,
		"Error:Heaters switched off. MINTEMP triggered!": Thermal,
		"TM: error triggered!":                           Thermal,
		"Error:Printer stopped due to errors. Fix the error and use M999 to restart. (Temperature is reset. Set it after restarting)": Halted,
	} {
		t.Run(line, func(t *testing.T) { diesOf(t, "prusa-mk3", reason, line) })
	}
}

// Case 73: moves that a cold nozzle refuses end nothing by themselves, are counted, and hold what is scrap already.
func TestCase73ColdMovesAreCountedAndHold(t *testing.T) {
	for dialect, refusal := range map[string]string{
		"marlin1": "echo: cold extrusion prevented", "marlin2": "echo: cold extrusion prevented", "repetier": "Error: cold extrusion prevented",
		"klipper": "!! Extrude below minimum temp",
	} {
		t.Run(dialect, func(t *testing.T) {
			onWire(t, dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
				w.number(10)
				file, lines := moves(4)
				go func() { w.results <- w.Print(w.Context(), Job{Source: gcode(w.T, file), MostCold: 3}) }()
				for range 3 {
					line, ok := w.next(time.Minute)
					require.True(w, ok)
					w.execute(line)
					w.say(refusal)
					w.answer("G1")
				}
				w.quiet(1500 * time.Millisecond)
				w.requireState(Paused)
				require.Equal(w, refusal, w.Snapshot().Detail)
				require.NoError(w, w.Resume(w.Context()))
				w.serve()
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.Equal(w, lines, w.executed)
				require.EqualValues(w, 3, r.Cold)
			})
		})
	}
}

// Case 75: a tool that the machine does not have ends nothing, and leaves the readings where they were.
func TestCase75ToolThatIsNotThere(t *testing.T) {
	for dialect, said := range map[string]string{
		"marlin2": "echo:T5 Invalid extruder", "marlin1": "echo:T5 Invalid extruder 5", "prusa-mk3": "echo:Invalid extruder",
	} {
		t.Run(dialect, func(t *testing.T) {
			wireCase{
				dialect: dialect, inFlight: 1, first: 10, file: "T5\nG1 X1\n",
				wire: "> N10 T5\n< " + said + "\n< ok\n> N11 G1 X1\n< T:201.0 /210.0 B:60.0 /60.0 @:0 B@:0\n< ok",
				then: func(w *wire, r Result) {
					w.pass(time.Second)
					require.Zero(w, r.Damaged)
					require.Len(w, w.Snapshot().Temps, 2)
				},
			}.check(t)
		})
	}
}

// Case 76: a Prusa whose supply fails is sent nothing until it is back; then it asks for the line that it needs, which
// may lie before lines that it has acknowledged.
func TestCase76SupplyFailsAndComesBack(t *testing.T) {
	for _, back := range []string{"//action:uvlo_recovery_ready", "// action:uvlo_auto_recovery_ready"} {
		t.Run(back, func(t *testing.T) {
			wireCase{
				dialect: "prusa-mk3", inFlight: 1, first: 8, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", resends: 2,
				executed: []string{"G1 X1", "G1 X2", "G1 X2", "G1 X3", "G1 X4"}, // the second one was lost in the planner
				wire: `
					> N8 G1 X1
					< ok
					> N9 G1 X2
					< ok
					x N10 G1 X3
					< INT4
					= 20m
					< ` + back + `
					= 300ms
					< Resend: 9
					< ok
					> N9 G1 X2
					< ok
					> N10 G1 X3
					< ok
					> N11 M105
					< ok T:210.0 /210.0 B:60.0 /60.0
					> N12 G1 X4
					< ok`,
			}.check(t)
		})
	}
}

// Case 76: while its supply fails the printer waits for somebody, and its port may vanish.
func TestCase76PortVanishesWithTheSupply(t *testing.T) {
	onWire(t, "prusa-mk3", Options{}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\n")
		w.play("> N10 G1 X1\n> N11 G1 X2\n< INT4\n= 1m")
		w.requireState(Attention)
		w.conn.Close()
		require.Equal(w, Unplugged, w.end().Reason)
	})
}

// Case 77: what a Repetier tells about rescuing is no noise, and what it requests of its host is done.
func TestCase77RequestsOfRepetier(t *testing.T) {
	wireCase{
		dialect: "repetier", inFlight: 1, first: 10, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", reason: Cancelled,
		executed: []string{"G1 X1", "G1 X2", "G1 X3", "M104 S0", "M140 S0", "M107"},
		wire: `
			> N10 G1 X1
			< RESCUE_STATE: LX:10.00 LY:0.00 LZ:0.20 LT:0 X:10.00 Y:0.00 Z:0.20
			= 90ms
			< ok 10
			> N11 G1 X2
			< RequestPause:Filament out
			< ok 11
			= 9s
			< RequestContinue:
			> N12 G1 X3
			< RequestStop:
			< ok 12`,
		then: func(w *wire, r Result) { require.Zero(w, r.Damaged) },
	}.check(t)
}

// Case 77: a pause that a printer requests is shown as one.
func TestCase77RequestedPauseIsShown(t *testing.T) {
	onWire(t, "repetier", Options{}, nil, func(w *wire) {
		w.number(10)
		w.begin(strings.Repeat("G1 X1\n", 3))
		w.play("> N10 G1 X1\n> N11 G1 X1\n> N12 G1 X1\n< RequestPause:Filament out")
		w.requireState(Paused)
	})
}

package link

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// every repeats a step of a script.
func every(n int, steps ...string) string { return strings.Repeat(strings.Join(steps, "\n")+"\n", n) }

// pass lets virtual time go by.
func (w *wire) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// requireState has the link be in a state by now.
func (w *wire) requireState(want State) {
	w.Helper()
	synctest.Wait()
	time.Sleep(publishInterval)
	synctest.Wait()
	require.Equal(w, want, w.Snapshot().State)
}

// Case 57: a busy line bears any length of time and acknowledges nothing.
func TestCase57BusyIsAliveAndAcknowledgesNothing(t *testing.T) {
	for dialect, busy := range map[string][]string{
		"marlin2":   {"echo:busy: processing"},
		"prusa-mk3": {"echo:busy: processing", "busy: processing"},
		"repetier":  {"busy:processing", "busy:heating", "busy:door open"},
	} {
		t.Run(dialect, func(t *testing.T) {
			script := "> N10 G28\n"
			for _, line := range busy {
				script += every(60, "< "+line, "= 1990ms")
			}
			if dialect == "repetier" {
				script += "< ok 10\n> N11 G1 X1\n< ok 11"
			} else {
				script += "< ok\n> N11 M105\n> N12 G1 X1\n< ok T:21.0 /0.0 B:20.5 /0.0\n< ok"
			}
			wireCase{dialect: dialect, first: 10, file: "G28\nG1 X1\n", wire: script}.check(t)
		})
	}
}

// Case 57: once busy lines were seen, their absence tells a dead printer early, even while a command runs that may take
// minutes.
func TestCase57AbsenceOfBusyLinesTellsADeadPrinter(t *testing.T) {
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.number(10)
		w.begin("G28\nG1 X1\n")
		w.play("> N10 G28\n" + every(5, "< echo:busy: processing", "= 1990ms"))
		dead := time.Now()
		r := w.end()
		require.Equal(w, Silent, r.Reason)
		require.Less(w, r.Ended.Sub(dead), time.Minute)
		require.Equal(w, []string{"G28"}, w.executed)
	})
}

// Case 58: while the firmware waits for a person, the person is asked for, nothing is sent, and no time runs out.
func TestCase58WaitsForAPersonInPeace(t *testing.T) {
	for dialect, paused := range map[string]string{
		"marlin2":   "echo:busy: paused for user",
		"prusa-mk3": "echo:busy: paused for input",
		"repetier":  "busy:paused for user",
	} {
		t.Run(dialect, func(t *testing.T) {
			onWire(t, dialect, Options{}, nil, func(w *wire) {
				w.number(10)
				w.begin("G1 X1\nG1 X2\n") // the window has room for a third line: none must follow
				w.play("> N10 G1 X1\n> N11 G1 X2\n" + every(200, "< "+paused, "= 1990ms"))
				w.requireState(Attention)
				w.answer("G1 X1")
				w.answer("G1 X2")
				w.serve()
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.Equal(w, []string{"G1 X1", "G1 X2"}, w.executed)
				require.Zero(w, r.Resends+r.Probes)
			})
		})
	}
}

// Case 59: firmware that sends no busy lines is given time for every command that may take minutes, and each is
// acknowledged once.
func TestCase59SlowCommandsWithoutBusyLines(t *testing.T) {
	for _, command := range []string{"G28", "G29", "G30", "G4 S600", "M0", "M109 S200", "M190 S60", "M226 P1 S1", "M303 E0", "M600"} {
		t.Run(command, func(t *testing.T) {
			onWire(t, "marlin2", Options{}, nil, func(w *wire) {
				w.number(10)
				w.begin(command + "\nG1 X1\n")
				w.play("> N10 " + command + "\n= 59s")
				time.Sleep(9 * time.Minute)
				w.say("ok")
				w.serve() // first of all it refuses the questions that came meanwhile
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.Equal(w, []string{command, "G1 X1"}, w.executed)
				require.EqualValues(w, 2, r.LinesAcked)
				require.Zero(w, r.Resends, "the refusals answer questions, and ask for nothing")
				require.LessOrEqual(w, r.Probes, int64(4), "a receive ring holds no more")
			})
		})
	}
}

// Case 60: what a firmware prints while it waits for heat is shown, proves that it lives, and acknowledges nothing.
func TestCase60HeatingReportsAreAlive(t *testing.T) {
	for line, want := range map[string][]Reading{
		" T:185.20 /210.00 B:60.0 /60.0 @:127 B@:40 W:?": {{"T", 185.2, 210, true}, {"B", 60, 60, true}},
		"T:98.4 E:0 W:?":      {{"T", 98.4, 0, true}, {"B", 20.5, 60, true}},
		"T:55.1 E:0 B:58.2":   {{"T", 55.1, 0, true}, {"B", 58.2, 60, true}},
		"T:209.9 /210.0 W:10": {{"T", 209.9, 210, true}, {"B", 20.5, 60, true}},
	} {
		t.Run(line, func(t *testing.T) {
			onWire(t, "marlin2", Options{}, nil, func(w *wire) {
				w.number(10)
				w.begin("M109 S210\nG1 X1\n")
				w.play("> N10 M109 S210\n" + every(100, "< "+line, "= 990ms"))
				require.ElementsMatch(w, want, w.Snapshot().Temps)
				w.play("< ok\n> N11 M105\n> N12 G1 X1\n< ok T:210.0 /210.0 B:58.2 /0.0\n< ok")
				w.serve()
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.Zero(w, r.Probes)
			})
		})
	}
}

// Case 61: temperatures are reported by the firmware where it can, and not asked for.
func TestCase61ReportsAreAskedForOnce(t *testing.T) {
	onRawWire(t, "marlin1", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.play("> \n> N0 M110 N0\n< ok\n> N1 M115\n< FIRMWARE_NAME:Marlin 1.1.9\n< Cap:AUTOREPORT_TEMP:1\n< ok\n" +
			"> N2 M105\n< ok T:21.0 /0.0 B:20.5 /0.0\n> N3 M155 S2\n< ok\n" +
			every(100, "< T:21.0 /0.0 B:20.5 /0.0 @:0 B@:0", "= 1999ms"))
		w.requireState(Idle)
	})
}

// Case 61: where temperatures are asked for, at most one question waits behind a long command.
func TestCase61OneQuestionAtATime(t *testing.T) {
	wireCase{
		dialect: "klipper", file: "G29\nG1 X1\nG1 X2\n", inFlight: 1,
		wire: `
			> G29
			= 10m700ms
			< ok
			> M105
			= 4s
			< ok B:20.5 /0.0 T0:21.0 /0.0
			> G1 X1
			< ok`,
	}.check(t)
}

// Case 62: a question of the firmware is shown with its buttons, the answer goes out bare past everything, and a
// notification is only text.
func TestCase62PromptIsShownAndAnswered(t *testing.T) {
	onWire(t, "marlin2", Options{}, []string{"EMERGENCY_PARSER", "PROMPT_SUPPORT"}, func(w *wire) {
		w.number(10)
		w.begin("M600\nG1 X1\n")
		w.play(`
			> N10 M600
			< //action:notification Filament change
			< //action:prompt_end
			< //action:prompt_begin Paused
			< //action:prompt_button PurgeMore
			< //action:prompt_button Continue
			< //action:prompt_show
			` + every(60, "< echo:busy: paused for user", "= 1990ms"))
		w.requireState(Attention)
		require.Equal(w, &Prompt{Text: "Paused", Choices: []string{"PurgeMore", "Continue"}}, w.Snapshot().Prompt)
		require.Equal(w, Refused, reasonOf(w.Answer(w.Context(), 2)))
		answered := make(chan error, 1)
		go func() { answered <- w.Answer(w.Context(), 1) }()
		w.play("> M876 S1\n< //action:prompt_end\n< ok\n> N11 M105\n> N12 G1 X1\n< ok T:210.0 /210.0 B:58.2 /0.0")
		require.NoError(w, <-answered)
		w.requireState(Printing)
		require.Nil(w, w.Snapshot().Prompt)
		w.play("< ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Zero(w, r.Probes+r.Resends)
	})
}

// Case 63: both spellings of a pause hold the stream, whether the host is asked to or the printer has done it, and nothing
// but the next line follows.
func TestCase63PauseActionsHoldTheStream(t *testing.T) {
	for pause, resume := range map[string]string{
		"//action:pause": "//action:resume", "// action:pause": "// action:resume",
		"//action:paused": "//action:resumed", "// action:paused": "// action:resumed",
	} {
		for _, dialect := range []string{"marlin2", "prusa-mk3"} {
			t.Run(pause+" on "+dialect, func(t *testing.T) {
				onWire(t, dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
					w.number(10)
					w.begin("G1 X1\nG1 X2\n")
					w.play("> N10 G1 X1\n< " + pause + "\n< ok\n= 9s")
					w.requireState(Paused)
					w.play("< " + resume + "\n> N11 G1 X2\n< ok")
					w.serve()
					r := w.end()
					require.Equal(w, Done, r.Reason, r.Detail)
					require.Equal(w, []string{"G1 X1", "G1 X2"}, w.executed)
				})
			})
		}
	}
}

// Case 64: a Prusa Buddy that pauses over a failed probing says so behind the ok; while it goes on it reads nothing from
// its port and says nothing, which is borne.
func TestCase64SilenceWhileItGoesOnIsBorne(t *testing.T) {
	onWire(t, "prusa-buddy", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G29\nG1 X1\nG1 X2\n")
		w.play(`
			> N10 G29
			< echo:busy: processing
			< echo:enqueueing "M118 A1 action:pause"
			< ok
			> N11 G1 X1
			< // action:pause
			< ok`)
		w.requireState(Paused)
		w.play("< // action:resume\n> N12 G1 X2\n= 59s")
		time.Sleep(2 * time.Minute)
		require.Equal(w, Printing, w.Snapshot().State)
		w.say("ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Equal(w, []string{"G29", "G1 X1", "G1 X2"}, w.executed)
	})
}

// Case 64: the same silence follows when the host has told it to go on, which it acknowledges at once.
func TestCase64SilenceAfterItWasToldToGoOn(t *testing.T) {
	onWire(t, "prusa-buddy", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G29\nG1 X1\n")
		w.play("> N10 G29\n< echo:busy: processing\n< // action:paused\n< ok\n= 9s")
		require.NoError(w, w.Resume(w.Context()))
		w.play("> N11 M602\n< ok\n> N12 G1 X1\n= 59s")
		time.Sleep(2 * time.Minute)
		w.say("ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Equal(w, []string{"G29", "M602", "G1 X1"}, w.executed)
	})
}

// Case 65: a Prusa Buddy takes a print for finished after five seconds without a command: while the host holds one, it is
// shown that it is not.
func TestCase65HeldPrintIsKeptAlive(t *testing.T) {
	onWire(t, "prusa-buddy", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\n")
		w.play("> N10 G1 X1")
		require.NoError(w, w.Pause(w.Context()))
		w.play("< ok")
		for n := range 60 {
			line, ok := w.next(4500 * time.Millisecond)
			require.True(w, ok, "silent for too long")
			require.Equal(w, w.framed(fmt.Sprintf("N%d M73", 11+n)), line)
			w.last++
			w.say("ok")
		}
		require.NoError(w, w.Resume(w.Context()))
		w.play("> N71 G1 X2\n< ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.EqualValues(w, 2, r.LinesAcked)
	})
}

// Case 66: a printer that has paused by itself has cooled down: it is told to go on before the next line, unless somebody
// at the machine has done that.
func TestCase66PrinterThatPausedIsToldToGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		atPrinter bool
		script    string
	}{
		"by the host":    {false, "> N11 M602\n" + every(30, "< echo:busy: processing", "= 1990ms") + "< // action:resumed\n< ok\n> N12 M105\n> N13 G1 X1\n< ok T:210.0 /210.0 B:58.2 /0.0"},
		"at the machine": {true, "< // action:resumed\n> N11 G1 X1"},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, "prusa-mk3", Options{}, nil, func(w *wire) {
				w.number(10)
				w.begin("M601\nG1 X1\n")
				w.play("> N10 M601\n< // action:paused\n< ok\n= 9s")
				w.requireState(Paused)
				if !c.atPrinter {
					require.NoError(w, w.Resume(w.Context()))
				}
				w.play(c.script)
				w.say("ok")
				w.serve()
				r := w.end()
				require.Equal(w, Done, r.Reason, r.Detail)
				require.EqualValues(w, 2, r.LinesAcked)
			})
		})
	}
}

// Case 67: while a dwell keeps a Repetier from reading its port nothing is sent to it, not even a question, whether the
// dwell is acknowledged when it is read or when it ends.
func TestCase67NothingIsSentIntoADwell(t *testing.T) {
	for name, script := range map[string]string{
		"acknowledged when read":        "> N10 G4 S300\n< ok 10\n= 299s\n= 950ms\n> N11 M105\n> N12 G1 X1\n< ok 11\n< T:21.0 /0 B:20.5 /0\n< ok 12",
		"acknowledged in the end":       "> N10 G4 P300000\n= 5m\n< ok 10\n> N11 G1 X1\n< ok 11",
		"over earlier than calculated":  "> N10 G4 S300\n< ok 10\n= 10s\n< wait\n> N11 G1 X1\n< ok 11",
		"the acknowledgement gets lost": "> N10 G4 S300\n= 5m\n< wait\nx N10 G4 S300\n< skip 10\n< ok\n> N11 G1 X1\n< ok 11",
	} {
		t.Run(name, func(t *testing.T) {
			c := wireCase{dialect: "repetier", first: 10, file: "G4 S300\nG1 X1\n", wire: script}
			if strings.Contains(script, "P300000") {
				c.file = "G4 P300000\nG1 X1\n"
			}
			if strings.Contains(script, "skip") {
				c.probes = 1
			}
			c.check(t)
		})
	}
}

// Case 67: a dwell ends with a reset: the board is greeted, and asked who it is, at once.
func TestCase67ResetEndsADwell(t *testing.T) {
	onWire(t, "repetier", Options{}, nil, func(w *wire) {
		w.number(10)
		w.begin("G4 S300\nG1 X1\n")
		w.play("> N10 G4 S300\n< ok 10\n= 10s\n< start\nby 1s\n> \n> N0 M110 N0\n< ok 0\nby 100ms\n> N1 M115")
		require.Equal(w, Reset, w.end().Reason)
	})
}

// Case 68: a printer that waits for somebody stays in view, with what it heats, and can be cancelled.
func TestCase68WaitingStaysInView(t *testing.T) {
	onWire(t, "prusa-mk3", Options{}, nil, func(w *wire) {
		w.number(10)
		w.begin("G1 X1\nG1 X2\n")
		w.play("> N10 G1 X1\n> N11 G1 X2\n< // action:paused\n" +
			every(200, "< echo:busy: paused for user", "< T:215.0 /215.0 B:60.0 /60.0 @:40 B@:20", "= 1990ms"))
		w.requireState(Paused)
		require.ElementsMatch(w, []Reading{{"T", 215, 215, true}, {"B", 60, 60, true}}, w.Snapshot().Temps)
		require.NoError(w, w.Cancel(w.Context()))
		w.answer("G1 X1")
		w.answer("G1 X2")
		w.serve()
		r := w.end()
		require.Equal(w, Cancelled, r.Reason)
		require.Equal(w, []string{"G1 X1", "G1 X2", "M104 S0", "M140 S0", "M107"}, w.executed)
	})
}

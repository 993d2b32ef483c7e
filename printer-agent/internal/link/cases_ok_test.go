package link

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Case 28: a lost ok is noticed although reports keep coming, and settled by a question, not by a second copy of the line.
func TestCase28LostOkBehindReports(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N71 G1 X1
			= 1400ms
			<  T:20.1 /0.0 B:20.5 /0.0 @:0
			= 1s
			by 200ms
			x N1000071 M105
			<  T:20.1 /0.0 B:20.5 /0.0 @:0
			< Error:Line Number is not Last Line Number+1, Last Line: 71
			< Resend: 72
			< ok
			> N72 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			> N73 G1 X2
			< ok`,
	}.check(t)
}

// Case 29: an ok too many does not have lines pile up in the board for good: the count is settled soon.
func TestCase29OneOkTooMany(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n",
		wire: `
			> N71 G1 X1
			< ok
			> N72 G1 X2
			< echo:Unknown command: "~"
			< ok
			> N73 G1 X3
			= 110ms
			< ok
			> N74 M105
			= 20ms
			< ok
			= 20ms
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			> N75 G1 X4
			= 20ms
			< ok`,
	}.check(t)
}

// Case 30: an ok that tells its line acknowledges that line and all before it, in whatever order it comes; an old number
// and one that was cut acknowledge nothing.
func TestCase30NumberedOk(t *testing.T) {
	wireCase{
		dialect: "marlin2", numbers: true, first: 11362, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\nG1 X5\nG1 X6\n",
		wire: `
			> N11362 G1 X1
			> N11363 G1 X2
			> N11364 G1 X3
			< ok N11363 P14 B2
			> N11365 G1 X4
			> N11366 G1 X5
			< ok N11362 P1 B15
			< ok N1136
			= 90ms
			< ok N11366 P15 B3
			> N11367 G1 X6
			< ok N11367 P15 B3`,
	}.check(t)
}

// Case 31: an ok with a bare number tells its line, and "ok 0" is that of a line without a number.
func TestCase31OkWithABareNumber(t *testing.T) {
	wireCase{
		dialect: "repetier", first: 1233, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n",
		wire: `
			> N1233 G1 X1
			> N1234 G1 X2
			> N1235 G1 X3
			< ok 0
			= 90ms
			< ok 1234
			> N1236 G1 X4
			< ok 1235
			< ok 1236`,
	}.check(t)
}

// Case 32: the answer to a question for temperatures is one ok and the readings, before, in or behind it.
func TestCase32OkWithTemperatures(t *testing.T) {
	for dialect, answers := range map[string][][]string{
		"marlin2":  {{"ok T:201.3 /210.0 B:60.1 /60.0 @:64 B@:0"}, {" T:201.3 /210.0 B:60.1 /60.0 @:64", "ok"}},
		"repetier": {{"ok 5", "T:201.3 /210 B:60.1 /60 B@:0 @:64"}},
		"klipper":  {{"ok B:60.1 /60.0 T0:201.3 /210.0"}},
	} {
		for _, answer := range answers {
			onRawWire(t, dialect, Options{}, nil, func(w *wire) {
				w.interrupt()
				w.split = len(answer) == 2 && answer[1] == "ok"
				w.serve()
				<-w.Ready()
				time.Sleep(100 * time.Millisecond)
				w.interrupt()
				w.number(5)
				lines := make(chan []string, 1)
				go func() {
					said, err := w.Send(w.Context(), "M105")
					require.NoError(w, err)
					lines <- said
				}()
				question, _ := w.next(time.Minute)
				require.Contains(w, question, "M105")
				w.say(answer...)
				require.Contains(w, answer, (<-lines)[0])
				time.Sleep(200 * time.Millisecond)
				for _, r := range w.Snapshot().Temps {
					want := map[byte]Reading{'T': {Actual: 201.3, Target: 210}, 'B': {Actual: 60.1, Target: 60}}[r.Sensor[0]]
					want.Sensor, want.Valid = r.Sensor, true
					require.Equal(w, want, r, "%s %v", dialect, answer)
				}
				require.Len(w, w.Snapshot().Temps, 2)
			})
		}
	}
}

// Case 33: an ok that is stuck to other text counts where a firmware is known to do that, and nowhere else.
func TestCase33OkStuckToText(t *testing.T) {
	onWire(t, "marlin1", Options{}, nil, func(w *wire) {
		w.number(5)
		sent := make(chan error, 1)
		go func() { _, err := w.Send(w.Context(), "M30 foo.g"); sent <- err }()
		w.play(`
			> N5 M30 foo.g
			< echo:no such book
			= 90ms
			< Marlin: File deleted:foo.gok`)
		require.NoError(w, <-sent)
	})
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n",
		wire: `
			> N71 G1 X1
			< echo:all is ok
			= 900ms
			< ok
			> N72 G1 X2
			< ok`,
	}.check(t)
}

// Case 34: an ok that a firmware forgets is found out about by a question.
func TestCase34DoneWithoutAnOk(t *testing.T) {
	onWire(t, "marlin1", Options{}, nil, func(w *wire) {
		w.number(5)
		sent := make(chan error, 1)
		go func() { _, err := w.Send(w.Context(), "M29"); sent <- err }()
		w.play(`
			> N5 M29
			< Done saving file.
			= 900ms
			x N5 M29
			< Error:Line Number is not Last Line Number+1, Last Line: 5
			< Resend: 6
			< ok
			> N6 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0`)
		require.NoError(w, <-sent)
	})
}

// Case 35: "wait" says that an ok was lost, unless a line has just been sent and may cross it on the wire.
func TestCase35Wait(t *testing.T) {
	wireCase{
		dialect: "repetier", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N71 G1 X1
			< wait
			= 490ms
			< wait
			by 20ms
			x N71 G1 X1
			< skip 71
			< ok
			> N72 G1 X2
			< ok 72`,
	}.check(t)
}

// Case 36: a board whose acknowledgements come a minute late is borne: nothing but questions is sent to it, so few that
// they fit, and it is not given up.
func TestCase36OkAMinuteLate(t *testing.T) {
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.number(71)
		w.begin("G1 X1\nG1 X2\nG1 X3\nG1 X4\n")
		w.play(`
			> N71 G1 X1
			> N72 G1 X2
			> N73 G1 X3`)
		bytes := 0
		for range 30 {
			w.say(" T:20.1 /0.0 B:20.5 /0.0 @:0")
			time.Sleep(2 * time.Second)
			for len(w.in) > 0 {
				line := <-w.in
				require.True(w, line == w.framed("N1000071 M105") || line == w.framed("N74 M105"), line)
				bytes += len(line) + 1
			}
		}
		require.Equal(w, Printing, w.Snapshot().State)
		require.Less(w, bytes+2*len("N71 G1 X1*255\n"), w.dialect.Buffers.ReceiveBytes, "what waits in the receive ring")
		w.say("ok", "ok", "ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Equal(w, []string{"G1 X1", "G1 X2", "G1 X3", "G1 X4"}, w.executed)
	})
}

// Case 37: blank lines and comments are never sent, for some firmware acknowledges them and some does not.
func TestCase37NoBlankLines(t *testing.T) {
	for _, dialect := range []string{"marlin2", "klipper", "smoothieware"} {
		onWire(t, dialect, Options{}, nil, func(w *wire) {
			w.number(71)
			before := len(w.writes)
			w.serve()
			w.begin("\n; a comment\nG1 X1\n\n   \n(remark)\r\nG1 X2 ; the end\n;\n\n")
			require.Equal(w, Done, w.end().Reason)
			require.Equal(w, []string{"G1 X1", "G1 X2"}, w.executed)
			for _, written := range w.writes[before:] {
				_, command, _ := numbered(strings.TrimSpace(written))
				require.NotEmpty(w, command, "%q", written)
				require.NotContains(w, written, ";")
			}
		})
	}
}

// Case 38: a command that a firmware does not know is acknowledged in its way, once, and capitals are what it knows.
func TestCase38UnknownCommands(t *testing.T) {
	for dialect, says := range map[string][]string{
		"marlin2":      {`echo:Unknown command: "G999"`, "ok"},
		"klipper":      {`// Unknown command:"G999"`, "ok"},
		"smoothieware": {"ok - ignored"},
		"prusa-mk3":    {`echo:Unknown command: "G999"`, "ok"},
	} {
		onWire(t, dialect, Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
			w.number(71)
			w.begin("g999\ng1 x1\n")
			first, _ := w.next(time.Minute)
			require.Contains(w, first, "G999")
			w.say(says...)
			w.last = 71
			w.serve()
			require.Equal(w, Done, w.end().Reason)
			require.Equal(w, []string{"G1 X1"}, w.executed)
		})
	}
}

// Case 39: "!!" is an error that a command is acknowledged behind on one firmware, and the end on another.
func TestCase39TwoExclamationMarks(t *testing.T) {
	onWire(t, "klipper", Options{}, nil, func(w *wire) {
		w.begin("G1 X300\nG1 X1\n")
		w.play(`
			> G1 X300
			> G1 X1
			< !! Move out of range: 300.000 0.000 0.000 [0.000]
			< ok
			< ok`)
		w.serve()
		require.Equal(w, Done, w.end().Reason)
	})
	onWire(t, "smoothieware", Options{}, nil, func(w *wire) {
		w.number(71)
		w.begin("G1 X300\nG1 X1\nG1 X2\nG1 X3\n")
		line, _ := w.next(time.Minute)
		require.Equal(w, w.framed("N71 G1 X300"), line)
		w.say("!!")
		require.Equal(w, Halted, w.end().Reason)
		require.Equal(w, Dead, w.Snapshot().State)
		for len(w.in) > 0 {
			<-w.in
		}
		w.quiet(time.Minute)
	})
}

// Case 40: a host firmware that has lost its controller ends the attempt, whatever it acknowledges, and its "T:0" is no
// temperature.
func TestCase40ControllerLost(t *testing.T) {
	for _, says := range [][]string{
		{"// Klipper state: Shutdown"},
		{"!! Lost communication with MCU 'mcu'", "ok"},
		{"!! MCU 'mcu' shutdown: Timer too close", "ok"},
	} {
		onWire(t, "klipper", Options{}, nil, func(w *wire) {
			w.begin("G1 X1\nG1 X2\n")
			w.play(`
				> G1 X1
				> G1 X2`)
			before := w.Snapshot().Temps
			w.say(says...)
			w.say("ok T:0")
			require.Equal(w, Halted, w.end().Reason)
			s := w.Snapshot()
			require.Equal(w, Dead, s.State)
			require.Equal(w, before, s.Temps)
			w.quiet(time.Minute)
		})
	}
}

// Case 41: a port that is not read any more with twenty lines waiting gets ten at most, so that a stop is seen.
func TestCase41FewLinesInFlight(t *testing.T) {
	text, commands := moves(30)
	onWire(t, "klipper", Options{}, nil, func(w *wire) {
		w.begin(text)
		w.play("> " + strings.Join(commands[:10], "\n> ") + "\n= 900ms")
	})
}

// Case 42: a stop finds a free command slot however much is in flight, is written bare, and is written again where
// nobody confirms it.
func TestCase42StopPassesBy(t *testing.T) {
	text, commands := moves(30)
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.number(71)
		w.begin(text)
		w.play(fmt.Sprintf("> N71 %s\n> N72 %s\n> N73 %s\n= 500ms", commands[0], commands[1], commands[2]))
		require.Equal(w, 4, w.Snapshot().Window.Slots, "one more than lines in flight")
		confirmed := make(chan bool, 1)
		go func() { ok, _ := w.Stop(w.Context()); confirmed <- ok }()
		w.play(`
			>
			> M112
			= 1900ms
			>
			> M112
			< echo:M112 Shutdown
			< Error:Printer halted. kill() called!
			= 1m`)
		require.True(w, <-confirmed)
		require.Equal(w, Stopped, w.end().Reason)
	})
}

// Case 43: where every acknowledgement goes to another port the print goes on by questions, slowly and right.
func TestCase43AcknowledgementsGoElsewhere(t *testing.T) {
	text, commands := moves(5)
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.number(71)
		w.mute = true
		w.serve()
		w.begin(text)
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.Equal(w, commands, w.executed)
		require.Positive(w, r.Probes)
	})
}

// Case 44: all acknowledged is not all moved: an attempt is done when the wait for the motion's end has been answered, and
// a question behind it, for some firmware acknowledges that wait when it reads it.
func TestCase44AcknowledgedIsNotMoved(t *testing.T) {
	onWire(t, "smoothieware", Options{}, nil, func(w *wire) {
		w.number(71)
		w.begin("G1 X1\n")
		w.play(`
			> N71 G1 X1
			< ok
			> N72 M400
			< ok
			> N73 M105
			= 900ms`)
		require.Equal(w, Ending, w.Snapshot().State)
		require.Empty(w, w.results)
		w.say("ok T:20.1 /0.0 B:20.5 /0.0 @:0")
		synctest.Wait()
		require.Equal(w, Done, w.end().Reason)
	})
}

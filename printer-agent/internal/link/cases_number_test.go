package link

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Case 17: while line numbers are agreed nothing else is on the wire; and nobody resets them in the middle of a print.
func TestCase17NumbersAreResetAlone(t *testing.T) {
	onRawWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.play(`
			>
			> N0 M110 N0*125
			= 1900ms
			< ok
			> N1 M115
			= 900ms
			< ok
			> N2 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0`)
		<-w.Ready()
		_, err := w.Send(w.Context(), "M110 N5")
		require.Equal(w, Refused, reasonOf(err))
		w.begin("G1 X1\nM110 N7\nG1 X2\n")
		w.play(`
			> N3 G1 X1
			> N4 G1 X2
			< ok
			< ok`)
		w.serve()
		require.Equal(w, Done, w.end().Reason)
	})
}

// Case 18: number and parameter of a reset are the same, whichever of them a firmware takes.
func TestCase18ResetSaysItsNumberTwice(t *testing.T) {
	for _, dialect := range []string{"smoothieware", "marlin1", "marlin2", "prusa-mk3", "prusa-buddy", "repetier", "teacup"} {
		onRawWire(t, dialect, Options{}, nil, func(w *wire) {
			w.interrupt()
			w.play(`
				>
				> N0 M110 N0*125
				< ok
				> N1 M115`)
		})
	}
}

// Case 19: numbers pass the 16 bits that a firmware compares, and begin again from 0 before they reach the highest one.
func TestCase19HighNumbers(t *testing.T) {
	wireCase{
		dialect: "repetier", inFlight: 1, first: 65535, file: "G1 X1\nG1 X2\nG1 X3\n", resends: 1,
		wire: `
			> N65535 G1 X1
			< ok 65535
			x N65536 G1 X2
			< Error:Wrong checksum
			<
			< Resend:65536
			< ok
			> N65536 G1 X2
			< ok 65536
			> N65537 G1 X3
			< ok 65537`,
	}.check(t)
	wireCase{
		dialect: "marlin2", inFlight: 2, first: 2147483646, file: "G1 X1\nG1 X2\nG1 X3\n",
		wire: `
			> N2147483646 G1 X1
			> N2147483647 G1 X2
			= 100ms
			< ok
			= 100ms
			< ok
			> N0 M110 N0*125
			= 100ms
			< ok
			> N1 G1 X3
			< ok`,
	}.check(t)
}

// Case 20: text that a firmware takes for M110, wherever it stands, is changed or refused.
func TestCase20TextLikeM110(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 5, file: "M118 M110 test\nM1100\n", reason: BadFile,
		executed: []string{"M118 m110 test", "M104 S0", "M140 S0", "M107"},
		wire: `
			> N5 M118 m110 test
			< ok`,
		then: func(w *wire, r Result) { require.Contains(w, r.Detail, "M1100") },
	}.check(t)
	onWire(t, "marlin2", Options{}, nil, func(w *wire) {
		w.number(5)
		w.serve()
		_, err := w.Send(w.Context(), "M118 M110 N9")
		require.NoError(w, err)
		synctest.Wait()
		require.Equal(w, []string{"M118 m110 N9"}, w.executed)
	})
}

// Case 21: a number that cannot be has the board say where it is, and changes nothing; so does an unasked "Line: n".
func TestCase21WhereAreYou(t *testing.T) {
	onRawWire(t, "marlin2", Options{Resume: true, Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.interrupt()
		says := `
			>
			x N1000000 M105
			< Error:Line Number is not Last Line Number+1, Last Line: 1297
			< Resend: 1298
			< ok`
		w.play(says)
		w.last = 1297
		w.serve()
		<-w.Ready()
		require.True(w, w.Snapshot().Continues)
		w.say("Line: 1297")
		track := trackOf{1297: 12}
		go func() {
			w.results <- w.Print(w.Context(), Job{Source: gcode(t, "G1 X1\nG1 X2\nG1 X3\n"), Continue: true, Track: track})
		}()
		require.Equal(w, Done, w.end().Reason)
		require.Equal(w, []string{"G1 X3"}, w.executed)
	})
}

// trackOf knows where a few lines lie.
type trackOf map[int64]int64

func (t trackOf) Sent(int64, int64) {}

func (t trackOf) Offset(n int64) (int64, bool) {
	offset, ok := t[n]
	return offset, ok
}

// Case 22: a firmware that drops a damaged line in silence is asked something behind it. The answer shows that the line
// was lost, or that its ok was: where something damaged came before, or where a move has been made all the same, the
// line is not sent again.
func TestCase22DamagedLineIsDroppedInSilence(t *testing.T) {
	lost := func(file, line, behind string, resends, probes int64) {
		wireCase{
			dialect: "reprapfirmware", first: 5, file: file, resends: resends, probes: probes,
			wire: `
				> N5 G1 X1
				< ok
				` + line + `
				= 2400ms
				x N6 M105
				< ok T:20.1 /0.0 B:20.5 /0.0
				by 20ms
				` + behind + `
				< ok`,
		}.check(t)
	}
	lost("G1 X1\nM104 S200\nG1 X3\n", "x N6 M104 S200", "> N6 M104 S200", 1, 1)
	lost("G1 X1\nG1 X2 Y3.14159 E.4\nG1 X3\n", "x N6 G1 X2 Y3.14159 E.4", `
				x N6 M114
				< X:1.000 Y:0.000 Z:0.200 E:0.000 E0:0.0 Count 80 0 80
				< ok
				> N6 G1 X2 Y3.14159 E.4`, 1, 2)
	lost("G1 X1\nG1 X2 Y3.14159 E.4\nG1 X3\n", "> N6 G1 X2 Y3.14159 E.4", `
				x N6 M114
				< X:2.000 Y:3.142 Z:0.200 E:0.400 E0:0.4 Count 160 251 80
				< ok
				> N7 M105
				< ok T:20.1 /0.0 B:20.5 /0.0
				> N8 G1 X3`, 0, 2)
	wireCase{
		dialect: "reprapfirmware", first: 5, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N5 G1 X1
			< o\x7f
			= 90ms
			x N5 M105
			< ok T:20.1 /0.0 B:20.5 /0.0
			by 20ms
			> N6 M105
			< ok T:20.1 /0.0 B:20.5 /0.0
			> N7 G1 X2
			< ok`,
	}.check(t)
}

// Case 23: a firmware that takes a CRC-16 gets one, with five digits.
func TestCase23FiveDigitChecksum(t *testing.T) {
	wireCase{
		dialect: "reprapfirmware", first: 5, file: "G1 X1\nG1 X2\n",
		wire: `
			> N5 G1 X1*30368
			< ok
			> N6 G1 X2*40513
			< ok`,
	}.check(t)
}

// Case 24: damage that a checksum does not see grows with the damage that it sees: more than one refused line in a
// hundred is told while the print runs, however well it goes.
func TestCase24ManyResendsAreTold(t *testing.T) {
	text, commands := moves(400)
	onWire(t, "marlin2", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(1)
		w.begin(text)
		for i := range 6 {
			first := int64(i*50 + 1)
			w.from(first, commands[first-1:first+48], "ok")
			require.False(w, w.Snapshot().Job.BadCable, "after %d refusals", i)
			line := fmt.Sprintf("N%d %s", first+49, commands[first+48])
			w.play("x " + line + "\n< Error:checksum mismatch, Last Line: " + fmt.Sprint(first+48) +
				"\n< Resend: " + fmt.Sprint(first+49) + "\n< ok\n> " + line + "\n< ok")
		}
		time.Sleep(time.Second)
		require.True(w, w.Snapshot().Job.BadCable)
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason)
		require.True(w, r.BadCable)
		require.EqualValues(w, 6, r.Resends)
		require.Equal(w, commands, w.executed)
	})
}

// Case 25: every line is written whole, in one piece, and never half of one; what a firmware says of half a line that
// somebody else has left is harmless.
func TestCase25LinesAreWrittenWhole(t *testing.T) {
	for _, dialect := range []string{"prusa-mk3", "repetier", "klipper", "reprapfirmware"} {
		text, commands := moves(50)
		onWire(t, dialect, Options{}, nil, func(w *wire) {
			w.serve()
			w.say("RX timeout")
			w.begin(text)
			require.Equal(w, Done, w.end().Reason)
			require.Equal(w, commands, w.executed)
			require.Greater(w, len(w.writes), 50)
			for _, written := range w.writes {
				line, found := strings.CutSuffix(strings.TrimPrefix(written, "\n"), "\n") // a greeting ends what was there
				require.True(w, found && line != "" && !strings.Contains(line, "\n"), "%q", written)
			}
		})
	}
}

// Case 26: a board that says its receive ring has overflowed gets one line at a time from then on.
func TestCase26ReceiveRingOverflows(t *testing.T) {
	overflows(t, "prusa-mk3", "Full RX Buffer")
}

// Case 27: the same said as an error, which ends nothing.
func TestCase27OverflowSaidAsAnError(t *testing.T) {
	overflows(t, "marlin2", "Error:RX BUF overflow, increase RX_BUFFER_SIZE: 127")
}

func overflows(t *testing.T, dialect, says string) {
	t.Helper()
	wireCase{
		dialect: dialect, first: 71, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", resends: 2,
		wire: `
			> N71 G1 X1
			x N72 G1 X2
			x N73 G1 X3
			< ` + says + `
			< ok
			< Error:checksum mismatch, Last Line: 71
			< Resend: 72
			< ok
			> N72 G1 X2
			= 80ms
			< ok
			> N73 G1 X3
			= 80ms
			< ok
			> N74 M105
			= 80ms
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			> N75 G1 X4
			< ok`,
		then: func(w *wire, r Result) { require.EqualValues(w, 1, r.Overflows) },
	}.check(t)
}

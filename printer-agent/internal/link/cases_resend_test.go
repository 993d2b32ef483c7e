package link

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Case 1: the ok behind a resend request belongs to no line; it is a permission to send.
func TestCase01OkBehindAResendIsNoLine(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N71 G1 X1
			< Error:checksum mismatch, Last Line: 70
			< Resend: 71
			= 490ms
			< ok
			> N71 G1 X1
			= 400ms
			< ok
			> N72 G1 X2
			< ok`,
	}.check(t)
}

// Case 2: a resend request that no ok follows is obeyed soon, at once when something else follows, and word for word.
func TestCase02ResendWithoutAnOk(t *testing.T) {
	wireCase{
		dialect: "prusa-mk3", inFlight: 1, first: 66556, file: "G1 X1\nG1 X2\n", resends: 2,
		wire: `
			x N66556 G1 X1
			< Resend: 66556
			= 490ms
			> N66556 G1 X1
			= 400ms
			< ok
			x N66557 G1 X2
			< Resend: 66557
			= 20ms
			<  T:20.1 /0.0 B:20.5 /0.0 @:0
			by 10ms
			> N66557 G1 X2
			= 100ms
			< ok`,
	}.check(t)
}

// Case 3: an ok follows some resend requests of one firmware and not others: each is judged by itself.
func TestCase03OkBehindSomeResends(t *testing.T) {
	wireCase{
		dialect: "prusa-buddy", inFlight: 1, first: 8, file: "G1 X1\nG1 X2\nG1 X3\n", resends: 3,
		wire: `
			x N8 G1 X1
			< Error:checksum mismatch, Last Line: 7
			< Resend: 8
			< ok
			> N8 G1 X1
			< ok
			x N9 G1 X2
			< Error:checksum mismatch, Last Line: 8
			< Resend: 9
			= 490ms
			> N9 G1 X2
			= 300ms
			< ok
			x N10 G1 X3
			< Error:checksum mismatch, Last Line: 9
			< Resend: 10
			< ok
			> N10 G1 X3
			= 300ms
			< ok`,
	}.check(t)
}

// Case 4: "rs" is a resend request too; no ok comes where the firmware sends none, and the number is the first one.
func TestCase04ShortResend(t *testing.T) {
	wireCase{
		dialect: "smoothieware", inFlight: 1, first: 5, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N5 G1 X1
			< rs N5
			> N5 G1 X1
			< ok
			> N6 G1 X2
			< ok`,
	}.check(t)
	wireCase{
		dialect: "teacup", inFlight: 1, first: 2, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N2 G1 X1
			< rs N2 Expected checksum 67
			= 490ms
			> N2 G1 X1
			< ok
			> N3 G1 X2
			< ok`,
	}.check(t)
	wireCase{
		dialect: "reprapfirmware", first: 9, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N9 G1 X1
			< rs 9
			> N9 G1 X1
			< ok
			> N10 G1 X2
			< ok`,
	}.check(t)
}

// Case 5: a resend request may have a blank line before it and no space in it, whatever the error before it says.
func TestCase05ResendBehindABlankLine(t *testing.T) {
	for _, says := range []string{"Error:Wrong checksum", "Error:expected line 2767304 got 2767305", "Error:Format error"} {
		wireCase{
			dialect: "repetier", inFlight: 1, first: 2767304, file: "G1 X1\nG1 X2\n", resends: 1,
			wire: `
				x N2767304 G1 X1
				< ` + says + `
				<
				< Resend:2767304
				= 490ms
				< ok
				> N2767304 G1 X1
				= 50ms
				< ok 2767304
				> N2767305 G1 X2
				< ok 2767305`,
		}.check(t)
	}
}

// Case 6: "skip" is said of a line that the board has, and of one that it passes over until an older one comes; which of
// the two depends on the line that it waits for. The ok behind it acknowledges neither.
func TestCase06SkipHasTwoMeanings(t *testing.T) {
	wireCase{
		dialect: "repetier", first: 51, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", resends: 3,
		wire: `
			x N51 G1 X1
			x N52 G1 X2
			x N53 G1 X3
			< Error:Wrong checksum
			<
			< Resend:51
			< ok
			> N51 G1 X1
			< skip 52
			< ok
			< skip 53
			< ok
			= 50ms
			< ok 51
			> N52 G1 X2
			> N53 G1 X3
			> N54 G1 X4
			< ok 52
			< ok 53
			< ok 54`,
	}.check(t)
	wireCase{
		dialect: "repetier", inFlight: 1, first: 51, file: "G1 X1\nG1 X2\n", resends: 0, probes: 1,
		wire: `
			> N51 G1 X1
			= 2400ms
			x N51 G1 X1
			< skip 51
			< ok
			> N52 G1 X2
			< ok 52`,
	}.check(t)
}

// Case 7: one fault is followed by as many requests as lines were in flight: the line is sent once.
func TestCase07OneFaultManyRequests(t *testing.T) {
	wireCase{
		dialect: "marlin1", first: 71, file: "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", resends: 3,
		wire: `
			x N71 G1 X1
			x N72 G1 X2
			x N73 G1 X3
			< Error:checksum mismatch, Last Line: 70
			< Resend: 71
			< ok
			> N71 G1 X1
			< Error:Line Number is not Last Line Number+1, Last Line: 70
			< Resend: 71
			< ok
			< Error:Line Number is not Last Line Number+1, Last Line: 70
			< Resend: 71
			< ok
			= 20ms
			< ok
			> N72 G1 X2
			> N73 G1 X3
			> N74 G1 X4
			= 50ms
			< ok
			< ok
			< ok`,
	}.check(t)
}

// The same of questions: each that was asked during one long command is answered behind it, and none of the answers asks
// for the line that is sent then.
func TestCase07OneWaitManyAnswers(t *testing.T) {
	wireCase{
		dialect: "teacup", first: 71, file: "G1 X1\nG1 X2\n", probes: 2,
		wire: `
			> N71 G1 X1
			= 2400ms
			x N71 G1 X1
			= 4900ms
			x N1000071 M105
			= 1s
			< ok
			< rs 72
			= 10ms
			< rs 72
			> N72 M105
			= 50ms
			< ok T:20.1 /0.0 B:20.5 /0.0
			> N73 G1 X2
			= 50ms
			< ok`,
	}.check(t)
}

// Case 8: a request for the line behind the last one says that the board has all of them.
func TestCase08RequestForTheNextLine(t *testing.T) {
	wireCase{
		dialect: "marlin1", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N71 G1 X1
			= 2400ms
			x N71 G1 X1
			< Error:Line Number is not Last Line Number+1, Last Line: 71
			< Resend: 72
			< ok
			> N72 M105
			= 50ms
			< ok T:21.0 /0.0 B:20.5 /0.0 @:0
			> N73 G1 X2
			< ok`,
	}.check(t)
}

// Case 9: a request for line 1 that a reset has left over says nothing when line 1 comes next anyway.
func TestCase09LeftOverRequestForLine1(t *testing.T) {
	onWire(t, "marlin2", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(1)
		w.say("Error:Line Number is not Last Line Number+1, Last Line: 0", "Resend: 1", "ok")
		w.quiet(3 * time.Second)
		require.Equal(w, Idle, w.Snapshot().State)
		w.begin("G1 X1\n")
		w.play(`
			> N1 G1 X1
			< ok`)
		w.serve()
		require.Equal(w, Done, w.end().Reason)
		require.Equal(w, []string{"G1 X1"}, w.executed)
	})
}

// Case 10: a request whose number has been damaged on its way is held against what can be meant; the print goes on.
func TestCase10DamagedRequest(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 134497, file: "G1 X1\nG1 X2\n", resends: 1, probes: 1,
		wire: `
			x N134497 G1 X1
			< ErrorNchecksum mism1
			< Resend: 034497
			< ok
			x N1134497 M105
			< Error:Line Number is not Last Line Number+1, Last Line: 134496
			< Resend: 134497
			< ok
			> N134497 G1 X1
			< ok
			> N134498 G1 X2
			< ok`,
	}.check(t)
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 134497, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N134497 G1 X1
			< Error:checksum mismatch, Last Line: 134496
			< Resend: 034497
			< ok
			> N134497 G1 X1
			< ok
			> N134498 G1 X2
			< ok`,
	}.check(t)
}

// Case 11: negative numbers, which a board gives that was reset to a line number while lines were on their way, are read
// as such; while it is greeted the line numbers are then agreed again, with nothing else on the wire.
func TestCase11NegativeNumbers(t *testing.T) {
	onRawWire(t, "prusa-mk3", Options{}, nil, func(w *wire) {
		w.interrupt()
		w.play(`
			>
			> N0 M110 N0*125
			< Error:Line Number is not Last Line Number+1, Last Line: -6
			< Resend: -5
			< ok
			= 290ms
			by 20ms
			>
			> N0 M110 N0*125
			= 100ms
			< ok
			> N1 M115
			< FIRMWARE_NAME:Prusa-Firmware 3.14.0
			< ok
			> N2 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0`)
		<-w.Ready()
		require.Equal(w, Idle, w.Snapshot().State)
	})
	wireCase{
		dialect: "prusa-mk3", inFlight: 1, first: 7, file: "G1 X1\nG1 X2\n", probes: 1,
		wire: `
			> N7 G1 X1
			< Error:Line Number is not Last Line Number+1, Last Line: -6
			< Resend: -5
			< ok
			by 150ms
			x N7 G1 X1
			< Error:Line Number is not Last Line Number+1, Last Line: 7
			< Resend: 8
			< ok
			> N8 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			> N9 G1 X2
			< ok`,
	}.check(t)
}

// Case 12: a request for a line that lies thousands of lines back is obeyed: the file is read again from there.
func TestCase12RequestFarBack(t *testing.T) {
	const lines = 3000
	text, commands := moves(lines)
	onWire(t, "prusa-mk3", Options{Capacity: Capacity{Slots: 2}}, nil, func(w *wire) {
		w.number(1)
		w.begin(text)
		w.from(1, commands[:2500], "ok")
		w.play(`
			x N2501 G1 X2501.5 Y2
			< INT4
			= 30s
			< // action:uvlo_recovery_ready
			< Resend: 8
			< ok
			> N8 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0`)
		w.from(9, commands[7:], "ok")
		w.serve()
		r := w.end()
		require.Equal(w, Done, r.Reason, r.Detail)
		require.EqualValues(w, lines, r.LinesAcked)
		require.Equal(w, append(commands[:2500:2500], commands[7:]...), w.executed)
	})
}

// Case 13: a line whose number was lost on its way is refused, and no request may follow; the ok is not the line's.
func TestCase13LineWithoutItsNumber(t *testing.T) {
	wireCase{
		dialect: "marlin1", inFlight: 1, first: 39687, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N39687 G1 X1
			< Error:No Line Number with checksum, Last Line: 39686
			= 490ms
			by 20ms
			> N39687 G1 X1
			= 300ms
			< ok
			> N39688 G1 X2
			< ok`,
	}.check(t)
	wireCase{
		dialect: "marlin1", inFlight: 1, first: 39687, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N39687 G1 X1
			< Error:No Line Number with checksum, Last Line: 39686
			< ok
			by 20ms
			> N39687 G1 X1
			= 300ms
			< ok
			> N39688 G1 X2
			< ok`,
	}.check(t)
	wireCase{
		dialect: "prusa-mk3", inFlight: 1, first: 39687, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N39687 G1 X1
			< Error:No Line Number with checksum, Last Line: 39686
			< Resend: 39687
			< ok
			> N39687 G1 X1
			= 300ms
			< ok
			> N39688 G1 X2
			< ok`,
	}.check(t)
}

// Case 14: a line that is refused again and again with the same bytes is sent with other bytes that mean the same.
func TestCase14RefusedForItsBytes(t *testing.T) {
	refused := `
			x N38 G3 X1 Y2 I3
			< Error:No Checksum with line number, Last Line: 37
			< Resend: 38
			< ok`
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 38, file: "G3 X1 Y2 I3\nG1 X2\n", resends: 3,
		wire: refused + refused + refused + `
			> N38 G3X1Y2I3
			< ok
			> N39 G1 X2
			< ok`,
		executed: []string{"G3X1Y2I3", "G1 X2"},
		then:     func(w *wire, r Result) { require.EqualValues(w, 1, r.Rewrites) },
	}.check(t)
}

// Case 15: a refusal is told by its shape, not by its words.
func TestCase15OtherWordsForARefusal(t *testing.T) {
	for _, dialect := range []string{"marlin1", "marlin2", "prusa-mk3"} {
		wireCase{
			dialect: dialect, inFlight: 1, first: 2390, file: "G1 X1\nG1 X2\n", resends: 1,
			wire: `
				x N2390 G1 X1
				< Error:Line Number out of sequence. Expected: 2390 Got: 239
				< Resend: 2390
				< ok
				> N2390 G1 X1
				= 300ms
				< ok
				> N2391 G1 X2
				< ok`,
		}.check(t)
	}
}

// Case 16: a refusal whose text has been damaged on its way ends nothing, stops nothing and is obeyed.
func TestCase16DamagedRefusal(t *testing.T) {
	for _, says := range []string{"Error:checkrum mismatch, Last Line: 4514", "Error:checksum mismat4 P1 B15"} {
		wireCase{
			dialect: "marlin2", inFlight: 1, first: 4515, file: "G1 X1\nG1 X2\n", resends: 1,
			wire: `
				x N4515 G1 X1
				< ` + says + `
				< Resend: 4515
				< ok
				> N4515 G1 X1
				= 300ms
				< ok
				> N4516 G1 X2
				< ok`,
		}.check(t)
	}
}

// The same of one that cannot be recognised at all: then the count is settled as well.
func TestCase16UnknownTextBeforeAResend(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 4515, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N4515 G1 X1
			< Er\xf2or:chec
			< Resend: 4515
			< ok
			> N4515 G1 X1
			= 300ms
			< ok
			> N4516 M105
			< ok T:20.1 /0.0 B:20.5 /0.0 @:0
			> N4517 G1 X2
			< ok`,
	}.check(t)
}

// The same where the request is lost as well: the ok behind the refusal is still no line's.
func TestCase16RefusalWithoutARequest(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 4515, file: "G1 X1\nG1 X2\n", resends: 1, probes: 1,
		wire: `
			x N4515 G1 X1
			< Error:checksum mismat4 P1 B15
			< ok
			= 90ms
			by 20ms
			x N1004515 M105
			< Error:Line Number is not Last Line Number+1, Last Line: 4514
			< Resend: 4515
			< ok
			> N4515 G1 X1
			= 300ms
			< ok
			> N4516 G1 X2
			< ok`,
	}.check(t)
}

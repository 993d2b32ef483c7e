package printsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Marlin 1.1 refuses a doubled line and a checksum without a number, and says
// less when it is killed.
func TestMarlin1(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin1"})
	b.numbered("M110 N0")
	require.Equal(t, "ok\n", b.numbered("G1 X1"))
	again := "Error:Line Number is not Last Line Number+1, Last Line: 1\nResend: 2\nok\n"
	require.Equal(t, again, b.say(numbered(1, "G1 X1")))
	require.Equal(t, "Error:No Line Number with checksum, Last Line: 1\nok\n", b.say("G1 X2*99"))
	require.Equal(t, "ok\n", b.say(numbered(2, "G1 X2")))
	require.Equal(t, "Error:Printer halted. kill() called!\n", b.say("M112"))
}

// A Prusa tells of a full ring, takes M110 when it is executed, splits what is
// too long, ends a checksum at the first asterisk and hears no byte above 127.
func TestPrusaTakesLinesInItsOwnWay(t *testing.T) {
	b := newBench(t, Config{Firmware: "prusa-mk3"})
	b.numbered("M110 N0")
	flood := numbered(1, "G4 S2") + "\n"
	for n := 2; n <= 20; n++ {
		flood += numbered(n, "G1 X5 F3000") + "\n"
	}
	b.board.Receive([]byte(flood))
	require.Contains(t, b.run(5*time.Second), "Full RX Buffer\n")
	b.say("")
	require.Contains(t, b.say("M117 long "+strings.Repeat("x", 100)), "Unknown command: \"xxxx")
	n := b.board.lastN + 1
	require.Contains(t, b.say(numbered(n, "M117 3*4")), fmt.Sprintf("checksum mismatch, Last Line: %d\nResend: %d\n", n-1, n))
	require.Contains(t, b.say(numbered(n, "M117 20°")), "checksum mismatch")
	require.Contains(t, b.say("G1 X1*5"), "No Line Number with checksum")

	b.board.Receive([]byte(numbered(-6, "M110") + "\n" + numbered(500, "M105") + "\n"))
	require.Contains(t, b.run(time.Second), "Error:Line Number is not Last Line Number+1")
	require.Contains(t, b.say(numbered(500, "M105")), "Last Line: -6\nResend: -5\n")
}

// Paused by M601 a Prusa is cold until M602; after an error it drops lines
// until M999, and asks for them again then.
func TestPrusaPausesAndStops(t *testing.T) {
	b := newBench(t, Config{Firmware: "prusa-mk3", Faults: (&bench{t: t}).faults("thermal:1,3")})
	b.numbered("M110 N0")
	b.numbered("M117 mailleur a")
	b.numbered("M104 S210")
	require.Equal(t, "//action:paused\nok\n", b.numbered("M601"))
	require.Zero(t, b.board.hotend.target)
	b.board.faults.scripted[0].Line = 4
	require.Equal(t, "//action:resumed\n", b.numbered("M602")[:17])
	require.Equal(t, 210.0, b.board.hotend.target)
	b.run(2 * time.Minute)
	answer := b.numbered("G1 X1")
	require.Contains(t, answer, "Error:Printer stopped due to errors.")
	require.NotContains(t, answer, "ok")
	require.Empty(t, b.numbered("G1 X2"))
	require.Equal(t, "Resend: 5\nok\n", b.say("M999"))
	require.Equal(t, "ok\n", b.say(numbered(5, "G1 X1")))
}

// A failing supply is told; when it is back the firmware asks for the line at
// which it failed.
func TestPrusaPowerPanic(t *testing.T) {
	b := newBench(t, Config{Firmware: "prusa-mk3", Faults: (&bench{t: t}).faults("power:1,2,30")})
	require.Equal(t, "INT4\n", b.print("a", 2))
	require.Empty(t, b.say("M105"))
	answer := b.run(time.Minute)
	require.True(t, strings.HasPrefix(answer, "\x00start\n"))
	require.True(t, strings.HasSuffix(answer, "//action:uvlo_recovery_ready\nResend: 5\nok\n"), answer)
}

// A Buddy's resend request comes with an ok or without, and while it resumes it
// reads nothing and says so nowhere.
func TestBuddy(t *testing.T) {
	b := newBench(t, Config{Firmware: "buddy"})
	b.numbered("M110 N0")
	oks := 0
	for range 10 {
		b.numbered("G1 X1")
		if strings.HasSuffix(b.say(numbered(900, "G1 X1")), "ok\n") {
			oks++
		}
	}
	require.Equal(t, 5, oks)
	require.Equal(t, "// action:paused\nok\n", b.numbered("M601"))
	require.Empty(t, b.numbered("M602"))
	require.Empty(t, b.numbered("M105"))
	require.NotContains(t, b.run(30*time.Second), "ok")
	require.Contains(t, b.run(20*time.Second), "// action:resumed\nok\nok T:25.00/0.00 B:25.00/0.00 X:31.00/36.00")
}

// Klipper executes whatever arrives, once for each newline, and stops reading
// when twenty commands are pending.
func TestKlipperChecksNothingAndStopsReading(t *testing.T) {
	b := newBench(t, Config{Firmware: "klipper", Baud: 2000000})
	require.Equal(t, "ok\nok\nok\n", b.say("N5 G1 X1*99\n\nN3 G1 X1*99"))
	require.Equal(t, "ok\n", b.say("FIRMWARE_RESTART")[:3])
	b.run(10 * time.Second)
	b.say("G28")
	var held strings.Builder
	for range 30 {
		held.WriteString("M106 S1\n")
	}
	b.board.Receive([]byte(held.String()))
	b.run(time.Second)
	require.Equal(t, 20, len(b.board.queue))
	require.NotContains(t, b.say("M112"), "Shutdown", "it is not read yet")
	require.Contains(t, b.run(20*time.Second), "// Klipper state: Shutdown\n")
	require.Contains(t, b.say("G1 X1"), "!! Shutdown due to M112 command\nok\n")
	require.Equal(t, "ok B:25.0 /0.0 T0:25.0 /0.0\n", b.say("M105"))
	require.Equal(t, "ok\n// Klipper state: Disconnect\n", b.say("FIRMWARE_RESTART"))
	require.Equal(t, "// Klipper state: Ready\n", b.run(5*time.Second))
	b.say("G28")
	require.Contains(t, b.say("M112"), "// Klipper state: Shutdown\n!! Homing failed due to printer shutdown\nok\n", "seen out of order")
}

// A line of a print counts on Klipper although it has no number.
func TestKlipperCountsLinesWithoutNumbers(t *testing.T) {
	b := newBench(t, Config{Firmware: "klipper", Baud: 2000000})
	truth := b.truthOf("M117 mailleur a-B", "G1 X1", "M105", "g1 x2", "M117 mailleur end a-B")
	require.Equal(t, []string{"G1 X1", "G1 X2"}, truth.Executed("a-B"))
	require.True(t, truth.Attempts[0].Ended)
}

// truthOf sends lines one by one and sums up what became of all so far.
func (b *bench) truthOf(lines ...string) Truth {
	for _, l := range lines {
		require.Contains(b.t, b.say(l), "ok")
	}
	s := newSummary()
	for _, r := range b.records {
		s.add(r)
	}
	return s.truth()
}

// RepRapFirmware's messages stand in quotes, and so do the markers.
func TestQuotedMarkersCount(t *testing.T) {
	b := newBench(t, Config{Firmware: "reprapfirmware"})
	truth := b.truthOf(`M117 "mailleur a"`, "G1 X1", numbered(4, "G1 X2"), `M117 "mailleur end a"`)
	require.Equal(t, []string{"G1 X1", "G1 X2"}, truth.Executed("a"))
	require.True(t, truth.Attempts[0].Ended)
}

// An attempt goes on over a host that numbers anew in its midst, and what is
// then sent twice or left out still shows.
func TestAnAttemptGoesOnAfterItsHostCameBack(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin"})
	lines := []string{numbered(0, "M110 N0"), numbered(1, "M117 mailleur a"), numbered(2, "G1 X1"), numbered(999999, "M105"),
		"M110 N2", numbered(3, "G1 X2"), numbered(0, "M110 N3"), numbered(4, "G1 X3")}
	truth := b.truthOf(lines...)
	require.Equal(t, []string{"G1 X1", "G1 X2", "G1 X3"}, truth.Executed("a"))
	require.Zero(t, truth.Attempts[0].Repeated+truth.Attempts[0].Skipped)
	require.Equal(t, 1, truth.Resends)
	truth = b.truthOf(numbered(0, "M110 N0"), numbered(1, "G1 X3"), "M110 N7", numbered(8, "G1 X4"))
	require.NotEqual(t, ExecutedSHA256([]string{"G1 X1", "G1 X2", "G1 X3", "G1 X4"}), truth.Attempts[0].SHA256, "numbers hide it, the sum does not")
}

// RepRapFirmware drops a damaged line in silence, holds numbers against
// nothing, and takes five digits for a CRC.
func TestRepRapFirmware(t *testing.T) {
	require.Equal(t, uint16(0x31c3), crc16("123456789"))
	b := newBench(t, Config{Firmware: "reprapfirmware"})
	require.Equal(t, "ok\n", b.say(numbered(7, "G1 X1 F6000")))
	require.Equal(t, "ok\n", b.say(numbered(7, "G1 X1")), "a doubled line is executed again")
	require.Empty(t, b.say("N8 G1 X2*1"))
	line := "N9 G1 X3"
	require.Equal(t, "ok\n", b.say(fmt.Sprintf("%s*%05d", line, crc16(line))))
	require.Empty(t, b.say(fmt.Sprintf("%s*%05d", line, crc16(line)^1)))
	require.Empty(t, b.say("; nothing"))
	require.Equal(t, "Error: GCode command too long\nok\n", b.say("M117 "+strings.Repeat("x", 300)))
	require.Equal(t, "ok T:25.0 /0.0 T0:25.0 /0.0 B:25.0 /0.0\n", b.say("M105"))
	require.Contains(t, b.say("M112"), "Emergency Stop!")
	require.Empty(t, b.say("M105"))
}

// Smoothie asks for a line without an ok, answers blank lines, never hears a
// question mark in a line, acknowledges moves before they are planned, and
// once halted says only !!.
func TestSmoothie(t *testing.T) {
	b := newBench(t, Config{Firmware: "smoothie"})
	b.numbered("M110 N0")
	require.Equal(t, "rs N1\n", b.say("N1 G1 X1*3"))
	require.Equal(t, "rs N1\n", b.say(numbered(2, "G1 X1")))
	require.Equal(t, "ok\n", b.say(numbered(1, "G1 X1 F60")))
	require.Equal(t, "ok\n", b.say(""))
	require.Contains(t, b.say(numbered(2, "M117 Done?")), ">\nrs N2\n")
	require.Equal(t, "error:Unsupported command - m105\n", b.say("m105"))
	oks := 0
	for i := range 33 {
		oks += strings.Count(b.say(numbered(2+i, fmt.Sprintf("G1 X%d", 100*(i%2)))), "ok")
	}
	require.Equal(t, 33, oks, "the move that does not fit is acknowledged too")
	require.Empty(t, b.say(numbered(35, "G1 X1")))
	b.board.Receive([]byte{0x18})
	require.Contains(t, b.run(time.Second), "ok Emergency Stop Requested")
	require.Equal(t, "!!\n", b.say("M105"))
	require.Contains(t, b.say("M999"), "ok\n")
	require.Contains(t, b.say("M105"), "ok T:")
}

// A filament change asks through the host, and goes on by a button or by M108.
func TestFilamentChangeIsAnsweredByTheHost(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin-advanced"})
	require.Contains(t, b.say("M115"), "Cap:PROMPT_SUPPORT:1\n")
	require.Equal(t, "//action:paused\n//action:prompt_end\n//action:prompt_begin Pause\n//action:prompt_button Dismiss\n//action:prompt_show\n", b.say("M600"))
	answer := b.run(30 * time.Second)
	require.Contains(t, answer, "echo:Insert filament and send M108\n")
	require.Contains(t, answer, "echo:busy: paused for user\n")
	require.NotContains(t, b.say("M876 S0"), "prompt")
	purge := "//action:prompt_button PurgeMore\n//action:prompt_button Continue\n//action:prompt_show\n"
	require.Contains(t, b.run(20*time.Second), purge)
	b.say("M876 S0")
	require.Contains(t, b.run(20*time.Second), purge, "purged once more")
	require.Contains(t, b.say("M108"), "//action:resumed\nok P15 B0\nok P15 B1\nok P15 B2\nok P15 B3\n", "and each command that was queued has its ok")
	require.Contains(t, b.say("M0"), "//action:prompt_begin M0/M1 Break Called\n")
	require.Contains(t, b.say("M108"), "ok")
}

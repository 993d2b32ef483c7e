package printsim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// With ADVANCED_OK an acknowledgement tells its line and what is free, as
// recorded; the one after a resend request does not.
func TestAdvancedOK(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", AdvancedOK: true})
	require.Equal(t, "ok N0 P15 B3\n", b.numbered("M110 N0"))
	require.Equal(t, "ok N1 P14 B3\n", b.numbered("G1 X40 F600"))
	require.Equal(t, "ok P14 B3\n", b.say("M107"))
	require.Equal(t, "ok N200 P14 B3\n", b.say(numbered(200, "M110 N300")))
	require.Contains(t, b.say("N301 M107*1"), "Resend: 301\nok\n")
}

// With a parser at the port M112 acts although the queue is full, and M108
// ends a wait; both are told in the capabilities.
func TestEmergencyParser(t *testing.T) {
	for _, parser := range []bool{false, true} {
		b := newBench(t, Config{Firmware: "marlin", EmergencyParser: parser})
		require.Equal(t, parser, strings.Contains(b.say("M115"), "Cap:EMERGENCY_PARSER:1\n"))
		for range 4 {
			b.board.Receive([]byte("G4 S10\n"))
		}
		b.run(100 * time.Millisecond)
		require.Equal(t, parser, strings.Contains(b.say("M112"), "kill() called"), "parser %t", parser)
	}
	b := newBench(t, Config{Firmware: "marlin", EmergencyParser: true})
	b.say("M109 S200")
	require.Contains(t, b.say(numbered(7, "M108")), "ok\n", "also with a number")
}

// The buffers are as large as they were set, and what they held is on record.
func TestBuffersHoldWhatTheyWereSetTo(t *testing.T) {
	held := func(cfg Config) int {
		cfg.Firmware = "marlin"
		b := newBench(t, cfg)
		b.numbered("M110 N0")
		flood := numbered(1, "G4 S2") + "\n"
		for n := 2; n <= 60; n++ {
			flood += numbered(n, fmt.Sprintf("G1 X%02d F3000", n)) + "\n"
		}
		b.board.Receive([]byte(flood))
		answer := b.run(20 * time.Second)
		require.Equal(t, b.board.ring.size, b.board.ring.high)
		return strings.Count(answer, "ok\n")
	}
	small := held(Config{})
	require.Equal(t, 4, held(Config{Slots: 8})-small)
	require.InDelta(t, 128/len("N10 G1 X10 F3000*12\n"), held(Config{Ring: 256})-small, 1)
}

// An idle board that is sent one line at a time holds none of it in its ring
// for longer than it takes to read.
func TestAnIdleMainLoopDrainsTheRing(t *testing.T) {
	b := newBench(t, Config{Firmware: "marlin", Processor: "fast"})
	for range 20 {
		b.say("G4 P1 ; " + strings.Repeat("x", 60))
	}
	require.LessOrEqual(t, b.board.ring.high, 2)
}

// An adapter keeps bytes back until its latency has passed or a packet is full.
func TestAdapterLatency(t *testing.T) {
	a := adapter{byteTime: time.Millisecond, latency: 16 * time.Millisecond}
	a.put(13*time.Millisecond, "ok\n")
	a.put(16*time.Millisecond, "ok\n")
	require.Equal(t, 27*time.Millisecond, a.next(), "the first byte came at 11 ms")
	require.Empty(t, a.take(26*time.Millisecond))
	require.Equal(t, "ok\nok\n", string(a.take(27*time.Millisecond)))
	a.byteTime = 100 * time.Microsecond
	a.put(time.Second, strings.Repeat("x", 100))
	require.Len(t, a.take(time.Second), packet, "a full packet leaves at once")
	require.Len(t, a.take(time.Second+16*time.Millisecond), 100-packet)
}

func TestKnobsAreChecked(t *testing.T) {
	for why, cfg := range map[string]Config{
		`processor "z80": want one of avr, fast`: {Processor: "z80"},
		"slots -1: want 1 to 64":                 {Slots: -1},
		"ring 8: want 16 to 65536":               {Ring: 8},
		"planner 1000: want 4 to 256":            {Planner: 1000},
		"latency 2s: want 0 to 1s":               {Latency: 2 * time.Second},
	} {
		cfg.Firmware = "marlin"
		_, err := NewBoard(cfg)
		require.EqualError(t, err, why)
	}
}

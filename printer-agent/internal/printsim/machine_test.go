package printsim

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// streamer sends lines over a machine's connection with a window of so many
// unacknowledged lines.
type streamer struct {
	t    *testing.T
	conn io.ReadWriteCloser
	in   *bufio.Reader
	n    int
}

func newStreamer(t *testing.T, m *Machine) *streamer {
	conn := m.Plug()
	return &streamer{t: t, conn: conn, in: bufio.NewReader(conn)}
}

func (s *streamer) send(cmd string) {
	s.t.Helper()
	_, err := io.WriteString(s.conn, numbered(s.n, cmd)+"\n")
	require.NoError(s.t, err)
	s.n++
}

func (s *streamer) ok() (line string) {
	s.t.Helper()
	for !strings.HasPrefix(line, "ok") {
		var err error
		line, err = s.in.ReadString('\n')
		require.NoError(s.t, err)
	}
	return line
}

func (s *streamer) stream(window int, cmds ...string) {
	s.t.Helper()
	for i, cmd := range cmds {
		if i >= window {
			s.ok()
		}
		s.send(cmd)
	}
	for range min(window, len(cmds)) {
		s.ok()
	}
}

// arcs are n short moves at 60 mm/s.
func arcs(n int) (cmds []string) {
	for i := range n {
		cmds = append(cmds, fmt.Sprintf("G1 X%.3f Y50.000 F3600", 50+0.2*float64(i%2)))
	}
	return cmds
}

// A machine answers in a bubble at the board's pace, and its truth holds
// exactly the lines that were sent, each once, in order.
func TestMachineRunsOnABubblesClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMachine(Config{Firmware: "marlin", Baud: 250000})
		require.NoError(t, err)
		s := newStreamer(t, m)
		s.stream(1, "M110 N0", "M117 mailleur a", "G28")
		begun := time.Now()
		cmds := arcs(500)
		s.stream(3, cmds...)
		took := time.Since(begun)
		s.stream(1, "M117 mailleur end a")
		require.NoError(t, s.conn.Close())
		require.InDelta(t, 2.0, took.Seconds(), 1, "about 250 lines a second")
		truth := m.Truth()
		require.Equal(t, append([]string{"G28"}, cmds...), truth.Executed("a"))
		require.Equal(t, ExecutedSHA256(append([]string{"G28"}, cmds...)), truth.Attempts[0].SHA256)
		require.NotEqual(t, ExecutedSHA256(cmds), truth.Attempts[0].SHA256)
		require.True(t, truth.Attempts[0].Ended)
		require.Equal(t, 3, truth.Load.InFlight)
		require.NotEmpty(t, m.Records())
	})
}

// Reading fails on a closed and on an unplugged connection, at once if it was
// waiting; the board lives on, and an attempt goes on with the next number.
func TestMachineOutlivesItsHostAndItsCable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMachine(Config{Firmware: "marlin", Baud: 250000})
		require.NoError(t, err)
		for _, end := range []func(conn io.Closer){func(conn io.Closer) { conn.Close() }, func(io.Closer) { m.Unplug() }} {
			conn := m.Plug()
			_, err = m.Plug().Read(make([]byte, 1))
			require.ErrorIs(t, err, ErrBusy, "one at a time")
			time.Sleep(time.Second)
			_, err = conn.Read(make([]byte, 4096))
			if err == nil {
				_, err = io.WriteString(conn, ";nothing\n")
			}
			require.NoError(t, err)
			failed := make(chan error)
			go func() { _, err := io.Copy(io.Discard, conn); failed <- err }()
			time.Sleep(time.Hour)
			end(conn)
			require.ErrorIs(t, <-failed, os.ErrClosed)
			_, err = io.WriteString(conn, "M105\n")
			require.ErrorIs(t, err, os.ErrClosed)
			again := m.Plug()
			_, err = io.WriteString(again, "M105\n")
			require.NoError(t, err)
			require.NoError(t, again.Close())
		}
		s := newStreamer(t, m)
		s.stream(1, "M110 N0", "M117 mailleur a", "G1 X1 F6000")
		m.Unplug()
		time.Sleep(time.Minute)
		again := newStreamer(t, m)
		again.n = s.n
		again.stream(1, "G1 X2", "M117 mailleur end a")
		truth := m.Truth()
		require.Len(t, truth.Attempts, 1)
		require.Equal(t, []string{"G1 X1 F6000", "G1 X2"}, truth.Executed("a"))
		require.Zero(t, truth.Attempts[0].Repeated+truth.Attempts[0].Skipped)
		require.Equal(t, 1, truth.Starts)
	})
}

// A board that resets on the control line does so when the port is first
// opened and after it was unplugged, not after a host left the line up.
func TestMachineResetsOnTheControlLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMachine(Config{Firmware: "marlin", DTRResets: true})
		require.NoError(t, err)
		require.NoError(t, m.Plug().Close())
		require.Equal(t, 2, m.Truth().Starts)
		m.Plug()
		require.Equal(t, 2, m.Truth().Starts)
		m.Unplug()
		m.Plug()
		require.Equal(t, 3, m.Truth().Starts)
	})
}

// rate is how many lines a second a window of so many gets through.
func rate(t *testing.T, window int, cfg Config) (perSecond float64) {
	synctest.Test(t, func(t *testing.T) {
		cfg.Firmware = "marlin"
		m, err := NewMachine(cfg)
		require.NoError(t, err)
		s := newStreamer(t, m)
		s.stream(1, "M110 N0", "M83", "M109 S200", "G1 X50 Y50 F12000", "M400")
		cmds := arcs(600)
		for i := range cmds {
			cmds[i] += " E.01"
		}
		begun := time.Now()
		s.stream(window, cmds...)
		perSecond = 600 / time.Since(begun).Seconds()
	})
	return perSecond
}

// On a fast board the stream is limited by the wire, or by the window and the
// round trip; on an 8-bit one by its own work. A line here has 40 bytes.
func TestWhatLimitsTheStream(t *testing.T) {
	fast := Config{Baud: 250000, Processor: "fast"}
	require.InDelta(t, 300, rate(t, 3, fast), 40, "motion at 60 mm/s is the limit")
	slow := fast
	slow.Latency = 16 * time.Millisecond
	require.InDelta(t, 1/0.0178, rate(t, 1, slow), 2, "one line a round trip")
	require.InDelta(t, 4/0.0178, rate(t, 4, slow), 30, "four lines a round trip")
	require.InDelta(t, 190, rate(t, 3, Config{Baud: 250000}), 15, "an ATmega2560")
}

// A planner that runs empty in an attempt is counted, one that stands for a
// dwell is not.
func TestStarvationIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMachine(Config{Firmware: "marlin", Baud: 250000})
		require.NoError(t, err)
		s := newStreamer(t, m)
		s.stream(1, "M110 N0", "M117 mailleur a", "G1 X10 F6000")
		time.Sleep(2 * time.Second)
		s.stream(1, "G1 X20")
		require.Equal(t, 1, m.Truth().Load.Starved)
		require.InDelta(t, 1900, m.Truth().Load.StarvedMS, 50)
		s.stream(1, "G4 S2", "G1 X30", "M117 mailleur end a")
		require.Equal(t, 1, m.Truth().Load.Starved)
		time.Sleep(time.Minute)
		s.stream(1, "G1 X40")
		time.Sleep(time.Minute)
		s.stream(1, "G1 X50")
		require.Equal(t, 1, m.Truth().Load.Starved, "outside an attempt nothing was to come")
	})
}

// A pulled cable loses what is under way and nothing else: the board finishes
// what it holds, and goes on with the next line.
func TestUnplugFaultLeavesTheBoardAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		unplug, err := ParseFault("unplug:1,3,30")
		require.NoError(t, err)
		m, err := NewMachine(Config{Firmware: "marlin", Faults: []Fault{unplug}})
		require.NoError(t, err)
		s := newStreamer(t, m)
		s.stream(1, "M110 N0", "M117 mailleur a", "M104 S200", "G1 X1 F6000")
		begun := time.Now()
		s.send("G1 X2")
		_, err = io.Copy(io.Discard, s.conn)
		require.ErrorIs(t, err, os.ErrClosed)
		require.Less(t, time.Since(begun), time.Second)
		_, err = m.Plug().Write([]byte("M105\n"))
		require.ErrorIs(t, err, ErrPulled)
		time.Sleep(30 * time.Second)
		again := newStreamer(t, m)
		again.n = s.n + 100
		again.send("M105")
		line, err := again.in.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "Error:Line Number is not Last Line Number+1, Last Line: 4\n", line, "the line at which the cable was pulled was executed")
		again.ok()
		again.n = 5
		again.stream(1, "G1 X3", "M117 mailleur end a")
		truth := m.Truth()
		require.Equal(t, []string{"M104 S200", "G1 X1 F6000", "G1 X2", "G1 X3"}, truth.Executed("a"))
		require.Equal(t, 1, truth.Starts)
		require.Greater(t, truth.Heat.HotendSeconds, 30.0, "heat went on")
	})
}

package detect

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// options are those of a hurried test.
func options(t *testing.T) Options {
	t.Helper()
	set, err := profiles.Load()
	require.NoError(t, err)
	return Options{Dialects: set.Dialects(), Timing: Timing{
		Boot: time.Second, Again: 200 * time.Millisecond, Quiet: 30 * time.Millisecond, Repeat: 150 * time.Millisecond, Total: 4 * time.Second,
	}}
}

// board is a made-up one at a pseudo-terminal: it answers what is written to it.
type board struct {
	master int
	name   string
	mu     sync.Mutex
	heard  []byte
}

// newBoard makes one; each is called with every line that it hears, and with the speed that the host has set.
func newBoard(t *testing.T, each func(b *board, baud int, line string)) *board {
	t.Helper()
	master, slave, err := pty.Open()
	require.NoError(t, err)
	b := &board{master: int(master.Fd()), name: slave.Name()}
	require.NoError(t, slave.Close(), "nobody holds the port")
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() { defer close(ended); b.run(stop, each) }()
	t.Cleanup(func() { close(stop); <-ended; master.Close() })
	return b
}

func (b *board) run(stop <-chan struct{}, each func(b *board, baud int, line string)) {
	buf, pending := make([]byte, 512), ""
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		fds := []unix.PollFd{{Fd: int32(b.master), Events: unix.POLLIN}}
		if n, err := unix.Poll(fds, 0); err != nil || n == 0 || fds[0].Revents&unix.POLLIN == 0 {
			continue
		}
		n, err := unix.Read(b.master, buf)
		if err != nil {
			continue
		}
		b.mu.Lock()
		b.heard = append(b.heard, buf[:n]...)
		b.mu.Unlock()
		pending += string(buf[:n])
		for line, rest, ok := strings.Cut(pending, "\n"); ok; line, rest, ok = strings.Cut(pending, "\n") {
			pending = rest
			if each != nil {
				each(b, b.baud(), line)
			}
		}
	}
}

// baud is the speed that the host has set.
func (b *board) baud() int {
	termios, err := unix.IoctlGetTermios(b.master, unix.TCGETS2)
	if err != nil {
		return 0
	}
	return int(termios.Ospeed)
}

func (b *board) say(text string) { unix.Write(b.master, []byte(text)) }

func (b *board) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.heard)
}

// simulate runs a simulated printer until the test ends.
func simulate(t *testing.T, o printsim.Options) string {
	t.Helper()
	o.Link, o.Speed = filepath.Join(t.TempDir(), "printer"), 20
	printer, err := printsim.New(o, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- printer.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-ended) })
	return o.Link
}

// Ensure that every simulated firmware is told by its answer, whether or not it resets when its port is opened.
func TestSimulatedPrintersAreRecognised(t *testing.T) {
	dialects := map[string]string{
		"marlin": "marlin2", "marlin-advanced": "marlin2", "buddy": "prusa-buddy", "smoothie": "smoothieware",
	} // the others have their dialect's name
	for _, firmware := range printsim.Firmwares() {
		for _, resets := range []bool{false, true} {
			t.Run(fmt.Sprint(firmware, resets), func(t *testing.T) {
				t.Parallel()
				f := Ask(t.Context(), simulate(t, printsim.Options{Board: printsim.Config{Firmware: firmware, DTRResets: resets}}), options(t))
				require.NoError(t, f.Err)
				require.Equal(t, cmp.Or(dialects[firmware], firmware), f.Dialect)
				require.Equal(t, 115200, f.Baud)
				if firmware == "marlin" {
					require.True(t, f.Capabilities["AUTOREPORT_TEMP"])
					require.NotEmpty(t, f.UUID)
				}
			})
		}
	}
}

// Ensure that a board at another speed is found behind its garbage, without the port being opened twice, and that nothing
// but the question is ever sent.
func TestSpeedIsFoundBehindGarbage(t *testing.T) {
	t.Parallel()
	b := newBoard(t, func(b *board, baud int, line string) {
		switch {
		case baud != 250000:
			b.say("\xf8\x80\xfe~f\x00\xf8\xf8")
		case line == "M115":
			b.say("FIRMWARE_NAME:Repetier_1.0.4 FIRMWARE_URL:https://x.example/ MACHINE_TYPE:Mendel\nok 0\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, Found{Port: b.name, Baud: 250000, Dialect: "repetier", Firmware: "Repetier_1.0.4", Machine: "Mendel"}, f)
	require.Empty(t, strings.ReplaceAll(b.said(), question, ""))
}

// Ensure that a board that only ever gives garbage is named as such and asked for its speed, sooner than a silent one.
func TestGarbageIsNamed(t *testing.T) {
	t.Parallel()
	b := newBoard(t, func(b *board, _ int, _ string) { b.say("\xf8\x80\xfe\x01\xf0") })
	began := time.Now()
	f := Ask(t.Context(), b.name, options(t))
	require.ErrorIs(t, f.Err, ErrGarbage)
	require.Less(t, time.Since(began), 3*time.Second)
	require.NotContains(t, b.said(), "\xff", "nothing unusual goes to what is not understood")
}

// Ensure that a silent port is given up in time, and that it heard the question at every speed.
func TestSilenceIsNamed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[int]bool{}
	b := newBoard(t, func(_ *board, baud int, _ string) {
		mu.Lock()
		defer mu.Unlock()
		asked[baud] = true
	})
	o := options(t)
	o.Timing.Boot, o.Timing.Total = 300*time.Millisecond, 1500*time.Millisecond
	f := Ask(t.Context(), b.name, o)
	require.ErrorIs(t, f.Err, ErrSilent)
	require.Empty(t, strings.ReplaceAll(b.said(), question, ""))
	mu.Lock()
	defer mu.Unlock()
	require.True(t, asked[115200] && asked[250000], "%v", asked)
}

// Ensure that a board is waited for that boots slowly, eats what it is told meanwhile, and speaks at the less likely speed.
func TestSlowBootIsWaitedFor(t *testing.T) {
	t.Parallel()
	booted := time.Now().Add(1300 * time.Millisecond)
	b := newBoard(t, func(b *board, baud int, line string) {
		if line == "M115" && time.Now().After(booted) && baud == 250000 {
			b.say("ok FIRMWARE_NAME:Klipper FIRMWARE_VERSION:v0.12.0-1\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, Found{Port: b.name, Baud: 250000, Dialect: "klipper", Firmware: "Klipper", Version: "v0.12.0-1"}, f)
}

// Ensure that the question waits for the end of a banner, whose reading would lose it on some boards.
func TestQuestionWaitsForTheBanner(t *testing.T) {
	t.Parallel()
	var boots, early atomic.Int32
	b := newBoard(t, func(b *board, _ int, line string) {
		switch {
		case boots.Load() == 0:
			for _, part := range []string{"\x00start\r\n", "echo:Marlin ", "1.1.9\r\n", "echo: Free Memory: 3\r\n"} {
				b.say(part)
				<-time.After(15 * time.Millisecond)
			}
			boots.Add(1)
			n, _ := unix.Poll([]unix.PollFd{{Fd: int32(b.master), Events: unix.POLLIN}}, 0)
			early.Store(int32(n))
		case boots.Load() == 1: // it has eaten the first question
			boots.Add(1)
		case line == "M115":
			b.say("FIRMWARE_NAME:Marlin 1.1.9 (Github) MACHINE_TYPE:Ender-3\nok\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, "marlin1", f.Dialect)
	require.Zero(t, early.Load())
}

// Ensure that a firmware which refuses lines without a number gets one, and that line numbers are left alone before.
func TestNumberComesAfterRefusals(t *testing.T) {
	t.Parallel()
	numbered := false
	b := newBoard(t, func(b *board, _ int, line string) {
		switch {
		case line == "N0 M110 N0*125":
			numbered = true
			b.say("ok\n")
		case line == "M115" && !numbered:
			b.say("Error:No Line Number with checksum, Last Line: 41\nResend: 42\nok\n")
		case line == "M115":
			b.say("FIRMWARE_NAME:Marlin V1; Sprinter/grbl mashup for gen6 MACHINE_TYPE:Mendel\nok\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, "marlin1", f.Dialect)
	require.Equal(t, 2, strings.Count(strings.Split(b.said(), "M110")[0], "M115"))
}

// Ensure that packing left on by another host is turned off on a board that talks and does not understand.
func TestPackingIsTurnedOff(t *testing.T) {
	t.Parallel()
	packed := true
	b := newBoard(t, func(b *board, _ int, line string) {
		if strings.HasPrefix(line, "\xff\xff\xf9") {
			packed = false
		}
		switch {
		case packed:
			b.say("echo:Unknown command: \"0.2 \"\nok\n")
		case line == "M115":
			b.say("FIRMWARE_NAME:Marlin 2.1.2 (x)\nok\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.NoError(t, f.Err)
	require.Equal(t, "marlin2", f.Dialect)
}

// Ensure that a printer at work is not taken for none, and is left in peace but for the question.
func TestAtWork(t *testing.T) {
	t.Parallel()
	b := newBoard(t, func(b *board, _ int, _ string) { b.say(" T:185.20 /210.00 B:60.0 /60.0 @:127 W:?\n") })
	o := options(t)
	o.Timing.Total = time.Second
	f := Ask(t.Context(), b.name, o)
	require.ErrorIs(t, f.Err, ErrNameless)
	require.ErrorContains(t, f.Err, "115200 baud")
	require.Empty(t, strings.ReplaceAll(b.said(), question, ""))
}

// Ensure that a port that somebody holds is not opened, and that who it is is said.
func TestHeldPortIsNotOpened(t *testing.T) {
	link := simulate(t, printsim.Options{Board: printsim.Config{Firmware: "marlin"}})
	held, err := port.Open(link, 115200)
	require.NoError(t, err)
	defer held.Close()
	f := Ask(t.Context(), link, options(t))
	require.ErrorIs(t, f.Err, port.ErrBusy)
	require.Contains(t, f.Error, "detect.test, process ")
}

// Ensure that an unknown firmware is reported with its name, and that no dialect is guessed.
func TestUnknownFirmwareIsReported(t *testing.T) {
	t.Parallel()
	b := newBoard(t, func(b *board, _ int, line string) {
		if line == "M115" {
			b.say("FIRMWARE_NAME:Nobody 1.0 MACHINE_TYPE:Loom\nok\n")
		}
	})
	f := Ask(t.Context(), b.name, options(t))
	require.ErrorIs(t, f.Err, ErrNoDialect)
	require.Equal(t, "Nobody 1.0", f.Firmware)
	require.Equal(t, 115200, f.Baud)
}

// Ensure that ports are asked side by side and answered in order, and that an interrupt ends all of it.
func TestAllAsksSideBySide(t *testing.T) {
	answer := func(b *board, _ int, line string) {
		if line == "M115" {
			b.say("FIRMWARE_NAME:Marlin 2.1.2 (x)\nok\n")
		}
	}
	one, mute, two := newBoard(t, answer), newBoard(t, nil), newBoard(t, answer)
	ctx, interrupt := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer interrupt()
	began := time.Now()
	found := All(ctx, []string{one.name, mute.name, two.name, "/dev/none"}, options(t))
	require.Less(t, time.Since(began), 2*time.Second)
	require.NoError(t, found[0].Err)
	require.ErrorIs(t, found[1].Err, context.DeadlineExceeded)
	require.NoError(t, found[2].Err)
	require.ErrorIs(t, found[3].Err, port.ErrNotFound)
	require.Equal(t, two.name, found[2].Port)
}

// Ensure that the speeds of all dialects are tried, the likeliest first.
func TestSpeeds(t *testing.T) {
	all := speeds(options(t).Dialects)
	require.Equal(t, []int{115200, 250000}, all[:2])
}

package printsim

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// host is the other end of the port, as an agent would hold it.
type host struct {
	t    *testing.T
	file *os.File
	in   chan string
	n    int
}

func openHost(t *testing.T, link string) *host {
	t.Helper()
	fd, err := unix.Open(link, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	require.NoError(t, err)
	h := &host{t: t, file: os.NewFile(uintptr(fd), link), in: make(chan string, 1000)}
	go func() {
		defer close(h.in)
		r := bufio.NewReader(h.file)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			h.in <- strings.TrimRight(line, "\r\n")
		}
	}()
	return h
}

func (h *host) close() {
	h.file.Close()
	for range h.in {
	}
}

func (h *host) send(line string) {
	h.t.Helper()
	_, err := io.WriteString(h.file, line+"\n")
	require.NoError(h.t, err)
}

func (h *host) numbered(cmd string) {
	h.send(numbered(h.n, cmd))
	h.n++
}

// await reads until a line with this beginning, and returns what came before.
func (h *host) await(prefix string) (before []string) {
	h.t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		select {
		case line, ok := <-h.in:
			if !ok {
				h.t.Fatalf("port closed while waiting for %q, after %q", prefix, before)
			}
			if strings.HasPrefix(line, prefix) {
				return before
			}
			before = append(before, line)
		case <-deadline:
			h.t.Fatalf("no %q within 5 s, only %q", prefix, before)
		}
	}
}

func numbered(n int, cmd string) string {
	line := fmt.Sprintf("N%d %s", n, cmd)
	var sum byte
	for _, c := range []byte(line) {
		sum ^= c
	}
	return fmt.Sprintf("%s*%d", line, sum)
}

func startPrinter(t *testing.T, opts Options) (stop func()) {
	t.Helper()
	p, err := New(opts, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(t, <-done)
		}
	}
	t.Cleanup(stop)
	return stop
}

// A host sees oks over a real pty, and the truth log holds what was executed.
func TestPrinterAnswersOverAPtyAndKeepsTheTruth(t *testing.T) {
	for _, firmware := range Firmwares() {
		t.Run(firmware, func(t *testing.T) {
			dir := t.TempDir()
			opts := Options{Link: filepath.Join(dir, "tty"), Truth: filepath.Join(dir, "truth.jsonl"), Speed: 500, Board: Config{Firmware: firmware}}
			stop := startPrinter(t, opts)
			h := openHost(t, opts.Link)
			defer h.close()
			h.numbered("M110 N0")
			h.await("ok")
			for _, cmd := range []string{"M117 mailleur a-1", "M104 S200", "G28", "M109 S200", "G1 X10 Y10 F6000", "M105", "G1 X20 E1", "M104 S0", "M117 mailleur end a-1", "M107"} {
				h.numbered(cmd)
				h.await("ok")
			}
			stop()
			truth, err := ReadTruth(opts.Truth)
			require.NoError(t, err)
			lines := []string{"M104 S200", "G28", "M109 S200", "G1 X10 Y10 F6000", "G1 X20 E1", "M104 S0"}
			require.Equal(t, []Attempt{{ID: "a-1", Lines: 6, Ended: true, SHA256: ExecutedSHA256(lines)}}, truth.Attempts)
			require.Equal(t, lines, truth.Executed("a-1"))
			require.Equal(t, 6, truth.LinesExecuted)
			require.Equal(t, 1, truth.Starts)
			require.Greater(t, truth.Heat.HotendSeconds, 15.0)
			require.Zero(t, truth.Heat.HotendTarget)
			_, err = os.Lstat(opts.Link)
			require.ErrorIs(t, err, os.ErrNotExist, "the link goes with the printer")
		})
	}
}

// A host that goes and comes back finds the board as it left it, no bytes of
// the time between, and a port that is not locked.
func TestPrinterSurvivesItsHost(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	startPrinter(t, Options{Link: link, Speed: 50, Board: Config{Firmware: "marlin"}})
	h := openHost(t, link)
	h.numbered("M110 N0")
	h.await("ok")
	h.numbered("M155 S1")
	h.await("ok")
	h.await(" T:")
	require.NoError(t, unix.IoctlSetInt(int(h.file.Fd()), unix.TIOCEXCL, 0))
	first, err := os.Readlink(link)
	require.NoError(t, err)
	h.close()
	require.Eventually(t, func() bool { now, err := os.Readlink(link); return err == nil && now != first }, 3*time.Second, time.Millisecond,
		"a fresh terminal takes the place of the one that was left")

	again := openHost(t, link)
	defer again.close()
	again.n = 2
	again.numbered("M105")
	for _, line := range again.await("ok T:") {
		require.True(t, strings.HasPrefix(line, " T:"), "only reports, no banner and nothing stale: %q", line)
	}
}

func TestReopeningResetsAHaltedBoardAndWithDTRAnyBoard(t *testing.T) {
	for _, dtr := range []bool{false, true} {
		link := filepath.Join(t.TempDir(), "tty")
		startPrinter(t, Options{Link: link, Speed: 50, Board: Config{Firmware: "marlin", DTRResets: dtr}})
		h := openHost(t, link)
		if dtr {
			h.await("start")
		}
		h.send("M112")
		h.await("Error:Printer halted")
		first, err := os.Readlink(link)
		require.NoError(t, err)
		h.close()
		require.Eventually(t, func() bool { now, err := os.Readlink(link); return err == nil && now != first }, 3*time.Second, time.Millisecond)
		again := openHost(t, link)
		again.await("start")
		again.await("Marlin 2.1.2.1")
		again.close()
	}
}

// A host that switches HUPCL off leaves the control line up when it goes, so
// that the next one finds the board alive; the port remembers.
func TestAHostKeepsTheBoardFromResetting(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	startPrinter(t, Options{Link: link, Speed: 50, Board: Config{Firmware: "marlin", DTRResets: true}})
	reopened := func(h *host) *host {
		first, err := os.Readlink(link)
		require.NoError(t, err)
		h.close()
		require.Eventually(t, func() bool { now, err := os.Readlink(link); return err == nil && now != first }, 3*time.Second, time.Millisecond)
		return openHost(t, link)
	}
	hangUp := func(h *host, on bool) {
		termios, err := unix.IoctlGetTermios(int(h.file.Fd()), unix.TCGETS)
		require.NoError(t, err)
		if termios.Cflag &^= unix.HUPCL; on {
			termios.Cflag |= unix.HUPCL
		}
		require.NoError(t, unix.IoctlSetTermios(int(h.file.Fd()), unix.TCSETS, termios))
	}
	h := openHost(t, link)
	h.await("start")
	hangUp(h, false)
	for range 2 {
		h = reopened(h)
		h.send("M105")
		require.Empty(t, h.await("ok T:"), "no banner")
	}
	hangUp(h, true)
	h = reopened(h)
	h.await("start")
	h.close()
}

// A pulled cable closes the port under its host and takes the link away; the
// same link comes back with the board alive.
func TestUnplugTakesThePortAway(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	unplug, err := ParseFault("unplug:1,1,20")
	require.NoError(t, err)
	startPrinter(t, Options{Link: link, Speed: 50, Board: Config{Firmware: "marlin", Faults: []Fault{unplug}}})
	h := openHost(t, link)
	h.numbered("M110 N0")
	h.await("ok")
	h.numbered("M117 mailleur a")
	h.await("ok")
	h.numbered("G1 X1")
	for range h.in {
	}
	h.file.Close()
	require.NoFileExists(t, link)
	require.Eventually(t, func() bool { _, err := os.Stat(link); return err == nil }, 3*time.Second, time.Millisecond)
	again := openHost(t, link)
	defer again.close()
	again.n = 3
	again.numbered("M105")
	require.Empty(t, again.await("ok T:"))
}

func TestPrinterRefusesWhatItCannotDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o600))
	marlin := Config{Firmware: "marlin"}
	for name, opts := range map[string]Options{
		"something that is no link": {Link: file, Board: marlin},
		"no such file":              {Link: filepath.Join(dir, "none", "tty"), Board: marlin},
		"want one of":               {Link: filepath.Join(dir, "a"), Board: Config{Firmware: "sprinter"}},
		"speed":                     {Link: filepath.Join(dir, "b"), Speed: -1, Board: marlin},
		"truth log":                 {Link: filepath.Join(dir, "c"), Truth: filepath.Join(dir, "none", "t"), Board: marlin},
		"baud":                      {Link: filepath.Join(dir, "d"), Board: Config{Firmware: "marlin", Baud: 3}},
		"bed":                       {Link: filepath.Join(dir, "e"), Board: Config{Firmware: "marlin", Bed: [3]float64{-1, 2, 3}}},
	} {
		_, err := New(opts, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, name)
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "mine", string(kept))
}

// BenchmarkPingPong is how many lines a second a host with one line in flight
// gets through, over a real pseudo-terminal with the clock far ahead.
func BenchmarkPingPong(b *testing.B) {
	link := filepath.Join(b.TempDir(), "tty")
	p, err := New(Options{Link: link, Truth: filepath.Join(b.TempDir(), "t"), Speed: 1000, Board: Config{Firmware: "marlin"}}, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	f, err := os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(b, err)
	r := bufio.NewReader(f)
	for n := 0; b.Loop(); n++ {
		cmd := fmt.Sprintf("G1 X%d.5 Y10 F9000", n%100)
		if n == 0 {
			cmd = "M110 N0"
		}
		_, err := io.WriteString(f, numbered(n, cmd)+"\n")
		require.NoError(b, err)
		for {
			line, err := r.ReadString('\n')
			require.NoError(b, err)
			if strings.HasPrefix(line, "ok") {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	f.Close()
	cancel()
	require.NoError(b, <-done)
}

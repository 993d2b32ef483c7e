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
			require.Equal(t, []Attempt{{ID: "a-1", Lines: 6, Ended: true}}, truth.Attempts)
			require.Equal(t, 6, truth.LinesExecuted)
			require.Equal(t, 1, truth.Starts)
			require.Greater(t, truth.Heat.HotendSeconds, 15.0)
			require.Zero(t, truth.Heat.HotendTarget)
			_, err = os.Lstat(opts.Link)
			require.ErrorIs(t, err, os.ErrNotExist, "the link goes with the printer")
		})
	}
}

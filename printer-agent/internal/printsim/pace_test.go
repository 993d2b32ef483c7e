package printsim

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// BenchmarkPace holds the clock at --speed 1 against what the wire and the
// adapter allow: share is lines a second over the ceiling, cpu% what simulator
// and this host together take of one processor.
func BenchmarkPace(b *testing.B) {
	for _, latency := range []time.Duration{0, 2 * time.Millisecond, 16 * time.Millisecond} {
		for _, window := range []int{1, 4} {
			b.Run(fmt.Sprintf("latency=%s/window=%d", latency, window), func(b *testing.B) { pace(b, latency, window) })
		}
	}
}

func pace(b *testing.B, latency time.Duration, window int) {
	link := filepath.Join(b.TempDir(), "tty")
	p, err := New(Options{Link: link, Truth: filepath.Join(b.TempDir(), "t"),
		Board: Config{Firmware: "marlin", Baud: 250000, Processor: "fast", Latency: latency}}, slog.New(slog.DiscardHandler))
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	f, err := unix.Open(link, unix.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(b, err)
	r := bufio.NewReader(fdReader(f))
	n, bytes := 0, 0
	send := func(cmd string) {
		line := numbered(n, cmd) + "\n"
		_, err := unix.Write(f, []byte(line))
		require.NoError(b, err)
		n++
		bytes += len(line)
	}
	ok := func() {
		for line := ""; !strings.HasPrefix(line, "ok"); {
			line, err = r.ReadString('\n')
			require.NoError(b, err)
		}
	}
	send("M110 N0")
	ok()
	begun, lines, bytes0, cpu := time.Now(), n, bytes, cpuTime(b)
	for b.Loop() {
		if n-lines >= window {
			ok()
		}
		send("M204 P1000.000 T1000.00")
	}
	for range min(window, n-lines) {
		ok()
	}
	took := time.Since(begun).Seconds()
	sent := n - lines
	wire := float64(bytes-bytes0) / float64(sent) / 25000
	trip := wire + 40e-6 + 3.0/25000
	if latency > 0 {
		trip = wire + 40e-6 + 1.0/25000 + latency.Seconds()
	}
	ceiling := min(1/wire, float64(window)/trip)
	b.ReportMetric(float64(sent)/took, "lines/s")
	b.ReportMetric(float64(sent)/took/ceiling, "share")
	b.ReportMetric(100*(cpuTime(b)-cpu).Seconds()/took, "cpu%")
	b.ReportMetric(0, "ns/op")
	require.NoError(b, unix.Close(f))
	cancel()
	require.NoError(b, <-done)
}

// fdReader reads in the kernel: a wait in Go's scheduler would be measured too.
type fdReader int

func (f fdReader) Read(p []byte) (int, error) { return unix.Read(int(f), p) }

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

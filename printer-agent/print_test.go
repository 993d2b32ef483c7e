package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// simulate runs the program's own simulator at a port of its own until the test ends.
func simulate(t *testing.T, firmware string, more ...string) (link, truth string) {
	t.Helper()
	dir := t.TempDir()
	link, truth = filepath.Join(dir, "printer"), filepath.Join(dir, "truth.jsonl")
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	args := append([]string{"simulate", "--pty", link, "--truth", truth, "--firmware", firmware, "--baud", "250000", "--speed", "100"}, more...)
	var errs bytes.Buffer
	wg.Go(func() { run(ctx, args, &bytes.Buffer{}, &errs) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if t.Failed() {
			t.Log(errs.String())
		}
	})
	require.Eventually(t, func() bool { _, err := os.Stat(link); return err == nil }, 5*time.Second, 5*time.Millisecond)
	return link, truth
}

// smallPrint writes a G-code file of n moves and returns how many lines of it count.
func smallPrint(t *testing.T, n int) (file string, lines int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("; sliced\nM140 S0\nM104 S60\nG28 ; home\nM109 S60\nM117 layer 1\nM105\n")
	for i := range n {
		fmt.Fprintf(&b, "G1 X%d.%d Y%d F6000 ; wall\n", i%90, i%10, i%70)
	}
	b.WriteString("M104 S0\nM84")
	file = filepath.Join(t.TempDir(), "small.gcode")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	return file, n + 6
}

// Ensure that a print over a noisy pseudo-terminal is executed exactly once, line by line, in both ways of numbering,
// that what is reported is what was executed, and that the exit status tells.
func TestPrintAgainstTheSimulator(t *testing.T) {
	for firmware, dialect := range map[string]string{"marlin": "marlin2", "repetier": "repetier"} {
		t.Run(firmware, func(t *testing.T) {
			t.Parallel()
			port, truth := simulate(t, firmware, "--fault", "noise:0.01", "--fault", "garble:0.01", "--seed", "7")
			file, lines := smallPrint(t, 600)
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), []string{"print", file, "--port", port, "--firmware", dialect, "--token", "tok", "--json"}, &stdout, &stderr)
			require.Zero(t, status, stderr.String())
			var report printReport
			require.NoError(t, json.Unmarshal(stdout.Bytes(), &report), "one JSON object on standard output")
			require.EqualValues(t, "done", report.Result)
			require.EqualValues(t, lines, report.Lines)
			require.EqualValues(t, lines, report.Total)
			require.Positive(t, report.Resends, "the noise was felt")
			require.Eventually(t, func() bool {
				seen, err := printsim.ReadTruth(truth)
				return err == nil && len(seen.Attempts) == 1 && seen.Attempts[0].Ended
			}, 5*time.Second, 20*time.Millisecond)
			seen, err := printsim.ReadTruth(truth)
			require.NoError(t, err)
			attempt := seen.Attempts[0]
			require.Equal(t, "tok", attempt.ID)
			require.Equal(t, lines, attempt.Lines)
			require.Zero(t, attempt.Repeated+attempt.Skipped)
		})
	}
}

// Ensure that a printer that halts or restarts ends the program with its reason and a status that is not zero.
func TestPrintReportsAFailure(t *testing.T) {
	for fault, want := range map[string]string{"halt:1,50": "halted", "thermal:1,50": "thermal", "reset:1,50": "reset"} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			port, _ := simulate(t, "marlin", "--fault", fault)
			file, _ := smallPrint(t, 100)
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), []string{"print", file, "--port", port, "--token", "x", "--json"}, &stdout, &stderr)
			require.Equal(t, 1, status)
			var report printReport
			require.NoError(t, json.Unmarshal(stdout.Bytes(), &report))
			require.EqualValues(t, want, report.Result)
			require.Less(t, report.Lines, int64(60))
		})
	}
}

// Ensure that detect asks the named port only, and names the dialect and the speed.
func TestDetectIdentifiesAPrinter(t *testing.T) {
	for firmware, dialect := range map[string]string{"marlin": "marlin2", "repetier": "repetier"} {
		t.Run(firmware, func(t *testing.T) {
			t.Parallel()
			port, _ := simulate(t, firmware)
			var stdout, stderr bytes.Buffer
			require.Zero(t, run(t.Context(), []string{"detect", "--ask", port, "--json"}, &stdout, &stderr), stderr.String())
			var report detectReport
			require.NoError(t, json.Unmarshal(stdout.Bytes(), &report))
			require.Len(t, report.Printers, 1)
			require.Equal(t, dialect, report.Printers[0].Dialect)
			require.Equal(t, 115200, report.Printers[0].Baud)
		})
	}
}

// Ensure that a mistake on the command line is one clear line and a status of its own.
func TestMistakesAreNamed(t *testing.T) {
	file, _ := smallPrint(t, 1)
	for want, args := range map[string][]string{
		`no dialect "nonsense"`:      {"print", file, "--port", "/nowhere", "--firmware", "nonsense"},
		"no such port":               {"print", file, "--port", "/nowhere/printer"},
		"--port":                     {"print", file},
		"unexpected argument":        {"fly"},
		"printer-agent --help":       {},
		"printer-agent print --help": {"print"},
		"is no serial port":          {"print", file, "--port", file},
	} {
		var stdout, stderr bytes.Buffer
		require.NotZero(t, run(t.Context(), args, &stdout, &stderr))
		require.Contains(t, stderr.String(), want)
	}
}

// mute is a port behind which nobody answers.
func mute(t *testing.T) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = master.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	return fmt.Sprintf("/dev/pts/%d", n)
}

// Ensure that an interrupt ends the wait for a printer that does not answer, and that the port is free afterwards.
func TestInterruptedGreetingEndsAtOnce(t *testing.T) {
	silent, began := mute(t), time.Now()
	file, _ := smallPrint(t, 1)
	for _, args := range [][]string{{"print", file, "--port", silent}, {"detect", "--ask", silent}} {
		ctx, interrupt := context.WithTimeout(t.Context(), 300*time.Millisecond)
		var stderr bytes.Buffer
		require.NotZero(t, run(ctx, args, &bytes.Buffer{}, &stderr))
		interrupt()
	}
	require.Less(t, time.Since(began), 5*time.Second)
}

// Ensure that a port which another program holds is left alone, by print and by detect, and that the reason is said.
func TestAHeldPortIsLeftAlone(t *testing.T) {
	link, _ := simulate(t, "marlin")
	held, err := port.Open(link, 115200)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, held.Close()) })
	file, _ := smallPrint(t, 1)
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"print", file, "--port", link}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "in use by another program")
	require.Equal(t, 1, run(t.Context(), []string{"detect", "--ask", link}, &stdout, &stderr))
	require.Contains(t, stdout.String(), "in use by another program")
}

// Ensure that a file that asks too much of the named model is refused with what and where, before the port is opened.
func TestPrintChecksTheFileFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hot.gcode")
	require.NoError(t, os.WriteFile(file, []byte("G28\nM104 S400\nG1 X500 Y10 F3000\nM104 S0\n"), 0o600))
	for model, want := range map[string]string{"ender-3": "nothing was sent", "nothing-like-it": "ender-3"} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), []string{"print", file, "--port", "/nowhere", "--model", model}, &stdout, &stderr))
		require.Contains(t, stderr.String(), want)
		require.NotContains(t, stderr.String(), "no such port")
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// program is a child that runs the program with arguments.
func program(t *testing.T, stdout io.Writer, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), self, args...)
	child.Env = append(os.Environ(), programVariable+"=1")
	child.Stdout = stdout
	child.Stderr = t.Output()
	require.NoError(t, child.Start())
	return child
}

// executed is how many lines the printer has executed of the attempt with this token.
func executed(t *testing.T, truth, token string) int {
	t.Helper()
	seen, err := printsim.ReadTruth(truth)
	if err != nil || len(seen.Attempts) == 0 {
		return 0
	}
	last := seen.Attempts[len(seen.Attempts)-1]
	require.Equal(t, token, last.ID, "no attempt is begun twice")
	return last.Lines
}

// Ensure that a print whose program is killed without warning, again and again, goes on with resume where it was: each
// line executed once and in order, the last result that of the whole print.
func TestKilledPrintIsResumed(t *testing.T) {
	for firmware, name := range map[string]string{"marlin": "marlin2", "repetier": "repetier"} {
		t.Run(firmware, func(t *testing.T) {
			t.Parallel()
			port, truth := simulate(t, firmware)
			file, lines := smallPrint(t, 4000)
			state := filepath.Join(t.TempDir(), "state")
			place := []string{"--port", port, "--state", state, "--json"}
			child := program(t, io.Discard, append([]string{"print", file, "--token", "tok"}, place...)...)
			for part := range 3 {
				require.Eventually(t, func() bool { return executed(t, truth, "tok") > (part+1)*700 }, 30*time.Second, 5*time.Millisecond)
				require.NoError(t, child.Process.Kill())
				require.Error(t, child.Wait())
				var stdout bytes.Buffer
				child = program(t, &stdout, append([]string{"resume"}, place...)...)
				if part < 2 {
					continue
				}
				require.NoError(t, child.Wait())
				var report printReport
				require.NoError(t, json.Unmarshal(stdout.Bytes(), &report))
				require.EqualValues(t, "done", report.Result)
				require.EqualValues(t, lines, report.Lines)
				require.Equal(t, name, report.Dialect, "as it was when the print began, without asking again")
			}
			require.Eventually(t, func() bool {
				seen, err := printsim.ReadTruth(truth)
				return err == nil && len(seen.Attempts) == 1 && seen.Attempts[0].Ended
			}, 5*time.Second, 20*time.Millisecond)
			seen, err := printsim.ReadTruth(truth)
			require.NoError(t, err)
			require.Equal(t, lines, seen.Attempts[0].Lines)
			require.Zero(t, seen.Attempts[0].Repeated+seen.Attempts[0].Skipped)
		})
	}
}

// Ensure that resume says what is missing, and changes nothing: no print, a board that was reset, a firmware that does
// not number lines.
func TestResumeRefusesWhatCannotBeExact(t *testing.T) {
	port, truth := simulate(t, "marlin", "--dtr-resets", "--speed", "20")
	file, _ := smallPrint(t, 4000)
	state := filepath.Join(t.TempDir(), "state")
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"resume", "--port", port, "--state", state}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "no print was interrupted")

	child := program(t, io.Discard, "print", file, "--port", port, "--state", state, "--token", "tok")
	require.Eventually(t, func() bool { return executed(t, truth, "tok") > 100 }, 30*time.Second, 5*time.Millisecond)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	stderr.Reset()
	require.Equal(t, 1, run(t.Context(), []string{"print", file, "--port", port, "--state", state}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "resume", "the interrupted print is not thrown away")
	stderr.Reset()
	require.Equal(t, 1, run(t.Context(), []string{"resume", "--port", port, "--state", state, "--firmware", "klipper"}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "does not number lines")
	require.Len(t, mustTruth(t, truth).Attempts, 1)
}

func mustTruth(t *testing.T, path string) printsim.Truth {
	t.Helper()
	seen, err := printsim.ReadTruth(path)
	require.NoError(t, err)
	return seen
}

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// programVariable has the test binary be the program: bench starts itself as simulator and as host.
const programVariable = "PRINTER_AGENT_TEST_IS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// Ensure that the measuring of the stream measures: it fails unless each board executed the file exactly once, in order,
// and yields every figure of every setting. No figure is held against anything here.
func TestBenchStreamMeasures(t *testing.T) {
	t.Parallel()
	require.NoError(t, os.Setenv(programVariable, "1")) // t.Setenv forbids parallel tests; only TestMain looks at it
	doc := t.TempDir() + "/result.md"
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"bench", "stream", "--quick", "--beside=", "--doc", doc, "--commit", "abc"}, &stdout, &stderr)
	require.Zero(t, status, stderr.String())
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	require.Len(t, lines, 3*2, "of each setting the pace and the starvation")
	for _, line := range lines {
		require.Regexp(t, `^\d+ baud, \d+ ms, (no )?parser: [^;]+; [^;]+; (ok|short)$`, line)
	}
	written, err := os.ReadFile(doc)
	require.NoError(t, err)
	require.Contains(t, string(written), "- commit: abc\n")
	require.Contains(t, string(written), "| 250000 baud, 16 ms, parser | ")
}

// Ensure that a setting that there is not is named, and one that there is.
func TestBenchOnlyNamesSettings(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"bench", "--only", "9600 baud"}, &stdout, &stderr))
	require.Contains(t, stderr.String(), `--only "9600 baud": no setting is called so; one is "115200 baud, 0 ms, no parser"`)
}

// Ensure that the measuring of many printers measures: every board executed its file exactly, and each figure is there.
func TestBenchFleetMeasures(t *testing.T) {
	t.Parallel()
	require.NoError(t, os.Setenv(programVariable, "1"))
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"bench", "fleet", "--printers", "2", "--lines", "100"}, &stdout, &stderr)
	require.Zero(t, status, stderr.String())
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	require.Len(t, lines, 2+3, "starvation of each; pace, memory and processor time of all")
	require.Regexp(t, `resident memory: [\d.]+ MiB at most; under 40 MiB; (ok|short)`, stdout.String())
}

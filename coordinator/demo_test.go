package main_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/demo"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// playDemo runs the program as a person would and returns what it says at the end.
func playDemo(t *testing.T, args ...string) demo.Result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(testkit.Programs(t), "coordinator"), append([]string{"demo", "--until", "delivered", "--json"}, args...)...)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	began := time.Now()
	err := cmd.Run()
	t.Logf("%.0f s\n%s%s", time.Since(began).Seconds(), out.String(), messages.String())
	require.NoError(t, err)
	var r demo.Result
	require.NoError(t, json.Unmarshal(out.Bytes(), &r), "exactly one JSON object")
	return r
}

// checkDemo holds what a finished demo says against itself: pages, books and the printers' own logs agree.
func checkDemo(t *testing.T, r demo.Result, asked int64) {
	t.Helper()
	require.Equal(t, asked, r.Requested)
	require.Equal(t, asked, r.Delivered)
	require.Equal(t, "ok", r.Audit)
	require.Equal(t, r.LinesStreamed, r.LinesExecuted)
	require.Positive(t, r.LinesExecuted)
	require.Positive(t, r.PrintedBad, "one piece is lost and printed again")
	require.Greater(t, r.Attempts, r.Plates, "one attempt fails and one is lost")
	require.Positive(t, r.Recalled, "the recall of one spool finds its box")
}

// Ensure that a request becomes delivered goods, with noise on the wires, a halting printer, a lost piece and a silent
// agent, on real MQTT, ptys and slicing.
func TestTheDemoDelivers(t *testing.T) {
	r := playDemo(t, "--visors", "8", "--hooks", "5", "--masks", "3")
	checkDemo(t, r, 16)
	require.EqualValues(t, 8, r.SheetsUsed, "the donor reads what the sheets became")
}

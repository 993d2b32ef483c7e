package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// tried leads a simulated printer through its test with a person's answers, and returns what is kept of it.
func tried(t *testing.T, answers string) (guard.Result, error) {
	t.Helper()
	port, _ := simulate(t, "marlin", "--speed", "400")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "agent.toml"), fmt.Appendf(nil,
		"[[printer]]\nkey = \"tortue\"\nname = \"Tortue\"\nmodel = \"ender-3\"\nport = %q\nbaud = 250000\nallow_pty = true\n", port), 0o600))
	var out bytes.Buffer
	cmd := testCmd{Printer: "tortue", State: dir, Who: "Léa", stdin: strings.NewReader(answers), stdout: &out}
	ended := cmd.Run(t.Context(), slog.New(slog.DiscardHandler))
	store, err := spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	facts, err := store.Facts("tortue")
	require.NoError(t, err)
	require.NoError(t, store.Close())
	var r guard.Result
	require.NoError(t, json.Unmarshal(facts.Bench, &r), out.String())
	return r, ended
}

// Ensure that a printer is not tried while nobody is ready for it, and that this is kept for the agent.
func TestATestThatNobodyIsReadyFor(t *testing.T) {
	t.Parallel()
	r, err := tried(t, "n\n")
	require.ErrorIs(t, err, errNotPassed)
	require.False(t, r.Passed)
	require.Equal(t, guard.BenchInterrupted, r.Code)
}

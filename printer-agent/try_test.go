package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

const trySpeed = 20

// answering is a person at the terminal, who types an answer when something is asked.
type answering struct {
	bytes.Buffer
	typed   *os.File
	answers []string
}

func (a *answering) Write(p []byte) (int, error) {
	if bytes.HasSuffix(p, []byte("] ")) && len(a.answers) > 0 {
		if _, err := io.WriteString(a.typed, a.answers[0]+"\n"); err != nil {
			return 0, err
		}
		a.answers = a.answers[1:]
	}
	return a.Buffer.Write(p)
}

// try does the test with these answers and returns what was shown.
func try(t *testing.T, c *testCmd, answers ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	defer func() { require.NoError(t, w.Close()) }()
	began := time.Now()
	c.answers, c.clock = r, func() time.Time { return began.Add(trySpeed * time.Since(began)) }
	shown := &answering{typed: w, answers: answers}
	err = c.Run(t.Context(), slog.New(slog.DiscardHandler), shown)
	return shown.String(), err
}

// Ensure that the test can be done on the terminal, in the person's language, that a no to what they saw fails it with its
// reason, and that the result and what the board holds are kept for the agent.
func TestTryOnTheTerminal(t *testing.T) {
	t.Parallel()
	port, truth := simulate(t, "marlin", "--speed", "20")
	state := filepath.Join(t.TempDir(), "state")
	require.NoError(t, agent.PrepareState(state))
	require.NoError(t, agent.SaveConfig(state, agent.Config{Printers: []agent.Printer{
		{Key: "tortue", Name: "Tortue", Model: "ender-3", Port: port, Baud: 250000, AllowPTY: true},
	}}, agent.Secrets{}))
	shown, err := try(t, &testCmd{State: state, Who: "Léa", lang: "fr"}, "peut-être", "oui", "non")
	require.ErrorIs(t, err, errNotPassed)
	require.Contains(t, shown, "1 sur 3")
	require.Contains(t, shown, "[o/n]")
	store, err := spool.Open(state, spool.Limits{})
	require.NoError(t, err)
	facts, err := store.Facts("tortue")
	require.NoError(t, err)
	_, err = try(t, &testCmd{State: state, lang: "en"})
	require.ErrorContains(t, err, "do the test on its page")
	require.NoError(t, store.Close())
	var r guard.Result
	require.NoError(t, json.Unmarshal(facts.Bench, &r))
	require.Equal(t, [2]any{guard.BenchNotSeen, 3}, [2]any{r.Code, r.Step})
	require.Equal(t, "Léa", r.Who)
	require.Zero(t, facts.Capacity, "only a board that is trusted to move is measured")
	seen, err := printsim.ReadTruth(truth)
	require.NoError(t, err)
	require.Zero(t, seen.Heat.HotendTarget)
}

// Ensure that without a state folder the result is printed, and that nobody at the terminal is no yes.
func TestTryWithoutAState(t *testing.T) {
	t.Parallel()
	port, truth := simulate(t, "marlin", "--speed", "20")
	shown, err := try(t, &testCmd{Port: port, Model: "ender-3", Baud: 250000, lang: "en"}, "no")
	require.ErrorContains(t, err, "The test was interrupted.")
	require.Contains(t, shown, "[y/n]")
	none, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer none.Close() //nolint:errcheck // only read
	err = (&testCmd{Port: port, Model: "ender-3", Baud: 250000, lang: "en", answers: none}).Run(t.Context(), slog.New(slog.DiscardHandler), io.Discard)
	require.ErrorIs(t, err, errNotPassed)
	text, err := os.ReadFile(truth)
	require.NoError(t, err)
	require.NotContains(t, string(text), "M104 S50")
	var errs bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"test", "--port", port}, io.Discard, &errs))
	require.True(t, strings.Contains(errs.String(), "--model"), errs.String())
}

package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A wrong argument is told in one line and leaves no link behind.
func TestSimulateRefusesWrongArguments(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	for why, c := range map[string]simulateCmd{
		"unknown kind":     {Pty: link, Firmware: "marlin", Bed: "220,220,250", Fault: []string{"smoke:1"}},
		"want X,Y,Z":       {Pty: link, Firmware: "marlin", Bed: "220,220"},
		"no length":        {Pty: link, Firmware: "marlin", Bed: "220,wide,250"},
		"speed":            {Pty: link, Firmware: "marlin", Bed: "220,220,250", Speed: -1},
		"want at least":    {Pty: link, Firmware: "marlin", Bed: "220,220,250", Baud: 1},
		"three lengths in": {Pty: link, Firmware: "marlin", Bed: "220,-1,250"},
	} {
		err := c.Run(context.Background(), slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, why)
		require.NoFileExists(t, link)
	}
}

// The printer lives until its context ends, and then takes its link away.
func TestSimulateEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	c := simulateCmd{Pty: filepath.Join(dir, "tty"), Firmware: "repetier", Bed: "200,200,200", Baud: 250000, Speed: 100,
		Fault: []string{"noise:0.01", "halt:1,20"}, Truth: filepath.Join(dir, "truth.jsonl")}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, c.Run(ctx, slog.New(slog.DiscardHandler)))
	require.NoFileExists(t, c.Pty)
	require.FileExists(t, c.Truth)
}

package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

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
		"want one of avr":  {Pty: link, Firmware: "marlin", Bed: "220,220,250", Board: "z80"},
		"want one of budd": {Pty: link, Firmware: "sprinter", Bed: "220,220,250"},
		"want 16 to 65536": {Pty: link, Firmware: "marlin", Bed: "220,220,250", Ring: 3},
		"latency":          {Pty: link, Firmware: "marlin", Bed: "220,220,250", Latency: time.Minute},
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

// What a truth file adds up to is one JSON object, for programs that cannot
// read the file themselves.
func TestSimulateSumsUpATruthFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "truth.jsonl")
	log := `{"t":0,"k":"start","why":"boot"}
{"t":1,"k":"attempt","id":"a"}
{"t":2,"n":2,"c":"G28"}
{"t":3,"n":3,"c":"M105"}
{"t":4,"k":"resend","n":4}
{"t":5,"k":"end","id":"a"}
{"t":5,"k":"load","load":{"starved":2,"starved_ms":1.5,"in_flight":4,"ring_high":90}}
`
	require.NoError(t, os.WriteFile(path, []byte(log), 0o600))
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(context.Background(), []string{"simulate", "--sum", path}, &stdout, &stderr), stderr.String())
	require.JSONEq(t, `{"attempts":[{"id":"a","lines":1,"ended":true,"halted":false,"restarted":false,"repeated":0,"skipped":0,
			"executed_sha256":"8080cd1d636d28b227689516fdadfd2aaed94e57b113db13523a38b51d0d09e9"}],
		"lines_executed":1,"resends":1,"bytes_lost":0,"faults":0,"faults_by_kind":{},"starts":1,
		"heat":{"hotend_s":0,"bed_s":0,"hotend_target":0,"bed_target":0},
		"load":{"starved":2,"starved_ms":1.5,"in_flight":4,"ring_high":90},"collisions":[],"unchecked":0}`, stdout.String())
	for _, args := range [][]string{{"simulate"}, {"simulate", "--sum", path, "--pty", filepath.Join(dir, "tty")}, {"simulate", "--sum", filepath.Join(dir, "none")}} {
		require.NotZero(t, run(context.Background(), args, &stdout, &stderr), args)
	}
}

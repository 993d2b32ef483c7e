package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/detect"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// detecting is the command on a machine with these ports.
func detecting(ports ...port.Info) detectCmd {
	return detectCmd{
		list:   func() ([]port.Info, error) { return ports, nil },
		timing: detect.Timing{Boot: time.Second, Again: 200 * time.Millisecond, Quiet: 50 * time.Millisecond, Total: 3 * time.Second},
	}
}

// Ensure that all free ports are asked on request, that a held one is not, and that the JSON says all that is known.
func TestDetectAsksAllThatAreFree(t *testing.T) {
	marlin, _ := simulate(t, "marlin")
	repetier, _ := simulate(t, "repetier")
	c := detecting(port.Info{Path: marlin, Device: marlin}, port.Info{Path: "/dev/held", Device: "/dev/held", Busy: true, Holder: "octoprint", HolderPID: 7},
		port.Info{Path: repetier, Device: repetier, Vendor: "1a86"})
	c.JSON, c.Ask = true, []string{"all"}
	var stdout bytes.Buffer
	require.NoError(t, c.Run(t.Context(), &stdout))
	var report detectReport
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &report))
	require.Len(t, report.Ports, 3)
	require.Equal(t, "octoprint", report.Ports[1].Holder)
	require.Len(t, report.Printers, 2)
	require.Equal(t, []string{"marlin2", "repetier"}, []string{report.Printers[0].Dialect, report.Printers[1].Dialect})
	require.Equal(t, marlin, report.Printers[0].Port)
	require.NotEmpty(t, report.Printers[0].UUID)
	require.Contains(t, report.Printers[0].Capabilities, "EMERGENCY_PARSER")
}

// Ensure that without a yes no port is opened: not in a script, where it is said how to ask, and not in JSON.
func TestDetectOpensNothingUnasked(t *testing.T) {
	link, truth := simulate(t, "marlin", "--dtr-resets")
	for _, asJSON := range []bool{false, true} {
		c := detecting(port.Info{Path: link, Device: link}, port.Info{Path: "/dev/held", Device: "/dev/held", Busy: true, Holder: "octoprint", HolderPID: 7})
		c.JSON = asJSON
		var stdout bytes.Buffer
		require.NoError(t, c.Run(t.Context(), &stdout))
		require.Equal(t, !asJSON, bytes.Contains(stdout.Bytes(), []byte("--ask")), stdout.String())
		require.Contains(t, stdout.String(), "octoprint")
	}
	require.Zero(t, reopened(t, truth))
}

// Ensure that at a terminal each free port is asked about, naming the danger, and that only a yes opens one.
func TestDetectAsksThePersonAtTheTerminal(t *testing.T) {
	no, untouched := simulate(t, "marlin", "--dtr-resets")
	yes, _ := simulate(t, "repetier")
	person, terminal, err := pty.Open()
	require.NoError(t, err)
	defer person.Close()
	defer terminal.Close()
	_, err = person.WriteString("\ny\n")
	require.NoError(t, err)
	c := detecting(port.Info{Path: no, Device: no}, port.Info{Path: yes, Device: yes})
	c.stdin = terminal
	var stdout bytes.Buffer
	require.NoError(t, c.Run(t.Context(), &stdout))
	require.Contains(t, stdout.String(), "a print from its SD card would end there")
	require.Contains(t, stdout.String(), "Repetier_1.0.4")
	require.NotContains(t, stdout.String(), "Marlin")
	require.Zero(t, reopened(t, untouched))

	ctx, interrupt := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer interrupt()
	require.ErrorIs(t, c.Run(ctx, &stdout), context.DeadlineExceeded, "an interrupt ends the question")
}

// reopened counts how often the simulated board was reset by a host that opened its port.
func reopened(t *testing.T, truth string) int {
	t.Helper()
	text, err := os.ReadFile(truth)
	require.NoError(t, err)
	require.Contains(t, string(text), `"boot"`, "the truth is being written")
	return strings.Count(string(text), `"reopen"`)
}

package main

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

// Ensure that a printer's board may speak another dialect than its profile's, unless the configuration names one.
func TestTheDialectOfAConfiguredPrinter(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	p := agent.Printer{Key: "t", Name: "T", Model: "ender-3", Port: "/dev/null"}
	m, err := machineOf(set, p, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, "marlin1", m.Link.Dialect.Name)
	d, ok := m.Link.Choose(link.Identity{Firmware: "Marlin 2.1.2.1 (Jan  1 2026 00:00:00)"})
	require.True(t, ok)
	require.Equal(t, "marlin2", d.Name)
	_, ok = m.Named("marlin2")
	require.True(t, ok)
	p.Firmware = "repetier"
	m, err = machineOf(set, p, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, "repetier", m.Link.Dialect.Name)
	require.Nil(t, m.Link.Choose)
}

package agent

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/ui/locales"
)

// Ensure that the page names what keeps a print from starting, the nearest thing first, in both languages, and nothing when
// one can start.
func TestWhyNoPrintCanStart(t *testing.T) {
	up := new(link.Link)
	for want, p := range map[string]*printer{
		"":                          {state: wire.State{Word: wire.StateReady}, up: up},
		"machine.no_start_plate":    {state: wire.State{Word: wire.StateClear}, up: up},
		"machine.no_start_away":     {state: wire.State{Word: wire.StateOffline}},
		"machine.no_start_greeting": {state: wire.State{Word: wire.StateConnect}, up: up},
		"machine.no_start_print":    {state: wire.State{Word: wire.StatePrinting}, up: up, job: new(job)},
		"machine.no_start_bench":    {state: wire.State{Word: wire.StateReady}, up: up, own: own{trial: new(Trial), busy: true}},
		"machine.no_start_hands":    {state: wire.State{Word: wire.StateReady}, up: up, own: own{busy: true}},
		"machine.no_start_cooling":  {state: wire.State{Word: wire.StateStopping}, up: up},
		"machine.no_start_halted":   {state: wire.State{Word: wire.StateError}, up: up},
	} {
		got := p.noStart().Code
		require.Equal(t, want, got)
		for _, lang := range locales.Langs() {
			require.True(t, got == "" || locales.Has(lang, got), "%s in %s", got, lang)
		}
	}
	outside := &printer{state: wire.State{Word: wire.StateNotNow}, up: up}
	require.Empty(t, outside.noStart().Code, "its hours bind the lab alone")
}

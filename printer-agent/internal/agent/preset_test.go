package agent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

// Ensure that the page offers to heat only for what the machine can print, and as hot as that wants it.
func TestPresetsAreWhatTheMachineCanPrint(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	offered := func(m profiles.Printer) (names []string) {
		for _, p := range agent.Presets(m, set.Filaments()) {
			f, known := set.Filament(p.Material)
			require.True(t, known)
			require.Equal(t, f.Nozzle, p.Nozzle, p.Material)
			require.Contains(t, []int64{f.Bed, 0}, p.Bed, p.Material)
			names = append(names, p.Material)
		}
		return names
	}
	bedless, known := set.Printer("dagoma-discoeasy200")
	require.True(t, known)
	require.Equal(t, []string{"pla", "tpu"}, offered(bedless))
	ender, known := set.Printer("ender-3")
	require.True(t, known)
	require.Contains(t, offered(ender), "petg")
	ender.Heat.NozzleMax = 230
	require.Equal(t, []string{"pla", "tpu"}, offered(ender))
	require.Empty(t, offered(profiles.Printer{}), "of a machine that nobody described")
}

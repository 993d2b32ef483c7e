package production_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
)

// Ensure that what a person fills in for a machine comes back from its text as it was, and that nothing is the empty text.
func TestSettingsComeBack(t *testing.T) {
	no := false
	want := production.Settings{
		Start: "PRINT_START EXTRUDER={nozzle_c} \"quoted\"\nG28\n", End: "M104 S0\n", Arcs: &no, Pile: 3,
		Clips:  []production.Clip{{0, 0, 15_000, 10_000, 4000}},
		Limits: map[string]int64{"max_x_um": 210_000, "nozzle_max_c": 240},
		More:   "extra_commands = [\"M420\"]\n\n[[macros]]\nname = \"PRINT_START\"\nhomes = true\n",
	}
	text, err := want.Text()
	require.NoError(t, err)
	got, err := production.ReadSettings(text)
	require.NoError(t, err)
	require.Contains(t, got.More, "PRINT_START")
	require.Contains(t, got.More, "M420")
	again, err := got.Text()
	require.NoError(t, err)
	more, err := production.ReadSettings(again)
	require.NoError(t, err)
	require.Equal(t, got, more)
	got.More, want.More = "", ""
	require.Equal(t, want, got)

	text, err = production.Settings{Start: " \r\n", Limits: map[string]int64{}}.Text()
	require.NoError(t, err)
	require.Empty(t, text)
}

// Ensure that the field for macros takes nothing else, and says so when it cannot be read.
func TestSettingsRefuseOtherKeys(t *testing.T) {
	for more, code := range map[string]string{"[limits]\nheight_um = 1": "more_only", "macros = ": "settings_wrong"} {
		_, err := production.Settings{More: more}.Text()
		errs, ok := fab.RefusalsOf(err)
		require.True(t, ok, more)
		require.Equal(t, code, errs[0].Code)
		require.Equal(t, "more", errs[0].Field)
	}
}

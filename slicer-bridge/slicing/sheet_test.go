package slicing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// A sheet for every machine and filament that go together says the same as the slicer's own list: no line is empty, every
// word is in the catalogue, and the machine's own code takes part.
func TestSheetsSayWhatTheSlicerIsTold(t *testing.T) {
	program, _ := counting(t, "exit 0")
	s, set := newSlicer(t, program), load(t)
	codes := slicing.SheetCodes()
	for _, p := range set.Printers() {
		for _, f := range set.Filaments() {
			sheet, err := s.SettingsSheet(slicing.CheckRequest{Printer: p.ID, Filament: f.ID}, slicing.Normal)
			if p.Bears(f) != nil {
				require.Contains(t, []string{slicing.CodeFilamentTooHot, slicing.CodeBedTooHot, slicing.CodeNeedsBed}, code(err))
				continue
			}
			require.NoError(t, err)
			for _, l := range sheet.Lines {
				require.NotEmpty(t, l.Value, l.Code)
				require.Contains(t, codes, "sheet."+l.Code)
				if l.Unit == "word" {
					require.Contains(t, codes, "sheet.value_"+l.Value)
				}
			}
			require.NotContains(t, sheet.Start, "{")
			require.Contains(t, string(sheet.INI), "layer_height = ")
		}
	}
	own, err := slicing.ParseOverlay([]byte("[gcode]\nstart = \"G28\\nM190 S{bed_c}\\nM109 S{nozzle_c}\\n\"\n"))
	require.NoError(t, err)
	sheet, err := s.SettingsSheet(slicing.CheckRequest{Printer: "ender-3", Filament: "pla", NozzleUM: 600, Overlay: own}, "")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(sheet.Start, "G28\nM190 S"), sheet.Start)
	i := slices.IndexFunc(sheet.Lines, func(l slicing.SheetLine) bool { return l.Code == "nozzle" })
	require.Equal(t, slicing.SheetLine{Code: "nozzle", Value: "0.6", Unit: "mm"}, sheet.Lines[i])
}

package profiles_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// A wrong rectangle, macro or command word is refused by its key.
func TestFileRulesAreHeldAgainstSense(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	good, _ := set.Printer("ender-3")
	clip := profiles.Clip{MinX: 0, MinY: 0, MaxX: 10_000, MaxY: 10_000, Height: 4_000}
	good.Bed.Clips = []profiles.Clip{clip}
	good.Macros = []profiles.Macro{{Name: "PRINT_START", Homes: true, Nozzle: "EXTRUDER"}}
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(*profiles.Printer){
		"bed.clips: clip 1: max_x_um":  func(p *profiles.Printer) { clip.MaxX = 0; p.Bed.Clips = []profiles.Clip{clip} },
		"bed.clips: clip 1: height_um": func(p *profiles.Printer) { p.Bed.Clips = []profiles.Clip{{MaxX: 1, MaxY: 1}} },
		"clip 1 lies more than 50 mm": func(p *profiles.Printer) {
			p.Bed.Clips = []profiles.Clip{{MinX: 900_000, MaxX: 910_000, MaxY: 5, Height: 1}}
		},
		"macros.name":           func(p *profiles.Printer) { p.Macros = []profiles.Macro{{Name: "print start"}} },
		"PRINT_END cannot both": func(p *profiles.Printer) { p.Macros = []profiles.Macro{{Name: "PRINT_END", Cools: true, Bed: "BED"}} },
		"recovery.set_z":        func(p *profiles.Printer) { p.Recovery = profiles.PrinterRecovery{HomeXY: true, SetZ: "G92 Z0"} },
		"heat.chamber_max_c":    func(p *profiles.Printer) { p.Heat.ChamberMax = 200 },
		"recovery.lift_um":      func(p *profiles.Printer) { p.Recovery.Lift = 50_000 },
	} {
		p := good
		change(&p)
		require.ErrorContains(t, p.Validate(), want)
	}
	d, _ := set.Dialect("marlin2")
	d.File.Pauses = []string{"m600"}
	require.ErrorContains(t, d.Validate(), "file.pauses")
	d, _ = set.Dialect("klipper")
	d.File.Extruder = "both"
	require.ErrorContains(t, d.Validate(), "file.extruder_mode")
}

// What a dialect says of files lets them move and heat.
func TestFileRulesLetAFilePrint(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	for _, d := range set.Dialects() {
		if len(d.File.Allowed) == 0 {
			continue
		}
		require.Subset(t, d.File.Allowed, []string{"G0", "G1", "G28", "G90", "G91", "G92", "M82", "M83", "M104", "M109", "M140", "M190", "T0"}, d.Name)
		require.NotEmpty(t, d.File.Pauses, d.Name)
	}
}

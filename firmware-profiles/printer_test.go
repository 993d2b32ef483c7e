package profiles_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// The machines and materials that the chain is proved with are there.
func TestShippedMachinesAndFilaments(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	for _, id := range []string{
		"ender-3", "prusa-mk3s", "anycubic-i3-mega", "geeetech-i3-pro-b", "voron-2.4", "prusa-mini", "cr-10", "sidewinder-x1",
		"dagoma-discoeasy200", "alfawise-u30", "ultimaker-2-plus", "railcore-ii-300zl",
	} {
		p, ok := set.Printer(id)
		require.True(t, ok, id)
		require.NoError(t, p.Validate())
	}
	for _, id := range []string{"pla", "petg", "abs", "tpu"} {
		_, ok := set.Filament(id)
		require.True(t, ok, id)
	}
	_, ok := set.Printer("_template")
	require.False(t, ok)
	_, ok = set.Filament("nope")
	require.False(t, ok)
	for pattern, got := range map[string]int{"printers/[^_]*.toml": len(set.Printers()), "filaments/[^_]*.toml": len(set.Filaments())} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.Len(t, files, got, "every description but the template is loaded")
	}
}

// The templates decode strictly and describe something valid as they stand.
func TestTemplatesAreComplete(t *testing.T) {
	var p profiles.Printer
	var f profiles.Filament
	for file, into := range map[string]any{"printers/_template.toml": &p, "filaments/_template.toml": &f} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		meta, err := toml.Decode(string(text), into)
		require.NoError(t, err)
		require.Empty(t, meta.Undecoded())
	}
	p.ID, f.ID = "mine", "mine"
	require.NoError(t, p.Validate())
	require.NoError(t, f.Validate())
	p.Motion.JerkE = 0
	require.ErrorContains(t, p.Validate(), "motion.jerk_e_um_s")
}

// A fact that no machine has is refused by its key.
func TestPrinterFactsAreHeldAgainstSense(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	good, _ := set.Printer("ender-3")
	for want, change := range map[string]func(*profiles.Printer){
		"id":                     func(p *profiles.Printer) { p.ID = "Ender 3" },
		"name":                   func(p *profiles.Printer) { p.Name = "" },
		"flavor":                 func(p *profiles.Printer) { p.Flavor = "marlin3" },
		"bed.max_x_um":           func(p *profiles.Printer) { p.Bed.MaxX = 220 },
		"heat.nozzle_max_c":      func(p *profiles.Printer) { p.Heat.NozzleMax = 2550 },
		"nozzle.max_layer_um":    func(p *profiles.Printer) { p.Nozzle.MaxLayer = 400 },
		"wait for the nozzle":    func(p *profiles.Printer) { p.StartEnd.Start = strings.ReplaceAll(p.StartEnd.Start, "M109", "M104") },
		"wait for the bed":       func(p *profiles.Printer) { p.StartEnd.Start = strings.ReplaceAll(p.StartEnd.Start, "M190", "M140") },
		"does not have":          func(p *profiles.Printer) { p.Heat.BedMax = 0 },
		"pile_max":               func(p *profiles.Printer) { p.PileMax = -1 },
		"extra_commands":         func(p *profiles.Printer) { p.Commands = []string{"g80"} },
		"must home":              func(p *profiles.Printer) { p.StartEnd.Start = strings.ReplaceAll(p.StartEnd.Start, "G28", "G29") },
		"M117 belongs":           func(p *profiles.Printer) { p.StartEnd.Start += "M117 Bonjour\n" },
		"unknown placeholder":    func(p *profiles.Printer) { p.StartEnd.Start += "M109 S{nozle_c}\n" },
		"must switch the nozzle": func(p *profiles.Printer) { p.StartEnd.End = strings.ReplaceAll(p.StartEnd.End, "M104 S0", "") },
		"must switch the bed":    func(p *profiles.Printer) { p.StartEnd.End = strings.ReplaceAll(p.StartEnd.End, "M140 S0", "") },
	} {
		t.Run(want, func(t *testing.T) {
			p := good
			change(&p)
			require.ErrorContains(t, p.Validate(), want)
		})
	}
	f, _ := set.Filament("petg")
	f.Density = 1
	require.ErrorContains(t, f.Validate(), "density_mg_cm3")
}

// A machine says by heater what it cannot bear; a bed that is missing matters only to a filament that needs one.
func TestMachinesSayWhatTheyCannotHeatFor(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	cold, _ := set.Printer("dagoma-discoeasy200")
	pla, _ := set.Filament("pla")
	abs, _ := set.Filament("abs")
	tpu, _ := set.Filament("tpu")
	require.NoError(t, cold.Bears(pla))
	require.NoError(t, cold.Bears(tpu))
	require.ErrorIs(t, cold.Bears(abs), profiles.TooHot{Heater: "bed", Want: 100, Max: 0})
	cold.Heat.NozzleMax = 230
	require.ErrorIs(t, cold.Bears(abs), profiles.TooHot{Heater: "nozzle", Want: 240, Max: 230})
	require.ErrorContains(t, cold.Bears(abs), "nozzle is needed at 240 °C and bears 230 °C")
	require.EqualValues(t, 3500, cold.Retraction(pla))
	require.EqualValues(t, 2500, cold.Retraction(tpu))
	direct, _ := set.Printer("prusa-mk3s")
	require.EqualValues(t, 800, direct.Retraction(tpu))
}

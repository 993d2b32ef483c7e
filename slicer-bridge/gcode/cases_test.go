package gcode_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// What hosts have stumbled over in files is passed where a sender mends it, noted where a person should know, and refused
// where nobody can know what was meant. The numbers are those of the wire-level cases.
func TestFilesThatHostsStumbleOver(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		line, dialect string
		codes         []string // none: passes
	}{
		"20 M110 within a text":        {"M117 M110 test", "marlin2", []string{gcode.CodeHostOwned}},
		"20 M110 with digits behind":   {"M1100", "marlin2", []string{gcode.CodeRefusedCommand}},
		"62 waits for a person":        {"M0 Click\nM600", "marlin2", []string{gcode.CodePause}},
		"66 pause of the MK3":          {"M601", "prusa-mk3", []string{gcode.CodePause}},
		"66 resume without a host":     {"M602", "prusa-mk3", []string{gcode.CodeRefusedCommand}},
		"84 comment behind":            {"G1 X5 F600 ; (left) 3*4", "marlin2", nil},
		"84 remark within":             {"G1 (left) X5 F600", "repetier", nil},
		"84 remark without an end":     {"G1 X5 (left", "marlin2", []string{gcode.CodeUnreadable}},
		"85 asterisk in a text":        {"M117 3*4", "prusa-mk3", []string{gcode.CodeHostOwned}},
		"86 question in a text":        {"M117 Done?", "smoothieware", []string{gcode.CodeHostOwned}},
		"87 digits beyond use":         {"G1 X28.283783783783782 Y28.283783783783782 Z5.283783783783782 E0.00000283783 F9000", "marlin2", nil},
		"87 a text that is too long":   {"M117 " + strings.Repeat("x", 200), "marlin2", []string{gcode.CodeHostOwned}},
		"87 a macro that is too long":  {"M900 K" + strings.Repeat("9", 90), "marlin2", []string{gcode.CodeLineTooLong}},
		"88 accents in a text":         {"M117 Étage 2°", "prusa-mk3", []string{gcode.CodeHostOwned}},
		"88 accents in a name":         {"M486 AÉlément", "prusa-mk3", nil},
		"88 accents in a command":      {"G1 X5° F600", "marlin2", []string{gcode.CodeUnreadable}},
		"89 zeros":                     {"N451091 G1 X113.\x00\x00", "marlin2", []string{gcode.CodeDamaged}},
		"90 carriage returns":          {"G1 X5 F600\r\nG1 X6\r", "marlin2", nil},
		"91 placeholder":               {"G1 X5 F{travel_speed}", "marlin2", []string{gcode.CodePlaceholder}},
		"91 placeholder of a template": {"M75 {{ event.name }}", "marlin2", []string{gcode.CodePlaceholder}},
		"92 small and without blanks":  {"n4976g1x5f600*12\n\t g1 y7", "marlin2", nil},
		"93 two commands":              {"G90 G1 X0", "smoothieware", []string{gcode.CodeTwoCommands}},
	} {
		d, ok := set.Dialect(c.dialect)
		require.True(t, ok)
		l := limits().Speaking(d)
		_, findings, err := gcode.Check(strings.NewReader(start+c.line+"\n"+square+strings.TrimSuffix(end, "\n")), l)
		require.NoError(t, err)
		var codes []string
		for _, f := range findings {
			codes = append(codes, f.Code)
		}
		require.Equal(t, c.codes, codes, name)
	}
}

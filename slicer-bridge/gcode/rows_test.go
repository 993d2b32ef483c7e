package gcode_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// row is a line, or several, that a file must not bring to a machine; it stands after homing and heating.
type row struct {
	name, line string
	codes      []string // any of them makes the row held
	warning    bool     // passes, with a note
}

var refusedWord = []string{gcode.CodeRefusedCommand, gcode.CodeForbidden}

func each(name string, codes []string, lines ...string) (rows []row) {
	for _, line := range lines {
		rows = append(rows, row{name: name, line: line, codes: codes})
	}
	return rows
}

// evil are the bad inputs that were listed for G-code, by their numbers in that list.
func evil() []row {
	hot := []string{gcode.CodeTooHot}
	var rows []row
	add := func(more []row) { rows = append(rows, more...) }
	add(each("36 too hot, or colder than ice", hot, "M104 S300", "M140 S150", "M109 R999", "M104 S-1", "M104 S1000000000", "M190 R200", "M104 B300 F1"))
	add(each("36 two targets", []string{gcode.CodeUnreadable, gcode.CodeTooHot, gcode.CodeColdExtrusion}, "M104 S210 S300", "M104 S1e9", "M109 S99999999999999999999"))
	add(each("37 not for a file", refusedWord, "M112", "M997", "M502", "M500", "M303 E0 C8 S240", "M301 P1", "M92 E400", "M851 Z-2",
		"M42 P8 S255", "M20", "M21", "M22", "M23 x.g", "M24", "M26 S0", "M27", "M28 x.g", "M29", "M30 x.g", "M32 x.g", "M81", "M80", "M85 S0", "M302 S0", "M306 T",
		"M428", "M665 L300", "M211 S0", "M562", "M570", "M999", "M108", "M524", "M928 log.g", "M118.1", "M575 B1", "M587 S\"x\"", "M98 P\"0:/x.g\""))
	add(each("38 written otherwise", hot, "M0104 S300", "N5 M104 S300*33", "M104S300", "m104 s300", "\t M104\tS300 ", "M104 (hot) S300", "M104 S300;S200"))
	add(each("38 with a blank", refusedWord, "m 104 s300", "M 104 S300", "G 1 X500"))
	add(each("38 two commands", []string{gcode.CodeTwoCommands}, "G1 X1 M997", "M104 S200 M112", "M106 G28", "G1X5M104S300"))
	add(each("39 zeros, carriage returns and the like", []string{gcode.CodeDamaged, gcode.CodeUnreadable, gcode.CodeLineTooLong, gcode.CodeTwoCommands},
		"G1 X5\x00", "G1 X5\rM104 S300\rG1 X6", "G1 X5 "+strings.Repeat("F1200 ", 700), "G1 X5 \x1b[2J", "G1 X\xff5", "M900 K"+strings.Repeat("0", 4096)))
	add(each("39 a remark in front", refusedWord, "(M997) G1 X10", "(M997)"))
	add(each("40 Klipper", refusedWord, "RUN_SHELL_COMMAND CMD=x", "SAVE_CONFIG", "FORCE_MOVE STEPPER=stepper_z DISTANCE=-5 VELOCITY=5", "SET_PIN PIN=heater VALUE=1",
		"SDCARD_PRINT_FILE FILENAME=../x", "FIRMWARE_RESTART", "RESTART", "UPDATE_DELAYED_GCODE ID=x DURATION=1", "SET_KINEMATIC_POSITION X=0", "save_config",
		"SET_HEATER_TEMPERATURE HEATER=extruder TARGET=400", "PID_CALIBRATE HEATER=extruder TARGET=400", "MANUAL_STEPPER STEPPER=x", "TEMPERATURE_WAIT SENSOR=x"))
	add(each("41 beyond the bed", []string{gcode.CodeOutsideBed}, "G1 X500 F6000", "G1 Y-50", "G91\nG1 X999\nG90", "G3 X10 Y10 I400 J0"))
	add(each("41 below and above", []string{gcode.CodeBelowBed, gcode.CodeTooHigh}, "G1 Z-5", "G1 Z999"))
	add(each("41 before homing", []string{gcode.CodeMoveBeforeHome}, "M84\nG1 X10", "M18\nG1 Y5"))
	add(each("41 a spool at once", []string{gcode.CodeLongExtrusion}, "G1 E-1000 F1800", "G1 E5000", "G1 X20 E900"))
	add(each("41 faster than light", []string{gcode.CodeUnreadable, gcode.CodeLongExtrusion}, "G1 X5 F1000000001", "G1 X1e400", "G1 XNaN", "G1 X0x10"))
	add(each("41 cold", []string{gcode.CodeColdExtrusion}, "M104 S20\nG1 E5"))
	add(each("42 a host's own", refusedWord, "@pause", "@cancel", "@OBJECT a", "!pause", "//action:cancel", "HOST_PAUSE"))
	for _, line := range []string{"M118 //action:prompt_begin <img src=x onerror=y>", "M117 <b>", "M117 M104 S300", "M118 E1 M112"} {
		rows = append(rows, row{"42 a text", line, []string{gcode.CodeHostOwned, gcode.CodeInertText}, true})
	}
	for _, line := range []string{"; M104 S300", ";TYPE:M104 S300", "G1 X10 (M997) F600", "G1 X10 ;M104 S300"} {
		rows = append(rows, row{"39 a remark", line, nil, true})
	}
	return rows
}

// Every bad input that was listed for G-code is held: refused under a code that names it, or passed with nothing of it
// carried out, on the firmwares of each kind. A refusal tells its line.
func TestBadInputsAreHeld(t *testing.T) {
	set, err := profiles.Load()
	require.NoError(t, err)
	for _, name := range []string{"marlin1", "marlin2", "prusa-mk3", "klipper", "reprapfirmware"} {
		d, ok := set.Dialect(name)
		require.True(t, ok)
		for _, row := range evil() {
			where := name + ": " + row.name + ": " + quoted(row.line)
			r, findings, err := gcode.Check(strings.NewReader(start+row.line+"\n"+square+end), limits().Speaking(d))
			require.NoError(t, err)
			require.Equal(t, row.warning, gcode.Safe(findings), "%s: %v", where, findings)
			if row.warning {
				require.EqualValues(t, 210, r.NozzleMaxC, where)
				for _, f := range findings {
					require.Contains(t, row.codes, f.Code, where)
				}
				continue
			}
			held := false
			for _, f := range findings {
				held = held || !f.Warning && contains(row.codes, f.Code) && f.Line >= 9
			}
			require.True(t, held, "%s: %v", where, findings)
		}
	}
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}

func quoted(s string) string { return s[:min(len(s), 40)] }

// 43 A file larger than any print is refused without being read to its end, one that would take weeks is refused, and
// heat left on is noted where a safe end follows.
func TestEndlessFilesAreHeld(t *testing.T) {
	huge := &endless{text: []byte(strings.Repeat("G1 X30 E.1\nG1 X40 E.1\n", 3_000))}
	small := limits()
	small.MaxBytes = 1 << 20
	r, findings, err := gcode.Check(io.MultiReader(strings.NewReader(start), huge), small)
	require.NoError(t, err)
	require.Equal(t, gcode.CodeTooLarge, findings[0].Code)
	require.False(t, gcode.Safe(findings))
	require.Less(t, r.Bytes, int64(1<<20+1<<16))
	_, findings = check(t, start+"G4 S720000\n"+square+end)
	require.Equal(t, gcode.CodeTooLong, one(t, findings, gcode.CodeTooLong).Code)
	require.False(t, gcode.Safe(findings))
	_, findings = check(t, start+strings.Repeat("M109 S210\n", 1_000)+square)
	require.False(t, gcode.Safe(findings))
	findings = with(t, start+square, func(l *gcode.Limits) { l.EndAppended = true })
	require.True(t, gcode.Safe(findings))
	require.Len(t, findings, 2, "nozzle and bed are left on")
}

// endless repeats a text for ever.
type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// 45 A file that says it was sliced for another nozzle or another plastic is told so; one that says nothing, or is about
// several, is not.
func TestFilesForOtherMachinesAreNoted(t *testing.T) {
	fit := func(l *gcode.Limits) { l.Nozzle, l.Material = 400, "PETG" }
	for comment, code := range map[string]string{
		"; nozzle_diameter = 0.6":                    gcode.CodeOtherNozzle,
		"; nozzle_diameter = 0.6,0.6":                gcode.CodeOtherNozzle,
		";   extruderDiameter,0.8":                   gcode.CodeOtherNozzle,
		";EXTRUDER_TRAIN.0.NOZZLE.DIAMETER:0.25":     gcode.CodeOtherNozzle,
		"; filament_type = PLA":                      gcode.CodeOtherMaterial,
		"; filament_type = ABS;ABS":                  gcode.CodeOtherMaterial,
		";Filament Name #1: Some maker's PLA+ white": gcode.CodeOtherMaterial,
		"; nozzle_diameter = 0.4":                    "",
		"; nozzle_diameter = 0.4,0.6":                "",
		"; filament_type = PETG":                     "",
		"; filament_type = PET":                      "",
		"; filament_type = PLA;PETG":                 "",
		"; filament_type = Unobtainium":              "",
		"; nozzle_diameter = 400":                    "",
		"; filament_type":                            "",
	} {
		findings := with(t, start+square+end+comment+"\n", fit)
		require.True(t, gcode.Safe(findings))
		if code == "" {
			require.Empty(t, findings, comment)
			continue
		}
		require.Equal(t, code, one(t, findings, code).Code)
		require.Zero(t, findings[0].Line, "it is about the file as a whole")
	}
}

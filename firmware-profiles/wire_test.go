package profiles

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// said is a line from the wire, the class it belongs to, and what is read from it: "n 71", "last 70", "T 210.5/210".
type said struct{ line, class, read string }

// read is what the groups of the class caught, or the readings of a report, also of one behind an ok.
func read(d Dialect, class, line string) string {
	var out []string
	var g Groups
	if d.Replies.all()["temperature_line"].Match([]byte(line)) && (class == "ok" || class == "temperature_line") {
		for from := 0; d.Replies.Temperature.Find([]byte(line), from, &g); from = g.End() {
			one := fmt.Sprintf("%s %s", g.Get("sensor"), g.Get("actual"))
			if g.Get("target") != nil {
				one += "/" + string(g.Get("target"))
			}
			out = append(out, one)
		}
	} else if class != "" && d.Replies.all()[class].Find([]byte(line), 0, &g) {
		for i, name := range g.names {
			if value := g.Get(name); i > 0 && value != nil {
				out = append(out, name+" "+string(value))
			}
		}
	}
	return strings.Join(out, ", ")
}

// marlinSays is common to Marlin and its forks (cases 1 to 16, 26 to 34 and 45 to 80).
var marlinSays = []said{
	{"ok", "ok", ""},
	{"ok N3 P14 B3", "ok", "n 3, p 14, b 3"},
	{"ok P15 B3", "ok", "p 15, b 3"},
	{"ok N11365 P1", "ok", "n 11365, p 1"},
	{"ok T:201.3 /210.0 B:60.1 /60.0 @:64 B@:0", "ok", "T 201.3/210.0, B 60.1/60.0"},
	{"Resend: 71", "resend", "n 71"},
	{"Resend:71", "resend", "n 71"},
	{"Resend: -5", "resend", "n -5"},
	{"Resend: 034497", "resend", "n 034497"},
	{"esend: 71", "resend", "n 71"},
	{"Error:checksum mismatch, Last Line: 70", "line_error", "last 70"},
	{"Error:checkrum mismatch, Last Line: 4514", "line_error", "last 4514"},
	{"Error:checksum mismat4 P1 B15", "line_error", ""},
	{"ErrorNchecksum mism1", "line_error", ""},
	{"Error:Line Number is not Last Line Number+1, Last Line: -6", "line_error", "last -6"},
	{"Error:No Line Number with checksum, Last Line: 39686", "line_error", "last 39686"},
	{"Error:No Checksum with line number, Last Line: 37", "line_error", "last 37"},
	{"Error:Line Number out of sequence. Expected: 2390 Got: 239", "line_error", ""},
	{"echo:busy: processing", "busy", ""},
	{"echo:busy: paused for user", "paused_for_user", ""},
	{"echo:busy: paused for input", "paused_for_user", ""},
	{"start", "start", ""},
	{"Error:Printer halted. kill() called!", "fatal", ""},
	{"Error:Printer stopped due to errors. Fix the error and use M999 to restart. (Temperature is reset. Set it after restarting)", "fatal", ""},
	{"Error:Thermal Runaway, system stopped! Heater_ID: bed", "thermal", ""},
	{"Error:Heating failed, system stopped! Heater_ID: 0", "thermal", ""},
	{": Extruder switched off. MAXTEMP triggered !", "thermal", ""},
	{"Error:0", "error", ""},
	{"Error:Serial status mismatch", "error", ""},
	{"Error:volume.init failed", "error", ""},
	{`echo:Unknown command: "G999"`, "unknown", ""},
	{"echo:T5 Invalid extruder", "unknown", ""},
	{"echo: cold extrusion prevented", "cold_extrusion", ""},
	{"//action:pause", "action", "action pause"},
	{"// action:paused", "action", "action paused"},
	{"//action:prompt_button Continue", "action", "action prompt_button, args Continue"},
	{" T:185.20 /210.00 B:60.0 /60.0 @:127 B@:40 W:?", "temperature_line", "T 185.20/210.00, B 60.0/60.0"},
	{"T:98.4 E:0 W:?", "temperature_line", "T 98.4"},
	{"T:55.1 E:0 B:58.2", "temperature_line", "T 55.1, B 58.2"},
	{"T:210.5 /210.0 B:60 /60 T0:210.5 /210.0 T1:25.0 /0.0 @:64 B@:0 @0:64", "temperature_line", "T 210.5/210.0, B 60/60, T0 210.5/210.0, T1 25.0/0.0"},
	{" T:inf /210.00 B:nan /60.00", "temperature_line", "T inf/210.00, B nan/60.00"},
	{"T:-15.0 /0.0", "temperature_line", "T -15.0/0.0"},
	{"X:10.00 Y:20.00 Z:0.30 E:1.50 Count X:800 Y:1600 Z:120", "position", "x 10.00, y 20.00, z 0.30, e 1.50"},
	{"Bed x: 18.00 y: 20.00", "info", ""},
	{"FIRMWARE_NAME:Marlin 2.1.2 (Nov 2026) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin", "info", ""},
	{"Cap:EEPROM:1", "info", ""},
	{"~f\x8f\x9ex", "", ""},
	{"okay then", "", ""},
	{"restart", "", ""},
}

var saidByDialect = map[string][]said{
	"marlin1": append(marlinSays[:len(marlinSays):len(marlinSays)],
		said{"Error:RX BUF overflow, increase RX_BUFFER_SIZE: 127", "overflow", ""}, said{"Line: 1297", "line_is", "n 1297"},
		said{"Marlin: File deleted:foo.gok", "ok", ""}, said{"rs 71", "resend", "n 71"}, said{" External Reset", "info", ""}),
	"marlin2": append(marlinSays[:len(marlinSays):len(marlinSays)],
		said{"Error:RX BUF overflow, increase RX_BUFFER_SIZE: 127", "overflow", ""}, said{"Line: 1297", "line_is", "n 1297"},
		said{"echo:M112 Shutdown", "stopped", ""}, said{"area:{full:{min:{x:0.00,y:0.00", "info", ""}),
	"prusa-mk3": append(marlinSays[:len(marlinSays):len(marlinSays)],
		said{"Full RX Buffer", "overflow", ""}, said{"RX timeout", "info", ""}, said{"INT4", "power_fail", ""},
		said{"//action:uvlo_recovery_ready", "power_back", ""}, said{"// action:uvlo_auto_recovery_ready", "power_back", ""},
		said{"Error:Heaters switched off. MAXTEMP triggered!", "thermal", ""}, said{"TM: error triggered!", "thermal", ""},
		said{"T:25.1 /0.0 B:24.9 /0.0 T0:25.1 /0.0 @:0 B@:0 P:34.0 A:31.2", "temperature_line", "T 25.1/0.0, B 24.9/0.0, T0 25.1/0.0, P 34.0, A 31.2"}),
	"prusa-buddy": append(marlinSays[:len(marlinSays):len(marlinSays)],
		said{`echo:enqueueing "M118 A1 action:pause"`, "info", ""},
		said{" T:184.00/185.00 B:59.00/60.00 X1:31.00/36.00 A:67.68/0.00 @:75 HBR@:51 B_0_0:20.80/0.00 C:-30.00/0.00", "temperature_line",
			"T 184.00/185.00, B 59.00/60.00, X1 31.00/36.00, A 67.68/0.00, B_0_0 20.80/0.00, C -30.00/0.00"}),
	"repetier": {
		{"ok", "ok", ""}, {"ok 1234", "ok", "n 1234"}, {"ok 0", "ok", "n 0"}, {"Resend:2767304", "resend", "n 2767304"}, {"", "info", ""},
		{"skip 51", "skip", "n 51"}, {"wait", "wait", ""}, {"busy:processing", "busy", ""}, {"busy:heating", "busy", ""}, {"busy:door open", "busy", ""},
		{"Error:Wrong checksum", "line_error", ""}, {"Error:expected line 51 got 52", "line_error", ""}, {"Error:Format error", "line_error", ""},
		{"Error:Wrong checksun", "line_error", ""},
		{"fatal:Heater/sensor error - Printer stopped and heaters disabled due to this error. Fix error and restart with M999.", "thermal", ""},
		{"fatal:G29 failed", "fatal", ""}, {": Extruder switched off. MAXTEMP triggered !", "thermal", ""},
		{"start", "start", ""}, {"Brown out Reset", "info", ""}, {"TargetExtr0:210", "info", ""}, {"TargetBed:60", "info", ""},
		{"T:24.51 /0 B:NAN /0 B@:0 @:0", "temperature_line", "T 24.51/0, B NAN/0"}, {"X:20.00 Y:10.00 Z:0.000 E:0.4980", "position", "x 20.00, y 10.00, z 0.000, e 0.4980"},
		{"RequestPause:Filament out", "action", "action Pause, args Filament out"}, {"RequestStop:", "action", "action Stop, args "},
		{"// action:pause", "action", "action pause"}, {"Unknown command:M503 S0", "unknown", ""}, {"RESCUE_STATE: LX:10.00 LY:0.00 LT:0 X:1", "info", ""},
	},
	"klipper": {
		{"ok", "ok", ""}, {"ok B:25.0 /0.0 T0:25.0 /0.0", "ok", "B 25.0/0.0, T0 25.0/0.0"}, {"ok T:0", "ok", ""}, {"B:60.0 /60.0 T0:50.8 /60.0", "temperature_line", "B 60.0/60.0, T0 50.8/60.0"},
		{"ok FIRMWARE_NAME:Klipper FIRMWARE_VERSION:v0.12", "ok", ""}, {`// Unknown command:"M155"`, "unknown", ""},
		{"!! Move out of range: 300.000 0.000 0.000 [0.000]", "error", ""}, {"!! Extrude below minimum temp", "cold_extrusion", ""},
		{"!! Lost communication with MCU 'mcu'", "fatal", ""}, {"!! MCU 'mcu' shutdown: Timer too close", "fatal", ""}, {"!! Printer is not ready", "fatal", ""},
		{"!! Homing failed due to printer shutdown", "fatal", ""}, {"!! Heater extruder not heating at expected rate", "thermal", ""},
		{"// Klipper state: Shutdown", "fatal", ""}, {"// Klipper state: Disconnect", "fatal", ""}, {"// Klipper state: Ready", "info", ""},
		{"// action:prompt_begin Filament", "action", "action prompt_begin, args Filament"}, {"X:10.000 Y:10.000 Z:0.500 E:0.000", "position", "x 10.000, y 10.000, z 0.500, e 0.000"},
	},
	"reprapfirmware": {
		{"ok", "ok", ""}, {"ok T:20.0 /0.0 T0:20.0 /0.0 T1:21.0 /0.0 B:22.1 /60.0 B1:20.0 /0.0 C:30.0 /0.0", "ok", "T 20.0/0.0, T0 20.0/0.0, T1 21.0/0.0, B 22.1/60.0, B1 20.0/0.0, C 30.0/0.0"},
		{"rs 7", "resend", "n 7"}, {"Emergency Stop! Reset the controller to continue.", "fatal", ""},
		{"Error: Heating fault on heater 1, temperature excursion exceeded 15C", "thermal", ""}, {"Error: G1: target position outside machine limits", "error", ""},
		{"FIRMWARE_NAME: RepRapFirmware for Duet 2 WiFi/Ethernet FIRMWARE_VERSION: 3.4.6 ELECTRONICS: Duet WiFi 1.02", "info", ""},
		{"X:0.000 Y:0.000 Z:0.000 E:0.000 E0:0.0 Count 0 0 0 Machine 0.000 0.000 0.000 Bed comp 0.000", "position", "x 0.000, y 0.000, z 0.000, e 0.000"},
	},
	"smoothieware": {
		{"ok", "ok", ""}, {"ok - ignored", "ok", ""}, {"rs N5", "resend", "n 5"}, {"!!", "fatal", ""}, {"!!\r", "fatal", ""}, {"Smoothie", "start", ""},
		{"ok T:210.5 /210.0 @64 T1:25.0 /0.0 @0 B:60.0 /60.0 @128", "ok", "T 210.5/210.0, T1 25.0/0.0, B 60.0/60.0"},
		{"ok C: X:10.0000 Y:20.0000 Z:0.3000 A:1.5000", "ok", ""}, {"Entering Alarm/Halt state", "fatal", ""},
		{"ERROR: MINTEMP or MAXTEMP triggered. Check your temperature sensors!", "thermal", ""}, {"HALT asserted - reset or M999 required", "thermal", ""},
		{"error:Alarm lock", "fatal", ""}, {"FIRMWARE_NAME:Smoothieware, FIRMWARE_URL:http%3A//smoothieware.org", "info", ""},
	},
	"teacup": {
		{"ok", "ok", ""}, {"start", "start", ""}, {"rs N2 Expected checksum 67", "resend", "n 2"}, {"rs 71", "resend", "n 71"},
		{"T:24.5/210.0 B:60.0/60.0", "temperature_line", "T 24.5/210.0, B 60.0/60.0"}, {"X:0,Y:0,Z:0,E:0,F:0", "position", "x 0, y 0, z 0, e 0"},
	},
}

// Ensure that each dialect takes each line for what it is, damage included, and reads the right numbers from it.
func TestDialectsUnderstandTheWire(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	for _, d := range set.Dialects() {
		lines := saidByDialect[d.Name]
		require.NotEmpty(t, lines, "%s: no line says how it speaks", d.Name)
		for _, s := range lines {
			class := classOf(d, s.line)
			require.Equal(t, s.class, class, "%s: %q", d.Name, s.line)
			require.Equal(t, s.read, read(d, class, s.line), "%s: %q", d.Name, s.line)
		}
	}
}

// Ensure that each firmware's own name leads to its dialect and to no other.
func TestFirmwareNamesLeadToDialects(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	for name, want := range map[string]string{
		"Marlin 2.1.2.1 (Nov 23 2026 11:11:11)": "marlin2", "Marlin bugfix-2.1.x (May 2026)": "marlin2", "Marlin 1.1.9 (Github)": "marlin1",
		"Marlin V1; Sprinter/grbl mashup for gen6": "marlin1", "Prusa-Firmware 3.14.1 based on Marlin": "prusa-mk3",
		"Prusa-Firmware-Buddy 6.1.2+7894 (Github)": "prusa-buddy", "Repetier_1.0.4": "repetier", "Klipper": "klipper",
		"RepRapFirmware for Duet 2 WiFi/Ethernet": "reprapfirmware", " RepRapFirmware for Duet 3 MB6HC": "reprapfirmware", "Smoothieware,": "smoothieware", "Teacup": "teacup",
	} {
		best, priority := "", -1
		for _, d := range set.Dialects() {
			if d.Identify.Firmware.Match([]byte(name)) && d.Identify.Priority > priority {
				best, priority = d.Name, d.Identify.Priority
			}
		}
		require.Equal(t, want, best, name)
	}
}

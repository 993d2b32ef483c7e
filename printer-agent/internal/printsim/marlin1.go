package printsim

import "time"

// newMarlin1 is Marlin 1.1.9: a doubled line is refused, a checksum without a
// number is an error that asks for nothing, and M112 says nothing of itself.
func newMarlin1(b *Board) *marlin {
	return newRelative(b, build{
		greeting: []string{"start", "echo:Marlin 1.1.9", "",
			"echo: Last Updated: 2018-07-31 | Author: (none, default config)", "echo:Compiled: Nov 23 2026",
			"echo: Free Memory: 5612  PlannerBufferBytes: 1232", "echo:Hardcoded Default Settings Loaded"},
		listed:   true,
		identity: "Marlin 1.1.9 (Github) SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff",
		caps: `SERIAL_XON_XOFF:0 EEPROM:0 VOLUMETRIC:1 AUTOREPORT_TEMP:1 PROGRESS:0 PRINT_JOB:1 AUTOLEVEL:0 Z_PROBE:0
LEVELING_DATA:0 BUILD_PERCENT:0 SOFTWARE_POWER:0 TOGGLE_LIGHTS:0 CASE_LIGHT_BRIGHTNESS:0 EMERGENCY_PARSER:0`,
		home:      11260 * time.Millisecond,
		duplicate: "refused",
		bareSum:   "No Line Number with checksum",
	})
}

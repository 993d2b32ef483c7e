package printsim

import (
	"fmt"
	"strings"
)

func advancedDefaults(c *Config) { c.EmergencyParser, c.AdvancedOK = true, true }

// newMarlinAdvanced is Marlin 2.1.2.1 with ADVANCED_OK, EMERGENCY_PARSER, host
// actions and prompts, EEPROM and filament change.
func newMarlinAdvanced(b *Board) *marlin {
	m := newMarlin(b)
	m.greeting = []string{"start", "Marlin 2.1.2.1",
		"echo: Last Updated: 2023-05-16 | Author: (none, default config)",
		"echo: Compiled: Nov 23 2026",
		"echo: Free Memory: 5309  PlannerBufferBytes: 1136",
		"echo:EEPROM version mismatch (EEPROM=? Marlin=V88)",
		"//action:notification Err: EEPROM Version", "//action:notification Err: EEPROM Version",
		"//action:notification Hardcoded Default Settings Loaded",
		"echo:Hardcoded Default Settings Loaded"}
	m.listed, m.actions = false, true
	m.extra = []setting{{"Filament load/unload", "  M603 L0.00 U100.00 ; (mm)"}}
	m.identity = strings.NewReplacer("08:36:10", "08:42:40", "3D Printer", "Rig RAMPS").Replace(m.identity)
	m.caps = strings.NewReplacer("EEPROM:0", "EEPROM:1", "AUTOREPORT_POS:0", "AUTOREPORT_POS:1",
		"HOST_ACTION_COMMANDS:0", "HOST_ACTION_COMMANDS:1", "PROMPT_SUPPORT:0", "PROMPT_SUPPORT:1").Replace(m.caps)
	x, y, z := b.cfg.Bed[0], b.cfg.Bed[1], b.cfg.Bed[2]
	box := fmt.Sprintf("{min:{x:0.00,y:0.00,z:0.00},max:{x:%.2f,y:%.2f,z:%.2f}}", x, y, z)
	m.area = "area:{full:" + box + ",work:" + box + "}"
	return m
}

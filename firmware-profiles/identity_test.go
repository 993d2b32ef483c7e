package profiles

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that each firmware's way of answering M115 is understood: commas, glued ok, blanks behind colons, colons in values.
func TestIdentityOfEachFirmware(t *testing.T) {
	for line, want := range map[string]Identity{
		"FIRMWARE_NAME:Marlin 2.1.2.1 (Nov 23 2026 08:36:10) SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2": {
			Firmware: "Marlin 2.1.2.1 (Nov 23 2026 08:36:10)", Machine: "3D Printer", UUID: "cede2a2f-41a2"},
		"FIRMWARE_NAME:Repetier_1.0.4 COMPILED:Nov 23 2026 FIRMWARE_URL:https://github.com/repetier/Repetier-Firmware/ PROTOCOL_VERSION:1.0 MACHINE_TYPE:STACKER EXTRUDER_COUNT:1 REPETIER_PROTOCOL:3": {
			Firmware: "Repetier_1.0.4", Machine: "STACKER"},
		"ok FIRMWARE_NAME:Klipper FIRMWARE_VERSION:84104bb": {Firmware: "Klipper", Version: "84104bb"},
		"ok FIRMWARE_VERSION:v0.12.0 FIRMWARE_NAME:Klipper": {Firmware: "Klipper", Version: "v0.12.0"},
		"FIRMWARE_NAME:Smoothieware, FIRMWARE_URL:http%3A//smoothieware.org, X-SOURCE_CODE_URL:https://github.com/Smoothieware/Smoothieware, FIRMWARE_VERSION:edge-3332442, PROTOCOL_VERSION:1.0, X-FIRMWARE_BUILD_DATE:Apr 10 2020 09:33:14, X-SYSTEM_CLOCK:120MHz, X-AXES:5, X-GRBL_MODE:0, X-ARCS:0": {
			Firmware: "Smoothieware", Version: "edge-3332442"},
		"FIRMWARE_NAME: RepRapFirmware for Duet 2 WiFi/Ethernet FIRMWARE_VERSION: 3.4.5 ELECTRONICS: Duet WiFi 1.02 or later FIRMWARE_DATE: 2022-11-30 19:36:12": {
			Firmware: "RepRapFirmware for Duet 2 WiFi/Ethernet", Version: "3.4.5", Machine: "Duet WiFi 1.02 or later"},
		"FIRMWARE_NAME:Prusa-Firmware 3.13.2 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1": {
			Firmware: "Prusa-Firmware 3.13.2 based on Marlin", Machine: "Prusa i3 MK3S"},
		"NAME: Malyan VER: 3.8 MODEL: M200 HW: HA02": {Firmware: "Malyan", Version: "3.8", Machine: "M200"},
	} {
		var got Identity
		require.True(t, got.Read([]byte(line)), line)
		require.Equal(t, want, got, line)
	}
}

// Ensure that capabilities are kept, refused ones too, and that chatter gives no name.
func TestCapabilitiesAndChatter(t *testing.T) {
	var i Identity
	for _, line := range []string{"Cap:EEPROM:1", "Cap:ARCS:0", "echo:Marlin 2.1.2", "ok", "FIRMWARE_NAME:", "Cap:BAD:x"} {
		require.False(t, i.Read([]byte(line)), line)
	}
	require.Equal(t, Identity{Caps: map[string]bool{"EEPROM": true, "ARCS": false}}, i)
}

package profiles

import (
	"bytes"
	"regexp"
	"strings"
)

// Identity is what a firmware says of itself in answer to M115.
type Identity struct {
	Firmware string          // FIRMWARE_NAME as given
	Version  string          // FIRMWARE_VERSION where it is given
	Machine  string          // MACHINE_TYPE, or the electronics where there is none
	UUID     string          // empty when it has none
	Caps     map[string]bool // as in "Cap:AUTOREPORT_TEMP:1"
}

// Can says whether the firmware announced the capability, as in "EMERGENCY_PARSER".
func (i Identity) Can(capability string) bool { return i.Caps[capability] }

var (
	// identityKey is a word in capitals before a colon; the value runs to the next one. Marlin and Repetier put blanks between,
	// Smoothieware commas and an X- before its own, RepRapFirmware a blank behind the colon, Klipper an ok in front.
	identityKey = regexp.MustCompile(`(?:^|[\s,])(?:X-)?([A-Z][A-Z_]*[A-Z]):`)
	// malyan is the one firmware without such a line: "NAME: Malyan VER: 3.8 MODEL: M200 HW: HA02".
	malyan     = regexp.MustCompile(`^NAME[.:] ?(Malyan)\b.*?VER: ?(\S+)(?:\s+MODEL: ?(\S+))?`)
	capability = regexp.MustCompile(`^Cap:([A-Z0-9_]+):([01])$`)
)

// Read takes one line of the answer and says whether it was the one with the name.
func (i *Identity) Read(line []byte) bool {
	if m := capability.FindSubmatch(line); m != nil {
		if i.Caps == nil {
			i.Caps = make(map[string]bool)
		}
		i.Caps[string(m[1])] = m[2][0] == '1'
		return false
	}
	if m := malyan.FindSubmatch(line); m != nil {
		i.Firmware, i.Version, i.Machine = string(m[1]), string(m[2]), string(m[3])
		return true
	}
	if !bytes.Contains(line, []byte("FIRMWARE_NAME:")) {
		return false
	}
	values := identityFields(string(line))
	i.Firmware, i.Version, i.UUID = values["FIRMWARE_NAME"], values["FIRMWARE_VERSION"], values["UUID"]
	if i.Machine = values["MACHINE_TYPE"]; i.Machine == "" {
		i.Machine = values["ELECTRONICS"]
	}
	return i.Firmware != ""
}

// identityFields cuts a line at its keys.
func identityFields(line string) map[string]string {
	values := make(map[string]string)
	at := identityKey.FindAllStringSubmatchIndex(line, -1)
	for n, m := range at {
		end := len(line)
		if n+1 < len(at) {
			end = at[n+1][0]
		}
		values[line[m[2]:m[3]]] = strings.Trim(line[m[1]:end], " \t,")
	}
	return values
}

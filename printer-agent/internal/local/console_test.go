package local

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// Lines are read as firmware reads them: no spelling of a harmful command slips past, and plain ones pass.
func TestTheConsoleRefusesWhatWouldHarm(t *testing.T) {
	for line, code := range map[string]string{
		"M112": codeSayStop, "m112": codeSayStop, "M0112": codeSayStop, "m 112": codeSayStop, "M112 P1": codeSayStop, "M112X": codeSayStop, "EMERGENCY_STOP": codeSayStop,
		"M110 N5": codeSayNumbers, "N5 M104 S300": codeSayNumbers, "n5M104": codeSayNumbers, "N 5 G28": codeSayNumbers,
		"M502": codeSayMemory, "M500": codeSayMemory, "m0500": codeSayMemory, "save_config": codeSayMemory, "M303 E0 S200": codeSayMemory,
		"M302 P1": codeSayGuard, "M85 S0": codeSayGuard, "SET_HEATER_TEMPERATURE HEATER=extruder TARGET=300": codeSayGuard,
		"M23 x.gco": codeSayCard, "M24": codeSayCard,
		"M997": CodeConsole, "M118 //action:prompt_begin x": CodeConsole, "RUN_SHELL_COMMAND CMD=x": CodeConsole,
		"": codeSayEmpty, "   ": codeSayEmpty, "G28\nM112": codeSaySigns, "G28;x": codeSaySigns, "G28*33": codeSaySigns, "M117 é": codeSaySigns, "M117 \x00": codeSaySigns, "(x) M112": codeSaySigns, "@pause": codeSaySigns,
		"M117 " + string(make([]byte, 100)): codeSayLong,
	} {
		_, err := spoken(line)
		var refusal *Refusal
		require.ErrorAs(t, err, &refusal, "%q", line)
		require.Equal(t, code, refusal.Code, "%q", line)
	}
	for _, line := range []string{"M114", " G28 X ", "M104 S200", "M503", "M117 M112 is a word", "STATUS", "G1 X10 F600", "NOZZLE_WIPE", "T0"} {
		got, err := spoken(line)
		require.NoError(t, err, line)
		require.NotEmpty(t, got)
	}
	require.True(t, errors.As(error(Refuse(CodeBusy, "")), new(*Refusal)))
}

func TestTheTalkKeepsItsLastLines(t *testing.T) {
	all := newTalks()
	for range 200 {
		all.add("a", "M114", []string{"ok"})
	}
	require.Len(t, all.of("a"), maxTalk)
	require.Empty(t, all.of("b"))
}

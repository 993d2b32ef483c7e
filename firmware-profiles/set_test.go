package profiles

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Ensure that every embedded file decodes strictly and that the set finds dialects by name.
func TestLoadReadsEveryDialect(t *testing.T) {
	set, err := Load()
	require.NoError(t, err)
	for _, name := range []string{
		"marlin1", "marlin2", "prusa-mk3", "repetier", "klipper", "prusa-buddy", "reprapfirmware", "smoothieware", "teacup",
	} {
		d, ok := set.Dialect(name)
		require.True(t, ok, name)
		require.Equal(t, name, d.Name)
	}
	_, ok := set.Dialect("_template")
	require.False(t, ok, "templates are not loaded")
}

// Ensure that the commented templates stay true to the structures they explain.
func TestDialectTemplateIsValid(t *testing.T) {
	_, err := loadFile[Dialect](dialectFiles, "dialects/_template.toml")
	require.NoError(t, err)
}

// Ensure that a mistake in a file is refused with the file and the key.
func TestLoadNamesFileAndKey(t *testing.T) {
	good, err := dialectFiles.ReadFile("dialects/marlin2.toml")
	require.NoError(t, err)
	for name, tc := range map[string]struct{ text, want string }{
		"unknown key":        {"colour = \"red\"\n" + string(good), `dialects/marlin2.toml: unknown key colour`},
		"broken pattern":     {string(good) + "\n[replies.x]\n", `dialects/marlin2.toml`},
		"value too small":    {replaceOnce(string(good), "command_slots = 4", "command_slots = 0"), `dialects/marlin2.toml: key buffers.command_slots`},
		"bad expression":     {replaceOnce(string(good), `start = '^start$'`, `start = '^(start$'`), `replies.start`},
		"bad survival":       {replaceOnce(string(good), `host_death = "exactly"`, `host_death = "maybe"`), `dialects/marlin2.toml: key survival.host_death: "maybe"`},
		"empty promise":      {replaceOnce(string(good), `damaged = "resend"`, `damaged = "executed"`), `key survival: exactly needs`},
		"promise of a reset": {replaceOnce(string(good), `board_reset = "confirmed"`, `board_reset = "exactly"`), `key survival.board_reset`},
		"power without word": {replaceOnce(string(good), `power_loss = "not"`, `power_loss = "exactly"`), `key survival.power_loss: exactly needs replies.power_back`},
		"bad emergency":      {replaceOnce(string(good), `emergency = "sometimes"`, `emergency = "often"`), `key commands.emergency: "often"`},
		"no capability":      {replaceOnce(string(good), `emergency_cap = "EMERGENCY_PARSER"`, ``), `key commands.emergency_cap`},
		"forbidden letter":   {replaceOnce(string(good), `text_forbidden = '*'`, `text_forbidden = '*G'`), `key lines.text_forbidden`},
		"negative time":      {replaceOnce(string(good), `half_line_ms = 0`, `half_line_ms = -1`), `key lines.half_line_ms`},
		"long time":          {replaceOnce(string(good), `boot_ms = 12000`, `boot_ms = 1200000`), `key timing.boot_ms: 1200000`},
		"low number":         {replaceOnce(string(good), `half_line_ms = 0`, "half_line_ms = 0\nmax_number = 10"), `key lines.max_number`},
		"question unheard":   {replaceOnce(string(good), `line_is = `, `wait = `), `key replies.line_is`},
		"damage unknown":     {replaceOnce(string(good), `damaged = "resend"`, `damaged = "eaten"`), `key lines.damaged: "eaten"`},
		"empty place":        {replaceOnce(string(good), `speed = "M220 S{percent}"`, `speed = "M220"`), `key commands.speed: needs {percent}`},
		"too many groups":    {replaceOnce(string(good), `start = '^start$'`, `start = '(a)(a)(a)(a)(a)(a)(a)(a)'`), `replies.start`},
		"wrong name":         {replaceOnce(string(good), `name = "marlin2"`, `name = "other"`), `dialects/marlin2.toml: key name`},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"dialects/marlin2.toml": {Data: []byte(tc.text)}}
			_, err := loadDir[Dialect](fsys, "dialects")
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func replaceOnce(s, old, new string) string {
	before, after, found := strings.Cut(s, old)
	if !found {
		panic("text not found: " + old)
	}
	return before + new + after
}

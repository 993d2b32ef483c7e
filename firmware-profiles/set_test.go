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
	for _, name := range []string{"marlin1", "marlin2", "prusa-mk3", "repetier"} {
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
		"unknown key":     {"colour = \"red\"\n" + string(good), `dialects/marlin2.toml: unknown key colour`},
		"broken pattern":  {string(good) + "\n[replies.x]\n", `dialects/marlin2.toml`},
		"value too small": {replaceOnce(string(good), "command_slots = 4", "command_slots = 0"), `dialects/marlin2.toml: key buffers.command_slots`},
		"bad expression":  {replaceOnce(string(good), `start = '^start$'`, `start = '^(start$'`), `replies.start`},
		"wrong name":      {replaceOnce(string(good), `name = "marlin2"`, `name = "other"`), `dialects/marlin2.toml: key name`},
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

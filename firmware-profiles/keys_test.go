package profiles

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that the template and the document explain every key of a dialect.
func TestEveryKeyIsExplained(t *testing.T) {
	template, err := dialectFiles.ReadFile("dialects/_template.toml")
	require.NoError(t, err)
	document, err := os.ReadFile("../docs/firmware-dialect.md")
	require.NoError(t, err)
	for table := range reflect.TypeFor[Dialect]().Fields() {
		if table.Type.Kind() != reflect.Struct {
			continue
		}
		name := table.Tag.Get("toml")
		require.Contains(t, string(template), "\n["+name+"]", "the template lacks a table")
		for field := range table.Type.Fields() {
			key := field.Tag.Get("toml")
			require.True(t, strings.Contains(string(template), "\n"+key+" = "), "the template lacks %s.%s", name, key)
			require.True(t, strings.Contains(string(document), "`"+key+"`") || strings.Contains(string(document), "`"+name+"."+key+"`"),
				"docs/firmware-dialect.md lacks %s.%s", name, key)
		}
	}
}

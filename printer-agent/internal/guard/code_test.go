package guard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui/locales"
)

// Every code is in the list, once, and every one of the list can be read in both languages.
func TestEveryCodeIsListedAndWorded(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var written []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			written = append(written, Code(text))
		}
		return true
	})
	require.Greater(t, len(written), 40)
	require.ElementsMatch(t, written, Codes)
	for _, lang := range locales.Langs() {
		for _, code := range Codes {
			require.True(t, locales.Has(lang, code.Key()), "%s is not worded in %s", code.Key(), lang)
		}
	}
}

// A verdict's arguments are all that its sentence needs.
func TestVerdictsCanBeRead(t *testing.T) {
	v := Verdict{Action: Cool, Code: NoRise, Sensor: "B", Actual: 21.6, Target: 60, Since: 95e9}
	require.Equal(t, "Bed: still 22\u00a0°C after 95\u00a0s, 60\u00a0°C asked for. It does not heat. Check its heater and sensor cables.",
		locales.Text(locales.English, v.Code.Key(), v.Args()))
	for _, lang := range locales.Langs() {
		for _, code := range Codes[:14] {
			require.NotContains(t, locales.Text(lang, code.Key(), v.Args()), "⟦", "%s %s", lang, code)
		}
	}
}

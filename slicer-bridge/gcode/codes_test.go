package gcode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/ui/locales"
)

// Every code of a finding is listed and can be read by a person in both languages, and so can every reason why a command
// is forbidden.
func TestEveryCodeIsWorded(t *testing.T) {
	listed := gcode.Codes()
	require.ElementsMatch(t, constants(t, "report.go"), listed)
	for _, lang := range locales.Langs() {
		for _, code := range listed {
			require.True(t, locales.Has(lang, code), "%s in %s", code, lang)
		}
		for _, why := range reasons(t) {
			require.True(t, locales.Has(lang, "forbidden."+why), "%s in %s", why, lang)
		}
	}
}

// constants reads the values of the constants of a file whose names begin with Code.
func constants(t *testing.T, file string) (values []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			values = append(values, unquote(t, spec.Values[0]))
		}
		return true
	})
	return values
}

// reasons reads what the two functions that forbid commands return.
func reasons(t *testing.T) (values []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "limits.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(f.Name.Name, "forbidden") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok {
				if text, ok := r.Results[0].(*ast.BasicLit); ok && text.Value != `""` {
					values = append(values, unquote(t, text))
				}
			}
			return true
		})
	}
	require.Greater(t, len(values), 8)
	return values
}

func unquote(t *testing.T, e ast.Expr) string {
	t.Helper()
	text, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	require.NoError(t, err)
	return text
}

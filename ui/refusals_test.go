package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui/locales"
)

// Every refusal that a room of the coordinator writes down can be read by a person,
// in both languages. Codes put together at run time are beyond this test.
func TestEveryRefusalOfTheRoomsIsWorded(t *testing.T) {
	codes := refusalCodes(t, "../coordinator")
	require.Greater(t, len(codes), 20)
	for code, where := range codes {
		for _, lang := range locales.Langs() {
			assert.True(t, locales.Has(lang, "error."+code), "%s: error.%s is not worded in %s", where, code, lang)
		}
	}
}

// refusalCodes reads the second argument of every fab.Refuse below root.
func refusalCodes(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil //nolint:nilerr // the compiler says so better
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if code, ok := refusalCode(n); ok {
				out[code] = path
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	return out
}

func refusalCode(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 3 {
		return "", false
	}
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		ok = f.Sel.Name == "Refuse"
	case *ast.Ident:
		ok = f.Name == "Refuse"
	default:
		ok = false
	}
	literal, isText := call.Args[1].(*ast.BasicLit)
	if !ok || !isText || literal.Kind != token.STRING {
		return "", false
	}
	code, err := strconv.Unquote(literal.Value)
	return code, err == nil
}

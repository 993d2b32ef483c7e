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

// codes are those that the rooms of the coordinator write down, with the file that does.
type codes struct {
	changes, reasons, refusals map[string]string
}

// Every change, every reason and every refusal that a room writes down can be read by a person, in both languages: also where the code
// is handed to a function whose parameter is called code. Codes put together at run time are beyond this test.
func TestEveryCodeOfTheRoomsIsWorded(t *testing.T) {
	found := codesBelow(t, "../coordinator")
	require.Greater(t, len(found.changes), 20)
	require.Greater(t, len(found.reasons), 40)
	require.Greater(t, len(found.refusals), 20)
	for _, lang := range locales.Langs() {
		for code, where := range found.changes {
			assert.True(t, locales.Has(lang, "change."+code), "%s: change.%s is not worded in %s", where, code, lang)
		}
		for code, where := range found.refusals {
			assert.True(t, locales.Has(lang, "error."+code), "%s: error.%s is not worded in %s", where, code, lang)
		}
		for code, where := range found.reasons {
			assert.True(t, locales.Has(lang, code) || locales.Has(lang, "why."+code), "%s: %s is not worded in %s", where, code, lang)
		}
	}
}

// codesBelow reads the sources of every package below root.
func codesBelow(t *testing.T, root string) codes {
	t.Helper()
	all := codes{map[string]string{}, map[string]string{}, map[string]string{}}
	packages := map[string]map[string]*ast.File{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil //nolint:nilerr // the compiler says so better
		}
		dir := filepath.Dir(path)
		if packages[dir] == nil {
			packages[dir] = map[string]*ast.File{}
		}
		packages[dir][path] = parsed
		return nil
	})
	require.NoError(t, err)
	for _, sources := range packages {
		all.read(sources)
	}
	return all
}

// taker is a function with a parameter called code.
type taker struct {
	at   int // of the parameter
	into map[string]string
}

func (c codes) read(sources map[string]*ast.File) {
	takers := map[string]taker{}
	for _, file := range sources {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if at := codeParameter(f.Type); at >= 0 {
					takers[f.Name.Name] = taker{at, c.use(f)}
				}
			}
		}
	}
	for path, file := range sources {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				c.change(n, path)
			case *ast.CallExpr:
				c.call(n, takers, path)
			case *ast.ValueSpec:
				c.constant(n, path)
			}
			return true
		})
	}
}

// codeParameter is the place of the string parameter called code, -1 when there is none.
func codeParameter(f *ast.FuncType) int {
	at := 0
	for _, field := range f.Params.List {
		kind, _ := field.Type.(*ast.Ident)
		for _, name := range field.Names {
			if name.Name == "code" && kind != nil && kind.Name == "string" {
				return at
			}
			at++
		}
	}
	return -1
}

// use says what a function makes of its code: a refusal, or else a change when it notes something.
func (c codes) use(f *ast.FuncDecl) (into map[string]string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if named(n.Type, "Change") {
				into = c.changes
			}
		case *ast.CallExpr:
			if named(n.Fun, "Refuse") && into == nil {
				into = c.refusals
			}
			if named(n.Fun, "note") || named(n.Fun, "answer") {
				into = c.changes
			}
		}
		return true
	})
	return into
}

func (c codes) change(n *ast.CompositeLit, path string) {
	if !named(n.Type, "Change") {
		return
	}
	for _, e := range n.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && named(pair.Key, "Code") {
			keep(c.changes, pair.Value, path)
		}
	}
}

func (c codes) call(n *ast.CallExpr, takers map[string]taker, path string) {
	if named(n.Fun, "Because") && len(n.Args) > 0 && !strings.Contains(path, "audit") {
		keep(c.reasons, n.Args[0], path)
	}
	if named(n.Fun, "Refuse") && len(n.Args) >= 3 {
		keep(c.refusals, n.Args[1], path)
	}
	for name, taker := range takers {
		if named(n.Fun, name) && taker.into != nil && taker.at < len(n.Args) {
			keep(taker.into, n.Args[taker.at], path)
		}
	}
}

// constant reads the constants that name reasons: those of the planner, of endings, and what agents report, which
// becomes the reason of an ending.
func (c codes) constant(n *ast.ValueSpec, path string) {
	for i, name := range n.Names {
		if i >= len(n.Values) {
			return
		}
		for _, prefix := range []string{"Why", "Wait", "Idle", "Ended", "Fix"} {
			if strings.HasPrefix(name.Name, prefix) {
				keep(c.reasons, n.Values[i], path)
			}
		}
		if strings.HasPrefix(name.Name, "Reason") && strings.Contains(path, "wire") {
			if code, ok := textOf(n.Values[i]); ok {
				c.reasons["ended_"+code] = path
			}
		}
	}
}

func named(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == name
	case *ast.SelectorExpr:
		return e.Sel.Name == name
	}
	return false
}

func keep(into map[string]string, e ast.Expr, path string) {
	if code, ok := textOf(e); ok && code != "" {
		into[code] = path
	}
}

func textOf(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

package main_test

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// packageState finds variables of a package that hold state: declared to be filled later, made to be shared, or
// changed by some function. Tables that nobody writes to are fine.
func packageState(t tree) (found []string) {
	variables := map[string]map[string]*ast.ValueSpec{} // by folder, then by name
	for _, s := range t.product() {
		known := variables[s.folder()]
		if known == nil {
			known = map[string]*ast.ValueSpec{}
			variables[s.folder()] = known
		}
		for _, v := range packageVariables(s) {
			for i, name := range v.spec.Names {
				if name.Name == "_" {
					continue
				}
				known[name.Name] = v.spec
				if !v.embedded && holdsState(v.spec, i) {
					found = append(found, t.at(name, "%s is state of a package; let New make it", name.Name))
				}
			}
		}
	}
	for _, s := range t.product() {
		for _, target := range written(s) {
			spec := variables[s.folder()][target.Name]
			if spec != nil && (target.Obj == nil || target.Obj.Decl == spec) {
				found = append(found, t.at(target, "%s is a variable of the package, and is changed here", target.Name))
			}
		}
	}
	return found
}

// variable is a declaration at package level.
type variable struct {
	spec     *ast.ValueSpec
	embedded bool // filled by go:embed
}

// packageVariables is the variables that a file declares outside its functions.
func packageVariables(s source) (found []variable) {
	for _, d := range s.file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, one := range decl.Specs {
			spec := one.(*ast.ValueSpec)
			found = append(found, variable{spec, hasEmbed(decl.Doc) || hasEmbed(spec.Doc)})
		}
	}
	return found
}

// hasEmbed reports whether a comment embeds files.
func hasEmbed(group *ast.CommentGroup) bool {
	if group == nil {
		return false
	}
	for _, c := range group.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// holdsState reports whether variable i of a declaration has no value of its own, or one that is there to be changed.
func holdsState(spec *ast.ValueSpec, i int) bool {
	if i >= len(spec.Values) {
		return len(spec.Values) == 0
	}
	switch value := spec.Values[i].(type) {
	case *ast.UnaryExpr:
		return value.Op == token.AND
	case *ast.CallExpr:
		f, ok := value.Fun.(*ast.Ident)
		return ok && (f.Name == "make" || f.Name == "new")
	case *ast.CompositeLit:
		return isSelector(value.Type, "sync", "") || isSelector(value.Type, "atomic", "")
	}
	return false
}

// written is the plain names that a file assigns to, counts up or down, deletes from, or changes an element of.
func written(s source) (found []*ast.Ident) {
	add := func(e ast.Expr) {
		if name := root(e); name != nil {
			found = append(found, name)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if n.Tok != token.DEFINE {
					add(left)
				}
			}
		case *ast.IncDecStmt:
			add(n.X)
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
				add(n.Args[0])
			}
		}
		return true
	})
	return found
}

// root is the variable whose memory an expression such as v[i].f names.
func root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.IndexExpr:
		return root(e.X)
	case *ast.SelectorExpr:
		return root(e.X)
	case *ast.ParenExpr:
		return root(e.X)
	}
	return nil
}

// comparedErrors finds == and != with an error value and type assertions on errors, which miss a wrapped one.
func comparedErrors(t tree) (found []string) {
	for _, s := range t.sources {
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if (n.Op == token.EQL || n.Op == token.NEQ) && isError(n.X) && isErrorValue(n.Y) {
					found = append(found, t.at(n, "compare errors with errors.Is"))
				}
			case *ast.TypeAssertExpr:
				if isError(n.X) {
					found = append(found, t.at(n, "take errors apart with errors.As"))
				}
			}
			return true
		})
	}
	return found
}

// isError reports whether an expression is named as errors are.
func isError(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && (name.Name == "err" || strings.HasSuffix(name.Name, "Err"))
}

// isErrorValue reports whether an expression is named as the error values of packages are.
func isErrorValue(e ast.Expr) bool {
	name, _ := e.(*ast.Ident)
	if sel, ok := e.(*ast.SelectorExpr); ok {
		name = sel.Sel
	}
	return name != nil && (strings.HasPrefix(name.Name, "Err") || strings.HasPrefix(name.Name, "err") && name.Name != "err" || name.Name == "EOF")
}

// unwrappedErrors finds fmt.Errorf that is given an error and flattens it to text.
func unwrappedErrors(t tree) (found []string) {
	for _, s := range t.product() {
		calls(s.file, "fmt", "Errorf", func(call *ast.CallExpr) {
			format, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				return
			}
			text, _ := strconv.Unquote(format.Value)
			for _, arg := range call.Args[1:] {
				if isError(arg) && !strings.Contains(text, "%w") {
					found = append(found, t.at(call, "wrap the error with %%w"))
				}
			}
		})
	}
	return found
}

// sleepingTests finds tests that wait for a time instead of for what they need. Between two looks of a loop a test may
// sleep, and on the virtual time of testing/synctest.
func sleepingTests(t tree) (found []string) {
	for _, s := range t.sources {
		if !s.test || s.imports()["testing/synctest"] != nil {
			continue
		}
		polls := map[*ast.CallExpr]bool{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if loop, ok := n.(*ast.ForStmt); ok {
				calls(loop.Body, "time", "Sleep", func(call *ast.CallExpr) { polls[call] = true })
			}
			return true
		})
		calls(s.file, "time", "Sleep", func(call *ast.CallExpr) {
			if !polls[call] {
				found = append(found, t.at(call, "a test that sleeps is slow or wrong; look for what it waits for, with a deadline"))
			}
		})
	}
	return found
}

// storedContexts finds structs that keep a context.
func storedContexts(t tree) (found []string) {
	for _, s := range t.product() {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if fields, ok := n.(*ast.StructType); ok {
				for _, field := range fields.Fields.List {
					if isSelector(field.Type, "context", "Context") {
						found = append(found, t.at(field, "a context is passed, never stored"))
					}
				}
			}
			return true
		})
	}
	return found
}

// globalLogs finds logging that does not go through the logger that was passed in.
func globalLogs(t tree) (found []string) {
	for _, s := range t.product() {
		if node := s.imports()["log"]; node != nil {
			found = append(found, t.at(node, "log with the slog.Logger that was passed in"))
		}
		for _, name := range []string{"Debug", "Info", "Warn", "Error", "Log", "Default", "SetDefault"} {
			calls(s.file, "slog", name, func(call *ast.CallExpr) {
				found = append(found, t.at(call, "slog.%s is the global logger; use the one that was passed in", name))
			})
		}
	}
	return found
}

package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// tree is the parsed sources of a repository.
type tree struct {
	positions  *token.FileSet
	sources    []source
	topFolders []string
}

// source is one Go file.
type source struct {
	path  string // from the root, with slashes
	test  bool   // a _test.go file
	file  *ast.File
	lines int
}

// readTree parses every Go file but those that the go command ignores as well. It reads the files itself: `go test`
// watches the files that a test opens, and would keep an old result if another program read them.
func readTree(root fs.FS) (tree, error) {
	t := tree{positions: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && ignored(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() && path.Dir(name) == "." && name != ".":
			t.topFolders = append(t.topFolders, name)
		case strings.HasSuffix(name, ".go") && !ignored(entry.Name()):
			return t.add(root, name)
		}
		return nil
	})
	return t, err
}

// ignored reports whether the go command passes over a file or folder of this name.
func ignored(name string) bool {
	return name == "testdata" || name != "." && strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// add parses one file.
func (t *tree) add(root fs.FS, name string) error {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return fmt.Errorf("read source: %w", err)
	}
	file, err := parser.ParseFile(t.positions, name, text, parser.ParseComments)
	if err != nil {
		return fmt.Errorf("parse source: %w", err)
	}
	if ast.IsGenerated(file) {
		return nil
	}
	t.sources = append(t.sources, source{
		path: name, test: strings.HasSuffix(name, "_test.go"), file: file, lines: bytes.Count(text, []byte("\n")),
	})
	return nil
}

// product is the sources without the tests.
func (t *tree) product() []source {
	return slices.DeleteFunc(slices.Clone(t.sources), func(s source) bool { return s.test })
}

// at is a finding with its place.
func (t *tree) at(node ast.Node, format string, args ...any) string {
	p := t.positions.Position(node.Pos())
	return fmt.Sprintf("%s:%d: ", p.Filename, p.Line) + fmt.Sprintf(format, args...)
}

// folder is where the file is, "." for the root.
func (s source) folder() string { return path.Dir(s.path) }

// room is the room that the file is in, empty when it is in none.
func (s source) room() string { return roomOf(s.folder()) }

// roomOf is the room of a folder: itself or the nearest room above. A program is a room without the folders below it.
func roomOf(folder string) string {
	for at := folder; at != "."; at = path.Dir(at) {
		if _, ok := rooms[at]; ok && (at == folder || !isProgram(at)) {
			return at
		}
	}
	return ""
}

// isProgram reports whether a room is one of the three programs.
func isProgram(name string) bool {
	return name == "coordinator" || name == "printer-agent" || name == "slicer-bridge"
}

// imports is the import paths of the file, each with its place.
func (s source) imports() map[string]ast.Node {
	found := map[string]ast.Node{}
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			found[name] = spec
		}
	}
	return found
}

// calls visits every call below a node of a function that is written pkg.name, such as time.Now.
func calls(below ast.Node, pkg, name string, visit func(*ast.CallExpr)) {
	ast.Inspect(below, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && isSelector(call.Fun, pkg, name) {
			visit(call)
		}
		return true
	})
}

// isSelector reports whether an expression is written pkg.name; an empty name means any.
func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg && (name == "" || sel.Sel.Name == name)
}

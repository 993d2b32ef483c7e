package main_test

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// rules are the checks, each giving what is wrong and where.
var rules = map[string]func(tree) []string{
	"folders of the root":              unexpectedFolders,
	"every package is in a room":       homeless,
	"arrows between rooms":             wrongArrows,
	"single importers":                 wrongImporters,
	"rooms with the standard library":  foreign,
	"pure rooms":                       impure,
	"package comments":                 undocumented,
	"no init functions":                initFunctions,
	"sizes":                            huge,
	"no package state":                 packageState,
	"errors are matched, not compared": comparedErrors,
	"errors are wrapped":               unwrappedErrors,
	"tests do not sleep":               sleepingTests,
	"contexts are not stored":          storedContexts,
	"logs go to the logger passed in":  globalLogs,
}

// unexpectedFolders finds folders that the root does not have.
func unexpectedFolders(t tree) (found []string) {
	for _, folder := range t.topFolders {
		if !slices.Contains(topFolders, folder) {
			found = append(found, folder+": no such folder in the root; a room goes below one of "+strings.Join(topFolders, ", "))
		}
	}
	return found
}

// homeless finds packages outside every room.
func homeless(t tree) (found []string) {
	for _, s := range t.product() {
		if s.room() == "" {
			found = append(found, s.path+": in no room")
		}
	}
	return found
}

// wrongArrows finds imports of a room by one that may not import it.
func wrongArrows(t tree) (found []string) {
	for _, s := range t.product() {
		from := s.room()
		for name, node := range s.imports() {
			folder, ours := strings.CutPrefix(name, module)
			if !ours {
				continue
			}
			if to := roomOf(folder); to != from && !mayImport(from, to) {
				found = append(found, t.at(node, "%s may not import %s", from, folder))
			}
		}
	}
	return found
}

// mayImport reports whether the table has the arrow. A room named by "x/..." is not x itself.
func mayImport(from, to string) bool {
	return to != "" && slices.ContainsFunc(rooms[from].ours, func(allowed string) bool {
		below, many := strings.CutSuffix(allowed, "...")
		return allowed == to || many && strings.HasPrefix(to, below)
	})
}

// wrongImporters finds imports that belong to other rooms alone.
func wrongImporters(t tree) (found []string) {
	for _, s := range t.product() {
		for name, node := range s.imports() {
			for pkg, only := range importers {
				if (name == pkg || strings.HasPrefix(name, pkg+"/")) && !slices.Contains(only, s.room()) {
					found = append(found, t.at(node, "%s may be imported by %s only", name, strings.Join(only, ", ")))
				}
			}
		}
	}
	return found
}

// foreign finds others' code in the rooms that do with the standard library.
func foreign(t tree) (found []string) {
	for _, s := range t.product() {
		r := rooms[s.room()]
		for name, node := range s.imports() {
			host, _, _ := strings.Cut(name, "/")
			decoder := r.toml && name == "github.com/BurntSushi/toml"
			if r.stdlib && strings.Contains(host, ".") && !strings.HasPrefix(name, module) && !decoder {
				found = append(found, t.at(node, "%s does with the standard library, without %s", s.room(), name))
			}
		}
	}
	return found
}

// impure finds clocks, contexts, goroutines and the operating system in the rooms that only compute.
func impure(t tree) (found []string) {
	banned := []string{"context", "net", "net/http", "os", "sync", "syscall"}
	for _, s := range t.product() {
		if !rooms[s.room()].pure {
			continue
		}
		for name, node := range s.imports() {
			if slices.Contains(banned, name) {
				found = append(found, t.at(node, "%s only computes, without %s", s.room(), name))
			}
		}
		for _, clock := range []string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker"} {
			calls(s.file, "time", clock, func(call *ast.CallExpr) {
				found = append(found, t.at(call, "%s only computes: the time is passed in, without time.%s", s.room(), clock))
			})
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if statement, ok := n.(*ast.GoStmt); ok {
				found = append(found, t.at(statement, "%s only computes, without goroutines", s.room()))
			}
			return true
		})
	}
	return found
}

// undocumented finds packages whose comment is missing or too short to state a duty.
func undocumented(t tree) (found []string) {
	longest := map[string]int{}
	for _, s := range t.product() {
		longest[s.folder()] = max(longest[s.folder()], len([]rune(strings.TrimSpace(s.file.Doc.Text()))))
	}
	for _, folder := range slices.Sorted(maps.Keys(longest)) {
		if longest[folder] < minPackageDoc {
			found = append(found, fmt.Sprintf("%s: a package comment of %d characters does not state its duty", folder, longest[folder]))
		}
	}
	return found
}

// initFunctions finds code that runs because it is imported.
func initFunctions(t tree) (found []string) {
	for _, s := range t.sources {
		for _, f := range functions(s) {
			if f.Recv == nil && f.Name.Name == "init" {
				found = append(found, t.at(f, "an init function runs unasked; let New do it"))
			}
		}
	}
	return found
}

// huge finds files and functions above the limit.
func huge(t tree) []string { return sizes(t, hugeFile, hugeFunc) }

// long finds files and functions that are on the way there.
func long(t tree) []string { return sizes(t, longFile, longFunc) }

func sizes(t tree, fileLines, funcLines int) (found []string) {
	for _, s := range t.product() {
		if s.lines > fileLines {
			found = append(found, fmt.Sprintf("%s: %d lines, more than %d", s.path, s.lines, fileLines))
		}
		for _, f := range functions(s) {
			lines := t.positions.Position(f.End()).Line - t.positions.Position(f.Pos()).Line + 1
			if lines > funcLines {
				found = append(found, t.at(f, "%s has %d lines, more than %d", f.Name.Name, lines, funcLines))
			}
		}
	}
	return found
}

// functions is the functions and methods of a file.
func functions(s source) (found []*ast.FuncDecl) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			found = append(found, f)
		}
	}
	return found
}

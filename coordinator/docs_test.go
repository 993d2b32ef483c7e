package main_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mailleur/mailleur/coordinator/internal/config"
)

var (
	mdLink      = regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	mdPath      = regexp.MustCompile("`((?:coordinator|printer-agent|slicer-bridge|ui|firmware-profiles|scripts|docs)/[^` …]*)`")
	mdMake      = regexp.MustCompile("(?m)(?:`make ([a-z-]+)|^ *make ([a-z-]+)(?: [a-z-]+)* *(?:#.*)?$)")
	mdToml      = regexp.MustCompile("(?s)```toml\n(.*?)```")
	placeholder = regexp.MustCompile(`ID|thing|<area>`)
	makeTarget  = regexp.MustCompile(`(?m)^([a-z-]+):.*## `)
)

// What the pages of this repository point at exists: files, folders, make targets.
func TestDocsPointAtWhatExists(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, target := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets[target[1]] = true
	}
	for name, text := range pages(t) {
		for _, link := range mdLink.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(link[1], "://") {
				exists(t, name, path.Join(path.Dir(name), link[1]))
			}
		}
		for _, found := range mdPath.FindAllStringSubmatch(text, -1) {
			exists(t, name, found[1])
		}
		for _, found := range mdMake.FindAllStringSubmatch(text, -1) {
			if target := found[1] + found[2]; !targets[target] {
				t.Errorf("%s: there is no make %s", name, target)
			}
		}
	}
}

// The configuration shown is one that the coordinator takes.
func TestDocsShowAConfigurationThatLoads(t *testing.T) {
	shown := mdToml.FindStringSubmatch(pages(t)["docs/lab.md"])
	if shown == nil {
		t.Fatal("docs/lab.md shows no configuration")
	}
	file := filepath.Join(t.TempDir(), "coordinator.toml")
	if err := os.WriteFile(file, []byte(shown[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(file); err != nil {
		t.Error(err)
	}
}

// exists reports a file or folder that a page names in vain. ID, thing and <area> stand for a name of the reader's own.
func exists(t *testing.T, page, name string) {
	t.Helper()
	if placeholder.MatchString(name) {
		name = path.Dir(name)
	}
	found, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(strings.TrimSuffix(name, "/"))))
	if err != nil || len(found) == 0 {
		t.Errorf("%s: there is no %s", page, name)
	}
}

// pages is the text of the pages for people who work on this repository, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := os.DirFS("..")
	names := []string{"README.md", "CONTRIBUTING.md", "ui/README.md"}
	more, err := fs.Glob(root, "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range append(names, more...) {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = string(text)
	}
	return found
}

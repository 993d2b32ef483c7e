package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// The programs are built once for the same sources, again for changed ones, and never for a changed test.
func TestBuildProgramsFollowsTheSources(t *testing.T) {
	root := smallRepository(t)
	first := mustBuild(t, root)
	if out, err := exec.Command(filepath.Join(first, "printer-agent")).CombinedOutput(); err != nil || string(out) != "one" {
		t.Fatalf("the program says %q, %v", out, err)
	}
	writeFile(t, root, "printer-agent/main_test.go", "package main\n")
	if again := mustBuild(t, root); again != first {
		t.Fatal("a changed test made a new build")
	}
	writeFile(t, root, "printer-agent/main.go", program("two"))
	second := mustBuild(t, root)
	if out, err := exec.Command(filepath.Join(second, "printer-agent")).CombinedOutput(); err != nil || string(out) != "two" {
		t.Fatalf("after a change the program says %q, %v", out, err)
	}
}

// Callers that come at once wait for one build and get the same folder, which is complete.
func TestBuildProgramsIsSharedByManyCallers(t *testing.T) {
	root := smallRepository(t)
	dirs := make([]string, 4)
	var callers sync.WaitGroup
	for i := range dirs {
		callers.Go(func() {
			dir, err := buildPrograms(root)
			if err != nil {
				t.Errorf("build: %v", err)
			}
			dirs[i] = dir
		})
	}
	callers.Wait()
	for _, dir := range dirs {
		if dir != dirs[0] {
			t.Fatalf("callers got %s and %s", dirs[0], dir)
		}
	}
	for _, name := range programNames {
		if _, err := os.Stat(filepath.Join(dirs[0], name)); err != nil {
			t.Errorf("incomplete build: %v", err)
		}
	}
}

// Builds of yesterday are forgotten when a new one is made; a source that does not compile leaves no build.
func TestBuildProgramsCleansUp(t *testing.T) {
	root := smallRepository(t)
	old := mustBuild(t, root)
	yesterday := time.Now().Add(-buildsKept - time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	writeFile(t, root, "slicer-bridge/main.go", "package main\n\nfunc main() { broken }\n")
	if _, err := buildPrograms(root); err == nil {
		t.Fatal("a broken source was built")
	}
	entries, err := os.ReadDir(filepath.Join(root, ".cache", "programs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			t.Errorf("%s is left in the cache", entry.Name())
		}
	}
}

func mustBuild(t *testing.T, root string) string {
	t.Helper()
	dir, err := buildPrograms(root)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// smallRepository is a module with the folders of this one, and three programs that say "one".
func smallRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	writeFile(t, root, "go.mod", "module example.test/small\n\ngo 1.26.0\n")
	writeFile(t, root, "go.sum", "")
	for _, folder := range sourceFolders {
		writeFile(t, root, folder+"/README", "")
	}
	for _, name := range programNames {
		writeFile(t, root, name+"/main.go", program("one"))
	}
	return root
}

func program(says string) string {
	return "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"" + says + "\") }\n"
}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

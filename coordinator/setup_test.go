package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Scripts that stand for the programs that scripts/setup.sh asks.
const (
	newGo     = `echo "go version go1.99.0 linux/amd64"`
	plainUser = `echo 1000`
	rootUser  = `echo 0`
	noSudo    = `exit 1`
	doneApt   = `echo "apt-get $*" >>"$RECORD"; case "$*" in *install*) printf '#!/bin/sh\n' >"$BIN/prusa-slicer"; chmod +x "$BIN/prusa-slicer";; esac`
	idleApt   = `echo "apt-get $*" >>"$RECORD"`
	failedApt = `echo "apt-get $*" >>"$RECORD"; exit 100`
)

// The set-up installs what is missing, does nothing when nothing is, and otherwise says in one line what to do.
func TestSetup(t *testing.T) {
	cases := map[string]struct {
		programs map[string]string
		status   int
		says     string // the one line on standard error, empty for none
		installs string // what apt-get was asked last, empty when it must not be called
	}{
		"nothing is missing": {
			programs: map[string]string{"go": newGo, "id": plainUser, "sudo": noSudo, "apt-get": failedApt, "prusa-slicer": ""},
		},
		"root installs": {
			programs: map[string]string{"go": newGo, "id": rootUser, "apt-get": doneApt},
			installs: "install --no-install-recommends prusa-slicer",
		},
		"sudo installs": {
			programs: map[string]string{"go": newGo, "id": plainUser, "sudo": `shift; exec "$@"`, "apt-get": doneApt},
			installs: "install --no-install-recommends prusa-slicer",
		},
		"no right to install": {
			programs: map[string]string{"go": newGo, "id": plainUser, "sudo": noSudo, "apt-get": failedApt},
			status:   1, says: "run: sudo apt-get install --no-install-recommends prusa-slicer",
		},
		"no sudo at all": {
			programs: map[string]string{"go": newGo, "id": plainUser, "apt-get": failedApt},
			status:   1, says: "run: sudo apt-get install --no-install-recommends prusa-slicer",
		},
		"no apt": {
			programs: map[string]string{"go": newGo, "id": rootUser},
			status:   1, says: "no apt; install by its own means what Debian calls: prusa-slicer",
		},
		"apt fails": {
			programs: map[string]string{"go": newGo, "id": rootUser, "apt-get": failedApt},
			status:   1, says: "apt could not install: prusa-slicer", installs: "update",
		},
		"apt installs something else": {
			programs: map[string]string{"go": newGo, "id": rootUser, "apt-get": idleApt},
			status:   1, says: "still missing after the installation: prusa-slicer", installs: "install --no-install-recommends prusa-slicer",
		},
		"no Go": {
			programs: map[string]string{},
			status:   1, says: "Go is missing: install Go 1.",
		},
		"a Go that is too old": {
			programs: map[string]string{"go": `echo "go version go1.19.8 linux/amd64"`},
			status:   1, says: "Go 1.19.8 is too old: install Go 1.",
		},
		"a Go too old to read go.mod": {
			programs: map[string]string{"go": `[ "$PWD" = / ] || { echo "go: errors parsing go.mod" >&2; exit 1; }; echo "go version go1.20 linux/arm64"`},
			status:   1, says: "Go 1.20 is too old: install Go 1.",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			status, says, asked := setup(t, c.programs)
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
			if c.says == "" && says != "" || !strings.Contains(says, c.says) || strings.Count(says, "\n") > 1 {
				t.Errorf("it says %q, want one line with %q", says, c.says)
			}
			if c.installs == "" && asked != "" || !strings.Contains(asked, c.installs) {
				t.Errorf("apt-get was asked for %q, want %q", asked, c.installs)
			}
		})
	}
}

// setup runs the script with the given programs and the plain tools of a shell, and nothing else on the path. It
// returns the exit status, standard error, and the last line that apt-get was called with.
func setup(t *testing.T, programs map[string]string) (status int, says, asked string) {
	t.Helper()
	bin, record := t.TempDir(), filepath.Join(t.TempDir(), "record")
	for _, name := range []string{"awk", "sort", "head", "tr", "dirname", "env", "chmod", "true", "mktemp", "rm", "tail"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("%s is missing: apt-get install coreutils mawk", name)
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range programs {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Reading the script, rather than running it where it is, lets `go test` see it change.
	script, err := os.ReadFile("../scripts/setup.sh")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(root, "scripts", "setup.sh")
	if err := errors.Join(
		os.Mkdir(filepath.Dir(copied), 0o755),
		os.WriteFile(copied, script, 0o755),
		os.WriteFile(filepath.Join(root, "go.mod"), mod, 0o644),
	); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", copied, "run")
	cmd.Env = []string{"PATH=" + bin, "BIN=" + bin, "RECORD=" + record}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("run setup.sh: %v", err)
	}
	lines, _ := os.ReadFile(record)
	return cmd.ProcessState.ExitCode(), stderr.String(), lastLine(string(lines))
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

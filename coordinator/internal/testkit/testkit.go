// Package testkit gives tests the real things they need: the three programs built once, a private PostgreSQL, a
// mosquitto broker and a headless Chromium. Whatever it starts ends with the test process, killed or not, and a tool
// that is missing fails the test with the name of the package to install, because a skipped test proves nothing.
package testkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// poll is the pause between two looks of Eventually: short against what tests wait for, long against the cost of a look.
const poll = 10 * time.Millisecond

// Eventually looks until done reports true, and fails the test when it has not within the limit. It looks at least
// once, and once more after the limit, so that a machine under load is not blamed for its pauses.
func Eventually(t testing.TB, limit time.Duration, done func() bool) {
	t.Helper()
	if !within(limit, done) {
		t.Fatalf("still not so after %s", limit)
	}
}

// within is Eventually without a test to fail.
func within(limit time.Duration, done func() bool) bool {
	end := time.Now().Add(limit)
	for time.Now().Before(end) {
		if done() {
			return true
		}
		time.Sleep(poll)
	}
	return done()
}

// missing is the error of a tool that the machine lacks.
func missing(tool, pkg string) error {
	return fmt.Errorf("%s is missing: apt-get install %s", tool, pkg)
}

// tool finds a program on the path, or in the folders where Debian keeps daemons, which are not on everyone's path.
func tool(name, pkg string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", missing(name, pkg)
}

// repository is the folder of go.mod, found from the working directory, which is the package's own folder in a test.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find the repository: no go.mod above the working directory")
		}
		dir = up
	}
}

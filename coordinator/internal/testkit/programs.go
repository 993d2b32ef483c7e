package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// sourceFolders are what the programs are made of; a change below one of them makes a new build.
var sourceFolders = [...]string{"coordinator", "printer-agent", "slicer-bridge", "ui", "firmware-profiles"}

// programNames are the three programs, each the package main of the folder of that name.
var programNames = [...]string{"coordinator", "printer-agent", "slicer-bridge"}

// buildsKept is how long builds of older sources stay in the cache.
const buildsKept = 24 * time.Hour

// sharedPrograms builds the programs on first use in this test process.
var sharedPrograms = sync.OnceValues(func() (string, error) {
	root, err := repository()
	if err != nil {
		return "", err
	}
	return buildPrograms(root)
})

// Programs gives the folder that holds the three programs, built from the sources as they are now and without the race
// detector, so that they run at the speed people will see. The first caller on the machine builds them; other test
// processes wait for it and share the result.
//
// It reads every source itself: `go test` watches the files that a test opens, so a cached result is dropped when a
// program changes.
func Programs(t testing.TB) (dir string) {
	t.Helper()
	dir, err := sharedPrograms()
	if err != nil {
		t.Fatalf("build the programs: %v", err)
	}
	return dir
}

// buildPrograms returns the folder of the finished build of the sources below root.
func buildPrograms(root string) (string, error) {
	key, err := sourceKey(root)
	if err != nil {
		return "", err
	}
	cache := filepath.Join(root, ".cache", "programs")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make cache: %w", err)
	}
	unlock, err := lockFile(filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	dir := filepath.Join(cache, key)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	forget(cache, time.Now().Add(-buildsKept))
	return dir, build(root, dir)
}

// build compiles into a folder beside dir and renames it, so that dir exists only when it is complete.
func build(root, dir string) error {
	partial, err := os.MkdirTemp(filepath.Dir(dir), "partial-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(partial) }()
	args := []string{"build", "-o", partial + string(filepath.Separator)}
	for _, name := range programNames {
		args = append(args, "./"+name)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	if err := os.Chmod(partial, 0o755); err != nil { // other users' processes run them too
		return fmt.Errorf("open folder: %w", err)
	}
	return os.Rename(partial, dir)
}

// sourceKey names the sources: a hash of every file that goes into the programs, and of the compiler's version.
func sourceKey(root string) (string, error) {
	sum := sha256.New()
	_, _ = io.WriteString(sum, runtime.Version())
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := addFile(sum, root, name); err != nil {
			return "", err
		}
	}
	for _, folder := range sourceFolders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "testdata":
				return fs.SkipDir
			case entry.IsDir() || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			return addFile(sum, root, name)
		})
		if err != nil {
			return "", fmt.Errorf("read sources: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// addFile adds a file's name, length and contents to the hash.
func addFile(sum io.Writer, root, name string) error {
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	_, err = fmt.Fprintf(sum, "\n%s %d\n%s", name, len(data), data)
	return err
}

// lockFile holds an exclusive lock until unlock is called or the process ends.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = file.Close() }, nil
}

// forget removes builds last made before the given time; what cannot be removed is left for the next time.
func forget(cache string, before time.Time) {
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && entry.IsDir() && info.ModTime().Before(before) {
			_ = os.RemoveAll(filepath.Join(cache, entry.Name()))
		}
	}
}

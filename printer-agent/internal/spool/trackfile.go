package spool

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// sharedMemory is the folder that every Linux machine keeps in memory and that outlives processes.
const sharedMemory = "/dev/shm"

// stateLink is the link in a memory folder to the state folder that it serves.
const stateLink = "state"

// memoryFolder returns the folder in memory that belongs to a state folder, making it, and removes those whose state
// folder is gone. It returns "" when there is no such place that only this user may write to.
func memoryFolder(shared, dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	ours := filepath.Join(shared, fmt.Sprintf("mailleur-%d", os.Getuid()))
	if makePrivate(ours) != nil {
		return ""
	}
	tidyMemory(ours)
	hash := sha256.Sum256([]byte(abs))
	folder := filepath.Join(ours, hex.EncodeToString(hash[:8]))
	if makePrivate(folder) != nil {
		return ""
	}
	if err := os.Symlink(abs, filepath.Join(folder, stateLink)); err != nil && !errors.Is(err, fs.ErrExist) {
		return ""
	}
	return folder
}

// makePrivate makes a folder, or checks that the one that is there was made by this user for nobody else.
func makePrivate(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("%s is not a private folder", path)
	}
	return nil
}

// tidyMemory removes the folders of state folders that are gone; what cannot be removed stays.
func tidyMemory(ours string) {
	entries, _ := os.ReadDir(ours)
	for _, e := range entries {
		folder := filepath.Join(ours, e.Name())
		if _, err := os.Stat(filepath.Join(folder, stateLink)); errors.Is(err, fs.ErrNotExist) && linked(folder) {
			_ = os.RemoveAll(folder)
		}
	}
}

// linked says whether a memory folder is complete: one without its link is being made.
func linked(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, stateLink))
	return err == nil
}

// openWhole opens a track file, or makes one that holds the bytes of blank when it is missing or not whole.
func openWhole(path string, blank []byte) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return createWhole(path, blank)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() == int64(trackSize) {
		return f, nil
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return createWhole(path, blank)
}

// createWhole writes every byte, instead of leaving a hole or an unwritten extent, so that a later store finds its block.
func createWhole(path string, content []byte) (*os.File, error) {
	part := path + "." + rand.Text() + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(content)
	if err = cmp.Or(err, f.Sync()); err == nil {
		err = os.Rename(part, path)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, ignoreMissing(os.Remove(part)))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR, 0)
}

// readWhole returns the content of a track file and the head that counts in it.
func readWhole(f *os.File) ([]byte, *headRecord, error) {
	content := make([]byte, trackSize)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, int64(trackSize)), content); err != nil {
		return nil, nil, err
	}
	head, err := latestHead(content[:trackRing])
	return content, head, err
}

// openLive opens the file to map in memory. One that is missing, damaged, or behind the saved one, is made anew from
// what that holds.
func openLive(path string, saved []byte, head *headRecord) (f *os.File, restored bool, err error) {
	f, err = os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_, own, err := readWhole(f)
		switch {
		case errors.Is(err, ErrNewer):
			return nil, false, errors.Join(err, f.Close())
		case err == nil && own.Turn > 0 && own.Turn >= head.Turn:
			return f, false, nil
		}
		if err := f.Close(); err != nil {
			return nil, false, err
		}
	}
	f, err = createWhole(path, saved)
	return f, true, err
}

package port

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Holder is a process that has a port open.
type Holder struct {
	PID  int    // 0 for the kernel itself
	Name string // the process's short name, empty when it cannot be seen
}

// HolderOf says who has the port open, this process included. Without privileges the open files of the user's own
// processes can be seen, and of others' that they locked it or that it is their terminal; so false proves nothing, the
// lock that Open takes does.
func HolderOf(name string) (Holder, bool) {
	device, err := filepath.EvalSymlinks(name)
	if err != nil {
		return Holder{}, false
	}
	return host().holders().of(device)
}

// Held says whether HolderOf finds anybody.
func Held(name string) bool {
	_, held := HolderOf(name)
	return held
}

// holders is what /proc told at one moment.
type holders struct {
	open     map[string]Holder // by path of an open file
	locked   map[string]Holder // by device and inode of a locked file, as /proc/locks writes them
	terminal map[uint64]Holder // by device number of a controlling terminal
	console  string            // the kernel's consoles, as in "tty0 ttyAMA0"
}

// of looks for the device in all of it, the surest first.
func (h holders) of(device string) (Holder, bool) {
	if holder, ok := h.open[device]; ok {
		return holder, true
	}
	var st unix.Stat_t
	if err := unix.Stat(device, &st); err != nil {
		return Holder{}, false
	}
	if holder, ok := h.locked[lockKey(st)]; ok {
		return holder, true
	}
	if holder, ok := h.terminal[uint64(st.Rdev)]; ok && st.Rdev != 0 {
		return holder, true
	}
	for name := range strings.FieldsSeq(h.console) {
		if name == filepath.Base(device) {
			return Holder{Name: "kernel console"}, true
		}
	}
	return Holder{}, false
}

// lockKey is how /proc/locks names a file: device numbers in hexadecimal, inode in decimal.
func lockKey(st unix.Stat_t) string {
	return fmt.Sprintf("%02x:%02x:%d", unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev)), st.Ino)
}

func (s system) holders() holders {
	h := holders{
		open: make(map[string]Holder), locked: make(map[string]Holder), terminal: make(map[uint64]Holder),
		console: attribute(filepath.Join(s.sys, "class", "tty", "console"), "active"),
	}
	dirs, _ := filepath.Glob(filepath.Join(s.proc, "[0-9]*")) // the pattern is constant
	for _, dir := range dirs {
		s.process(dir, &h)
	}
	s.locks(&h)
	return h
}

// process adds what one process holds.
func (s system) process(dir string, h *holders) {
	pid, err := strconv.Atoi(filepath.Base(dir))
	if err != nil {
		return
	}
	holder := Holder{PID: pid, Name: attribute(dir, "comm")}
	if device := controlling(dir); device != 0 {
		if _, known := h.terminal[device]; !known {
			h.terminal[device] = holder
		}
	}
	fds, _ := filepath.Glob(filepath.Join(dir, "fd", "*")) // empty where it may not be read
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err == nil && strings.HasPrefix(target, s.dev+"/") {
			h.open[target] = holder
		}
	}
}

// controlling is the device number of a process's terminal, field 7 of /proc/PID/stat (proc(5)), 0 for none. The second
// field is a name in parentheses that may itself hold blanks and parentheses.
func controlling(dir string) uint64 {
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 5 {
		return 0
	}
	n, err := strconv.ParseUint(string(fields[4]), 10, 32)
	if err != nil {
		return 0
	}
	return unix.Mkdev(uint32(n>>8&0xfff), uint32(n&0xff|n>>12&0xfff00)) // the kernel's 32-bit form
}

// locks adds the locks of processes whose open files cannot be seen: "1: FLOCK ADVISORY WRITE 708 00:05:123 0 EOF".
func (s system) locks(h *holders) {
	text, err := os.ReadFile(filepath.Join(s.proc, "locks"))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" {
			continue
		}
		pid, _ := strconv.Atoi(f[4]) // 0 when the process lives in another PID namespace
		h.locked[f[5]] = Holder{PID: max(pid, 0), Name: attribute(filepath.Join(s.proc, f[4]), "comm")}
	}
}

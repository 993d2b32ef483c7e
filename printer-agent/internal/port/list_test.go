package port

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// machine is a made-up /dev, /sys and /proc.
type machine struct {
	t *testing.T
	system
	root string
}

func newMachine(t *testing.T) machine {
	root := t.TempDir()
	return machine{t, system{dev: filepath.Join(root, "dev"), sys: filepath.Join(root, "sys"), proc: filepath.Join(root, "proc")}, root}
}

func (m machine) write(text string, path ...string) {
	m.t.Helper()
	name := filepath.Join(path...)
	require.NoError(m.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(m.t, os.WriteFile(name, []byte(text), 0o600))
}

func (m machine) link(target string, path ...string) string {
	m.t.Helper()
	name := filepath.Join(path...)
	require.NoError(m.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(m.t, os.Symlink(target, name))
	return name
}

// plug puts a USB serial adapter into a socket; target is what its device node leads to, empty for a plain file.
func (m machine) plug(device, socket, target string, attributes map[string]string) {
	m.t.Helper()
	node, usb := filepath.Join(m.dev, device), filepath.Join(m.root, "usb", socket)
	if target == "" {
		m.write("", node)
	} else {
		m.link(target, node)
	}
	for name, text := range attributes {
		m.write(text+"\n", usb, name)
	}
	require.NoError(m.t, os.MkdirAll(filepath.Join(usb, "if00", device), 0o755))
	m.link(filepath.Join(usb, "if00", device), m.sys, "class", "tty", device, "device")
	m.link("../../"+device, m.dev, "serial", "by-path", "usb-"+socket)
}

func (m machine) unplug(device, socket string) {
	m.t.Helper()
	for _, gone := range []string{
		filepath.Join(m.dev, device), filepath.Join(m.dev, "serial", "by-path", "usb-"+socket), filepath.Join(m.dev, "serial", "by-id"),
		filepath.Join(m.sys, "class", "tty", device), filepath.Join(m.root, "usb", socket),
	} {
		require.NoError(m.t, os.RemoveAll(gone))
	}
}

var (
	ch340 = map[string]string{"idVendor": "1a86", "idProduct": "7523", "product": "USB Serial"}
	mk3   = map[string]string{"idVendor": "2c99", "idProduct": "0002", "manufacturer": "Prusa Research", "product": "MK3", "serial": "CZPX0001"}
)

// Ensure that ports are listed by the name that lasts: by serial number where there is one, by socket where there is none,
// since two equal adapters without one would swap their names.
func TestListNamesPortsForGood(t *testing.T) {
	m := newMachine(t)
	m.plug("ttyUSB0", "1-1", "", ch340)
	m.plug("ttyUSB1", "1-2", "", ch340)
	m.plug("ttyACM0", "1-3", "", mk3)
	m.write("", m.dev, "ttyAMA0")
	byID := m.link("../../ttyUSB1", m.dev, "serial", "by-id", "usb-1a86_USB_Serial-if00-port0")
	mk3ID := m.link("../../ttyACM0", m.dev, "serial", "by-id", "usb-Prusa_MK3_CZPX0001-if00")

	infos, err := m.list()
	require.NoError(t, err)
	require.Len(t, infos, 4)
	paths := map[string]string{}
	for _, info := range infos {
		paths[filepath.Base(info.Device)] = info.Path
		require.False(t, info.Busy)
	}
	byPath := filepath.Join(m.dev, "serial", "by-path")
	require.Equal(t, map[string]string{
		"ttyACM0": mk3ID, "ttyAMA0": filepath.Join(m.dev, "ttyAMA0"),
		"ttyUSB0": filepath.Join(byPath, "usb-1-1"), "ttyUSB1": filepath.Join(byPath, "usb-1-2"),
	}, paths)
	require.Equal(t, "Prusa Research MK3", infos[0].Title)
	require.Equal(t, "CZPX0001", infos[0].Serial)
	require.Equal(t, byID, infos[3].ByID)
}

// Ensure that makers who gave every board the same serial number do not make two printers one.
func TestEqualSerialNumbersAreNoName(t *testing.T) {
	m := newMachine(t)
	m.plug("ttyUSB0", "1-1", "", mk3)
	m.plug("ttyUSB1", "1-2", "", mk3)
	m.link("../../ttyUSB1", m.dev, "serial", "by-id", "usb-Prusa_MK3_CZPX0001-if00")
	infos, err := m.list()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(m.dev, "serial", "by-path", "usb-1-2"), infos[1].Path)
}

// Ensure that whoever holds a port is named: by an open file, by a lock that everybody may see, by a log-in terminal, or
// as the kernel's console.
func TestListNamesTheHolder(t *testing.T) {
	m := newMachine(t)
	for _, device := range []string{"ttyUSB0", "ttyUSB1", "ttyACM0", "ttyAMA0"} {
		m.write("", m.dev, device)
	}
	m.write("octoprint\n", m.proc, "42", "comm")
	m.link(filepath.Join(m.dev, "ttyUSB0"), m.proc, "42", "fd", "3")
	m.write("printer-agent\n", m.proc, "43", "comm")
	var st unix.Stat_t
	require.NoError(t, unix.Stat(filepath.Join(m.dev, "ttyUSB1"), &st))
	m.write(fmt.Sprintf("1: POSIX  ADVISORY  WRITE 9 00:01:1 0 EOF\n2: FLOCK  ADVISORY  WRITE 43 %s 0 EOF\n", lockKey(st)), m.proc, "locks")
	m.write("tty0 ttyAMA0\n", m.sys, "class", "tty", "console", "active")

	infos, err := m.list()
	require.NoError(t, err)
	type who struct {
		busy bool
		name string
		pid  int
	}
	got := map[string]who{}
	for _, info := range infos {
		got[filepath.Base(info.Device)] = who{info.Busy, info.Holder, info.HolderPID}
	}
	require.Equal(t, map[string]who{
		"ttyUSB0": {true, "octoprint", 42}, "ttyUSB1": {true, "printer-agent", 43},
		"ttyAMA0": {true, "kernel console", 0}, "ttyACM0": {},
	}, got)
}

// Ensure that a process is known by the terminal it was started on, whatever its name looks like.
func TestControllingTerminal(t *testing.T) {
	m := newMachine(t)
	for stat, want := range map[string]uint64{
		"7 (agetty) S 1 7 7 1089 7 4194560":      unix.Mkdev(4, 65),
		"7 (a) b) (c) S 1 7 7 48130 7 4194560":   unix.Mkdev(188, 2),
		"7 (kthreadd) S 0 0 0 0 -1 2129984 0":    0,
		"7 (torn":                                0,
		"7 (far) S 1 7 7 1048840 7 4194560 0 00": unix.Mkdev(1, 264),
	} {
		m.write(stat, m.proc, "7", "stat")
		require.Equal(t, want, controlling(filepath.Join(m.proc, "7")), stat)
	}
}

// Ensure that the real /proc shows a lock of ours to everybody.
func TestHolderOfSeesALock(t *testing.T) {
	_, p := openPair(t)
	h, held := HolderOf(p.Name())
	require.True(t, held)
	require.Equal(t, os.Getpid(), h.PID)
	elsewhere := host()
	elsewhere.dev = "/nowhere" // no open file is looked at
	h, held = elsewhere.holders().of(p.Name())
	require.True(t, held)
	require.Equal(t, os.Getpid(), h.PID)
}

package port

import (
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Identity is who is on the other end of the cable. A pseudo-terminal or a built-in UART has no USB numbers, and many cheap
// adapters have no serial number.
type Identity struct {
	Name    string `json:"name"`              // the path the port was opened by
	Device  string `json:"device,omitempty"`  // the kernel's name at that time, as in /dev/ttyUSB0
	ByID    string `json:"by_id,omitempty"`   // lasting name by serial number
	ByPath  string `json:"by_path,omitempty"` // lasting name by USB socket
	Vendor  string `json:"vendor,omitempty"`  // four hexadecimal digits
	Product string `json:"product,omitempty"` // four hexadecimal digits
	Serial  string `json:"serial,omitempty"`
	Lasting string `json:"lasting"` // the name to look for after the port has gone: ByID, ByPath or Name
}

// Same says whether the other is the same device as far as can be known: without a serial number, one of the same make.
func (i Identity) Same(other Identity) bool {
	return i.Vendor == other.Vendor && i.Product == other.Product && i.Serial == other.Serial
}

// identify looks the open descriptor up by its device number: the name may have changed hands since it was opened.
func (s system) identify(fd int, name string) Identity {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Identity{Name: name, Lasting: name}
	}
	return s.lookUp(name, func(device string) bool {
		var other unix.Stat_t
		return unix.Stat(device, &other) == nil && other.Rdev == st.Rdev
	})
}

// expect is the identity of what the name leads to now, without opening it.
func (s system) expect(name string) Identity {
	target := device(name)
	return s.lookUp(name, func(device string) bool { return device == target })
}

// lookUp describes the first port that matches, or knows the name alone.
func (s system) lookUp(name string, matches func(device string) bool) Identity {
	id := Identity{Name: name, Lasting: name}
	infos, err := s.scan()
	if err != nil {
		return id
	}
	at := slices.IndexFunc(infos, func(info Info) bool { return matches(info.Device) })
	if at < 0 {
		return id
	}
	info := infos[at]
	id.Device, id.ByID, id.ByPath = info.Device, info.ByID, info.ByPath
	id.Vendor, id.Product, id.Serial = info.Vendor, info.Product, info.Serial
	// A name of somebody's own making, by a udev rule of theirs, says better than ours what they mean.
	if info.Path != info.Device && (name == info.Device || strings.HasPrefix(name, filepath.Join(s.dev, "serial")+"/")) {
		id.Lasting = info.Path
	}
	return id
}

package port

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Info describes a port that is there.
type Info struct {
	Path    string `json:"path"`              // the name to keep: it stays the same when the port is plugged in again
	Device  string `json:"device"`            // the name of the moment, as in /dev/ttyUSB0
	Vendor  string `json:"vendor,omitempty"`  // USB vendor, four hexadecimal digits
	Product string `json:"product,omitempty"` // USB product, four hexadecimal digits
	Serial  string `json:"serial,omitempty"`  // USB serial number; many cheap adapters have none
	Title   string `json:"title,omitempty"`   // what the device calls itself
	Busy    bool   `json:"busy"`              // a process that can be seen has it open
}

// devices are the kinds of terminal that printers hide behind.
var devices = [...]string{"ttyUSB*", "ttyACM*", "ttyAMA*"}

// List finds the serial ports without opening any.
func List() ([]Info, error) { return list("/dev", "/sys/class/tty", "/proc") }

func list(dev, sys, proc string) ([]Info, error) {
	var infos []Info
	stable := stableNames(dev)
	for _, pattern := range devices {
		found, err := filepath.Glob(filepath.Join(dev, pattern))
		if err != nil {
			return nil, fmt.Errorf("list ports: %w", err)
		}
		for _, device := range found {
			info := Info{Path: device, Device: device, Busy: held(proc, device)}
			if name, ok := stable[device]; ok {
				info.Path = name
			}
			describe(sys, &info)
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b Info) int { return strings.Compare(a.Device, b.Device) })
	return infos, nil
}

// stableNames maps a device to its name by serial number, or by socket where it has none.
func stableNames(dev string) map[string]string {
	names := make(map[string]string)
	for _, kind := range []string{"by-path", "by-id"} { // the later wins
		links, _ := filepath.Glob(filepath.Join(dev, "serial", kind, "*"))
		for _, link := range links {
			device, err := filepath.EvalSymlinks(link)
			if err == nil {
				names[device] = link
			}
		}
	}
	return names
}

// describe fills in what USB says of the device: the first folder upwards that knows its vendor.
func describe(sys string, info *Info) {
	dir, err := filepath.EvalSymlinks(filepath.Join(sys, filepath.Base(info.Device), "device"))
	for range 4 {
		if err != nil {
			return
		}
		if info.Vendor = attribute(dir, "idVendor"); info.Vendor != "" {
			break
		}
		dir = filepath.Dir(dir)
	}
	info.Product, info.Serial = attribute(dir, "idProduct"), attribute(dir, "serial")
	info.Title = strings.TrimSpace(attribute(dir, "manufacturer") + " " + attribute(dir, "product"))
}

func attribute(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Held says whether a process has the port open, this one included. Without privileges only the user's own processes
// can be seen, so false proves nothing; the lock that Open takes does.
func Held(name string) bool {
	device, err := filepath.EvalSymlinks(name)
	return err == nil && held("/proc", device)
}

func held(proc, device string) bool {
	fds, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(fds, func(fd string) bool {
		target, err := os.Readlink(fd)
		return err == nil && target == device
	})
}

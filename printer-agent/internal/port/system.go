package port

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// system is where the kernel and udev keep what they know of ports.
type system struct{ dev, sys, proc string }

func host() system { return system{dev: "/dev", sys: "/sys", proc: "/proc"} }

// names are the lasting names of a device, empty where udev made none.
type names struct{ byID, byPath string }

// lasting maps each device to the links that udev keeps for it.
func (s system) lasting() map[string]names {
	all := make(map[string]names)
	s.links("by-id", func(device, link string) { n := all[device]; n.byID = link; all[device] = n })
	s.links("by-path", func(device, link string) {
		n := all[device]
		if n.byPath == "" || len(link) < len(n.byPath) { // of "usb" and "usbv2" the one that every udev makes
			n.byPath = link
		}
		all[device] = n
	})
	return all
}

func (s system) links(kind string, each func(device, link string)) {
	links, _ := filepath.Glob(filepath.Join(s.dev, "serial", kind, "*")) // the pattern is constant: no error but a bad one
	for _, link := range links {
		each(device(link), link)
	}
}

// device follows links to a name that a serial port has, or to what is no link.
func device(name string) string {
	for range 8 {
		target, err := os.Readlink(name)
		if err != nil || isDevice(name) {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	return name
}

func isDevice(name string) bool {
	return slices.ContainsFunc(devices[:], func(pattern string) bool {
		match, err := filepath.Match(pattern, filepath.Base(name))
		return match && err == nil
	})
}

// describe fills in what USB says of the device: the first folder upwards that knows its vendor.
func (s system) describe(info *Info) {
	dir, err := filepath.EvalSymlinks(filepath.Join(s.sys, "class", "tty", filepath.Base(info.Device), "device"))
	for range 4 {
		if err != nil {
			return
		}
		if info.Vendor = attribute(dir, "idVendor"); info.Vendor != "" {
			info.usb = dir
			break
		}
		dir = filepath.Dir(dir)
	}
	info.Product, info.Serial = attribute(dir, "idProduct"), attribute(dir, "serial")
	info.Title = strings.TrimSpace(attribute(dir, "manufacturer") + " " + attribute(dir, "product"))
}

// attribute is one value of sysfs, empty where there is none.
func attribute(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

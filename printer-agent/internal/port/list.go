package port

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Info describes a port that is there.
type Info struct {
	Path      string `json:"path"`                 // the name to keep: it stays the same when the port is plugged in again
	Device    string `json:"device"`               // the name of the moment, as in /dev/ttyUSB0
	ByID      string `json:"by_id,omitempty"`      // name by serial number; of two equal adapters without one, it is either's
	ByPath    string `json:"by_path,omitempty"`    // name by USB socket
	Vendor    string `json:"vendor,omitempty"`     // USB vendor, four hexadecimal digits
	Product   string `json:"product,omitempty"`    // USB product, four hexadecimal digits
	Serial    string `json:"serial,omitempty"`     // USB serial number; many cheap adapters have none
	Title     string `json:"title,omitempty"`      // what the device calls itself
	Busy      bool   `json:"busy"`                 // somebody who can be seen has it open
	Holder    string `json:"holder,omitempty"`     // the name of that process
	HolderPID int    `json:"holder_pid,omitempty"` // and its number; 0 for the kernel's own console
	usb       string // the device's folder in sysfs
}

// devices are the kinds of terminal that printers hide behind.
var devices = [...]string{"ttyUSB*", "ttyACM*", "ttyAMA*"}

// List finds the serial ports without opening any, in order of device.
func List() ([]Info, error) { return host().list() }

func (s system) list() ([]Info, error) {
	infos, err := s.scan()
	if err != nil {
		return nil, err
	}
	held := s.holders()
	for i := range infos {
		if h, ok := held.of(infos[i].Device); ok {
			infos[i].Busy, infos[i].Holder, infos[i].HolderPID = true, h.Name, h.PID
		}
	}
	return infos, nil
}

// scan is list without a look at who holds what.
func (s system) scan() ([]Info, error) {
	var infos []Info
	lasting := s.lasting()
	for _, pattern := range devices {
		found, err := filepath.Glob(filepath.Join(s.dev, pattern))
		if err != nil {
			return nil, fmt.Errorf("list ports: %w", err)
		}
		for _, device := range found {
			n := lasting[device]
			info := Info{Device: device, ByID: n.byID, ByPath: n.byPath}
			s.describe(&info)
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b Info) int { return strings.Compare(a.Device, b.Device) })
	for i := range infos {
		infos[i].Path = infos[i].lastingName(infos)
	}
	return infos, nil
}

// lastingName prefers the serial number, which moves with the printer, where there is one that no other device has.
// Equal adapters without one all claim the same name by id, and only the socket tells them apart.
func (i Info) lastingName(all []Info) string {
	twin := slices.ContainsFunc(all, func(o Info) bool {
		return o.usb != i.usb && o.Vendor == i.Vendor && o.Product == i.Product && o.Serial == i.Serial
	})
	switch {
	case i.ByID != "" && i.Serial != "" && !twin:
		return i.ByID
	case i.ByPath != "":
		return i.ByPath
	case i.ByID != "":
		return i.ByID
	}
	return i.Device
}

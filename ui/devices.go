package ui

import (
	"time"

	"github.com/mailleur/mailleur/ui/locales"
)

// Devices is the tablets, computers and telephones at the hub, one by one, and which of them the public may ask for.
//
//	GET  /desk/devices
//	POST /desk/devices/{id}/wipe
//	POST /desk/devices/{id}/assign              FieldRequest: "" for nobody, FieldSeenOf: whom it was kept for
//	POST /desk/devices/{id}/scrap               FieldNote
//	POST /desk/devices/{id}/return              FieldNote
//	POST /desk/devices/kinds/{kind}/offer
//	POST /desk/devices/kinds/{kind}/withdraw
type Devices struct {
	Frame
	Rows  []DeviceRow
	Kinds []DeviceKind
	Open  string // id of the device whose form was refused
	Form  Form
}

func (Devices) view() string { return "devices" }

// DeviceRow is one device.
type DeviceRow struct {
	ID, Code  string
	Kind      string // one of fab.Devices
	Model     string
	Condition string
	Wiped     bool
	Ref       string   // of the gift
	For       string   // whom it is kept for; "" for nobody
	Seen      string   // id of that request
	Asking    []Choice // open requests for its kind
	At        time.Time
}

// DeviceKind is a kind of device, and whether the public may ask for it.
type DeviceKind struct {
	Code    string
	Offered bool
}

// The names of the form fields with which devices are received.
const (
	FieldModelOf = "model"
	FieldWiped   = "wiped" // "yes"
)

// DeviceName is what people call a kind of device.
func DeviceName(lang, kind string) string { return locales.Word(lang, "device", kind) }

// DeviceNames are what people call a kind of device, by language.
func DeviceNames(kind string) map[string]string {
	names := map[string]string{}
	for _, lang := range locales.Langs() {
		names[lang] = DeviceName(lang, kind)
	}
	return names
}

// AskingChoice is a request to keep a device for, which lacks so many.
func AskingChoice(lang, id, name, town string, n int64) Choice {
	return Choice{Value: id, Label: locales.Text(lang, "devices.for", "name", name, "town", town, "n", n)}
}

package slicing

import (
	"cmp"
	"strings"
)

// SheetLine is one setting that a person enters into a slicer by hand.
type SheetLine struct {
	Code  string // what it is; "sheet."+Code is worded in the catalogue
	Value string // a number with a decimal point, several with " × ", or a word: "sheet.value_"+Value is worded
	Unit  string // mm, mm/s, °C, %, empty for a count, or "word"
}

// Sheet is what a maker needs who slices for one machine and filament with a
// slicer of their own.
type Sheet struct {
	Lines []SheetLine // in the order in which one looks for them
	Start string      // G-code before the print, temperatures filled in
	End   string      // G-code after it
	INI   []byte      // all of it for PrusaSlicer, to be imported as a configuration
}

// sheetLines lists the codes, where each is in the slicer's list, and its unit.
var sheetLines = [...]struct{ code, key, unit string }{
	{"nozzle", "nozzle_diameter", "mm"}, {"filament_diameter", "filament_diameter", "mm"}, {"height", "max_print_height", "mm"},
	{"layer", "layer_height", "mm"}, {"first_layer", "first_layer_height", "mm"}, {"line_width", "extrusion_width", "mm"},
	{"walls", "perimeters", ""}, {"infill", "fill_density", "%"}, {"infill_pattern", "fill_pattern", "word"},
	{"top_layers", "top_solid_layers", ""}, {"bottom_layers", "bottom_solid_layers", ""},
	{"nozzle_first_c", "first_layer_temperature", "°C"}, {"nozzle_c", "temperature", "°C"},
	{"bed_first_c", "first_layer_bed_temperature", "°C"}, {"bed_c", "bed_temperature", "°C"},
	{"fan_min", "min_fan_speed", "%"}, {"fan_max", "max_fan_speed", "%"}, {"fan_off_layers", "disable_fan_first_layers", ""},
	{"wall_speed", "perimeter_speed", "mm/s"}, {"outer_wall_speed", "external_perimeter_speed", "mm/s"},
	{"infill_speed", "infill_speed", "mm/s"}, {"travel_speed", "travel_speed", "mm/s"}, {"first_layer_speed", "first_layer_speed", "mm/s"},
	{"retract", "retract_length", "mm"}, {"retract_speed", "retract_speed", "mm/s"}, {"lift", "retract_lift", "mm"},
	{"supports", "support_material", "word"}, {"brim", "brim_type", "word"},
}

// SheetCodes lists every code and every word of a sheet, as they stand in the
// catalogue.
func SheetCodes() []string {
	out := []string{"sheet.bed", "sheet.margin", "sheet.value_none", "sheet.value_rectilinear"}
	for _, l := range sheetLines {
		out = append(out, "sheet."+l.code)
	}
	return out
}

// SettingsSheet lists what a person enters who slices for the machine and the
// filament with a slicer of their own; an empty quality means Draft. Refusals are
// those of Slice.
func (s *Slicer) SettingsSheet(c CheckRequest, q Quality) (Sheet, error) {
	r := Request{Printer: c.Printer, Filament: c.Filament, NozzleUM: c.NozzleUM, Overlay: c.Overlay, Quality: q, Copies: 1}
	p, f, err := s.facts(r)
	if err != nil {
		return Sheet{}, err
	}
	planned, err := s.plan(r)
	if err != nil {
		return Sheet{}, err
	}
	nozzle := cmp.Or(c.NozzleUM, p.Nozzle.Diameter)
	list := newSettings(p, f, styleFor(p, cmp.Or(q, Draft), nozzle, p.Arcs), nozzle, false)
	out := Sheet{Start: fillCode(p.StartEnd.Start, p, f), End: fillCode(p.StartEnd.End, p, f), INI: planned.settings}
	out.Lines = append(out.Lines,
		SheetLine{"bed", mm(p.Bed.MaxX-p.Bed.MinX) + " × " + mm(p.Bed.MaxY-p.Bed.MinY), "mm"}, SheetLine{"margin", mm(p.Bed.Inset), "mm"})
	for _, l := range sheetLines {
		value := strings.TrimSuffix(list[l.key], "%")
		switch {
		case l.key == "support_material" && value == "0", value == "no_brim":
			value = "none"
		}
		out.Lines = append(out.Lines, SheetLine{l.code, value, l.unit})
	}
	return out, nil
}

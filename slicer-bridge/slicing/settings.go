package slicing

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// style is what a quality means, before the machine's own limits.
type style struct {
	layer, first  int64 // µm
	width         int64 // µm, of every line
	perimeters    int
	fill          int // percent
	top, bottom   int
	resolution    int64 // µm by which an outline may be simplified
	fast          bool  // the machine's draft speed everywhere
	minLayerShare int64 // percent of the filament's least layer time
}

// styleOf gives the style for a nozzle. At draft a stock nozzle draws lines of
// 0.5 mm in layers of 0.3 mm, which lie 0.436 mm apart: four of them make a wall
// of 1.8 mm without infill or gaps, so few lines of G-code and quick to print.
func styleOf(q Quality, nozzle int64) style {
	if q == Normal {
		return style{layer: nozzle / 2, first: nozzle / 2, width: nozzle * 9 / 8, perimeters: 3, fill: 20, top: 5, bottom: 4, resolution: 12, minLayerShare: 100}
	}
	return style{layer: nozzle * 3 / 4, first: nozzle * 3 / 4, width: nozzle * 5 / 4, perimeters: 4, fill: 15, top: 3, bottom: 3, resolution: 50, fast: true, minLayerShare: 60}
}

// settings is the flat list that the slicer reads, by key.
type settings map[string]string

// styleFor gives the style within what a machine can draw.
func styleFor(p profiles.Printer, q Quality, nozzle int64, arcs bool) style {
	st := styleOf(q, nozzle)
	st.layer = min(max(st.layer, p.Nozzle.MinLayer), p.Nozzle.MaxLayer)
	st.first = min(max(st.first, p.Nozzle.MinLayer), p.Nozzle.MaxLayer)
	if arcs {
		st.resolution = min(st.resolution, 12) // what is drawn as an arc need not be made coarse first
	}
	return st
}

// newSettings derives every setting from the facts; nothing comes from the
// slicer's own presets.
func newSettings(p profiles.Printer, f profiles.Filament, st style, nozzle int64, brim bool) settings {
	s := settings{}
	s.machine(p, nozzle)
	s.limits(p.Motion)
	s.filament(p, f, st)
	s.shape(st)
	s.speeds(p, st)
	if brim {
		s["brim_type"], s["brim_width"] = "outer_only", strconv.Itoa(brimWidth)
	}
	s.code(p, f)
	return s
}

func (s settings) machine(p profiles.Printer, nozzle int64) {
	b := p.Bed
	corner := func(x, y int64) string { return mm(x) + "x" + mm(y) }
	s["bed_shape"] = strings.Join([]string{corner(b.MinX, b.MinY), corner(b.MaxX, b.MinY), corner(b.MaxX, b.MaxY), corner(b.MinX, b.MaxY)}, ",")
	s["max_print_height"] = mm(b.Height)
	s["gcode_flavor"] = p.Flavor
	s["printer_technology"] = "FFF"
	s["nozzle_diameter"] = mm(nozzle)
	s["min_layer_height"], s["max_layer_height"] = mm(p.Nozzle.MinLayer), mm(p.Nozzle.MaxLayer)
	s["use_relative_e_distances"] = "1"
	s["retract_speed"], s["retract_lift"] = num(p.Retract.Speed), mm(p.Retract.Lift)
	s["retract_before_travel"], s["retract_layer_change"], s["wipe"] = "2", "1", "0"
	s["remaining_times"], s["silent_mode"] = "0", "0"
	s["thumbnails"] = ""
}

func (s settings) limits(m profiles.PrinterMotion) {
	s["machine_limits_usage"] = "time_estimate_only"
	for key, v := range map[string]int64{
		"feedrate_x": m.MaxSpeedX, "feedrate_y": m.MaxSpeedY, "feedrate_z": m.MaxSpeedZ, "feedrate_e": m.MaxSpeedE,
		"acceleration_x": m.MaxAccelX, "acceleration_y": m.MaxAccelY, "acceleration_z": m.MaxAccelZ, "acceleration_e": m.MaxAccelE,
		"acceleration_extruding": m.AccelPrint, "acceleration_travel": m.AccelTravel, "acceleration_retracting": m.AccelRetract,
	} {
		s["machine_max_"+key] = num(v)
	}
	s["machine_max_jerk_x"], s["machine_max_jerk_y"] = mm(m.JerkX), mm(m.JerkY)
	s["machine_max_jerk_z"], s["machine_max_jerk_e"] = mm(m.JerkZ), mm(m.JerkE)
	s["default_acceleration"] = "0"
}

func (s settings) filament(p profiles.Printer, f profiles.Filament, st style) {
	s["filament_diameter"] = mm(p.Nozzle.FilamentDiameter)
	s["retract_length"] = mm(p.Retraction(f))
	s["filament_density"] = mm(f.Density)
	s["filament_type"] = strings.ToUpper(f.ID)
	s["filament_max_volumetric_speed"] = num(f.MaxFlow)
	s["extrusion_multiplier"] = mm(f.ExtrusionPermil)
	s["first_layer_temperature"], s["temperature"] = num(f.NozzleFirst), num(f.Nozzle)
	s["first_layer_bed_temperature"], s["bed_temperature"] = num(bedTemp(p, f.BedFirst)), num(bedTemp(p, f.Bed))
	s["cooling"], s["fan_always_on"] = "1", "1"
	s["min_fan_speed"], s["max_fan_speed"], s["bridge_fan_speed"] = num(f.FanMin), num(f.FanMax), num(f.FanMax)
	s["disable_fan_first_layers"], s["full_fan_speed_layer"] = num(f.FanOffLayers), "0"
	s["fan_below_layer_time"] = num(max(f.MinLayerSeconds*2, 20))
	s["slowdown_below_layer_time"] = num(f.MinLayerSeconds * st.minLayerShare / 100)
	s["min_print_speed"] = "15"
}

// bedTemp is 0 on a machine without a heated bed.
func bedTemp(p profiles.Printer, want int64) int64 {
	if p.Heat.BedMax == 0 {
		return 0
	}
	return want
}

func (s settings) shape(st style) {
	s["layer_height"], s["first_layer_height"] = mm(st.layer), mm(st.first)
	for _, k := range []string{"", "external_perimeter_", "perimeter_", "infill_", "solid_infill_", "top_infill_", "first_layer_"} {
		s[k+"extrusion_width"] = mm(st.width)
	}
	s["perimeters"], s["perimeter_generator"] = strconv.Itoa(st.perimeters), "classic"
	s["fill_density"], s["fill_pattern"] = strconv.Itoa(st.fill)+"%", "rectilinear"
	s["top_solid_layers"], s["bottom_solid_layers"] = strconv.Itoa(st.top), strconv.Itoa(st.bottom)
	s["top_fill_pattern"], s["bottom_fill_pattern"] = "monotonic", "monotonic"
	s["ensure_vertical_shell_thickness"], s["extra_perimeters"] = "0", "0"
	s["gap_fill_enabled"], s["thin_walls"] = "0", "0"
	s["infill_every_layers"], s["solid_infill_below_area"] = "1", "10"
	s["seam_position"], s["external_perimeters_first"] = "nearest", "0"
	s["avoid_crossing_perimeters"], s["only_retract_when_crossing_perimeters"] = "0", "0"
	s["resolution"], s["gcode_resolution"] = mm(st.resolution), mm(st.resolution)
	s["elefant_foot_compensation"] = "0.1"
	s["skirts"], s["brim_type"], s["brim_width"], s["support_material"], s["raft_layers"] = "0", "no_brim", "0", "0", "0"
	s["complete_objects"], s["spiral_vase"], s["gcode_comments"], s["gcode_label_objects"] = "0", "0", "0", "0"
}

func (s settings) speeds(p profiles.Printer, st style) {
	v := p.Speed
	if st.fast {
		v.Perimeter, v.External, v.Infill, v.Solid = v.Draft, v.Draft, v.Draft, v.Draft
	}
	s["perimeter_speed"], s["external_perimeter_speed"], s["small_perimeter_speed"] = num(v.Perimeter), num(v.External), num(min(v.External, 30))
	s["infill_speed"], s["solid_infill_speed"], s["top_solid_infill_speed"] = num(v.Infill), num(v.Solid), num(min(v.Solid, v.Perimeter))
	s["gap_fill_speed"], s["bridge_speed"] = "25", num(min(v.Perimeter, 40))
	s["travel_speed"], s["first_layer_speed"] = num(v.Travel), num(v.FirstLayer)
	s["max_print_speed"] = num(max(v.Perimeter, v.Infill))
}

// code puts our own start and end around the plate. The temperatures in it keep
// the slicer from adding its own waits.
func (s settings) code(p profiles.Printer, f profiles.Filament) {
	s["start_gcode"], s["end_gcode"] = escapeCode(fillCode(p.StartEnd.Start, p, f)), escapeCode(fillCode(p.StartEnd.End, p, f))
	// The slicer wants the extruder zeroed at each layer where E is relative.
	s["layer_gcode"], s["before_layer_gcode"] = "", "G92 E0\\n"
	s["toolchange_gcode"], s["between_objects_gcode"] = "", ""
	// These are lists: written empty they hold no element, and 2.5.0 then prints
	// whatever lies in its memory. One empty text is what is meant.
	s["start_filament_gcode"], s["end_filament_gcode"] = `""`, `""`
}

// bytes writes the list in order of key, so that equal settings hash alike.
func (s settings) bytes() []byte {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "%s = %s\n", k, s[k])
	}
	return []byte(b.String())
}

// fillCode puts the first layer's temperatures into start or end code.
func fillCode(text string, p profiles.Printer, f profiles.Filament) string {
	return strings.NewReplacer("{nozzle_c}", num(f.NozzleFirst), "{bed_c}", num(bedTemp(p, f.BedFirst))).Replace(text)
}

// escapeCode writes G-code of several lines as the one line of a setting.
func escapeCode(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(text)
}

func num(v int64) string { return strconv.FormatInt(v, 10) }

// mm writes thousandths as a decimal, which serves µm, mg and permil alike.
func mm(v int64) string {
	return strconv.FormatFloat(math.Round(float64(v))/1000, 'f', -1, 64)
}

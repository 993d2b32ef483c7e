package gcode

import (
	"bytes"
	"math"
	"strings"
)

// Claimed is what the slicer says of its own file in comments; a zero field was not said. Nothing is judged by it: it
// tells a person when a file was made for something else, or when two estimates differ.
type Claimed struct {
	Seconds    int64  `json:"seconds,omitempty"`
	FilamentUM int64  `json:"filament_um,omitempty"` // of all extruders
	FilamentMG int64  `json:"filament_mg,omitempty"`
	Layers     int64  `json:"layers,omitempty"`
	NozzleUM   int64  `json:"nozzle_um,omitempty"` // diameter; 0 also where extruders differ
	Material   string `json:"material,omitempty"`  // family in capitals, such as PETG; empty also where extruders differ
	Printer    string `json:"printer,omitempty"`   // as the slicer names it
}

// claim is what a word in a comment is about.
type claim uint8

const (
	claimNone claim = iota
	claimTime
	claimElapsed // so far; the last one is the whole, and truer than the heading
	claimLength  // mm, or with a unit behind
	claimLengths // mm of one extruder in each line
	claimMetres  // a number alone is in metres
	claimWeight
	claimLayers
	claimNozzle
	claimMaterial
	claimPrinter
	claimDimension
)

// claimOf tells the words before "=", ":" or "," in the comments of slicers. They are those of PrusaSlicer 2.5, Slic3r
// 1.3, SuperSlicer, OrcaSlicer and Bambu Studio, CuraEngine 5 and the Griffin heading of Cura, ideaMaker 4, Simplify3D
// 4 and 5, KISSlicer 1.6, Kiri:Moto 3 and IceSL.
func claimOf(word string) claim {
	switch word {
	case "estimated printing time (normal mode)", "total estimated time", "TIME", "PRINT.TIME", "Print Time", "Print time",
		"Build time", "Build Time", "Estimated Build Time", "Calculated-during-export Build Time", "--- print time", "estimated_print_time_s":
		return claimTime
	case "TIME_ELAPSED":
		return claimElapsed
	case "filament used [mm]", "total filament length [mm]", "filament used", "Filament length", "Material Length",
		"--- filament used", "filament_used_mm":
		return claimLength
	case "filament_length_m", "Filament used":
		return claimMetres
	case "filament used [g]", "total filament used [g]", "total filament weight [g]", "Plastic weight", "Material Weight",
		"filament mass_g", "filament_used_g":
		return claimWeight
	case "total layer number", "total layers count", "LAYER_COUNT", "layer_count":
		return claimLayers
	case "nozzle_diameter", "Nozzle diameter", "extruderDiameter", "nozzleDiameter", "EXTRUDER_TRAIN.0.NOZZLE.DIAMETER", "nozzle_diameter_mm_0":
		return claimNozzle
	case "filament_type", "Filament type", "Filament Type #1", "Filament Name #1", "printMaterial", "material_name":
		return claimMaterial
	case "Dimension": // ideaMaker: the bed and, last, the nozzle
		return claimDimension
	case "printer_model", "TARGET_MACHINE.NAME", "printer_name":
		return claimPrinter
	}
	if strings.HasPrefix(word, "Material#") && strings.HasSuffix(word, " Used") || strings.HasPrefix(word, "Ext #") || strings.HasPrefix(word, "Ext ") {
		return claimLengths
	}
	return claimNone
}

const maxClaim = 400 // bytes of a comment that may say something; longer ones are a slicer's settings

// said takes what a comment claims. It is called for every comment of a file.
func (c *checker) said(raw []byte) {
	if len(raw) < 6 || len(raw) > maxClaim || raw[0] != ';' {
		return
	}
	s := bytes.TrimSpace(raw[1:])
	if len(s) == 0 || strings.IndexByte(saying, s[0]) < 0 {
		return
	}
	if rest, ok := bytes.CutPrefix(s, []byte("version ")); ok && c.report.Slicer == "KISSlicer" {
		c.report.Slicer += " " + quote(rest)
		return
	}
	// Bambu Studio puts two claims into one line.
	if first, second, two := bytes.Cut(s, []byte("; ")); two && bytes.HasPrefix(s, []byte("model printing time")) {
		c.saidOne(bytes.TrimSpace(first))
		s = bytes.TrimSpace(second)
	}
	c.saidOne(s)
}

// saying are the first letters of the words that claimOf knows, so that the many comments of a layer cost little.
const saying = "etTPpBECf-FMLlnNmvD"

func (c *checker) saidOne(s []byte) {
	i := bytes.IndexAny(s, "=:,")
	if i <= 0 || i > 48 {
		return
	}
	kind := claimOf(string(bytes.TrimSpace(s[:i])))
	if kind == claimNone {
		return
	}
	value := string(bytes.TrimSpace(s[i+1:]))
	r := &c.report.Claimed
	switch kind {
	case claimTime:
		if v := spoken(value); v > 0 && !c.elapsed {
			r.Seconds = max(r.Seconds, v)
		}
	case claimElapsed:
		if v := spoken(value); v > 0 {
			r.Seconds, c.elapsed = v, true
		}
	case claimLength, claimMetres:
		if v := lengths(value, kind == claimMetres); v > 0 {
			r.FilamentUM = v
		}
	case claimLengths:
		r.FilamentUM = min(r.FilamentUM+lengths(value, false), maxUM)
	case claimWeight:
		if v := um(sum(value)); v > 0 {
			r.FilamentMG = v
		}
	case claimLayers:
		r.Layers = max(r.Layers, int64(min(sum(value), 1e6)))
	case claimNozzle:
		r.NozzleUM = um(agreed(value))
	case claimDimension:
		if words := strings.Fields(value); len(words) == 4 {
			r.NozzleUM = um(agreed(words[3]))
		}
	case claimMaterial:
		r.Material = family(value)
	case claimPrinter:
		r.Printer = quote([]byte(value))
	}
}

// spoken reads a duration: seconds as a number, "1d 2h 3m 4s", "1 hours 23 minutes", "51.2 minutes", "2:11:47".
func spoken(s string) int64 {
	if strings.Count(s, ":") >= 1 {
		total := 0.0
		for _, part := range strings.Split(s, ":") {
			total = total*60 + sum(part)
		}
		return int64(min(total, 1e9))
	}
	total := 0.0
	for len(s) > 0 {
		v, n, ok := number([]byte(s))
		if !ok {
			s = s[1:]
			continue
		}
		s = strings.TrimLeft(s[n:], " ")
		unit := 1.0
		if s != "" {
			switch s[0] {
			case 'd':
				unit = 86_400
			case 'h':
				unit = 3_600
			case 'm':
				unit = 60
			}
			s = strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyz")
		}
		total += v * unit
	}
	return int64(math.Round(min(max(total, 0), 1e9)))
}

// lengths adds the lengths of a list, in mm unless a unit says otherwise, and gives µm.
func lengths(s string, metres bool) int64 {
	if cut := strings.IndexByte(s, '('); cut >= 0 {
		s = s[:cut]
	}
	factor := 1.0
	switch {
	case strings.HasSuffix(strings.TrimSpace(strings.TrimRight(s, "- ")), "mm"):
	case metres:
		factor = 1000
	}
	return um(sum(s) * factor)
}

// sum adds the numbers of a list as "12.5, 3.1", "[1.2]" or "5.2 g (0.01 lb)"; what stands in parentheses is the same
// in another unit.
func sum(s string) float64 {
	total := 0.0
	eachNumber(s, func(v float64) { total += v })
	return total
}

func eachNumber(s string, f func(float64)) {
	if cut := strings.IndexByte(s, '('); cut >= 0 {
		s = s[:cut]
	}
	for s != "" {
		if !digit(s[0]) {
			s = s[1:]
			continue
		}
		v, n, ok := number([]byte(s))
		if ok {
			f(v)
		}
		s = s[max(n, 1):]
	}
}

// agreed is the number that all of a list are, 0 when they differ.
func agreed(s string) float64 {
	first, same := -1.0, true
	eachNumber(s, func(v float64) {
		same = same && (first < 0 || first == v)
		first = v
	})
	if !same || first < 0 || first > 5 {
		return 0
	}
	return first
}

// families are the kinds of plastic by the words that slicers and makers use for them.
var families = [...]struct{ word, family string }{
	{"PETG", "PETG"}, {"PET", "PETG"}, {"PCTG", "PETG"}, {"PLA", "PLA"}, {"ABS", "ABS"}, {"ASA", "ASA"}, {"TPU", "TPU"}, {"TPE", "TPU"},
	{"FLEX", "TPU"}, {"NYLON", "PA"}, {"PA", "PA"}, {"PA6", "PA"}, {"PA12", "PA"}, {"PC", "PC"}, {"PP", "PP"}, {"HIPS", "HIPS"}, {"PVA", "PVA"},
}

// family gives the kind of plastic that a text names, "" when it names none or several.
func family(s string) string {
	found := ""
	for _, word := range strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }) {
		for _, f := range families {
			if word != f.word {
				continue
			}
			if found != "" && found != f.family {
				return ""
			}
			found = f.family
		}
	}
	return found
}

// mismatch notes that a file says it was made for another nozzle or another plastic than the machine has. That is
// known for sure only by a person, so it is a warning: see Claimed.
func (c *checker) mismatch() {
	said := &c.report.Claimed
	if want := c.limits.Nozzle; want > 0 && said.NozzleUM > 0 && said.NozzleUM != want && !c.again(CodeOtherNozzle, "") {
		c.warn(CodeOtherNozzle, "", "said_mm", mm(said.NozzleUM), "want_mm", mm(want))
		c.findings[len(c.findings)-1].Line = 0
	}
	if want := c.limits.Material; want != "" && said.Material != "" && said.Material != want && !c.again(CodeOtherMaterial, "") {
		c.warn(CodeOtherMaterial, "", "said", said.Material, "want", want)
		c.findings[len(c.findings)-1].Line = 0
	}
}

// slicerNames are the ways in which slicers begin the comment that names them.
var slicerNames = [...]struct{ mark, name string }{
	{"; generated by ", ""}, {";Generated with ", ""}, {"; Generated by ", ""}, {";Sliced by ", ""}, {"; G-Code generated by ", ""},
	{"; BambuStudio ", "BambuStudio "}, {"; KISSlicer", "KISSlicer"}, {";GENERATOR.NAME:", ""}, {"; Sliced by ", ""},
}

// slicerName tells the slicer from a comment at the beginning of a file.
func slicerName(raw []byte) string {
	for _, n := range slicerNames {
		rest, ok := bytes.CutPrefix(raw, []byte(n.mark))
		if !ok {
			continue
		}
		text := strings.ToValidUTF8(string(bytes.TrimSpace(rest[:min(len(rest), 200)])), "")
		if n.name == "KISSlicer" {
			return n.name
		}
		text, _, _ = strings.Cut(text, " on ")
		text, _, _ = strings.Cut(text, ", ")
		text = strings.Replace(text, "(R) Version", "", 1)
		text = n.name + text
		return text[:min(len(text), 60)]
	}
	return ""
}

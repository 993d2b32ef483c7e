package profiles

import (
	"embed"
	"errors"
	"fmt"
)

//go:embed filaments/*.toml
var filamentFiles embed.FS

// Filament holds what the slicer and the safety check must know about one kind
// of plastic. Temperatures are °C, the density mg/cm³.
type Filament struct {
	ID              string `toml:"id"`   // equals the file name without .toml
	Name            string `toml:"name"` // as people say it
	Source          string `toml:"source"`
	Density         int64  `toml:"density_mg_cm3"`
	NozzleFirst     int64  `toml:"nozzle_first_layer_c"`
	Nozzle          int64  `toml:"nozzle_c"`
	NozzleMax       int64  `toml:"nozzle_max_c"` // beyond it the plastic burns or fumes
	NeedsBed        bool   `toml:"needs_bed"`    // without a heated bed it comes off
	BedFirst        int64  `toml:"bed_first_layer_c"`
	Bed             int64  `toml:"bed_c"`
	FanMin          int64  `toml:"fan_min_percent"`
	FanMax          int64  `toml:"fan_max_percent"`
	FanOffLayers    int64  `toml:"fan_off_layers"`
	MaxFlow         int64  `toml:"max_flow_mm3_s"`
	MaxRetract      int64  `toml:"max_retract_um"` // drawn back no further than this; 0: as far as the machine does
	ExtrusionPermil int64  `toml:"extrusion_permil"`
	MinLayerSeconds int64  `toml:"min_layer_s"`
}

// ProfileName is the id, which equals the file's name.
func (f Filament) ProfileName() string { return f.ID }

// Validate reports every fact of the filament that cannot be right.
func (f Filament) Validate() error {
	var errs []error
	if !profileID.MatchString(f.ID) {
		errs = append(errs, fmt.Errorf("id %q: want lower case letters, digits, dots and hyphens", f.ID))
	}
	if f.Name == "" || f.Source == "" {
		errs = append(errs, errors.New("name and source are required"))
	}
	for _, x := range f.facts() {
		if x.value < x.min || x.value > x.max {
			errs = append(errs, fmt.Errorf("%s = %d: want %d to %d", x.name, x.value, x.min, x.max))
		}
	}
	return errors.Join(errs...)
}

func (f Filament) facts() []fact {
	return []fact{
		{"density_mg_cm3", f.Density, 800, 2_000},
		{"nozzle_first_layer_c", f.NozzleFirst, 170, f.NozzleMax}, {"nozzle_c", f.Nozzle, 170, f.NozzleMax},
		{"nozzle_max_c", f.NozzleMax, 170, 450},
		{"bed_first_layer_c", f.BedFirst, 0, 150}, {"bed_c", f.Bed, 0, 150},
		{"fan_min_percent", f.FanMin, 0, 100}, {"fan_max_percent", f.FanMax, f.FanMin, 100},
		{"fan_off_layers", f.FanOffLayers, 0, 20}, {"max_flow_mm3_s", f.MaxFlow, 1, 50},
		{"max_retract_um", f.MaxRetract, 0, 12_000},
		{"extrusion_permil", f.ExtrusionPermil, 800, 1_200}, {"min_layer_s", f.MinLayerSeconds, 0, 60},
	}
}

// TooHot is why a machine cannot print a filament: a heater that it would need at Want °C and that bears Max °C, 0 where
// the machine has none. It is comparable.
type TooHot struct {
	Heater    string // "nozzle" or "bed"
	Want, Max int64
}

func (e TooHot) Error() string {
	return fmt.Sprintf("the %s is needed at %d °C and bears %d °C", e.Heater, e.Want, e.Max)
}

// Bears reports a TooHot when the machine cannot heat as the filament asks. A filament that does not need a heated bed
// is printed without one where there is none.
func (p Printer) Bears(f Filament) error {
	if hot := max(f.Nozzle, f.NozzleFirst); hot > p.Heat.NozzleMax {
		return TooHot{Heater: "nozzle", Want: hot, Max: p.Heat.NozzleMax}
	}
	if hot := max(f.Bed, f.BedFirst); (f.NeedsBed || p.Heat.BedMax > 0) && hot > p.Heat.BedMax {
		return TooHot{Heater: "bed", Want: hot, Max: p.Heat.BedMax}
	}
	return nil
}

// Retraction is how far the machine draws this filament back, in µm.
func (p Printer) Retraction(f Filament) int64 {
	if f.MaxRetract > 0 {
		return min(p.Retract.Length, f.MaxRetract)
	}
	return p.Retract.Length
}

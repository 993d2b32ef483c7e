// Package slicing turns an STL into a plate that a machine may print: checked,
// laid out, sliced by a slicer kept on a short leash, and checked again. Plates
// are kept by the hash of all that went into them, because slicing twice never
// gives the same bytes.
package slicing

import (
	"log/slog"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// Profiles is where the facts of machines and filaments come from; *profiles.Set
// is one.
type Profiles interface {
	Printer(id string) (profiles.Printer, bool)
	Filament(id string) (profiles.Filament, bool)
}

// Config is what New needs.
type Config struct {
	Profiles Profiles
	CacheDir string       // made if missing; plates stay here until somebody removes them
	Slicer   string       // path or name of the program; empty means prusa-slicer
	Log      *slog.Logger // nil means silence
}

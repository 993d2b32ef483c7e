package slicing

import (
	"cmp"
	"errors"
	"math"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

const (
	clearance = 4 // mm between copies: a nozzle's cone and a finger
	endLift   = 5 // mm that the end code rises above the part
	brimWidth = 5 // mm
	maxCopies = 200
	maxPile   = 50
	maxKinds  = 16
	minScale  = 0.001 // a model in µm
	maxScale  = 1000  // a model in metres
)

// Settings gives the flat list of settings for a machine, filament and quality,
// as the slicer reads it; for people who slice themselves.
func (s *Slicer) Settings(printer, filament string, q Quality) ([]byte, error) {
	p, err := s.plan(Request{Printer: printer, Filament: filament, Quality: q, Copies: 1})
	if err != nil {
		return nil, err
	}
	return p.settings, nil
}

// MaxCopies tells how many copies of the request's first part one plate of its
// machine holds, up to limit; 0 when the part does not fit at all. Copies, More,
// Pile and the filament do not matter.
func (s *Slicer) MaxCopies(r Request, limit int) (int, error) {
	p, err := s.machine(r.Printer, r.Overlay)
	if err != nil {
		return 0, err
	}
	r.Copies, r.More, r.Pile = 1, nil, 0
	if err := badField(r, p); err != nil {
		return 0, err
	}
	m, err := readPart(r.STL, r)
	if err != nil {
		return 0, err
	}
	return plate.MaxCopies(m.Normalised(), limit, areaFor(p, r.Brim)), nil
}

// AreaOf gives where a machine takes parts.
func AreaOf(p profiles.Printer) plate.Area {
	b := p.Bed
	f := func(um int64) float64 { return float64(um) / 1000 }
	a := plate.Area{
		MinX: f(b.MinX + b.Inset), MinY: f(b.MinY + b.Inset), MaxX: f(b.MaxX - b.Inset), MaxY: f(b.MaxY - b.Inset),
		Height: f(b.Height) - endLift, Clearance: clearance,
	}
	for _, c := range b.Clips {
		a.Blocked = append(a.Blocked, plate.Rect{MinX: f(c.MinX), MinY: f(c.MinY), MaxX: f(c.MaxX), MaxY: f(c.MaxY)})
	}
	return a
}

// wholeBed is the bed as one sees it, edges included.
func wholeBed(p profiles.Printer) plate.Area {
	p.Bed.Inset = 0
	return AreaOf(p)
}

// areaFor leaves room for a brim around every part.
func areaFor(p profiles.Printer, brim bool) plate.Area {
	a := AreaOf(p)
	if brim {
		a.MinX, a.MinY, a.MaxX, a.MaxY = a.MinX+brimWidth, a.MinY+brimWidth, a.MaxX-brimWidth, a.MaxY-brimWidth
		a.Clearance += 2 * brimWidth
	}
	return a
}

// machine gives a model as one machine has it.
func (s *Slicer) machine(id string, o Overlay) (profiles.Printer, error) {
	p, ok := s.profiles.Printer(id)
	if !ok {
		return p, mesh.NewProblem(CodeUnknownPrinter, "printer", id)
	}
	p, err := p.With(o)
	if err != nil {
		return p, mesh.NewProblem(CodeBadOverlay, "detail", err)
	}
	return p, nil
}

// limitsFor judges files for a machine; nozzle is in µm, 0 for its own.
func (s *Slicer) limitsFor(p profiles.Printer, f profiles.Filament, nozzle int64) gcode.Limits {
	d, _ := s.profiles.Dialect(p.Dialect) // every printer's is there once the set is loaded
	l := gcode.LimitsFor(p, f).Speaking(d)
	l.Nozzle = cmp.Or(nozzle, l.Nozzle)
	return l
}

func (s *Slicer) facts(r Request) (profiles.Printer, profiles.Filament, error) {
	p, err := s.machine(r.Printer, r.Overlay)
	if err != nil {
		return p, profiles.Filament{}, err
	}
	f, ok := s.profiles.Filament(r.Filament)
	if !ok {
		return p, f, mesh.NewProblem(CodeUnknownFilament, "filament", r.Filament)
	}
	if err := badField(r, p); err != nil {
		return p, f, err
	}
	var hot profiles.TooHot
	if errors.As(p.Bears(f), &hot) {
		return p, f, tooHot(hot)
	}
	return p, f, nil
}

// tooHot is why a machine cannot print a plastic.
func tooHot(hot profiles.TooHot) error {
	switch {
	case hot.Heater != "bed":
		return mesh.NewProblem(CodeFilamentTooHot, "want_c", hot.Want, "max_c", hot.Max)
	case hot.Max == 0:
		return mesh.NewProblem(CodeNeedsBed, "want_c", hot.Want)
	}
	return mesh.NewProblem(CodeBedTooHot, "want_c", hot.Want, "max_c", hot.Max)
}

func badField(r Request, p profiles.Printer) error {
	bad := func(field string, value any) error {
		return mesh.NewProblem(CodeBadRequest, "field", field, "value", value)
	}
	pieces := r.Copies
	for _, m := range r.More {
		if m.Copies < 1 || m.Copies > maxCopies {
			return bad("copies", m.Copies)
		}
		pieces += m.Copies
	}
	switch {
	case r.Copies < 1 || pieces > maxCopies:
		return bad("copies", pieces)
	case len(r.More) >= maxKinds:
		return bad("parts", len(r.More)+1)
	case r.Quality != "" && r.Quality != Draft && r.Quality != Normal:
		return bad("quality", r.Quality)
	case r.NozzleUM != 0 && (r.NozzleUM < 200 || r.NozzleUM > 1200):
		return bad("nozzle_um", r.NozzleUM)
	case r.Scale != 0 && !(r.Scale >= minScale && r.Scale <= maxScale):
		return bad("scale", r.Scale)
	case r.Pile < 0 || r.Pile > maxPile:
		return bad("pile", r.Pile)
	case p.PileMax > 0 && int64(r.Pile) > p.PileMax:
		return mesh.NewProblem(CodePileTooHigh, "pile", r.Pile, "max", p.PileMax)
	}
	return nil
}

// readPart gives a part as the request wants it: repaired and scaled, where it
// stands in its file.
func readPart(data []byte, r Request) (*mesh.Mesh, error) {
	m, err := mesh.Read(data, mesh.Caps{})
	if err != nil {
		return nil, err
	}
	if r.Repair {
		m, _ = m.Repaired()
	}
	if scale := cmp.Or(r.Scale, 1); scale != 1 {
		m = m.Scaled(scale)
	}
	return m, nil
}

// pitch is the distance of two pieces of a pile in mm: whole layers, one of them
// of air, over which the next piece is drawn like a bridge and from which it can
// be torn off.
func pitch(height float64, layer int64) float64 {
	one := float64(layer) / 1000
	return (math.Ceil(height/one-0.01) + 1) * one
}

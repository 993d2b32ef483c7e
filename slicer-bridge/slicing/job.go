package slicing

import (
	"cmp"
	"slices"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// plan is a request with everything that follows from its machine and its
// filament; its parts have not been looked at.
type plan struct {
	request  Request
	settings []byte
	layer    int64      // µm
	area     plate.Area // where parts may stand
	bed      plate.Area // all of it, for the picture
	limits   gcode.Limits
	arcs     bool
}

func (s *Slicer) plan(r Request) (plan, error) {
	p, f, err := s.facts(r)
	if err != nil {
		return plan{}, err
	}
	if err := unspeakable(p.StartEnd, f, p); err != nil {
		return plan{}, err
	}
	nozzle := cmp.Or(r.NozzleUM, p.Nozzle.Diameter)
	st := styleFor(p, cmp.Or(r.Quality, Draft), nozzle, p.Arcs && !r.NoArcs)
	return plan{
		request: r, settings: newSettings(p, f, st, nozzle, r.Brim).bytes(), layer: st.layer,
		area: areaFor(p, r.Brim), bed: wholeBed(p), limits: s.limitsFor(p, f, nozzle), arcs: p.Arcs && !r.NoArcs,
	}, nil
}

// unspeakable refuses start and end code that the slicer would not hand on as it
// stands: it fills in what is in braces or brackets itself.
func unspeakable(g profiles.PrinterStartEnd, f profiles.Filament, p profiles.Printer) error {
	for field, text := range map[string]string{"gcode.start": g.Start, "gcode.end": g.End} {
		for _, c := range fillCode(text, p, f) {
			if c == '\n' || c == '\t' {
				continue
			}
			if c < ' ' || c > '~' || slices.Contains([]rune("[]{}"), c) {
				return mesh.NewProblem(CodeBadRequest, "field", field, "value", string(c))
			}
		}
	}
	return nil
}

// job is a plan whose parts have passed every check before slicing.
type job struct {
	plan
	parts    []plate.Part
	places   []plate.Place
	warnings []mesh.Problem // of the parts
	key      string         // of the plate, by the shapes and where they lie
}

func (s *Slicer) prepare(p plan) (job, error) {
	j := job{plan: p}
	kinds := append([]PartCopies{{STL: p.request.STL, Name: cmp.Or(p.request.PartName, "part"), Copies: p.request.Copies}}, p.request.More...)
	for _, kind := range kinds {
		raw, err := readPart(kind.STL, p.request)
		if err != nil {
			return job{}, namePart(err, kind.Name, len(kinds))
		}
		for _, w := range raw.Inspect().Problems {
			if len(kinds) > 1 {
				w.Args = with(w.Args, "part", kind.Name)
			}
			j.warnings = append(j.warnings, w)
		}
		m := raw.Normalised()
		part := plate.Part{Mesh: m, Name: kind.Name, Copies: kind.Copies, Pile: p.request.Pile}
		if part.Pile > 1 {
			part.Pitch = pitch(m.Bounds().Size()[2], p.layer)
		}
		j.parts = append(j.parts, part)
	}
	var err error
	if j.places, err = plate.Lay(j.parts, p.area); err != nil {
		return job{}, err
	}
	j.key, err = s.plateKey(j)
	return j, err
}

// copies counts the pieces of all parts.
func (j job) copies() int {
	n := 0
	for _, p := range j.parts {
		n += p.Copies
	}
	return n
}

func (j job) triangles() int {
	n := 0
	for _, p := range j.parts {
		n += len(p.Mesh.Triangles) * p.Copies
	}
	return n
}

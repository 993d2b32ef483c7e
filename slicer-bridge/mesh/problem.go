package mesh

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problem is a refusal that a person can act on. Code is a stable word for the
// catalogue of sentences, Args what the sentence speaks of.
type Problem struct {
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

// The codes of this package.
const (
	CodeEmpty        = "mesh.empty"              // no bytes, or no triangle
	CodeTooLarge     = "mesh.too_large"          // bytes, max
	CodeTooMany      = "mesh.too_many_triangles" // triangles, max
	CodeNotSTL       = "mesh.not_stl"            // is: jpeg, png, html, zip, pdf, gzip, or unknown
	CodeTruncated    = "mesh.truncated"          // announced, present: triangles
	CodeLength       = "mesh.length_mismatch"    // announced, present: triangles
	CodeASCII        = "mesh.ascii_unreadable"   // line, detail
	CodeASCIITooMany = "mesh.ascii_too_many"     // max: export as binary
	CodeNotFinite    = "mesh.not_finite"         // triangle
	CodeFlat         = "mesh.flat"               // axis
	CodeImplausible  = "mesh.size_implausible"   // size_mm: no printer is that large
	CodeUnitsUnsure  = "mesh.units_uncertain"    // size_mm: under 3 mm or over 1 m (a warning)
	CodeOpenEdges    = "mesh.open_edges"         // edges (a warning)
	CodeNonManifold  = "mesh.non_manifold"       // edges (a warning)
	CodeInsideOut    = "mesh.inside_out"         // (a warning)
)

// Error gives the code and its arguments, for logs and command lines.
func (p *Problem) Error() string {
	if len(p.Args) == 0 {
		return p.Code
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(p.Args)) {
		parts = append(parts, k+"="+p.Args[k])
	}
	return p.Code + " (" + strings.Join(parts, ", ") + ")"
}

// NewProblem builds a Problem from pairs of argument name and value.
func NewProblem(code string, pairs ...any) *Problem {
	p := &Problem{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Args == nil {
			p.Args = map[string]string{}
		}
		p.Args[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return p
}

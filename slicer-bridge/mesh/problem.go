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

// The codes of this package: refusals first, then warnings.
const (
	CodeEmpty        = "mesh.empty"              // no bytes, or no triangle
	CodeTooLarge     = "mesh.too_large"          // bytes, max
	CodeTooMany      = "mesh.too_many_triangles" // triangles, max
	CodeNotSTL       = "mesh.not_stl"            // is: jpeg, png, html, svg, zip, pdf, gzip, step, obj and so on, or unknown
	CodeTruncated    = "mesh.truncated"          // announced, present: triangles
	CodeLength       = "mesh.length_mismatch"    // announced, present: triangles
	CodeASCII        = "mesh.ascii_unreadable"   // line, detail
	CodeASCIITooMany = "mesh.ascii_too_many"     // triangles, max: export as binary
	CodeCommas       = "mesh.ascii_commas"       // line: commas that may be decimal signs or not
	CodeUTF16        = "mesh.ascii_utf16"        // two bytes a character
	CodeNotFinite    = "mesh.not_finite"         // triangle
	CodeFlat         = "mesh.flat"               // axis
	CodeNoArea       = "mesh.no_area"            // no triangle has any
	CodeImplausible  = "mesh.size_implausible"   // size_mm: no printer is that large
	Code3MF          = "mesh.threemf_unreadable" // detail
	Code3MFTooMuch   = "mesh.threemf_too_much"   // what: parts, size, ratio, depth, text or copies; max
	Code3MFUnsafe    = "mesh.threemf_unsafe"     // what: doctype, path, link, twice, overlap, encrypted or reference

	CodeNoEnd       = "mesh.no_endsolid"     // a closed surface whose text has no end
	CodeOnlyShape   = "mesh.only_shape"      // settings of a 3MF are not taken
	CodeSeveral     = "mesh.several_bodies"  // bodies that a 3MF places; they are one part
	CodeUnitsUnsure = "mesh.units_uncertain" // size_mm: under 3 mm or over 1 m
	CodeUnitsLikely = "mesh.units_likely"    // size_mm, unit, as_mm, scale: the same with a guess
	CodeOpenEdges   = "mesh.open_edges"      // edges
	CodeRepairable  = "mesh.repairable"      // Repaired closes the surface and turns it outwards
	CodeNonManifold = "mesh.non_manifold"    // edges
	CodeFlipped     = "mesh.flipped"         // edges whose triangles face opposite ways
	CodeInsideOut   = "mesh.inside_out"      // the whole closed surface
	CodeDuplicate   = "mesh.duplicate"       // triangles that are there twice
	CodeInnerShells = "mesh.inner_shells"    // shells that lie wholly inside another, as solid as it
	CodeCavities    = "mesh.cavities"        // shells that are hollows inside another
	CodeOverlapping = "mesh.shells_overlap"  // shells that cross another
)

// Codes are all of them, for whoever words them.
func Codes() []string {
	return []string{
		CodeEmpty, CodeTooLarge, CodeTooMany, CodeNotSTL, CodeTruncated, CodeLength, CodeASCII, CodeASCIITooMany, CodeCommas, CodeUTF16,
		CodeNotFinite, CodeFlat, CodeNoArea, CodeImplausible, Code3MF, Code3MFTooMuch, Code3MFUnsafe,
		CodeNoEnd, CodeOnlyShape, CodeSeveral, CodeUnitsUnsure, CodeUnitsLikely, CodeOpenEdges, CodeRepairable, CodeNonManifold,
		CodeFlipped, CodeInsideOut, CodeDuplicate, CodeInnerShells, CodeCavities, CodeOverlapping,
	}
}

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

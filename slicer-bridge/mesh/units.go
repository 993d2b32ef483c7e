package mesh

import "fmt"

// UnitGuess is what unit a file may have been drawn in. It is an offer for a
// person to take with Scaled, and is never applied unasked.
type UnitGuess struct {
	Unit   string  `json:"unit"`    // "inch"; "m"; or "mm_as_inch": 25.4 times too large, converted once too often
	Scale  float64 `json:"scale"`   // for Scaled, to get mm
	SizeMM float64 `json:"size_mm"` // the longest side then
}

const (
	smallest, largest = 3.0, 1000.0 // mm: a longest side outside makes one ask
	inch              = 25.4        // mm
	partLeast         = 10.0        // mm: the longest sides of parts that people print
	partMost          = 500.0
)

// guessUnits asks about a longest side under 3 mm or over 1 m. A guess needs to
// give the size of a part that people print; where two do, the inch goes first,
// for it is the commoner slip.
func (info *Info) guessUnits() {
	size := info.Bounds.Size()
	biggest := max(size[0], size[1], size[2])
	if biggest >= smallest && biggest <= largest {
		info.Units = "mm"
		return
	}
	for _, g := range []UnitGuess{{Unit: "inch", Scale: inch}, {Unit: "m", Scale: 1000}, {Unit: "mm_as_inch", Scale: 1 / inch}} {
		if g.SizeMM = biggest * g.Scale; (g.Scale > 1) == (biggest < smallest) && g.SizeMM >= partLeast && g.SizeMM <= partMost {
			info.Units, info.Likely = g.Unit, &g
			info.note(CodeUnitsLikely, "size_mm", short(biggest), "unit", g.Unit, "as_mm", short(g.SizeMM), "scale", short(g.Scale))
			return
		}
	}
	info.Units = "unsure"
	info.note(CodeUnitsUnsure, "size_mm", short(biggest))
}

func short(x float64) string { return fmt.Sprintf("%.4g", x) }

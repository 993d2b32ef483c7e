package bench

import (
	"fmt"
	"math"
	"strings"
)

// arcs is G-code as a slicer writes circles of 0.2 mm segments, at a feed in mm/s.
//
// It needs neither a homed nor a heated machine, so that a run begins at once: the place is declared, and nothing is
// extruded, which a cold nozzle would refuse. All coordinates have as many digits, so that lines differ in length by their
// numbers and checksums only.
func arcs(segments int, feed float64) []string {
	const centre, radius, chord = 150, 40, 0.2
	lines := make([]string, 0, segments+prelude)
	lines = append(lines, "G90", fmt.Sprintf("G92 X%d Y%d", centre+radius, centre), fmt.Sprintf("G0 F%.0f", feed*60))
	for i := range segments {
		sin, cos := math.Sincos(chord / radius * float64(i+1))
		lines = append(lines, fmt.Sprintf("G1 X%.3f Y%.3f", centre+radius*cos, centre+radius*sin))
	}
	return lines
}

// prelude is how many lines arcs begins with that are no segments.
const prelude = 3

// segment says whether an executed line is one of the segments.
func segment(command string) bool { return strings.HasPrefix(command, "G1 ") }

// text is a file of these lines. With marks, they stand between the messages by which a truth log tells attempts apart, for
// hosts that do not send them of their own accord.
func text(lines []string, marks bool) string {
	body := strings.Join(lines, "\n") + "\n"
	if marks {
		return "M117 mailleur " + token + "\n" + body + "M117 mailleur end " + token + "\n"
	}
	return body
}

// token names the attempt in the truth log.
const token = "bench"

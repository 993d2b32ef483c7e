package bench

import (
	"fmt"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// Setting is one board to measure on: its wire, its adapter and its emergency parser.
type Setting struct {
	Baud    int
	Latency time.Duration // for which the adapter holds acknowledgements back
	Parser  bool          // emergencies are parsed at the port, so that a host may fill the receive ring as well
}

// String is the setting in words.
func (s Setting) String() string {
	parser := "no parser"
	if s.Parser {
		parser = "parser"
	}
	return fmt.Sprintf("%d baud, %d ms, %s", s.Baud, s.Latency.Milliseconds(), parser)
}

// Settings are all that are measured: two speeds, three latencies, with and without emergency parser.
func Settings() []Setting {
	var all []Setting
	for _, baud := range []int{115200, 250000} {
		for _, latency := range []time.Duration{0, 2 * time.Millisecond, 16 * time.Millisecond} {
			all = append(all, Setting{baud, latency, false}, Setting{baud, latency, true})
		}
	}
	return all
}

// FewSettings is one of each kind, for a quick look.
func FewSettings() []Setting {
	return []Setting{{250000, 0, false}, {250000, 16 * time.Millisecond, true}, {115200, 2 * time.Millisecond, false}}
}

const (
	// feed is that of the segments in mm/s: 0.7 ms each, less than any wire here takes for a line.
	feed = 300
	// planner is how many blocks the board has: more than a pause of the host's fills, so that motion never holds up the
	// stream.
	planner = 256
	// work is what a fast board spends on a move without extrusion (printsim, costsOf).
	work = 25 * time.Microsecond
	// okBytes are those of an acknowledgement.
	okBytes = len("ok\n")
)

// byteTime is how long ten bits take.
func (s Setting) byteTime() float64 { return 10 / float64(s.Baud) }

// lineTime is how long a line takes on the wire, in seconds, given its mean length.
func (s Setting) lineTime(bytes float64) float64 { return bytes * s.byteTime() }

// roundTrip is how long a line's acknowledgement takes when the wire is free, in seconds. An adapter with a latency hands
// over what it has that long after the first byte of it came; one without hands over each byte.
func (s Setting) roundTrip(bytes float64) float64 {
	there := s.lineTime(bytes) + work.Seconds()
	if s.Latency == 0 {
		return there + float64(okBytes)*s.byteTime()
	}
	return there + s.byteTime() + s.Latency.Seconds()
}

// ceiling is how many lines a second nobody can exceed who keeps at most window lines in flight:
//
//	min(1 / L, window / (L + work + A))
//
// where L is the wire time of the file's mean line, number, checksum and line ending included, work is what the board spends on
// a line, and A is how long the acknowledgement takes: its three bytes, or with a latency its first byte and the latency.
func (s Setting) ceiling(bytes float64, window int64) float64 {
	return min(1/s.lineTime(bytes), float64(max(window, 1))/s.roundTrip(bytes))
}

// wireBytes is the mean length of the lines as they are sent, numbered from first.
func wireBytes(lines []string, first int64) float64 {
	sum := 0
	var wire []byte
	for i, line := range lines {
		wire = frame.Append(wire[:0], first+int64(i), []byte(line))
		sum += len(wire)
	}
	return float64(sum) / float64(max(len(lines), 1))
}

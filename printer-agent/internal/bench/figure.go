package bench

import (
	"fmt"
	"strings"
	"time"
)

// Figure is one measured value and what it is held against.
type Figure struct {
	Name, Value, Against string
	OK                   bool
}

// String is the figure as one line.
func (f Figure) String() string {
	verdict := "short"
	if f.OK {
		verdict = "ok"
	}
	return fmt.Sprintf("%s: %s; %s; %s", f.Name, f.Value, f.Against, verdict)
}

// StreamResult is what Stream measured.
type StreamResult struct {
	Lines, Rounds int
	Pairs         []Pair
}

// Pair is one setting, measured with each host.
type Pair struct {
	Setting Setting
	Bytes   float64 // mean length of a line on the wire
	Ceiling float64 // lines a second that nobody with our window can exceed
	Hosts   []Host  // ours first
}

// Host is what one host did at one setting: medians over the rounds, of starvation and resends the most.
type Host struct {
	Name      string
	Lines     int           // segments printed
	Rate      float64       // of them, a second
	CPU       float64       // seconds of processor time for 1,000 lines, starting and ending left out
	Simulator float64       // the same of the simulator, all of it
	Starved   int           // times that the planner ran empty between two moves
	Stood     time.Duration // how long motion stood then
	Resends   int
	Window    int64   // most lines in flight: as our own program reports it, of others as the board saw it
	AckP50    float64 // ms; of our own program
	AckP99    float64
}

// What is to be reached.
const (
	leastShare     = 0.95     // of the ceiling
	leastTimes     = 2.7      // of the other host's rate, at the highest latency
	leastTimesDeep = 4.0      // the same with an emergency parser
	mostCPUShare   = 1.0 / 10 // of the other host's processor time per line
	highLatency    = 16 * time.Millisecond
)

// figures holds a pair against what is to be reached.
func (p Pair) figures() []Figure {
	ours := p.Hosts[0]
	name := p.Setting.String() + ": "
	all := []Figure{
		{
			name + "lines/s", fmt.Sprintf("%.1f = %.1f %% of the ceiling %.1f at a window of %d", ours.Rate, 100*ours.Rate/p.Ceiling, p.Ceiling, ours.Window),
			fmt.Sprintf("at least %.0f %%", 100*leastShare), ours.Rate >= leastShare*p.Ceiling,
		},
		{
			name + "planner starvation", fmt.Sprintf("%d times, %d ms, in %d lines", ours.Starved, ours.Stood.Milliseconds(), ours.Lines),
			"none", ours.Starved == 0,
		},
	}
	for _, other := range p.Hosts[1:] {
		all = append(all, p.beside(name, ours, other)...)
	}
	return all
}

// beside compares both hosts of a pair.
func (p Pair) beside(name string, ours, other Host) []Figure {
	least := 1.0
	if p.Setting.Latency >= highLatency {
		least = leastTimes
		if p.Setting.Parser {
			least = leastTimesDeep
		}
	}
	return []Figure{
		{
			name + "times " + other.Name, fmt.Sprintf("%.2f (it sent %.1f lines/s in %d lines, and starved the planner %d times, %d ms)",
				ours.Rate/other.Rate, other.Rate, other.Lines, other.Starved, other.Stood.Milliseconds()),
			fmt.Sprintf("at least %.1f", least), ours.Rate >= least*other.Rate,
		},
		{
			name + "CPU per 1,000 lines", fmt.Sprintf("%.4f s", ours.CPU),
			fmt.Sprintf("at most 1/10 of %s's %.4f s", other.Name, other.CPU), ours.CPU <= mostCPUShare*other.CPU,
		},
	}
}

// Markdown is the result as a document: when and where it was measured, a table, and each figure that is short.
func (r *StreamResult) Markdown(head []string) string {
	var b strings.Builder
	b.WriteString("# Last result of `make bench-stream`\n\n")
	for _, h := range head {
		b.WriteString("- " + h + "\n")
	}
	fmt.Fprintf(&b, "- %d segments of 0.2 mm, %d round(s); what each column means: [bench.md](bench.md)\n\n", r.Lines, r.Rounds)
	b.WriteString("| setting | window | ceiling | host | lines | lines/s | share | starved | CPU s/1,000 | resends |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
	var all []Figure
	for _, p := range r.Pairs {
		for _, h := range p.Hosts {
			fmt.Fprintf(&b, "| %s | %d | %.1f | %s | %d | %.1f | %.1f %% | %d, %d ms | %.4f | %d |\n", p.Setting, h.Window, p.Ceiling,
				h.Name, h.Lines, h.Rate, 100*h.Rate/p.Ceiling, h.Starved, h.Stood.Milliseconds(), h.CPU, h.Resends)
		}
		all = append(all, p.figures()...)
	}
	b.WriteString("\n" + shortfall(all))
	return b.String()
}

// shortfall lists the figures that are short.
func shortfall(all []Figure) string {
	var b strings.Builder
	for _, f := range all {
		if !f.OK {
			b.WriteString("- " + f.String() + "\n")
		}
	}
	if b.Len() == 0 {
		return fmt.Sprintf("All %d figures are ok.\n", len(all))
	}
	return "Short:\n\n" + b.String()
}

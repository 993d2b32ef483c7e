package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Options say what to measure.
type Options struct {
	Agent    string    // the printer-agent program, which is also the simulator
	Beside   string    // the printcore program measured beside it; empty for none
	Settings []Setting // in this order
	Lines    int       // segments of the file, at least 100
	Rounds   int       // alternations per setting, of which the median counts; at least 1
	Tell     func(Figure)
}

// besideFor is how long a run of the other host may take: it gets as much of the same file as it sends meanwhile.
const besideFor = 8 * time.Second

// Stream measures each setting with the agent and the other host by turns, and returns what it measured. It fails on the
// first run that could not be measured, or whose print was not executed exactly.
func Stream(ctx context.Context, o Options) (*StreamResult, error) {
	if o.Lines < 100 || o.Rounds < 1 {
		return nil, fmt.Errorf("lines %d, rounds %d: want at least 100 lines and 1 round", o.Lines, o.Rounds)
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	m := &meter{options: o, dir: dir, file: arcs(o.Lines, feed)}
	m.hosts = []host{agentHost(o.Agent)}
	if o.Beside != "" {
		m.hosts = append(m.hosts, printcoreHost(o.Beside))
	}
	result, err := m.all(ctx)
	return result, errors.Join(err, os.RemoveAll(dir))
}

// meter measures settings one after the other.
type meter struct {
	options Options
	dir     string
	file    []string
	hosts   []host // ours first
	idle    []run  // of each host, a print too short to count: what starting and ending take
}

func (m *meter) all(ctx context.Context) (*StreamResult, error) {
	result := &StreamResult{Lines: m.options.Lines, Rounds: m.options.Rounds}
	for _, h := range m.hosts {
		r, err := m.start(ctx, h)
		if err != nil {
			return nil, err
		}
		m.idle = append(m.idle, r)
	}
	for i, s := range m.options.Settings {
		p, err := m.pair(ctx, s, i)
		if err != nil {
			return nil, err
		}
		result.Pairs = append(result.Pairs, p)
		for _, f := range p.figures() {
			m.options.Tell(f)
		}
	}
	return result, nil
}

// start measures what a host takes beside its lines: the least of up to three, for the first must read its program from the disk.
func (m *meter) start(ctx context.Context, h host) (least run, err error) {
	for i := range min(3, 1+m.options.Lines/1000) {
		r, err := measure(ctx, m.options.Agent, h, Setting{Baud: 250000}, m.file[:prelude+idleLines], m.dir)
		if err != nil {
			return run{}, err
		}
		if i == 0 || r.cpu < least.cpu {
			least = r
		}
	}
	return least, nil
}

// idleLines are the segments of the print that tells what a host takes beside its lines.
const idleLines = 50

// pair measures one setting with all hosts, in alternating order.
func (m *meter) pair(ctx context.Context, s Setting, turn int) (Pair, error) {
	runs := make([][]run, len(m.hosts))
	for round := range m.options.Rounds {
		for k := range m.hosts {
			k = (k + turn + round) % len(m.hosts)
			r, err := measure(ctx, m.options.Agent, m.hosts[k], s, m.share(s, k), m.dir)
			if err != nil {
				return Pair{}, err
			}
			runs[k] = append(runs[k], r)
		}
	}
	p := Pair{Setting: s, Bytes: wireBytes(m.file[prelude:], prelude+2)}
	for k, r := range runs {
		p.Hosts = append(p.Hosts, m.host(k, r))
	}
	p.Ceiling = s.ceiling(p.Bytes, p.Hosts[0].Window)
	return p, nil
}

// share is the part of the file that a host gets: ours all, the other what it can send in the time it has, with one line in
// flight and a millisecond of its own for each.
func (m *meter) share(s Setting, k int) []string {
	if k == 0 {
		return m.file
	}
	perLine := s.roundTrip(32) + 0.001
	n := max(2*idleLines, int(besideFor.Seconds()/perLine))
	return m.file[:min(prelude+n, len(m.file))]
}

// host takes the medians of a host's runs.
func (m *meter) host(k int, runs []run) Host {
	h := Host{Name: m.hosts[k].name, Lines: runs[0].lines}
	idle := m.idle[k]
	for _, r := range runs {
		h.Starved, h.Stood = max(h.Starved, r.starved), max(h.Stood, r.stood)
		h.Resends = max(h.Resends, r.resends)
		h.Window = max(h.Window, r.window)
		if r.own.Window > 0 {
			h.Window = r.own.Window
		}
	}
	h.Rate = median(runs, func(r run) float64 { return r.rate })
	h.CPU = median(runs, func(r run) float64 { return (r.cpu - idle.cpu).Seconds() / float64(max(r.lines-idle.lines, 1)) * 1000 })
	h.Simulator = median(runs, func(r run) float64 { return r.board.Seconds() / float64(r.lines) * 1000 })
	h.AckP50 = median(runs, func(r run) float64 { return r.own.AckP50 })
	h.AckP99 = median(runs, func(r run) float64 { return r.own.AckP99 })
	return h
}

func median(runs []run, of func(run) float64) float64 {
	all := make([]float64, len(runs))
	for i, r := range runs {
		all[i] = of(r)
	}
	slices.Sort(all)
	mid := len(all) / 2
	if len(all)%2 == 0 {
		return (all[mid-1] + all[mid]) / 2
	}
	return all[mid]
}

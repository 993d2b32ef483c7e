package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// FleetOptions say how many printers one process drives.
type FleetOptions struct {
	Agent    string // the printer-agent program, which is also the simulator
	Printers int    // at least 1
	Lines    int    // segments of each print, at least 100
	Latency  time.Duration
	Tell     func(Figure)
}

const (
	// fleetBaud is the speed of each printer's wire.
	fleetBaud = 250000
	// fleetFeed asks a board for 150 segments of 0.2 mm a second, in mm/s. An 8-bit board without extrusion takes about 350,
	// and its planner of 16 blocks then bears a pause of 0.1 s.
	fleetFeed = 30
	// fleetWanted is how many segments a second that is.
	fleetWanted = 150
	// fleetMemory is how much memory the process may take at most.
	fleetMemory = 40 << 20
)

// Fleet has one process drive many simulated 8-bit boards at once, and tells of starvation, memory and processor time. It
// fails when something could not be measured, or a board did not execute its file exactly.
func Fleet(ctx context.Context, o FleetOptions) error {
	if o.Lines < 100 || o.Printers < 1 {
		return fmt.Errorf("lines %d, printers %d: want at least 100 lines and 1 printer", o.Lines, o.Printers)
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return errors.Join(o.measure(ctx, dir), os.RemoveAll(dir))
}

func (o FleetOptions) measure(ctx context.Context, dir string) error {
	lines := arcs(o.Lines, fleetFeed)
	file := filepath.Join(dir, "arcs.gcode")
	if err := os.WriteFile(file, []byte(text(lines, false)), 0o600); err != nil {
		return fmt.Errorf("write G-code: %w", err)
	}
	var boards []*board
	err := o.print(ctx, dir, file, &boards)
	var found []seen
	for _, b := range boards {
		err = errors.Join(err, b.off())
	}
	if err != nil {
		return err
	}
	for i, b := range boards {
		s, err := look(b.truth, lines)
		if err != nil {
			return fmt.Errorf("printer %d: %w", i+1, err)
		}
		found = append(found, s)
	}
	report, err := readReport(filepath.Join(dir, "report.json"))
	if err != nil {
		return err
	}
	o.tell(found, report, boards)
	return nil
}

// print switches all boards on and has one process print on them.
func (o FleetOptions) print(ctx context.Context, dir, file string, boards *[]*board) error {
	args := []string{"--log-level", "warn", "bench", "hosts", "--baud", strconv.Itoa(fleetBaud), "--file", file}
	for i := range o.Printers {
		own := filepath.Join(dir, strconv.Itoa(i+1))
		if err := os.Mkdir(own, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		b, err := switchOn(ctx, o.Agent, own, Setting{Baud: fleetBaud, Latency: o.Latency}, "--board", "avr")
		if err != nil {
			return err
		}
		*boards = append(*boards, b)
		args = append(args, b.port)
	}
	cmd := command(ctx, o.Agent, args...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("print on all: %w: %s", err, said.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), out, 0o600); err != nil {
		return fmt.Errorf("keep report: %w", err)
	}
	return nil
}

func readReport(path string) (r HostsReport, err error) {
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// tell holds what was found against what is to be reached.
func (o FleetOptions) tell(found []seen, r HostsReport, boards []*board) {
	total, slowest, simulators := 0.0, found[0].rate, time.Duration(0)
	for i, s := range found {
		total, slowest = total+s.rate, min(slowest, s.rate)
		simulators += boards[i].cpu()
		load := s.truth.Load
		o.Tell(Figure{
			fmt.Sprintf("printer %d of %d: planner starvation", i+1, len(found)),
			fmt.Sprintf("%d times, %.0f ms, in %d lines at %.1f lines/s, %d resends", load.Starved, load.StarvedMS, o.Lines, s.rate, s.truth.Resends),
			"none", load.Starved == 0,
		})
	}
	name := fmt.Sprintf("%d printers in one process: ", len(found))
	o.Tell(Figure{
		name + "lines/s", fmt.Sprintf("%.0f, on the slowest printer %.1f", total, slowest),
		fmt.Sprintf("at least 95 %% of the %d wanted on each", fleetWanted), slowest >= leastShare*fleetWanted,
	})
	o.Tell(Figure{
		name + "resident memory", fmt.Sprintf("%.1f MiB at most", float64(r.MaxRSS)/1024),
		fmt.Sprintf("under %d MiB", fleetMemory>>20), r.MaxRSS<<10 < fleetMemory,
	})
	perThousand := r.CPU / float64(o.Lines*len(found)) * 1000
	o.Tell(Figure{
		name + "CPU per 1,000 lines", fmt.Sprintf("%.4f s, starting included (the simulators took %.4f s)", perThousand,
			simulators.Seconds()/float64(o.Lines*len(found))*1000),
		"at most 0.1 s", perThousand <= 0.1,
	})
}

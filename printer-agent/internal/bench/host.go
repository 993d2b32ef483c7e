package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// host is a program that sends a file to a printer.
type host struct {
	name    string
	program string
	args    func(s Setting, port, dir, file string) []string
	marks   bool // it needs the attempt's marks in the file
}

// agentHost is this program.
func agentHost(program string) host {
	return host{name: "printer-agent", program: program, args: func(s Setting, port, dir, file string) []string {
		return []string{
			"--log-level", "warn", "print", file, "--port", port, "--baud", strconv.Itoa(s.Baud), "--token", token,
			"--state", filepath.Join(dir, "state"), "--json",
		}
	}}
}

// printcoreHost is the command line of Printrun (Debian: package printrun), or what is called like it.
func printcoreHost(program string) host {
	return host{name: "printcore", program: program, marks: true, args: func(s Setting, port, _, file string) []string {
		return []string{"-b", strconv.Itoa(s.Baud), port, file}
	}}
}

// run is what one host did with one board.
type run struct {
	lines   int           // segments
	rate    float64       // segments a second
	cpu     time.Duration // of the host
	board   time.Duration // processor time of the simulator
	starved int           // times that the planner ran empty between two moves
	stood   time.Duration // how long motion stood then
	resends int
	window  int64 // most lines in flight, as the board saw it
	own     answer
}

// answer is what our own program says of a print.
type answer struct {
	Window int64   `json:"window_max"`
	AckP50 float64 `json:"ack_p50_ms"`
	AckP99 float64 `json:"ack_p99_ms"`
}

// measure has a host print lines on a fresh board.
func measure(ctx context.Context, agent string, h host, s Setting, lines []string, dir string) (run, error) {
	dir, err := os.MkdirTemp(dir, "run-")
	if err != nil {
		return run{}, fmt.Errorf("make folder: %w", err)
	}
	r, err := h.measure(ctx, agent, s, lines, dir)
	if err != nil {
		return run{}, errors.Join(fmt.Errorf("%s at %s: %w", h.name, s, err), os.RemoveAll(dir))
	}
	return r, os.RemoveAll(dir)
}

func (h host) measure(ctx context.Context, agent string, s Setting, lines []string, dir string) (run, error) {
	file := filepath.Join(dir, "arcs.gcode")
	if err := os.WriteFile(file, []byte(text(lines, h.marks)), 0o600); err != nil {
		return run{}, fmt.Errorf("write G-code: %w", err)
	}
	b, err := switchOn(ctx, agent, dir, s, "--board", "fast", "--planner", strconv.Itoa(planner))
	if err != nil {
		return run{}, err
	}
	r := run{lines: len(lines) - prelude}
	r.cpu, r.own, err = h.print(ctx, s, b.port, dir, file)
	if err := errors.Join(err, b.off()); err != nil {
		return run{}, err
	}
	found, err := look(b.truth, lines)
	if err != nil {
		return run{}, err
	}
	load := found.truth.Load
	r.rate, r.board, r.resends = found.rate, b.cpu(), found.truth.Resends
	r.starved, r.stood = load.Starved, time.Duration(load.StarvedMS*float64(time.Millisecond))
	r.window = int64(load.InFlight)
	return r, nil
}

// print runs the host to its end.
func (h host) print(ctx context.Context, s Setting, port, dir, file string) (time.Duration, answer, error) {
	cmd := command(ctx, h.program, h.args(s, port, dir, file)...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return 0, answer{}, fmt.Errorf("%w: install what Debian calls printrun, or name another program", err)
		}
		return 0, answer{}, fmt.Errorf("%w: %s", err, said.String())
	}
	var a answer
	if !h.marks {
		if err := json.Unmarshal(out.Bytes(), &a); err != nil {
			return 0, answer{}, fmt.Errorf("read what %s reports: %w", h.name, err)
		}
	}
	return spent(cmd), a, nil
}

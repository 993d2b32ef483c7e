package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// board is a simulated printer in a process of its own.
type board struct {
	cmd   *exec.Cmd
	port  string
	truth string
	said  bytes.Buffer
}

// switchOn starts the program's own simulator and waits until its port is there.
func switchOn(ctx context.Context, agent, dir string, s Setting, more ...string) (*board, error) {
	b := &board{port: filepath.Join(dir, "printer"), truth: filepath.Join(dir, "truth.jsonl")}
	args := []string{
		"simulate", "--pty", b.port, "--truth", b.truth, "--firmware", "marlin", "--speed", "1",
		"--baud", strconv.Itoa(s.Baud), "--latency", s.Latency.String(),
	}
	if s.Parser {
		args = append(args, "--emergency-parser")
	}
	b.cmd = command(ctx, agent, append(args, more...)...)
	b.cmd.Stderr = &b.said
	if err := b.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start simulator: %w", err)
	}
	if err := b.await(ctx); err != nil {
		return nil, errors.Join(err, b.off())
	}
	return b, nil
}

// command is a program that ends with ctx, by an interrupt first.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// await waits until the board's port is there.
func (b *board) await(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for {
		if _, err := os.Stat(b.port); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience.C:
			return fmt.Errorf("the simulator made no port: %s", b.said.String())
		case <-tick.C:
		}
	}
}

// off switches the board off. Its truth log is whole then.
func (b *board) off() error {
	if err := b.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop simulator: %w", err)
	}
	err := b.cmd.Wait()
	if status, ok := b.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && (status.ExitStatus() == 130 || err == nil) {
		return nil
	}
	return fmt.Errorf("simulator ended: %w: %s", err, b.said.String())
}

// cpu is the processor time that the board took.
func (b *board) cpu() time.Duration { return spent(b.cmd) }

// spent is the processor time of a program that has ended.
func spent(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// seen is what a board has executed of the segments.
type seen struct {
	rate  float64 // segments a second, from the first to the last
	truth printsim.Truth
}

// look reads a truth log and fails unless the lines were executed each once, in order.
func look(path string, lines []string) (seen, error) {
	truth, err := printsim.ReadTruth(path)
	if err != nil {
		return seen{}, err
	}
	if len(truth.Attempts) != 1 {
		return seen{}, fmt.Errorf("the board saw %d attempts instead of one", len(truth.Attempts))
	}
	if a := truth.Attempts[0]; !a.Ended || a.SHA256 != printsim.ExecutedSHA256(lines) {
		return seen{}, fmt.Errorf("the board executed %d lines where the file has %d, or others, or not in order (repeated %d, skipped %d, ended %t)",
			a.Lines, len(lines), a.Repeated, a.Skipped, a.Ended)
	}
	rate, err := pace(path)
	return seen{rate: rate, truth: truth}, err
}

// pace is how many segments a second were executed, from the first to the last.
func pace(path string) (float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open truth log: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	n, first, last := 0, 0.0, 0.0
	in := bufio.NewScanner(f)
	for in.Scan() {
		var r printsim.Record
		if json.Unmarshal(in.Bytes(), &r) != nil || r.Kind != "" || !segment(r.C) {
			continue
		}
		if n++; n == 1 {
			first = r.T
		}
		last = r.T
	}
	if err := in.Err(); err != nil {
		return 0, fmt.Errorf("read truth log: %w", err)
	}
	if n < 2 || last <= first {
		return 0, fmt.Errorf("only %d segments were executed: too few for a pace", n)
	}
	return float64(n-1) / (last - first), nil
}

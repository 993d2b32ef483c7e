package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/bench"
)

// benchCmd measures this program on simulated printers in real time. It exits 0 as long as it could measure.
type benchCmd struct {
	Stream benchStreamCmd `cmd:"" default:"withargs" help:"Stream a dense print to paced simulated boards, beside printcore."`
	Fleet  benchFleetCmd  `cmd:"" help:"Print on many simulated 8-bit boards at once from one process."`
	Hosts  benchHostsCmd  `cmd:"" hidden:"" help:"Be the process that fleet measures."`
}

// benchStreamCmd measures a stream.
type benchStreamCmd struct {
	Beside string `default:"printcore" placeholder:"PROGRAM" help:"The printcore program to measure beside this one (Debian: package printrun); empty for none."`
	Lines  int    `default:"20000" help:"Segments of 0.2 mm in the file; printcore gets as many of them as it sends in 8 s."`
	Rounds int    `default:"1" help:"Alternations per setting, of which the median counts."`
	Only   string `placeholder:"TEXT" help:"Only the settings whose name holds this, for instance '16 ms, parser'."`
	Quick  bool   `help:"Three settings and 150 segments, to see that it works; the figures mean little."`
	Doc    string `placeholder:"FILE" help:"Write the result to this Markdown file, too."`
	Commit string `placeholder:"NAME" help:"What was measured, for that file; by default what the program was built from."`
}

// Run measures and prints a line for each figure: its name, its value, what it is held against, ok or short.
func (c *benchStreamCmd) Run(ctx context.Context, stdout io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	o := bench.Options{
		Agent: self, Beside: c.Beside, Settings: bench.Settings(), Lines: c.Lines, Rounds: c.Rounds,
		Tell: func(f bench.Figure) { fmt.Fprintln(stdout, f) },
	}
	if c.Quick {
		o.Settings, o.Lines = bench.FewSettings(), 150
	}
	o.Settings = slices.DeleteFunc(o.Settings, func(s bench.Setting) bool { return !strings.Contains(s.String(), c.Only) })
	if len(o.Settings) == 0 {
		return fmt.Errorf("--only %q: no setting is called so; one is %q", c.Only, bench.Settings()[0])
	}
	result, err := bench.Stream(ctx, o)
	if err != nil || c.Doc == "" {
		return err
	}
	if err := os.WriteFile(c.Doc, []byte(result.Markdown(circumstances(c.Commit))), 0o644); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// benchFleetCmd measures one process with many printers.
type benchFleetCmd struct {
	Printers int           `default:"8" help:"Boards at once, at 250000 baud."`
	Lines    int           `default:"3000" help:"Segments of 0.2 mm for each, 150 a second."`
	Latency  time.Duration `default:"2ms" help:"How long each adapter holds acknowledgements back."`
}

// Run measures and prints a line for each figure.
func (c *benchFleetCmd) Run(ctx context.Context, stdout io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	return bench.Fleet(ctx, bench.FleetOptions{
		Agent: self, Printers: c.Printers, Lines: c.Lines, Latency: c.Latency,
		Tell: func(f bench.Figure) { fmt.Fprintln(stdout, f) },
	})
}

// benchHostsCmd is the process that benchFleetCmd measures.
type benchHostsCmd struct {
	File  string   `required:"" type:"existingfile" help:"G-code to print on all."`
	Baud  int      `required:"" help:"Speed of all ports."`
	Ports []string `arg:"" help:"Their ports."`
}

// Run prints on all ports, then tells what it took as one JSON object.
func (c *benchHostsCmd) Run(ctx context.Context, stdout io.Writer) error {
	report, err := bench.Hosts(ctx, bench.HostsOptions{File: c.File, Baud: c.Baud, Ports: c.Ports})
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(report)
}

// circumstances are when, from what and where something was measured.
func circumstances(commit string) []string {
	if commit == "" {
		commit = builtFrom()
	}
	return []string{
		"date: " + time.Now().UTC().Format(time.DateOnly),
		"commit: " + commit,
		fmt.Sprintf("machine: %d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version()),
	}
}

// builtFrom is the commit that this program was built from, as far as it knows.
func builtFrom() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit := "unknown"
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 7:
			commit = s.Value[:7]
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += ", with changes"
		}
	}
	return commit
}

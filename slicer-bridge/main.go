// Command slicer-bridge turns STL files into checked plates: it inspects and
// draws parts, slices copies of them for a described machine, and says of any
// G-code whether that machine may print it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/mesh"
)

type commands struct {
	Inspect inspectCommand `cmd:"" help:"Check an STL or 3MF, measure and mend it."`
	Slice   sliceCommand   `cmd:"" help:"Make a plate of copies for one machine."`
	Analyse analyseCommand `cmd:"" help:"Measure a G-code file and hold it against a machine's limits."`
	Arcs    arcsCommand    `cmd:"" help:"Replace short moves of a G-code file by arcs."`
	Work    workCommand    `cmd:"" help:"Slice for a lab until told to end."`
	Picture pictureCommand `cmd:"" help:"Draw an STL or 3MF as a PNG."`
	Survey  surveyCommand  `cmd:"" help:"Say of parts and every machine what comes of the two."`
}

// console is where a command writes: answers to out, messages to err.
type console struct{ out, err io.Writer }

// memory is where the garbage collector begins to work harder: a file of a million triangles is measured within 400 MiB.
const memory = 240 << 20

func main() {
	debug.SetMemoryLimit(memory)
	os.Exit(run(os.Args[1:], console{os.Stdout, os.Stderr}))
}

// run gives the exit code: 0 only when the command did what it was asked.
func run(args []string, c console) int {
	var cli commands
	code := -1
	known, err := names()
	if err != nil {
		fmt.Fprintln(c.err, "slicer-bridge:", err)
		return 1
	}
	parser, err := kong.New(&cli, known, kong.Name("slicer-bridge"), kong.Description("From an STL to a plate that a machine may print."),
		kong.Writers(c.out, c.err), kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(c.err, "slicer-bridge:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was asked for and given
		return code
	}
	if err != nil {
		fmt.Fprintf(c.err, "slicer-bridge: %v; see %s --help\n", err, asked(err))
		return 2
	}
	if err := parsed.Run(c); err != nil {
		fmt.Fprintln(c.err, "slicer-bridge:", sentence(err))
		return 1
	}
	return 0
}

// names are the machines and filaments that the command line takes.
func names() (kong.Vars, error) {
	set, err := profiles.Load()
	if err != nil {
		return nil, fmt.Errorf("load profiles: %w", err)
	}
	var printers, filaments []string
	for _, p := range set.Printers() {
		printers = append(printers, p.ID)
	}
	for _, f := range set.Filaments() {
		filaments = append(filaments, f.ID)
	}
	return kong.Vars{"printers": strings.Join(printers, ","), "filaments": strings.Join(filaments, ",")}, nil
}

// asked is the command that was being given when the command line went wrong.
func asked(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context.Selected() != nil {
		return wrong.Context.Selected().FullPath()
	}
	return "slicer-bridge"
}

// answer prints the value as one JSON object.
func (c console) answer(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print answer: %w", err)
	}
	return nil
}

func (c console) line(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// sentence words an error for the terminal.
func sentence(err error) string {
	var p *mesh.Problem
	if errors.As(err, &p) {
		return word(p)
	}
	return err.Error()
}

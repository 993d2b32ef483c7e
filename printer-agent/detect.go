package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/detect"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// detectCmd lists ports, and asks those that somebody agreed to what is behind them. Opening a port can reset the board
// and so end a print from its SD card.
type detectCmd struct {
	Ask  []string `name:"ask" placeholder:"PORT|all" help:"Open this port, or all that nobody holds, and ask the printer who it is. This may reset the board: never while it prints from its card."`
	Baud int      `placeholder:"N" help:"The only speed to try; by default those of all dialects in turn."`
	JSON bool     `name:"json" help:"Print the result as one JSON object on standard output, and ask no questions."`

	stdin  *os.File                    // nil for the program's own
	list   func() ([]port.Info, error) // nil for the machine's own
	timing detect.Timing
}

// everyPort is the word that stands for all ports that nobody holds.
const everyPort = "all"

// detectReport is what --json prints.
type detectReport struct {
	Ports    []port.Info    `json:"ports"`
	Printers []detect.Found `json:"printers"`
}

// Run lists and asks; it fails when a port that was named did not answer, or none of all.
func (c *detectCmd) Run(ctx context.Context, stdout io.Writer) error {
	list := c.list
	if list == nil {
		list = port.List
	}
	ports, err := list()
	if err != nil {
		return err
	}
	set, err := profiles.Load()
	if err != nil {
		return fmt.Errorf("load profiles: %w", err)
	}
	report := detectReport{Ports: append([]port.Info{}, ports...), Printers: []detect.Found{}}
	if !c.JSON {
		if err := showPorts(stdout, ports); err != nil {
			return err
		}
	}
	names, err := c.chosen(ctx, ports, stdout)
	if err != nil {
		return err
	}
	report.Printers = append(report.Printers, detect.All(ctx, names, detect.Options{Dialects: set.Dialects(), Baud: c.Baud, Timing: c.timing})...)
	if c.JSON {
		err = json.NewEncoder(stdout).Encode(report)
	} else {
		err = showPrinters(stdout, report.Printers)
	}
	return errors.Join(err, ctx.Err(), c.judge(report.Printers))
}

// judge fails for a named port that did not answer; of all ports some may well be no printers.
func (c *detectCmd) judge(found []detect.Found) error {
	silent := 0
	for _, f := range found {
		if f.Err != nil && !errors.Is(f.Err, detect.ErrNoDialect) {
			silent++
		}
	}
	if silent == 0 || slices.Contains(c.Ask, everyPort) && silent < len(found) {
		return nil
	}
	return fmt.Errorf("%d of %d ports did not answer", silent, len(found))
}

// chosen are the ports that somebody agreed to have opened.
func (c *detectCmd) chosen(ctx context.Context, ports []port.Info, stdout io.Writer) ([]string, error) {
	free := slices.DeleteFunc(slices.Clone(ports), func(p port.Info) bool { return p.Busy })
	switch {
	case slices.Contains(c.Ask, everyPort):
		return paths(free), nil
	case len(c.Ask) > 0:
		return slices.Compact(slices.Sorted(slices.Values(c.Ask))), nil
	case c.JSON || len(free) == 0:
		return nil, nil
	}
	stdin := cmp.Or(c.stdin, os.Stdin)
	if !isTerminal(stdin) {
		_, err := fmt.Fprintln(stdout, "No port was opened: that may reset a board and end its print from the SD card. "+
			"detect --ask PORT, or --ask all, asks who is there.")
		return nil, err
	}
	return agreed(ctx, free, stdin, stdout)
}

func paths(ports []port.Info) []string {
	var names []string
	for _, p := range ports {
		names = append(names, p.Path)
	}
	return names
}

// agreed asks about each port; anything but a yes means no.
func agreed(ctx context.Context, free []port.Info, stdin *os.File, stdout io.Writer) ([]string, error) {
	var names []string
	fmt.Fprintln(stdout, "Opening a port may reset the board behind it: a print from its SD card would end there.")
	for _, p := range free {
		fmt.Fprintf(stdout, "Open %s and ask who is there? Only if it is not printing. [y/N] ", p.Path)
		answer, err := readLine(ctx, stdin)
		if err != nil {
			return nil, err
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes", "o", "oui":
			names = append(names, p.Path)
		}
	}
	return names, nil
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// readLine reads up to a line ending, or the end of input, or until ctx ends: a plain read would not notice an interrupt.
func readLine(ctx context.Context, f *os.File) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for ctx.Err() == nil {
		fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
		if n, err := unix.Poll(fds, 100); n == 0 || errors.Is(err, unix.EINTR) {
			continue
		}
		n, err := f.Read(one)
		switch {
		case errors.Is(err, io.EOF), n > 0 && one[0] == '\n':
			return string(line), nil
		case err != nil:
			return "", fmt.Errorf("read the answer: %w", err)
		}
		line = append(line, one[:n]...)
	}
	return "", ctx.Err()
}

func showPorts(stdout io.Writer, ports []port.Info) error {
	if len(ports) == 0 {
		_, err := fmt.Fprintln(stdout, "no serial port found")
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, p := range ports {
		state, ids := "free", ""
		if p.Busy {
			state = "in use"
			if p.Holder != "" {
				state = fmt.Sprintf("in use by %s (%d)", p.Holder, p.HolderPID)
			}
		}
		if p.Vendor != "" {
			ids = p.Vendor + ":" + p.Product
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Path, p.Device, ids, p.Title, state)
	}
	return w.Flush()
}

func showPrinters(stdout io.Writer, found []detect.Found) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, f := range found {
		switch {
		case f.Firmware == "":
			fmt.Fprintf(w, "%s\tno answer: %s\n", f.Port, f.Error)
		default:
			fmt.Fprintf(w, "%s\t%d baud\t%s\t%s\t%s\n", f.Port, f.Baud, cmp.Or(f.Dialect, "no dialect fits"),
				strings.TrimSpace(f.Firmware+" "+f.Version), f.Machine)
		}
	}
	return w.Flush()
}

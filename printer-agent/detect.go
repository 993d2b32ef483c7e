package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// detectCmd lists ports, and asks those named what is behind them. Opening a port can reset the board and so end a print
// from its SD card, which is why only named ports are asked.
type detectCmd struct {
	Ask  []string `name:"ask" placeholder:"PORT" help:"Open this port and ask the printer who it is. This may reset the board: never while it prints from its card."`
	Baud int      `placeholder:"N" help:"Speed to try; by default the usual ones in turn."`
	JSON bool     `name:"json" help:"Print the result as one JSON object on standard output."`
}

// detectReport is what --json prints.
type detectReport struct {
	Ports    []port.Info `json:"ports"`
	Printers []found     `json:"printers"`
}

// found is one answer.
type found struct {
	Port     string `json:"port"`
	Baud     int    `json:"baud,omitempty"`
	Dialect  string `json:"dialect,omitempty"`
	Firmware string `json:"firmware,omitempty"`
	Machine  string `json:"machine,omitempty"`
	Error    string `json:"error,omitempty"`
}

// detectBoot is how long one speed is given: a board takes up to 12 s to boot after the port was opened.
const detectBoot = 12 * time.Second

// Run lists and asks; it fails when a port that was named did not answer.
func (c *detectCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	ports, err := port.List()
	if err != nil {
		return err
	}
	set, err := profiles.Load()
	if err != nil {
		return fmt.Errorf("load profiles: %w", err)
	}
	report := detectReport{Ports: append([]port.Info{}, ports...), Printers: []found{}}
	silent := 0
	for _, name := range c.Ask {
		f := c.ask(ctx, name, set, log)
		if f.Error != "" {
			silent++
		}
		report.Printers = append(report.Printers, f)
	}
	if err := c.write(report, stdout); err != nil {
		return err
	}
	if silent > 0 {
		return fmt.Errorf("%d of %d ports did not answer", silent, len(c.Ask))
	}
	return nil
}

// ask tries the usual speeds on a port that nobody else holds.
func (c *detectCmd) ask(ctx context.Context, name string, set *profiles.Set, log *slog.Logger) found {
	if port.Held(name) {
		return found{Port: name, Error: port.ErrBusy.Error()}
	}
	bauds := []int{115200, 250000}
	if c.Baud != 0 {
		bauds = []int{c.Baud}
	}
	var last error
	for _, baud := range bauds {
		id, err := identify(ctx, name, baud, set, log)
		if err == nil {
			return found{Port: name, Baud: baud, Dialect: match(set, id.Firmware), Firmware: id.Firmware, Machine: id.Machine}
		}
		last = err
	}
	return found{Port: name, Error: last.Error()}
}

// identify greets with the dialect that most firmwares understand.
func identify(ctx context.Context, name string, baud int, set *profiles.Set, log *slog.Logger) (link.Identity, error) {
	dialect, _ := set.Dialect("marlin2")
	p, err := port.Open(name, baud)
	if err != nil {
		return link.Identity{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	l := link.New(p, link.Options{Dialect: dialect, Log: log, Timing: link.Timing{Boot: detectBoot}})
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	select {
	case <-l.Ready():
		id := l.Snapshot().Identity
		cancel()
		<-done
		return id, nil
	case err := <-done:
		cancel()
		return link.Identity{}, err
	}
}

// match is the dialect whose firmware pattern fits best, or nothing.
func match(set *profiles.Set, firmware string) string {
	name, best := "", -1
	for _, d := range set.Dialects() {
		if d.Identify.Priority > best && d.Identify.Firmware.Match([]byte(firmware)) {
			name, best = d.Name, d.Identify.Priority
		}
	}
	return name
}

func (c *detectCmd) write(r detectReport, stdout io.Writer) error {
	if c.JSON {
		return json.NewEncoder(stdout).Encode(r)
	}
	for _, p := range r.Ports {
		state := "free"
		if p.Busy {
			state = "in use"
		}
		fmt.Fprintf(stdout, "%s\t%s\t%s\n", p.Path, p.Title, state)
	}
	for _, f := range r.Printers {
		if f.Error != "" {
			fmt.Fprintf(stdout, "%s\tno answer: %s\n", f.Port, f.Error)
			continue
		}
		fmt.Fprintf(stdout, "%s\t%d baud\t%s\t%s\t%s\n", f.Port, f.Baud, f.Dialect, f.Firmware, f.Machine)
	}
	if len(r.Ports)+len(r.Printers) == 0 {
		fmt.Fprintln(stdout, "no serial port found")
	}
	return nil
}

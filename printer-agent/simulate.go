package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// simulateCmd is a simulated printer behind a pseudo-terminal, until it is
// interrupted.
type simulateCmd struct {
	Pty       string   `name:"pty" required:"" xor:"what" placeholder:"LINK" help:"Link to make; open it as if it were the printer's serial port."`
	Sum       string   `required:"" xor:"what" placeholder:"FILE" help:"Instead of a printer: add up a truth file, print one JSON object and exit."`
	Firmware  string   `default:"marlin" help:"Firmware model: marlin (2.1.2 as it comes), marlin-advanced (with ADVANCED_OK, emergency parser, host prompts), marlin1, prusa-mk3, buddy, repetier, klipper, reprapfirmware or smoothie."`
	Baud      int      `default:"115200" help:"Speed of the simulated wire, in bits per second of the printer's time."`
	Speed     float64  `default:"1" help:"How many times faster than the wall clock the printer lives."`
	Fault     []string `sep:"none" placeholder:"FAULT" help:"What goes wrong, repeatable: noise:P, garble:P, drop-ok:P, double-ok:P, glue-ok:P, ok-delay:P,SECONDS (probability per line), corrupt-in:P, corrupt-out:P (per byte); halt, thermal, reset or brownout:PRINT,LINE, mute, unplug or power:PRINT,LINE,SECONDS (once, at a line of the n-th print)."`
	Truth     string   `placeholder:"FILE" help:"Append what the printer executed to this file, as JSON lines."`
	Seed      uint64   `default:"1" help:"Seed of the faults."`
	Bed       string   `default:"220,220,250" placeholder:"X,Y,Z" help:"Reach of the axes in mm."`
	NoBedHeat bool     `help:"A printer without a heated bed."`
	DtrResets bool     `name:"dtr-resets" help:"Opening the port resets the board, as on most Arduino boards. A halted board always comes back that way."`
	Echo      bool     `help:"Repetier's debug echo of every line."`

	Board           string        `default:"" enum:",avr,fast" help:"Processor, avr or fast; the firmware's usual. An avr's own work limits the stream; on a fast one only wire and latency do."`
	Slots           int           `default:"0" help:"Lines that the firmware holds before it plans them; 0: its own figure, mostly 4."`
	Ring            int           `default:"0" help:"Bytes of the receive ring, what finds it full is lost; 0: its own figure, mostly 128."`
	Planner         int           `default:"0" help:"Blocks of the planner; 0: its own figure, mostly 16."`
	Latency         time.Duration `default:"0s" help:"How long the USB adapter keeps bytes for the host back, unless 62 are there; 16ms is an FTDI chip's usual."`
	EmergencyParser bool          `help:"Marlin acts on M108, M112, M410 and M876 as they arrive at the port."`
	AdvancedOk      bool          `name:"advanced-ok" help:"Marlin's ok tells the line number and how much is free."`

	stdout io.Writer
}

// AfterApply takes the stream that --sum prints to.
func (c *simulateCmd) AfterApply(stdout io.Writer) error {
	c.stdout = stdout
	return nil
}

// Run is the printer's life: until ctx ends.
func (c *simulateCmd) Run(ctx context.Context, log *slog.Logger) error {
	if c.Sum != "" {
		return c.sum()
	}
	opts, err := c.options()
	if err != nil {
		return err
	}
	printer, err := printsim.New(opts, log)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	log.Info("simulated printer ready", "port", c.Pty, "firmware", c.Firmware, "speed", c.Speed)
	return printer.Run(ctx)
}

func (c *simulateCmd) sum() error {
	truth, err := printsim.ReadTruth(c.Sum)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	return json.NewEncoder(c.stdout).Encode(truth)
}

func (c *simulateCmd) options() (printsim.Options, error) {
	bed, err := parseBed(c.Bed)
	if err != nil {
		return printsim.Options{}, err
	}
	faults := make([]printsim.Fault, len(c.Fault))
	for i, text := range c.Fault {
		if faults[i], err = printsim.ParseFault(text); err != nil {
			return printsim.Options{}, err
		}
	}
	return printsim.Options{
		Link: c.Pty, Truth: c.Truth, Speed: c.Speed,
		Board: printsim.Config{
			Firmware: c.Firmware, Baud: c.Baud, Bed: bed, NoBedHeat: c.NoBedHeat,
			Echo: c.Echo, Faults: faults, Seed: c.Seed, DTRResets: c.DtrResets,
			Processor: c.Board, Slots: c.Slots, Ring: c.Ring, Planner: c.Planner, Latency: c.Latency,
			EmergencyParser: c.EmergencyParser, AdvancedOK: c.AdvancedOk,
		},
	}, nil
}

func parseBed(text string) (bed [3]float64, err error) {
	parts := strings.Split(text, ",")
	if len(parts) != len(bed) {
		return bed, fmt.Errorf("bed %q: want X,Y,Z in mm", text)
	}
	for i, part := range parts {
		if bed[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil {
			return bed, fmt.Errorf("bed %q: %q is no length in mm", text, part)
		}
	}
	return bed, nil
}

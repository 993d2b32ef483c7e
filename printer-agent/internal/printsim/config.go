// Package printsim is a simulated 3D printer behind a real pseudo-terminal: firmware answers, receive ring, planner and heaters on virtual time.
// It injects faults from a seed and writes the ground truth of what the board executed.
package printsim

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// never is later than anything that happens.
const never = time.Duration(math.MaxInt64)

// startCause says why a board booted.
type startCause string

const (
	startBoot   startCause = "boot"   // the simulator was switched on
	startReset  startCause = "reset"  // a fault or a command reset the board
	startReopen startCause = "reopen" // a host opened the port again

	startBrownout startCause = "brownout" // a fault reset the board, which says nothing of it
	startPower    startCause = "power"    // the supply came back
)

// Config describes one simulated board. The zero value of a field other than
// Firmware is replaced by what its comment gives.
type Config struct {
	Firmware  string        // one of Firmwares
	Baud      int           // 115200
	Bed       [3]float64    // reach of X, Y and Z in mm: 220, 220, 250
	NoBedHeat bool          // the build has no heated bed
	Echo      bool          // Repetier's debug echo of every line ("Got:")
	Home      time.Duration // how long G28 takes; the firmware's own figure
	Faults    []Fault       // none
	Seed      uint64        // of the faults
	Prints    int           // attempt markers already seen in earlier runs
	speed     float64       // of the clock against the wall, see period
	Record    func(Record)  // called with each truth record, in order; may be nil

	Processor       string        // one of Processors: avr
	Slots           int           // lines held before they are planned (BUFSIZE), 1 to 64: 4
	Ring            int           // bytes of the receive ring, one of which tells full from empty, 16 to 65536: 128
	Planner         int           // blocks of the planner, one of which tells full from empty, 4 to 256: 16
	Latency         time.Duration // how long a USB adapter keeps bytes for the host back, 0 to 1 s: 0
	EmergencyParser bool          // Marlin acts on M108, M112, M410 and M876 as they arrive at the port
	AdvancedOK      bool          // Marlin's ok tells the line number and what is free: "ok N3 P14 B3"
	DTRResets       bool          // the board starts anew when the port is opened after the control line had dropped
}

// model is one firmware.
type model struct {
	make     func(b *Board) firmware
	defaults func(c *Config) // fills in what the zero value means; may be nil
	unsorted bool            // it does not look at line numbers: lines without count as lines of a print
}

func models() map[string]model {
	return map[string]model{
		"marlin":          {make: func(b *Board) firmware { return newMarlin(b) }},
		"marlin-advanced": {make: func(b *Board) firmware { return newMarlinAdvanced(b) }, defaults: advancedDefaults},
		"marlin1":         {make: func(b *Board) firmware { return newMarlin1(b) }},
		"prusa-mk3":       {make: func(b *Board) firmware { return newPrusa(b) }},
		"buddy":           {make: func(b *Board) firmware { return newBuddy(b) }, defaults: buddyDefaults},
		"klipper":         {make: func(b *Board) firmware { return newKlipper(b) }, defaults: klipperDefaults, unsorted: true},
		"reprapfirmware":  {make: func(b *Board) firmware { return newRRF(b) }, defaults: rrfDefaults, unsorted: true},
		"smoothie":        {make: func(b *Board) firmware { return newSmoothie(b) }, defaults: smoothieDefaults},
		"repetier":        {make: func(b *Board) firmware { return newRepetier(b) }},
	}
}

// usually fills in a zero value.
func usually[T comparable](v *T, usual T) {
	var zero T
	if *v == zero {
		*v = usual
	}
}

// Firmwares lists the firmware models by name.
func Firmwares() []string { return slices.Sorted(maps.Keys(models())) }

// ignoresNumbers says that a firmware model takes lines without numbers as
// lines of a print.
func ignoresNumbers(firmware string) bool { return models()[firmware].unsorted }

func (c Config) withDefaults() (Config, error) {
	if !slices.Contains(Firmwares(), c.Firmware) {
		return c, fmt.Errorf("firmware %q: want one of %s", c.Firmware, strings.Join(Firmwares(), ", "))
	}
	if fill := models()[c.Firmware].defaults; fill != nil {
		fill(&c)
	}
	if c.Baud == 0 {
		c.Baud = 115200
	}
	if c.Baud < 1200 {
		return c, fmt.Errorf("baud %d: want at least 1200", c.Baud)
	}
	if c.Bed == ([3]float64{}) {
		c.Bed = [3]float64{220, 220, 250}
	}
	for _, v := range c.Bed {
		if !(v > 0 && v < 10000) {
			return c, fmt.Errorf("bed %v: want three lengths in mm", c.Bed)
		}
	}
	if err := c.checkBuffers(); err != nil {
		return c, err
	}
	c.speed = max(c.speed, 1)
	if c.Record == nil {
		c.Record = func(Record) {}
	}
	return c, nil
}

// Processors lists the kinds of processor: an 8-bit one at 16 MHz, whose own
// work limits the stream, and a 32-bit one, for which only wire and latency do.
func Processors() []string { return []string{"avr", "fast"} }

// checkBuffers fills in and checks what the board holds and how quick it is.
func (c *Config) checkBuffers() error {
	if c.Processor == "" {
		c.Processor = Processors()[0]
	}
	if !slices.Contains(Processors(), c.Processor) {
		return fmt.Errorf("processor %q: want one of %s", c.Processor, strings.Join(Processors(), ", "))
	}
	for _, f := range []struct {
		name           string
		v              *int
		usual, low, up int
	}{{"slots", &c.Slots, 4, 1, 64}, {"ring", &c.Ring, 128, 16, 65536}, {"planner", &c.Planner, 16, 4, 256}} {
		if *f.v == 0 {
			*f.v = f.usual
		}
		if *f.v < f.low || *f.v > f.up {
			return fmt.Errorf("%s %d: want %d to %d", f.name, *f.v, f.low, f.up)
		}
	}
	if c.Latency < 0 || c.Latency > time.Second {
		return fmt.Errorf("latency %s: want 0 to 1s", c.Latency)
	}
	return nil
}

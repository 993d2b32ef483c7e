// Package printsim is a simulated 3D printer behind a real pseudo-terminal: firmware answers, receive ring, planner and heaters on virtual time.
// It injects faults from a seed and writes the ground truth of what the board executed.
package printsim

import (
	"fmt"
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
}

// Firmwares lists the firmware models by name.
func Firmwares() []string { return []string{"marlin", "repetier"} }

func (c Config) withDefaults() (Config, error) {
	if !slices.Contains(Firmwares(), c.Firmware) {
		return c, fmt.Errorf("firmware %q: want one of %s", c.Firmware, strings.Join(Firmwares(), ", "))
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
	c.speed = max(c.speed, 1)
	if c.Record == nil {
		c.Record = func(Record) {}
	}
	return c, nil
}

package guard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// BenchFormat is the number of the layout of a stored result.
const BenchFormat = 1

// Result is how a bench test ended; it is stored as JSON beside the printer's other facts.
type Result struct {
	Format   int       `json:"format"`
	Passed   bool      `json:"passed"`
	Step     int       `json:"step"`           // 1 to 3: the last one that was begun; 0 when it never began
	Code     Code      `json:"code,omitempty"` // why not
	Part     string    `json:"part,omitempty"` // of the printer, as Verdict.Args names it
	Actual   float64   `json:"actual,omitempty"`
	Target   float64   `json:"target,omitempty"`
	At       time.Time `json:"at"`
	Who      string    `json:"who"`      // whoever confirmed
	Firmware string    `json:"firmware"` // as the board answered
	Profile  string    `json:"profile"`  // Fingerprint of the description it was tested with
}

// Fingerprint changes when anything in the description of the machine or of its firmware's dialect does that the test
// rests on: heat, bed, and the commands that cool and stop.
func Fingerprint(p profiles.Printer, d profiles.Dialect) (string, error) {
	text, err := json.Marshal([]any{p.ID, p.Dialect, p.Bed, p.Heat, d.Name, d.Commands.Cool, d.Commands.Stop})
	if err != nil {
		return "", fmt.Errorf("fingerprint of %s: %w", p.ID, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// MayPrintAlone says whether a print may go on without anybody beside the printer. r is the stored result, nil when there
// is none; firmware and fingerprint are today's. Beside a person no test is needed.
func MayPrintAlone(r *Result, firmware, fingerprint string, attended bool) Answer {
	switch {
	case attended:
		return Yes()
	case r == nil || r.Format != BenchFormat:
		return No(BenchNeeded)
	case r.Firmware != firmware || r.Profile != fingerprint:
		return No(BenchOutdated)
	case !r.Passed:
		return No(BenchFailed)
	}
	return Yes()
}

// The bounds of the test, in °C. Warm is what a hand bears: nobody is burnt by a test.
const (
	coldest, warmest = 3, 38 // a room
	apart            = 8     // between two heaters that have stood in the same room
	nozzleWarm       = 50
	bedWarm          = 35
	nozzleAbove      = 20 // above the room at least, where that is more than warm
	bedAbove         = 8
	nozzleSeen       = 15 // a rise that cannot be noise
	bedSeen          = 4
	otherRise        = 6  // more than the other heater's heat explains
	tooMuch          = 25 // above the target
	fallSeen         = 5
)

// How long each part of the test may take.
const (
	answerPatience  = 10 * time.Minute
	readPatience    = 15 * time.Second
	commandPatience = 3 * time.Minute // homing from the far corner
	nozzlePatience  = 2 * time.Minute
	bedPatience     = 6 * time.Minute
	fallPatience    = 3 * time.Minute
	coolWatch       = 20 * time.Second // a bed that stays on shows in it
)

// square is the side of what is drawn in the air, and lift how high, in µm.
const (
	square = 20_000
	lift   = 20_000
)

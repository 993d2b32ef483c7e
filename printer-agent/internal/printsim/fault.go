package printsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind names what goes wrong.
type FaultKind string

// The faults a simulated printer can be given.
const (
	FaultNoise      FaultKind = "noise"       // a received line has a flipped bit
	FaultCorruptIn  FaultKind = "corrupt-in"  // a byte from the host is flipped, lost, doubled, or has another before it
	FaultCorruptOut FaultKind = "corrupt-out" // the same to a byte for the host
	FaultDropOK     FaultKind = "drop-ok"     // an acknowledgement never leaves the board
	FaultDoubleOK   FaultKind = "double-ok"   // an acknowledgement comes twice
	FaultGlueOK     FaultKind = "glue-ok"     // an acknowledgement has no line end: the next line is glued to it
	FaultDelayOK    FaultKind = "ok-delay"    // an acknowledgement comes late, after what is said meanwhile
	FaultGarble     FaultKind = "garble"      // a line sent to the host has a flipped bit
	FaultHalt       FaultKind = "halt"        // the firmware stops for good
	FaultThermal    FaultKind = "thermal"     // the thermistor opens: the firmware stops for good
	FaultReset      FaultKind = "reset"       // the board starts anew, banner included
	FaultBrownout   FaultKind = "brownout"    // the board starts anew without a banner, as boards with native USB do
	FaultMute       FaultKind = "mute"        // the board hangs for a while, then goes on
	FaultUnplug     FaultKind = "unplug"      // the cable is pulled for a while; the board lives on
	FaultPower      FaultKind = "power"       // the supply fails for a while
)

// shapes tell how each fault is written.
func shapes() map[FaultKind]string {
	const chance, place, span = "P", "PRINT,LINE", "PRINT,LINE,SECONDS"
	return map[FaultKind]string{
		FaultNoise: chance, FaultCorruptIn: chance, FaultCorruptOut: chance, FaultGarble: chance,
		FaultDropOK: chance, FaultDoubleOK: chance, FaultGlueOK: chance, FaultDelayOK: "P,SECONDS",
		FaultHalt: place, FaultThermal: place, FaultReset: place, FaultBrownout: place,
		FaultMute: span, FaultUnplug: span, FaultPower: span,
	}
}

// FaultShapes lists how each fault is written, sorted.
func FaultShapes() (all []string) {
	for kind, shape := range shapes() {
		all = append(all, string(kind)+":"+shape)
	}
	slices.Sort(all)
	return all
}

func (k FaultKind) scripted() bool { return strings.HasPrefix(shapes()[k], "PRINT") }

// Fault is one thing that goes wrong: with probability P on each byte
// (corrupt-in, corrupt-out) or line, or once, in print Print (counted from 1,
// by attempt markers) instead of counted line Line (from 1; mute: before it;
// unplug: when it starts).
type Fault struct {
	Kind  FaultKind
	P     float64
	Print int
	Line  int
	For   time.Duration // virtual; ok-delay, mute, unplug and power
}

// ParseFault reads one of FaultShapes, for instance noise:0.01 or mute:1,200,30.
func ParseFault(text string) (Fault, error) {
	kind, args, _ := strings.Cut(text, ":")
	f := Fault{Kind: FaultKind(kind)}
	shape, known := shapes()[f.Kind]
	if !known {
		return Fault{}, fmt.Errorf("fault %q: unknown kind %q, want one of %s", text, kind, strings.Join(FaultShapes(), ", "))
	}
	names, parts := strings.Split(shape, ","), strings.Split(args, ",")
	if len(parts) != len(names) {
		return Fault{}, fmt.Errorf("fault %q: want %s:%s", text, kind, shape)
	}
	for i, name := range names {
		if why := f.set(name, strings.TrimSpace(parts[i])); why != "" {
			return Fault{}, fmt.Errorf("fault %q: %q is %s (want %s:%s)", text, parts[i], why, kind, shape)
		}
	}
	return f, nil
}

// set reads one part; it says what the part is instead, if it is not right.
func (f *Fault) set(name, part string) string {
	switch name {
	case "P":
		p, err := strconv.ParseFloat(part, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return "no P from 0 to 1"
		}
		f.P = p
	case "SECONDS":
		s, err := strconv.ParseFloat(part, 64)
		if err != nil || !(s > 0 && s <= 1e6) {
			return "no number of seconds"
		}
		f.For = seconds(s)
	default:
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return "no whole number from 1"
		}
		if name == "PRINT" {
			f.Print = n
		} else {
			f.Line = n
		}
	}
	return ""
}

// String is the form that ParseFault reads.
func (f Fault) String() string {
	var parts []string
	for _, name := range strings.Split(shapes()[f.Kind], ",") {
		switch name {
		case "P":
			parts = append(parts, fmt.Sprintf("%g", f.P))
		case "PRINT":
			parts = append(parts, strconv.Itoa(f.Print))
		case "LINE":
			parts = append(parts, strconv.Itoa(f.Line))
		case "SECONDS":
			parts = append(parts, fmt.Sprintf("%g", f.For.Seconds()))
		}
	}
	return string(f.Kind) + ":" + strings.Join(parts, ",")
}

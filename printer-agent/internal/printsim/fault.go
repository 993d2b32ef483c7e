package printsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FaultKind names what goes wrong.
type FaultKind string

// The faults a simulated printer can be given.
const (
	FaultNoise   FaultKind = "noise"   // a received line has a flipped bit
	FaultDropOK  FaultKind = "drop-ok" // an acknowledgement never leaves the board
	FaultGarble  FaultKind = "garble"  // a line sent to the host has a flipped bit
	FaultHalt    FaultKind = "halt"    // the firmware stops for good
	FaultThermal FaultKind = "thermal" // the thermistor opens: the firmware stops for good
	FaultReset   FaultKind = "reset"   // the board starts anew, banner included
	FaultMute    FaultKind = "mute"    // the board hangs for a while, then goes on
)

// Fault is one thing that goes wrong: noise, drop-ok and garble with
// probability P on each line; the others once, in print Print (counted from 1,
// by attempt markers) instead of counted line Line (from 1; mute: before it).
type Fault struct {
	Kind  FaultKind
	P     float64
	Print int
	Line  int
	For   time.Duration // virtual; mute only
}

// ParseFault reads noise:P, drop-ok:P, garble:P, halt:PRINT,LINE,
// thermal:PRINT,LINE, reset:PRINT,LINE or mute:PRINT,LINE,SECONDS.
func ParseFault(text string) (Fault, error) {
	kind, args, _ := strings.Cut(text, ":")
	f := Fault{Kind: FaultKind(kind)}
	var err error
	switch f.Kind {
	case FaultNoise, FaultDropOK, FaultGarble:
		f.P, err = strconv.ParseFloat(args, 64)
		if err != nil || !(f.P >= 0 && f.P <= 1) {
			return Fault{}, fmt.Errorf("fault %q: want %s:P with P from 0 to 1", text, kind)
		}
		return f, nil
	case FaultHalt, FaultThermal, FaultReset:
		err = f.parsePlace(text, args, 2)
		return f, err
	case FaultMute:
		err = f.parsePlace(text, args, 3)
		return f, err
	}
	return Fault{}, fmt.Errorf("fault %q: unknown kind %q, want noise, drop-ok, garble, halt, thermal, reset or mute", text, kind)
}

func (f *Fault) parsePlace(text, args string, want int) error {
	shape := "PRINT,LINE"
	if want == 3 {
		shape += ",SECONDS"
	}
	parts := strings.Split(args, ",")
	if len(parts) != want {
		return fmt.Errorf("fault %q: want %s:%s", text, f.Kind, shape)
	}
	for i, to := range []*int{&f.Print, &f.Line} {
		n, err := strconv.Atoi(strings.TrimSpace(parts[i]))
		if err != nil || n < 1 {
			return fmt.Errorf("fault %q: %q is no whole number from 1 (want %s:%s)", text, parts[i], f.Kind, shape)
		}
		*to = n
	}
	if want == 3 {
		s, err := strconv.ParseFloat(strings.TrimSpace(parts[2]), 64)
		if err != nil || !(s > 0 && s <= 1e6) {
			return fmt.Errorf("fault %q: %q is no number of seconds", text, parts[2])
		}
		f.For = seconds(s)
	}
	return nil
}

// String is the form that ParseFault reads.
func (f Fault) String() string {
	switch f.Kind {
	case FaultNoise, FaultDropOK, FaultGarble:
		return fmt.Sprintf("%s:%g", f.Kind, f.P)
	case FaultMute:
		return fmt.Sprintf("%s:%d,%d,%g", f.Kind, f.Print, f.Line, f.For.Seconds())
	}
	return fmt.Sprintf("%s:%d,%d", f.Kind, f.Print, f.Line)
}

package guard

import (
	"math"
	"strings"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// What a person may change while a machine prints. Lengths are µm, the rest per cent.
const (
	BabystepRange = 2_000 // in all, either way: more is a bed to be levelled
	BabystepStep  = 100   // at once: a nozzle in the plate costs both
	FlowMin       = 75
	FlowMax       = 125
	SpeedMin      = 30
	SpeedMax      = 150
	JogStep       = 100_000 // the longest single move
)

// Field is the thing that a person changes, as its sentences name it.
type Field string

// The fields.
const (
	FieldBabystep Field = "babystep"
	FieldFlow     Field = "flow"
	FieldSpeed    Field = "speed"
	FieldNozzle   Field = "nozzle"
	FieldBed      Field = "bed"
	FieldJog      Field = "jog"
)

// Change is what becomes of a wish: Value is what to do, and Code says why it is not what was asked for, empty when it is.
type Change struct {
	Value    float64
	Code     Code
	Field    Field
	Min, Max float64 // the bounds, in the field's unit: millimetres, per cent or °C
}

// OK says whether there is anything to do at all.
func (c Change) OK() bool { return c.Code == "" || c.Code == Clamped }

// Args are the arguments of the change's sentence.
func (c Change) Args() map[string]any {
	return map[string]any{"field": string(c.Field), "min": short(c.Min), "max": short(c.Max)}
}

// short is a number as people read it: whole where it is.
func short(v float64) any {
	if v == math.Trunc(v) {
		return int64(v)
	}
	return v
}

// within brings v between low and high.
func within(field Field, v, low, high float64) Change {
	c := Change{Value: v, Field: field, Min: low, Max: high}
	switch {
	case math.IsNaN(v):
		c.Value, c.Code = low, NotANumber
	case v < low:
		c.Value, c.Code = low, Clamped
	case v > high:
		c.Value, c.Code = high, Clamped
	}
	return c
}

// reach is how far a move from at may go: not past low or high. From outside it may always come back.
func reach(at, by, low, high int64) int64 {
	if by > 0 {
		return max(0, min(by, high-at))
	}
	return min(0, max(by, low-at))
}

// Flow brings a flow in per cent within its limits.
func Flow(percent float64) Change { return within(FieldFlow, percent, FlowMin, FlowMax) }

// Speed brings a speed in per cent within its limits.
func Speed(percent float64) Change { return within(FieldSpeed, percent, SpeedMin, SpeedMax) }

// Babystep is the step that may be made when the nozzle has been moved by total already, both in µm; positive is away
// from the bed. Value is the step in millimetres.
func Babystep(totalUM, stepUM int64) Change {
	step := reach(totalUM, min(max(stepUM, -BabystepStep), BabystepStep), -BabystepRange, BabystepRange)
	c := Change{Value: float64(step) / 1000, Field: FieldBabystep, Min: -BabystepRange / 1000., Max: BabystepRange / 1000.}
	switch {
	case step == 0 && stepUM != 0:
		c.Code = BabystepSpent
	case step != stepUM:
		c.Code = Clamped
	}
	return c
}

// NozzleTarget brings a nozzle temperature within what machine and filament bear; f is nil when nobody knows what is
// loaded. 0 or less turns off.
func NozzleTarget(c float64, p profiles.Printer, f *profiles.Filament) Change {
	top := float64(p.Heat.NozzleMax)
	if f != nil {
		top = min(top, float64(f.NozzleMax))
	}
	return target(FieldNozzle, c, top)
}

// BedTarget brings a bed temperature within what the machine bears. 0 or less turns off.
func BedTarget(c float64, p profiles.Printer) Change {
	if p.Heat.BedMax <= 0 {
		change := Change{Field: FieldBed}
		if c > 0 || math.IsNaN(c) {
			change.Code = NoBedHeater
		}
		return change
	}
	return target(FieldBed, c, float64(p.Heat.BedMax))
}

// target is within from 0, without a word about less: there is nothing colder than off.
func target(field Field, c, top float64) Change {
	if c < 0 {
		c = 0
	}
	change := within(field, c, 0, top)
	if change.Code == NotANumber {
		change.Value = 0
	}
	return change
}

// Head is where the printer's head is, in µm of the machine's own coordinates.
type Head struct {
	Busy    bool // a print is on
	Homed   [3]bool
	X, Y, Z int64
}

// Jog is a move along one axis by hand: X, Y or Z, upper or lower case, by so many µm. Value is the move in millimetres.
// It is refused rather than cut where the machine does not know where it is, and cut at the edge of the bed.
func Jog(h Head, p profiles.Printer, axis string, byUM int64) Change {
	at, low, high, homed, ok := h.axis(p, axis)
	c := Change{Field: FieldJog, Min: float64(low) / 1000, Max: float64(high) / 1000}
	switch {
	case !ok:
		c.Code = JogAxis
		return c
	case h.Busy:
		c.Code = JogBusy
		return c
	case !homed:
		c.Code = JogNotHomed
		return c
	}
	by := reach(at, min(max(byUM, -JogStep), JogStep), low, high)
	switch {
	case by == 0 && byUM != 0:
		c.Code = JogTooFar
		return c
	case by != byUM:
		c.Code = Clamped
	}
	c.Value = float64(by) / 1000
	return c
}

func (h Head) axis(p profiles.Printer, axis string) (at, low, high int64, homed, ok bool) {
	switch strings.ToUpper(axis) {
	case "X":
		return h.X, p.Bed.MinX, p.Bed.MaxX, h.Homed[0], true
	case "Y":
		return h.Y, p.Bed.MinY, p.Bed.MaxY, h.Homed[1], true
	case "Z":
		return h.Z, 0, p.Bed.Height, h.Homed[2], true
	}
	return 0, 0, 0, false, false
}

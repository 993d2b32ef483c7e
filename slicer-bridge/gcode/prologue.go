package gcode

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Why a print cannot be taken up again after the board was reset.
var (
	ErrNotAllowed = errors.New("the machine's profile allows no homing beside a part (recovery.home_xy_beside_part)")
	ErrTooEarly   = errors.New("nothing is laid yet, or the axes were not homed and placed: start again from the beginning")
	ErrTooHigh    = errors.New("no room above the part to lift the nozzle")
	ErrTooHotNow  = errors.New("the file asks for more heat than the machine and the filament bear")
)

const (
	recoverZ      = 300  // mm/min, slow enough for any Z
	recoverTravel = 3000 // mm/min
	recoverPrime  = 120  // mm/min
	retractMM     = 1.0  // drawn back for the way to the part
)

// Prologue gives the lines that bring a machine whose board has been reset, with the part still on the bed, back into
// state s: then the file goes on at s.Offset. It heats the bed first, so that the part holds, then the nozzle, which may
// be stuck in it; tells the firmware its height; lifts above all that is printed; homes X and Y only; primes beside the
// part; and restores modes, offsets, fans and settings.
//
// It rests on what no program can see: Z has not moved since the last line (motors that lose their current may jump by
// up to two full steps, a heavy gantry may sink), the part sits on the bed, and s is exactly what was executed. A caller
// offers it only where the firmware numbers lines and has told the last one, or after a person has looked and confirmed.
// What State.Exact denies is lost, and so are babysteps: the caller says so. Motion held in the planner when the board
// died is lost too: s.Offset should lie before it (Rewind), and what is laid twice is a scar.
func Prologue(s State, l Limits) ([]string, error) {
	over := max(s.Machine[2], s.TopZ) + mm(l.Recovery.Lift)
	switch {
	case !l.Recovery.HomeXY || l.Recovery.SetZ == "":
		return nil, ErrNotAllowed
	case s.Layer == 0 || s.TopZ <= 0 || s.Homed != [3]bool{true, true, true} || s.Placed != [3]bool{true, true, true}:
		return nil, ErrTooEarly
	case over > mm(l.Bed.Height)+slack:
		return nil, ErrTooHigh
	}
	if err := s.heatWithin(l); err != nil {
		return nil, err
	}
	out := []string{"G21", "G90", "M82", "M107"}
	out = append(out, s.heatUp()...)
	out = append(out, strings.ReplaceAll(l.Recovery.SetZ, "{mm}", figure(s.Machine[2])))
	out = append(out, move("Z", over, recoverZ), "G28 X Y")
	out = append(out, s.restoreHidden()...)
	out = append(out, prime(mm(l.Recovery.Prime))...)
	out = append(out,
		"G1 X"+figure(s.Machine[0])+" Y"+figure(s.Machine[1])+" F"+figure(recoverTravel),
		move("Z", s.Machine[2], recoverZ), move("E", 0, recoverPrime))
	return append(out, s.restoreModes()...), nil
}

func (s State) heatWithin(l Limits) error {
	hot := s.Bed > float64(l.BedMaxC) || s.Chamber > float64(l.ChamberMaxC)
	for _, c := range s.Nozzle {
		hot = hot || c > float64(l.NozzleMaxC)
	}
	if hot {
		return ErrTooHotNow
	}
	if s.Tool >= len(s.Nozzle) || s.Nozzle[s.Tool] < float64(l.MinExtrude) {
		return fmt.Errorf("the nozzle was at %s °C, below %d °C: %w", figure(s.nozzle()), l.MinExtrude, ErrTooEarly)
	}
	return nil
}

func (s State) nozzle() float64 {
	if s.Tool < len(s.Nozzle) {
		return s.Nozzle[s.Tool]
	}
	return 0
}

// heatUp warms the bed, then everything else, and waits for each.
func (s State) heatUp() []string {
	var out []string
	if s.Bed > 0 {
		out = append(out, "M140 S"+figure(s.Bed), "M190 S"+figure(s.Bed))
	}
	if s.Chamber > 0 {
		out = append(out, "M141 S"+figure(s.Chamber))
	}
	if s.Tool > 0 || len(s.Nozzle) > 1 {
		out = append(out, "T"+strconv.Itoa(s.Tool))
	}
	for n, c := range s.Nozzle {
		if n != s.Tool && c > 0 {
			out = append(out, "M104 T"+strconv.Itoa(n)+" S"+figure(c))
		}
	}
	return append(out, "M104 S"+figure(s.nozzle()), "M109 S"+figure(s.nozzle()))
}

// restoreHidden brings back what no move shows.
func (s State) restoreHidden() []string {
	out := append([]string(nil), s.Settings...)
	if s.Mesh == MeshStored {
		mesh := "M420 S1"
		if s.Fade > 0 {
			mesh += " Z" + figure(s.Fade)
		}
		out = append(out, mesh)
	}
	return out
}

// prime pushes filament where X and Y were homed, lift above the part, and draws a little back. E is 0 with that little
// to come.
func prime(length float64) []string {
	out := []string{"G92 E0"}
	if length > 0 {
		out = append(out, move("E", length, recoverPrime))
	}
	return append(out, "G92 E0", move("E", -retractMM, 10*recoverPrime))
}

// restoreModes brings back what the next line of the file rests on, the units last of all that has a length.
func (s State) restoreModes() []string {
	var out []string
	for n, speed := range s.Fan {
		if speed > 0 && n == 0 {
			out = append(out, "M106 S"+figure(speed))
		} else if speed > 0 {
			out = append(out, "M106 P"+strconv.Itoa(n)+" S"+figure(speed))
		}
	}
	if s.Speed != 100 {
		out = append(out, "M220 S"+figure(s.Speed))
	}
	if s.Flow != 100 {
		out = append(out, "M221 S"+figure(s.Flow))
	}
	out = append(out, "G92"+s.shifted()+" E"+figure(s.Logical[3]))
	if s.Feed > 0 {
		out = append(out, "G1 F"+figure(s.Feed*60))
	}
	if s.Inches {
		out = append(out, "G20")
	}
	if s.Relative {
		out = append(out, "G91")
	}
	if s.RelativeE {
		return append(out, "M83")
	}
	return append(out, "M82")
}

// shifted names the axes whose figures differ from the machine's own.
func (s State) shifted() string {
	var out strings.Builder
	for k, letter := range [3]string{"X", "Y", "Z"} {
		if math.Abs(s.Logical[k]-s.Machine[k]) > tiny {
			out.WriteString(" " + letter + figure(s.Logical[k]))
		}
	}
	return out.String()
}

func move(axis string, to, feed float64) string {
	return "G1 " + axis + figure(to) + " F" + figure(feed)
}

// figure writes a number as firmwares read it: no exponent, at most five decimals.
func figure(v float64) string {
	text := strconv.FormatFloat(v, 'f', 5, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// SafeEnd gives the lines after which nothing on the machine is hot, blows or holds a motor but Z's, whatever the file
// left behind. It moves nothing, so that it is right also where no axis was homed.
func SafeEnd(l Limits) []string {
	out := []string{"M104 S0"}
	for n := 1; n < maxTools; n++ {
		if l.tool(n) {
			out = append(out, "M104 T"+strconv.Itoa(n)+" S0")
		}
	}
	if l.BedMaxC > 0 {
		out = append(out, "M140 S0")
	}
	if l.ChamberMaxC > 0 {
		out = append(out, "M141 S0")
	}
	return append(out, "M107", "M84 X Y E")
}

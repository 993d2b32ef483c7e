package agent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// The fields of the page's forms that refusals are about.
const (
	fieldHere = "until"
	fieldLine = "line"
)

// motorsFor is how long after its last move a head is taken to stand where it stood: Marlin lets go of the motors after
// 120 s by default (DEFAULT_STEPPER_DEACTIVE_TIME), and then a hand or gravity moves it.
const motorsFor = 110 * time.Second

// head is what is known of where the printer's head stands.
type head struct {
	homed [3]bool
	at    time.Time // of its last move
}

func (h head) known(now time.Time) [3]bool {
	if now.Sub(h.at) > motorsFor {
		return [3]bool{}
	}
	return h.homed
}

// Preheat heats, within what the machine bears.
func (m page) Preheat(ctx context.Context, nozzle, bed int64) error {
	p := m.p
	n, b := guard.NozzleTarget(float64(nozzle), p.Kind, nil), guard.BedTarget(float64(bed), p.Kind)
	hot := n.Value > 0 || b.Value > 0
	may := func() error {
		if err := p.idle(); err != nil {
			return err
		}
		if hot && !p.here(time.Now()) {
			return local.Refuse(local.CodeNotHere, fieldHere)
		}
		p.own.hot = p.own.hot || hot
		return nil
	}
	return p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		commands := []string{fmt.Sprintf("M104 S%.0f", n.Value)}
		if p.Kind.Heat.BedMax > 0 {
			commands = append(commands, fmt.Sprintf("M140 S%.0f", b.Value))
		}
		return nil, say(ctx, l, commands...)
	})
}

// Cool turns everything off; a print is cancelled rather than cooled.
func (m page) Cool(ctx context.Context) error {
	p := m.p
	return p.byHand(ctx, p.idle, func(ctx context.Context, l *link.Link) (func(), error) {
		err := say(ctx, l, p.dialect().Commands.Cool...)
		return func() { p.own.hot = p.own.hot && err != nil }, err
	})
}

// Jog moves one axis, as far as the bed reaches.
func (m page) Jog(ctx context.Context, axis byte, um int64) error {
	p := m.p
	var homed [3]bool
	may := func() error {
		homed = p.own.head.known(time.Now())
		return p.idle()
	}
	return p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		h := guard.Head{Homed: homed}
		if homed != [3]bool{} {
			answers, err := l.Send(ctx, p.dialect().Commands.Position)
			if err != nil {
				return nil, err
			}
			if err := readHead(answers, &h); err != nil {
				return nil, local.Refuse(local.CodeNotHomed, "")
			}
		}
		change := guard.Jog(h, p.Kind, string(axis), um)
		if !change.OK() {
			return nil, jogRefused(change.Code)
		}
		err := say(ctx, l, "G91", fmt.Sprintf("G1 %s%.3f F%d", strings.ToUpper(string(axis)), change.Value, jogFeed(axis)), "G90")
		return p.moved(homed, err), err
	})
}

// moved notes what is known of the head after a move; after one that failed, nothing.
func (p *printer) moved(homed [3]bool, err error) func() {
	return func() {
		p.own.head = head{homed: homed, at: time.Now()}
		if err != nil {
			p.own.head = head{}
		}
	}
}

// jogFeed is in mm/min: slow enough to be watched.
func jogFeed(axis byte) int {
	if axis == 'z' || axis == 'Z' {
		return 300
	}
	return 2400
}

func jogRefused(code guard.Code) error {
	switch code {
	case guard.JogNotHomed:
		return local.Refuse(local.CodeNotHomed, "")
	case guard.JogTooFar:
		return local.Refuse(local.CodeOutside, "")
	case guard.JogBusy:
		return local.Refuse(local.CodeBusy, "")
	}
	return local.Refuse(local.CodeNotOffer, "")
}

var errNoPosition = errors.New("the printer did not say where its head is")

// readHead reads the answer to M114: "X:110.00 Y:100.00 Z:0.20 E:0.00 Count X:…".
func readHead(answers []string, h *guard.Head) error {
	for _, line := range answers {
		line, _, _ = strings.Cut(line, "Count")
		found := 0
		for word := range strings.FieldsSeq(strings.ReplaceAll(line, ": ", ":")) {
			name, value, _ := strings.Cut(word, ":")
			mm, err := strconv.ParseFloat(value, 64)
			if err != nil {
				continue
			}
			switch name {
			case "X":
				h.X, found = int64(mm*1000), found|1
			case "Y":
				h.Y, found = int64(mm*1000), found|2
			case "Z":
				h.Z, found = int64(mm*1000), found|4
			}
		}
		if found == 7 {
			return nil
		}
	}
	return errNoPosition
}

// Home finds the origin of the axes named, or of all.
func (m page) Home(ctx context.Context, axes string) error {
	p := m.p
	var homed [3]bool
	may := func() error {
		homed = p.own.head.known(time.Now())
		return p.idle()
	}
	command := "G28"
	for _, a := range strings.ToUpper(axes) {
		if !strings.ContainsRune("XYZ", a) {
			return local.Refuse(local.CodeNotOffer, "")
		}
		command += " " + string(a)
	}
	return p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		for i, a := range "XYZ" {
			homed[i] = homed[i] || axes == "" || strings.ContainsRune(strings.ToUpper(axes), a)
		}
		err := say(ctx, l, command)
		return p.moved(homed, err), err
	})
}

// Filament moves filament by what the firmware has for it.
func (m page) Filament(ctx context.Context, what string) error {
	p := m.p
	command := p.filament(what)
	if command == "" {
		return local.Refuse(local.CodeNotOffer, "")
	}
	may := func() error {
		switch {
		case what == local.FilamentChange && p.job != nil:
			return p.running()
		case !p.here(time.Now()):
			return local.Refuse(local.CodeNotHere, fieldHere)
		}
		p.own.hot = true // the firmware heats for it
		return p.idle()
	}
	return p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		return nil, say(ctx, l, command)
	})
}

// filament is the firmware's command, "" when it has none.
func (p *printer) filament(what string) string {
	change := p.dialect().Commands.FilamentChange
	switch {
	case what == local.FilamentChange:
		return change
	case change != "M600": // M701 and M702 come with Marlin's own change
		return ""
	case what == local.FilamentLoad:
		return "M701"
	case what == local.FilamentUnload:
		return "M702"
	}
	return ""
}

// ZOffset moves the nozzle of a running print nearer to the bed or away.
func (m page) ZOffset(ctx context.Context, addUM int64) error {
	change := guard.Babystep(m.p.own.view.Load().Tune.OffsetUM, addUM)
	if !change.OK() {
		return local.Refuse("offset_wrong", "offset")
	}
	done := func() { m.p.own.tune.OffsetUM += int64(change.Value * 1000) }
	return m.tuneBy(ctx, m.p.dialect().Commands.Babystep, "{mm}", strconv.FormatFloat(change.Value, 'f', 3, 64), done)
}

// Flow sets the extrusion in per cent.
func (m page) Flow(ctx context.Context, percent int64) error {
	v := int64(guard.Flow(float64(percent)).Value)
	return m.tuneBy(ctx, m.p.dialect().Commands.Flow, "{percent}", strconv.FormatInt(v, 10), func() { m.p.own.tune.Flow = v })
}

// Speed sets the feed rates in per cent.
func (m page) Speed(ctx context.Context, percent int64) error {
	v := int64(guard.Speed(float64(percent)).Value)
	return m.tuneBy(ctx, m.p.dialect().Commands.Speed, "{percent}", strconv.FormatInt(v, 10), func() { m.p.own.tune.Speed = v })
}

// tuneBy sends a command of the dialect between the lines of a print.
func (m page) tuneBy(ctx context.Context, command, gap, value string, done func()) error {
	if command == "" {
		return local.Refuse(local.CodeNotOffer, "")
	}
	may := func() error {
		if m.p.own.busy {
			return local.Refuse(local.CodeBusy, "")
		}
		return m.p.running()
	}
	return m.p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		if err := say(ctx, l, strings.ReplaceAll(command, gap, value)); err != nil {
			return nil, err
		}
		return done, nil
	})
}

// Say sends one line of the console. One that heats needs somebody beside the printer, within what the machine bears.
func (m page) Say(ctx context.Context, line string) ([]string, error) {
	p := m.p
	hot, err := p.weigh(line)
	if err != nil {
		return nil, err
	}
	may := func() error {
		if err := p.idle(); err != nil {
			return err
		}
		if hot && !p.here(time.Now()) {
			return local.Refuse(local.CodeNotHere, fieldLine)
		}
		p.own.hot = p.own.hot || hot
		return nil
	}
	heard := make(chan []string, 1)
	err = p.byHand(ctx, may, func(ctx context.Context, l *link.Link) (func(), error) {
		answers, err := l.Send(ctx, line)
		heard <- answers
		return p.moved([3]bool{}, err), err // what it moved is not known
	})
	select {
	case answers := <-heard:
		return answers, err
	default:
		return nil, err
	}
}

// weigh holds a line against what a file may ask of the machine.
func (p *printer) weigh(line string) (hot bool, err error) {
	limits, err := p.limits("", profiles.Overlay{})
	if err != nil {
		return false, err
	}
	report, findings, err := gcode.Check(strings.NewReader(line+"\n"), limits)
	if err != nil {
		return false, fmt.Errorf("check line: %w", err)
	}
	for _, f := range findings {
		switch f.Code {
		case gcode.CodeTooHot:
			return false, local.Refuse(local.CodeTooHot, fieldLine, "max", f.Args["max_c"])
		case gcode.CodeForbidden:
			return false, local.Refuse(local.CodeConsole, fieldLine, "command", f.Args["command"])
		}
	}
	return report.NozzleMaxC > 0 || report.BedMaxC > 0 || report.ChamberMaxC > 0, nil
}

// Presets are the materials that the page offers to heat for: those that the machine can print, within what it bears.
func Presets(model profiles.Printer, filaments []profiles.Filament) []local.Preset {
	var all []local.Preset
	for _, f := range filaments {
		if model.Bears(f) != nil {
			continue
		}
		n, b := guard.NozzleTarget(float64(f.Nozzle), model, &f), guard.BedTarget(float64(f.Bed), model)
		all = append(all, local.Preset{Material: f.ID, Nozzle: int64(n.Value), Bed: int64(b.Value)})
	}
	return all
}

package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// The caps of an overlay: what a person writes by hand for one machine is far below them.
const (
	MaxOverlayBytes = 16 << 10
	maxCodeBytes    = 4 << 10
	maxClips        = 16
	maxMacros       = 32
	maxCommands     = 64
	maxPile         = 50
)

// Overlay is what one machine has beside its model: its own start and end, what stands on its bed, what its owner has
// defined, and limits that are tighter than the model's. The zero value changes nothing. overlays/_template.toml explains
// every key.
type Overlay struct {
	// StartEnd replaces the model's start or end where it is not empty.
	StartEnd PrinterStartEnd `toml:"gcode,omitempty"`
	// Arcs replaces the model's: the owner knows the firmware of this machine.
	Arcs *bool `toml:"arcs,omitempty"`
	// PileMax is how many copies of a part may stand on each other; 0 leaves the model's, 1 never piles.
	PileMax int64 `toml:"pile_max,omitzero"`
	// Commands are allowed in a file for this machine beyond the model's; what no file may hold stays refused.
	Commands []string `toml:"extra_commands,omitempty"`
	// Limits are tighter than the model's.
	Limits OverlayLimits `toml:"limits,omitempty"`
	// Clips stand on the bed beside those of the model, in µm of the machine's own coordinates.
	Clips []Clip `toml:"clips,omitempty"`
	// Macros come before the model's of the same name.
	Macros []Macro `toml:"macros,omitempty"`
}

// OverlayLimits are limits of one machine, in µm and °C. What is nil stays as the model has it; a value that allows more
// than the model is refused.
type OverlayLimits struct {
	MinX       *int64 `toml:"min_x_um"`
	MinY       *int64 `toml:"min_y_um"`
	MaxX       *int64 `toml:"max_x_um"`
	MaxY       *int64 `toml:"max_y_um"`
	Height     *int64 `toml:"height_um"`
	Margin     *int64 `toml:"travel_margin_um"`
	Inset      *int64 `toml:"part_inset_um"`
	NozzleMax  *int64 `toml:"nozzle_max_c"`
	BedMax     *int64 `toml:"bed_max_c"`
	ChamberMax *int64 `toml:"chamber_max_c"`
}

// ParseOverlay strictly decodes an overlay of at most MaxOverlayBytes. Every error names the key. Whether the overlay
// suits a model is for With to say.
func ParseOverlay(text []byte) (Overlay, error) {
	if len(text) > MaxOverlayBytes {
		return Overlay{}, fmt.Errorf("overlay: %d bytes are too many; want at most %d", len(text), MaxOverlayBytes)
	}
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("\r\n"), []byte("\n"))
	var o Overlay
	meta, err := toml.Decode(string(text), &o)
	if err != nil {
		return Overlay{}, fmt.Errorf("overlay: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Overlay{}, fmt.Errorf("overlay: unknown key %s", unknown[0])
	}
	if err := o.validate(); err != nil {
		return Overlay{}, fmt.Errorf("overlay: %w", err)
	}
	return o, nil
}

// TOML writes the overlay as ParseOverlay reads it, without what is left to the model. It fails only where the overlay is
// none that ParseOverlay would take.
func (o Overlay) TOML() ([]byte, error) {
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("overlay: %w", err)
	}
	var text bytes.Buffer
	rest, literal := o, !strings.Contains(o.StartEnd.Start+o.StartEnd.End, "'")
	if literal {
		rest.StartEnd = PrinterStartEnd{}
	}
	e := toml.NewEncoder(&text)
	e.Indent = ""
	if err := e.Encode(rest); err != nil {
		return nil, fmt.Errorf("write overlay: %w", err)
	}
	if literal {
		o.StartEnd.write(&text)
	}
	if text.Len() > MaxOverlayBytes {
		return nil, fmt.Errorf("overlay: %d bytes are too many; want at most %d", text.Len(), MaxOverlayBytes)
	}
	return text.Bytes(), nil
}

// validate reports what is wrong with the overlay whatever the model.
func (o Overlay) validate() error {
	var errs []error
	bad := func(wrong bool, key, format string, args ...any) {
		if wrong {
			errs = append(errs, keyError(key, format, args...))
		}
	}
	for key, code := range map[string]string{"gcode.start": o.StartEnd.Start, "gcode.end": o.StartEnd.End} {
		bad(len(code) > maxCodeBytes, key, "%d bytes are too many; want at most %d", len(code), maxCodeBytes)
		bad(code != "" && strings.TrimSpace(code) == "", key, "is empty; leave it out to keep the model's")
		bad(strings.ContainsFunc(code, unprintable), key, "holds a character that no firmware reads; want plain ASCII")
	}
	bad(len(o.Clips) > maxClips, "clips", "%d are too many; want at most %d", len(o.Clips), maxClips)
	bad(len(o.Macros) > maxMacros, "macros", "%d are too many; want at most %d", len(o.Macros), maxMacros)
	bad(len(o.Commands) > maxCommands, "extra_commands", "%d are too many; want at most %d", len(o.Commands), maxCommands)
	bad(o.PileMax < 0 || o.PileMax > maxPile, "pile_max", "%d is not within 0 and %d", o.PileMax, maxPile)
	return errors.Join(append(errs, checkClips("clips", o.Clips), checkMacros(o.Macros), checkCommands(o.Commands))...)
}

func unprintable(r rune) bool { return r > '~' || r < ' ' && r != '\n' && r != '\t' }

// With gives the model as one machine has it. The error names each key that would allow more than the model, and what is
// wrong with the whole: a start that does not home, an end that leaves a heater on, a clip far from the bed.
func (p Printer) With(o Overlay) (Printer, error) {
	errs := []error{o.validate(), p.tighten(o)}
	if o.StartEnd.Start != "" {
		p.StartEnd.Start = o.StartEnd.Start
	}
	if o.StartEnd.End != "" {
		p.StartEnd.End = o.StartEnd.End
	}
	if o.Arcs != nil {
		p.Arcs = *o.Arcs
	}
	if o.PileMax > 0 {
		p.PileMax = o.PileMax
	}
	p.Commands = slices.Concat(p.Commands, o.Commands)
	p.Bed.Clips = slices.Concat(p.Bed.Clips, o.Clips)
	p.Macros = slices.Concat(o.Macros, p.Macros)
	o.Limits.apply(&p)
	if err := errors.Join(append(errs, p.Validate())...); err != nil {
		return Printer{}, fmt.Errorf("overlay on %s: %w", p.ID, err)
	}
	return p, nil
}

// bound is one limit of an overlay beside the model's.
type bound struct {
	key   string
	want  *int64
	model *int64
	least bool // a lower bound: only a higher value is tighter
}

func (l OverlayLimits) bounds(p *Printer) []bound {
	return []bound{
		{"limits.min_x_um", l.MinX, &p.Bed.MinX, true}, {"limits.min_y_um", l.MinY, &p.Bed.MinY, true},
		{"limits.max_x_um", l.MaxX, &p.Bed.MaxX, false}, {"limits.max_y_um", l.MaxY, &p.Bed.MaxY, false},
		{"limits.height_um", l.Height, &p.Bed.Height, false}, {"limits.travel_margin_um", l.Margin, &p.Bed.Margin, false},
		{"limits.part_inset_um", l.Inset, &p.Bed.Inset, true}, {"limits.nozzle_max_c", l.NozzleMax, &p.Heat.NozzleMax, false},
		{"limits.bed_max_c", l.BedMax, &p.Heat.BedMax, false}, {"limits.chamber_max_c", l.ChamberMax, &p.Heat.ChamberMax, false},
	}
}

func (l OverlayLimits) apply(p *Printer) {
	for _, b := range l.bounds(p) {
		if b.want != nil {
			*b.model = *b.want
		}
	}
}

// tighten reports every limit of the overlay that allows more than the model.
func (p Printer) tighten(o Overlay) error {
	var errs []error
	for _, b := range o.Limits.bounds(&p) {
		switch {
		case b.want == nil:
		case b.least && *b.want < *b.model:
			errs = append(errs, keyError(b.key, "%d is less than the model's %d; an overlay only tightens", *b.want, *b.model))
		case !b.least && *b.want > *b.model:
			errs = append(errs, keyError(b.key, "%d is more than the model's %d; an overlay only tightens", *b.want, *b.model))
		}
	}
	if p.PileMax > 0 && o.PileMax > p.PileMax {
		errs = append(errs, keyError("pile_max", "%d is more than the model's %d; an overlay only tightens", o.PileMax, p.PileMax))
	}
	return errors.Join(errs...)
}

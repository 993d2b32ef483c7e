package production

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Settings is what one machine has beside its model, as a person fills it in. Lengths are µm, temperatures °C. The zero
// value is the model's own.
type Settings struct {
	Start, End string // G-code; "" leaves the model's
	Arcs       *bool  // nil leaves the model's
	Pile       int64  // copies that may stand on each other; 0 leaves the model's
	Clips      []Clip
	// Limits are tighter than the model's, by their key in an overlay: min_x_um, nozzle_max_c and so on.
	Limits map[string]int64
	// More is TOML with extra_commands and macros.
	More string
}

// Clip is a rectangle of the bed that the nozzle keeps out of below a height, in µm.
type Clip struct{ Left, Front, Right, Back, Height int64 }

// ReadSettings reads what Text wrote. The error is for the log: nothing else writes such a text.
func ReadSettings(text string) (s Settings, err error) {
	o, err := slicing.ParseOverlay([]byte(text))
	if err != nil {
		return s, fmt.Errorf("read settings: %w", err)
	}
	s = Settings{Start: o.StartEnd.Start, End: o.StartEnd.End, Arcs: o.Arcs, Pile: o.PileMax, Limits: map[string]int64{}}
	for _, c := range o.Clips {
		s.Clips = append(s.Clips, Clip{c.MinX, c.MinY, c.MaxX, c.MaxY, c.Height})
	}
	l := o.Limits
	for key, v := range map[string]*int64{
		"min_x_um": l.MinX, "min_y_um": l.MinY, "max_x_um": l.MaxX, "max_y_um": l.MaxY, "height_um": l.Height, "travel_margin_um": l.Margin,
		"part_inset_um": l.Inset, "nozzle_max_c": l.NozzleMax, "bed_max_c": l.BedMax, "chamber_max_c": l.ChamberMax,
	} {
		if v != nil {
			s.Limits[key] = *v
		}
	}
	more := map[string]any{}
	if len(o.Commands) > 0 {
		more["extra_commands"] = o.Commands
	}
	if len(o.Macros) > 0 {
		more["macros"] = o.Macros
	}
	s.More, err = tomlOf(more)
	return s, err
}

// Text is the settings as an overlay's TOML, "" where all is the model's own. What More holds beside commands and macros
// is refused, as what cannot be read in it.
func (s Settings) Text() (string, error) {
	all, err := s.more()
	if err != nil {
		return "", err
	}
	if s.Arcs != nil {
		all["arcs"] = *s.Arcs
	}
	if s.Pile != 0 {
		all["pile_max"] = s.Pile
	}
	code := map[string]any{}
	for key, lines := range map[string]string{"start": s.Start, "end": s.End} {
		if lines = strings.TrimSpace(strings.ReplaceAll(lines, "\r\n", "\n")); lines != "" {
			code[key] = lines + "\n"
		}
	}
	if len(code) > 0 {
		all["gcode"] = code
	}
	if len(s.Limits) > 0 {
		all["limits"] = s.Limits
	}
	var clips []map[string]int64
	for _, c := range s.Clips {
		clips = append(clips, map[string]int64{"min_x_um": c.Left, "min_y_um": c.Front, "max_x_um": c.Right, "max_y_um": c.Back, "height_um": c.Height})
	}
	if len(clips) > 0 {
		all["clips"] = clips
	}
	return tomlOf(all)
}

// more reads the part that is TOML already.
func (s Settings) more() (map[string]any, error) {
	all := map[string]any{}
	if _, err := toml.Decode(s.More, &all); err != nil {
		return nil, fab.Refuse(fab.Invalid, "settings_wrong", "more", "detail", err.Error())
	}
	for key := range all {
		if key != "extra_commands" && key != "macros" {
			return nil, fab.Refuse(fab.Invalid, "more_only", "more")
		}
	}
	return all, nil
}

func tomlOf(all map[string]any) (string, error) {
	if len(all) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	e := toml.NewEncoder(&b)
	e.Indent = ""
	if err := e.Encode(all); err != nil {
		return "", fmt.Errorf("write settings: %w", err)
	}
	return b.String(), nil
}

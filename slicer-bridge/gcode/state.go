package gcode

import "io"

// Mesh is how a firmware evens out its bed.
type Mesh string

// The ways with the bed.
const (
	MeshNone     Mesh = ""
	MeshStored   Mesh = "stored"   // M420 S1: kept over a reset
	MeshMeasured Mesh = "measured" // G29 or the like: lost with a reset, unless the firmware stores it by itself
)

// State is what a firmware remembers when it has executed a file up to some byte. Lengths are mm, the feed is mm/s,
// temperatures are °C.
type State struct {
	Offset   int64 `json:"offset"` // in the file, of the first byte that is not executed
	Lines    int64 `json:"lines"`  // executed that hold a command
	Inches   bool  `json:"inches,omitempty"`
	Relative bool  `json:"relative,omitempty"`
	// RelativeE is the extruder's own mode; on some firmwares G91 counts too (profiles.ExtruderEither).
	RelativeE bool `json:"relative_e,omitempty"`
	Tool      int  `json:"tool"`
	// Machine is where X, Y and Z stand in the machine's own coordinates; Logical what the firmware calls the position of
	// X, Y, Z and E, which differs by what G92 set.
	Machine [3]float64 `json:"machine_mm"`
	Logical [4]float64 `json:"logical_mm"`
	Homed   [3]bool    `json:"homed"`
	Placed  [3]bool    `json:"placed"` // an absolute move has said where the axis stands
	Feed    float64    `json:"feed_mm_s"`
	LayerZ  float64    `json:"layer_mm"` // height of the last plastic laid
	TopZ    float64    `json:"top_mm"`   // height of the highest plastic laid
	Layer   int64      `json:"layer"`    // from 1; 0: nothing laid
	Nozzle  []float64  `json:"nozzle_c"` // targets, one for each tool used
	Bed     float64    `json:"bed_c"`
	Chamber float64    `json:"chamber_c,omitempty"`
	Fan     []float64  `json:"fan"` // 0 to 255
	Speed   float64    `json:"speed_percent"`
	Flow    float64    `json:"flow_percent"`
	Mesh    Mesh       `json:"mesh,omitempty"`
	Fade    float64    `json:"mesh_fade_mm,omitempty"`
	// Settings are commands that restore accelerations, speeds, jerks and linear advance, in the order to send them.
	Settings []string `json:"settings,omitempty"`
	// Unread counts commands whose effect on the state is not known: macros that no profile describes.
	Unread int64 `json:"unread,omitempty"`
}

// Exact says that the state tells all: no macro did what nobody knows, and no mesh is lost with a reset.
func (s State) Exact() bool { return s.Unread == 0 && s.Mesh != MeshMeasured }

// Replay reads r, a file from its beginning, up to the byte at offset, and tells the state after every line that begins
// before it. The file is taken to be one that Check found safe. An offset beyond the end is the end.
func Replay(r io.Reader, offset int64, l Limits) (State, error) {
	p := replayer{modal: modal{modeE: l.Firmware.Extruder}, limits: l, corner: [3]float64{mm(l.Bed.MinX), mm(l.Bed.MinY), 0}}
	if err := scan(r, func(piece piece) bool { return p.piece(piece, offset) }); err != nil {
		return State{}, err
	}
	return p.state(), nil
}

type replayer struct {
	modal
	now    line
	limits Limits
	corner [3]float64
	layers layers
	lines  int64
	end    int64
	layerZ float64
	topZ   float64
	unread int64
}

// piece follows a line that begins before offset; false for the first that does not.
func (r *replayer) piece(p piece, offset int64) bool {
	if p.at >= offset {
		return false
	}
	r.end = p.at + p.size
	s := strip(p.text)
	if len(s) == 0 {
		if r.layers.comment(p.text) {
			r.layers.named++
		}
		return true
	}
	r.lines++
	if p.nul {
		return true
	}
	r.now.parse(s)
	if r.now.bad || r.now.two {
		return true
	}
	r.step()
	return true
}

func (r *replayer) step() {
	l := &r.now
	switch {
	case l.letter == 0:
		r.macro()
	case l.letter == 'G' && l.code <= 3 && l.sub < 0:
		r.move()
	default:
		r.apply(l, r.corner)
	}
}

func (r *replayer) move() {
	to, named := r.target(&r.now)
	if r.now.code >= 2 {
		named[0], named[1] = true, true
	}
	if to[3]-r.pos[3] > tiny && (to[0] != r.pos[0] || to[1] != r.pos[1] || r.now.code >= 2) {
		r.layerZ, r.topZ = to[2], max(r.topZ, to[2])
		r.layers.rise(to[2])
	}
	r.arrive(to, named)
}

func (r *replayer) macro() {
	m := macroOf(r.limits.Macros, r.now.name)
	if m.Name == "" {
		if string(r.now.name) == "BED_MESH_CALIBRATE" {
			r.mesh = MeshMeasured
		}
		if !r.harmless() {
			r.unread++
		}
		return
	}
	nozzle, bed := -1.0, -1.0
	eachParameter(r.now.rest, func(name []byte, value float64) {
		switch {
		case same(name, m.Nozzle):
			nozzle = value
		case same(name, m.Bed):
			bed = value
		}
	})
	r.ended(m, nozzle, bed, r.corner)
}

// harmless tells the words that leave no trace in the state.
func (r *replayer) harmless() bool {
	switch string(r.now.name) {
	case "RESPOND", "PAUSE", "CLEAR_PAUSE", "SET_PRINT_STATS_INFO", "EXCLUDE_OBJECT", "EXCLUDE_OBJECT_DEFINE", "EXCLUDE_OBJECT_START",
		"EXCLUDE_OBJECT_END":
		return true
	}
	return false
}

func (r *replayer) state() State {
	m := &r.modal
	s := State{
		Offset: r.end, Lines: r.lines, Inches: m.inch, Relative: m.rel, RelativeE: m.relE, Tool: m.tool,
		Homed: m.homed, Placed: m.known, Feed: m.feed, LayerZ: r.layerZ, TopZ: r.topZ, Layer: r.layers.count(),
		Bed: m.bed, Chamber: m.chamber, Speed: percent(m.speed), Flow: percent(m.flow), Mesh: m.mesh, Fade: m.fade,
		Unread: r.unread,
	}
	for k := range 4 {
		s.Logical[k] = m.pos[k] - m.shift[k]
	}
	copy(s.Machine[:], m.pos[:3])
	s.Nozzle = used(m.nozzle[:], m.tool+1)
	s.Fan = used(m.fan[:], 1)
	for i, code := range settingCodes {
		if text := m.settings[i].command(code); text != "" {
			s.Settings = append(s.Settings, text)
		}
	}
	return s
}

func percent(v float64) float64 {
	if v == 0 {
		return 100
	}
	return v
}

// used copies the values up to the last that is not 0, at least so many.
func used(values []float64, least int) []float64 {
	n := len(values)
	for n > least && values[n-1] == 0 {
		n--
	}
	return append([]float64(nil), values[:n]...)
}

// command writes the words that a firmware remembers as one line; "" when none was set.
func (s setting) command(code int32) string {
	if s.has == 0 {
		return ""
	}
	text := line{letter: 'M', code: code, sub: -1}
	out := text.word()
	for k := range s.value {
		if s.has&(1<<k) != 0 {
			out += " " + string(rune('A'+k)) + figure(s.value[k])
		}
	}
	return out
}

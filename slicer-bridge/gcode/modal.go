package gcode

import "github.com/mailleur/mailleur/firmware-profiles"

// modal is what a firmware remembers from one line to the next. Lengths are mm, angles do not occur, speeds mm/s,
// temperatures °C.
type modal struct {
	inch  bool // G20
	rel   bool // G91
	relE  bool // M83
	modeE profiles.ExtruderMode
	pos   [4]float64 // where the axes stand: X, Y, Z in the machine's own coordinates, E since the start
	shift [4]float64 // pos less what the firmware calls the position (G92)
	known [3]bool    // an absolute move has said where the axis stands since it was homed
	homed [3]bool
	tool  int
	feed  float64

	nozzle, reached [maxTools]float64 // targets, and the targets last waited for
	bed, chamber    float64
	fan             [maxFans]float64
	speed, flow     float64 // percent; 0 stands for 100
	settings        [5]setting
	mesh            Mesh
	fade            float64 // mm, of a stored mesh; 0: not said
}

const maxFans = 4

// setting is one of the commands whose words a firmware remembers, each until the next that names it.
type setting struct {
	has   uint32
	value [26]float64
}

// settingCodes are the M codes of modal.settings: limits of acceleration and speed, accelerations, jerk and linear
// advance.
var settingCodes = [5]int32{201, 203, 204, 205, 900}

// target resolves the parameters of a move to an absolute position and takes the feed rate.
func (m *modal) target(l *line) (to [4]float64, named [4]bool) {
	to = m.pos
	scale := m.scale()
	for k, letter := range [4]byte{'X', 'Y', 'Z', 'E'} {
		v, ok := l.get(letter)
		if !ok {
			continue
		}
		named[k] = true
		if (k < 3 && m.rel) || (k == 3 && m.pushes()) {
			to[k] = m.pos[k] + v*scale
		} else {
			to[k] = m.shift[k] + v*scale
		}
	}
	if f, ok := l.get('F'); ok && f > 0 {
		m.feed = f * scale / 60
	}
	return to, named
}

// pushes says whether E counts from where it stands.
func (m *modal) pushes() bool { return m.relE || m.rel && m.modeE == profiles.ExtruderEither }

func (m *modal) scale() float64 {
	if m.inch {
		return 25.4
	}
	return 1
}

// arrive puts the axes where a move has taken them.
func (m *modal) arrive(to [4]float64, named [4]bool) {
	m.pos = to
	for k := range m.known {
		m.known[k] = m.known[k] || named[k] && !m.rel && m.homed[k]
	}
}

// apply follows every command but moves and macros. The corner is where a machine is taken to stand after homing.
func (m *modal) apply(l *line, corner [3]float64) {
	switch {
	case l.sub >= 0:
	case l.letter == 'G':
		m.applyG(l, corner)
	case l.letter == 'M':
		m.applyM(l)
	case l.letter == 'T' && l.code < maxTools:
		m.tool = int(l.code)
	}
}

func (m *modal) applyG(l *line, corner [3]float64) {
	switch l.code {
	case 10: // with P it sets a tool's temperature (RepRapFirmware; R is for standby), else it retracts
		_, ok := l.get('P')
		n, there := m.toolOf(l)
		if s, hot := l.get('S'); ok && there && hot {
			m.nozzle[n] = s
		}
	case 20, 21:
		m.inch = l.code == 20
	case 28:
		m.home(l, corner)
	case 29, 80:
		m.mesh = MeshMeasured
	case 90, 91:
		m.rel = l.code == 91
		if m.modeE == "" || m.modeE == profiles.ExtruderFollows {
			m.relE = m.rel
		}
	case 92:
		m.origin(l)
	}
}

func (m *modal) applyM(l *line) {
	switch l.code {
	case 18, 84:
		m.release(l)
	case 82:
		m.relE = false
	case 83:
		m.relE = true
	case 104, 109:
		m.heatTool(l)
	case 116: // RepRapFirmware waits for every heater
		m.reached = m.nozzle
	case 140, 190:
		m.bed = heatOf(l, m.bed)
	case 141, 191:
		m.chamber = heatOf(l, m.chamber)
	case 106, 107:
		m.blow(l)
	case 220, 221:
		if v, ok := l.get('S'); ok && v > 0 && l.code == 220 {
			m.speed = v
		} else if ok && v > 0 {
			m.flow = v
		}
	case 420:
		m.level(l)
	default:
		m.keep(l)
	}
}

// heatTool takes a target for the tool that the line names, or the chosen one.
func (m *modal) heatTool(l *line) {
	n, ok := m.toolOf(l)
	if !ok {
		return
	}
	m.nozzle[n] = heatOf(l, m.nozzle[n])
	if l.is('M', 109) {
		m.reached[n] = m.nozzle[n]
	}
}

// toolOf gives the tool that the line is about; false for one that no machine has.
func (m *modal) toolOf(l *line) (int, bool) {
	letter := byte('T')
	if l.letter == 'G' {
		letter = 'P'
	}
	v, ok := l.get(letter)
	if !ok {
		return m.tool, true
	}
	return int(v), v >= 0 && v < maxTools
}

// heatOf is the target of a heating command: S, or R, which also waits for cooling.
func heatOf(l *line, old float64) float64 {
	if r, ok := l.get('R'); ok {
		return r
	}
	if s, ok := l.get('S'); ok {
		return s
	}
	return old
}

func (m *modal) blow(l *line) {
	p, _ := l.get('P')
	if p < 0 || p >= maxFans {
		return
	}
	speed := 0.0
	if l.code == 106 {
		speed = 255
		if s, ok := l.get('S'); ok {
			speed = max(0, min(s, 255))
		}
	}
	m.fan[int(p)] = speed
}

// home takes the head to the corner; where exactly a machine homes to does not matter, as no move before the next
// absolute one depends on it. Homing ends what G92 began.
func (m *modal) home(l *line, corner [3]float64) {
	all := l.has&(1<<('X'-'A')|1<<('Y'-'A')|1<<('Z'-'A')) == 0
	for k, letter := range [3]byte{'X', 'Y', 'Z'} {
		if _, ok := l.get(letter); ok || all {
			m.homed[k], m.known[k], m.pos[k], m.shift[k] = true, false, corner[k], 0
		}
	}
	m.mesh = MeshNone // Marlin's G28 switches levelling off
}

// release switches motors off: where they stand is no longer sure. With S it only sets a delay.
func (m *modal) release(l *line) {
	if _, ok := l.get('S'); ok {
		return
	}
	all := l.has&(1<<('X'-'A')|1<<('Y'-'A')|1<<('Z'-'A')|1<<('E'-'A')) == 0
	for k, letter := range [3]byte{'X', 'Y', 'Z'} {
		if _, ok := l.get(letter); ok || all {
			m.homed[k] = false
		}
	}
}

// origin gives the present position other figures; without words it is zero on every axis.
func (m *modal) origin(l *line) {
	for k, letter := range [4]byte{'X', 'Y', 'Z', 'E'} {
		v, ok := l.get(letter)
		if ok || l.has == 0 {
			m.shift[k] = m.pos[k] - v*m.scale()
		}
	}
}

func (m *modal) level(l *line) {
	s, ok := l.get('S')
	switch {
	case ok && s == 0:
		m.mesh = MeshNone
	case ok:
		m.mesh = MeshStored
		m.fade, _ = l.get('Z')
	}
}

func (m *modal) keep(l *line) {
	for i, code := range settingCodes {
		if l.code != code {
			continue
		}
		s := &m.settings[i]
		if _, ok := l.get('S'); ok && code == 204 {
			s.has = 0 // S stands for the others
		}
		s.has |= l.has
		for k := range s.value {
			if l.has&(1<<k) != 0 {
				s.value[k] = l.value[k]
			}
		}
	}
}

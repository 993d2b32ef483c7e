package arcfit

import "strings"

// modal is what the file has said so far about how moves are read.
type modal struct {
	relative, inch, plane bool // G91; G20; G18 or G19
	numbered              bool // lines have numbers: none may be taken out
	at                    [2]pm
	known                 [2]bool // an absolute move has said where X and Y are
	e                     pm
	eKnown                bool
	// Some firmwares take G90 and G91 for E as well (Marlin 2, RepRapFirmware, Smoothieware), others not (Marlin 1,
	// Prusa's, Klipper). Both readings are followed; where they differ, nobody knows what E means.
	eRelative [2]bool
	feed      pm
	feedKnown bool
}

// move is a G0 to G3 as read.
type move struct {
	from, to [2]pm
	e        pm // filament pushed, negative drawn back
	endE     pm // as the file says it: absolute, or the same as e
	absolute bool
	pushes   bool // by a line that names E
	feed     pm   // 0: none named
	fresh    bool // feed is another than before
	tail     []byte
}

// push is what adds to the filament used.
func (m move) push() pm { return max(m.e, 0) }

// move follows the line. It says true for one that may become part of an arc.
func (m *modal) move(l *line) (move, bool) {
	switch l.letter {
	case 'G':
		if !l.sub && l.code <= 3 {
			return m.step(l)
		}
		m.general(l)
	case 'M':
		m.machine(l)
	case 'T':
		m.lost()
	case 'N':
		m.numbered = true
	case '#':
		if !harmless(string(l.name)) {
			m.lost()
		}
	}
	return move{}, false
}

func (m *modal) step(l *line) (move, bool) {
	if m.numbered || m.inch {
		m.lost()
		return move{}, false
	}
	mv := move{from: m.at, to: m.at, tail: l.tail}
	fits := l.code == 1 && !l.other && !l.has[axisZ] && !m.relative && !m.plane && m.known == [2]bool{true, true}
	for k := range 2 {
		if !l.has[k] {
			continue
		}
		mv.to[k] = l.value[k]
		m.known[k] = !m.relative
	}
	m.at = mv.to
	fits = m.filament(l, &mv) && fits
	m.speed(l, &mv)
	moves := mv.to != mv.from
	if l.other && l.code <= 1 {
		m.lost()
	}
	return mv, fits && moves && (!mv.pushes || mv.e > 0)
}

// filament reads E; false when it is named and nobody knows what it means.
func (m *modal) filament(l *line, mv *move) bool {
	if !l.has[axisE] {
		return true
	}
	mv.pushes, mv.endE = true, l.value[axisE]
	if m.eRelative[0] != m.eRelative[1] {
		m.eKnown = false
		return false
	}
	if m.eRelative[0] {
		mv.e = mv.endE
		m.eKnown = false
		return true
	}
	known := m.eKnown
	if known {
		mv.e = mv.endE - m.e
	}
	mv.absolute = true
	m.e, m.eKnown = mv.endE, true
	return known
}

func (m *modal) speed(l *line, mv *move) {
	if !l.has[feed] {
		return
	}
	mv.feed = l.value[feed]
	mv.fresh = !m.feedKnown || mv.feed != m.feed
	m.feed, m.feedKnown = mv.feed, true
}

func (m *modal) general(l *line) {
	switch {
	case l.sub:
		m.lost()
	case l.code == 4 || l.code == 10 && !l.other || l.code == 11 || l.code == 22 || l.code == 23: // dwell, firmware retraction
	case l.code == 17:
		m.plane = false
	case l.code == 18 || l.code == 19:
		m.plane = true
	case l.code == 20 || l.code == 21:
		m.inch = l.code == 20
		m.lost()
		m.eKnown = false
	case l.code == 90 || l.code == 91:
		m.relative = l.code == 91
		m.eRelative[1] = m.relative
	case l.code == 92:
		m.origin(l)
	default:
		m.lost()
	}
}

// origin follows G92, which gives where the head is other figures.
func (m *modal) origin(l *line) {
	if l.other || !l.has[axisX] && !l.has[axisY] && !l.has[axisZ] && !l.has[axisE] {
		m.lost()
		return
	}
	for k := range 2 {
		if l.has[k] {
			m.at[k], m.known[k] = l.value[k], true
		}
	}
	if l.has[axisE] {
		m.e, m.eKnown = l.value[axisE], true
	}
}

func (m *modal) machine(l *line) {
	if l.sub {
		return // model checks and the like
	}
	switch l.code {
	case 82, 83:
		m.eRelative = [2]bool{l.code == 83, l.code == 83}
	case 32, 98, 120, 121, 125, 206, 218, 428, 600, 700, 701, 702, 2000: // programs, stacks, offsets, changes of filament
		m.lost()
	}
}

// lost forgets where the head and the filament are, until the file says it again.
func (m *modal) lost() { m.known, m.eKnown = [2]bool{}, false }

// harmless tells the words of macro firmwares that leave the head and its modes alone.
func harmless(name string) bool {
	switch strings.ToUpper(name) {
	case "EXCLUDE_OBJECT_START", "EXCLUDE_OBJECT_END", "EXCLUDE_OBJECT_DEFINE", "EXCLUDE_OBJECT", "SET_VELOCITY_LIMIT",
		"SET_PRESSURE_ADVANCE", "SET_PRINT_STATS_INFO", "RESPOND":
		return true
	}
	return false
}

package link

import (
	"slices"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// warmth watches the heaters' targets for the one sign of a reset that a firmware gives which counts no lines and says
// nothing: all targets are gone, and nobody has sent a command that could have done that.
type warmth struct {
	set     bool  // a target was reported
	last    int64 // the last line numbered then
	without int   // reports in a row without any
}

// coldReports in a row are no accident: one may have been damaged on its way.
const coldReports = 2

// watchWarmth is called for every report of temperatures.
func (l *Link) watchWarmth() {
	s := &l.s
	w := &s.warm
	switch {
	case l.dialect.Lines.Numbers || s.job == nil:
		*w = warmth{}
	case slices.ContainsFunc(s.temps, func(r Reading) bool { return r.Target > 0 }):
		*w = warmth{set: true, last: s.hist.head - 1}
	case !w.set:
	case l.mayHaveCooled(w.last):
		*w = warmth{}
	default:
		if w.without++; w.without == coldReports {
			l.endJob(Reset, "all heaters are off, and nothing that was sent has done that")
			l.connect()
		}
	}
}

// mayHaveCooled says whether a line behind the given one may have turned heaters off.
func (l *Link) mayHaveCooled(last int64) bool {
	h := &l.s.hist
	if h.head-last > historyLines {
		return true
	}
	for n := last; n < h.head; n++ {
		if n > 0 && !slices.Contains(coolsNothing[:], string(frame.Word(h.at(n).command))) {
			return true
		}
	}
	return false
}

// coolsNothing are the commands that files are full of.
var coolsNothing = [...]string{
	"G0", "G1", "G2", "G3", "G4", "G11", "G90", "G91", "G92", "M73", "M82", "M83", "M105", "M106", "M107", "M114", "M117",
	"M201", "M203", "M204", "M205", "M220", "M221", "M400", "M486",
}

package link

import (
	"bytes"
	"slices"
	"time"
)

// receive takes bytes from the printer.
func (l *Link) receive(b []byte) {
	if len(b) == 0 {
		return
	}
	l.s.lastByte = l.s.now
	l.s.lines.add(b, l.handle)
	l.s.partialAt = time.Time{}
	if len(l.s.lines.pending) > 0 {
		l.s.partialAt = l.s.now.Add(l.timing.Partial)
	}
}

// handle acts on one line.
func (l *Link) handle(line []byte) {
	r := classify(&l.dialect.Replies, line)
	if l.lists(r) {
		r.class, r.number = infoReply, none
	}
	if r.class == damaged && l.s.id.Read(line) {
		r.class = infoReply
	}
	l.listen(r)
	if l.s.state == Connecting && l.greeted(r) || l.probed(r) {
		return
	}
	l.account(r)
}

// listen takes what a line says beside acknowledgements.
func (l *Link) listen(r reply) {
	if bytes.HasPrefix(r.text, []byte("Cap:")) || bytes.Contains(r.text, []byte("FIRMWARE_NAME:")) {
		l.s.id.Read(r.text)
	}
	if r.class == temperatureReply || r.class == okReply && len(r.text) > 4 && l.dialect.Replies.TemperatureLine.Match(r.text) {
		l.temperatures(r.text)
	}
	if e := l.s.hist.oldest(); e != nil && e.user != nil && r.class != blank && r.class != busyReply && len(e.user.lines) < 500 {
		e.user.lines = append(e.user.lines, string(r.text))
	}
	if r.class == stoppedReply || r.class == fatalReply || l.dialect.Replies.Stopped.Match(r.text) {
		l.confirmStop()
	}
}

// temperatures merges the readings of one line into the known ones.
func (l *Link) temperatures(line []byte) {
	l.s.fresh = readTemperatures(&l.dialect.Replies, line, l.s.fresh[:0])
	l.nameNozzle()
	for _, f := range l.s.fresh {
		known := false
		for i := range l.s.temps {
			if l.s.temps[i].Sensor == f.Sensor {
				if f.Target == untold {
					f.Target = l.s.temps[i].Target
				}
				l.s.temps[i], known = f, true
			}
		}
		f.Target = max(f.Target, 0)
		if !known && len(l.s.temps) < 32 {
			l.s.temps = append(l.s.temps, f)
		}
	}
	if len(l.s.fresh) > 0 {
		l.s.reports++
	}
	l.watchWarmth()
	l.s.dirty = true
}

// nameNozzle settles what a plain T is: the active nozzle once more where the report holds T0 too, else the only nozzle of
// a machine that has numbered it before. Some firmware numbers nozzles in its reports, and not while it heats.
func (l *Link) nameNozzle() {
	has := func(all []Reading, sensor string) bool {
		return slices.ContainsFunc(all, func(r Reading) bool { return r.Sensor == sensor })
	}
	plain := func(r Reading) bool { return r.Sensor == "T" }
	s := &l.s
	switch {
	case has(s.fresh, "T0"):
		s.fresh, s.temps = slices.DeleteFunc(s.fresh, plain), slices.DeleteFunc(s.temps, plain)
	case has(s.temps, "T0") && !has(s.temps, "T1"):
		if i := slices.IndexFunc(s.fresh, plain); i >= 0 {
			s.fresh[i].Sensor = "T0"
		}
	}
}

package link

import (
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// publish makes the state visible: at once when the state word changes, else ten times a second.
func (l *Link) publish() {
	s := &l.s
	defer l.announce()
	same := len(s.closing) == 0 && l.snap.State == s.state && l.snap.Reason == s.reason && l.snap.Detail == s.detail && (l.snap.Job == nil) == (s.job == nil)
	if same && !s.dirty {
		s.publishAt = time.Time{}
		return
	}
	if next := s.published.Add(publishInterval); same && s.now.Before(next) {
		s.publishAt = next
		return
	}
	s.published, s.publishAt, s.dirty = s.now, time.Time{}, false
	snap := Snapshot{
		State: s.state, Reason: s.reason, Detail: s.detail, Temps: s.temps, Identity: s.id, Prompt: s.prompt,
		Dialect: l.dialect.Name, Window: s.win.Capacity, Continues: s.last > 0,
		Reports: s.reports,
	}
	if e := s.hist.oldest(); e != nil && e.slow {
		snap.Busy = string(frame.Word(e.command))
	}
	if s.job != nil {
		snap.ResumeAsked = s.job.wanted
		snap.Job = s.job.progress()
	}
	snap = snap.clone()
	l.mu.Lock()
	l.snap = snap
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// announce tells those who wait for something that the snapshot shows by now.
func (l *Link) announce() {
	for _, c := range l.s.closing {
		close(c)
	}
	l.s.closing = l.s.closing[:0]
}

// publishInterval bounds how often progress is copied out of the loop.
const publishInterval = 100 * time.Millisecond

package fleet

import (
	"sync"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// Live is the last that a printer said about itself. It is for display and never decides anything. Temperatures are in
// thousandths of a degree Celsius, progress in per mille.
type Live struct {
	Worker      fab.WorkerID  `json:"worker"`
	Online      bool          `json:"online"` // its agent is connected
	At          time.Time     `json:"at"`     // when the message came
	State       string        `json:"state"`
	Reason      string        `json:"reason,omitempty"`
	Attempt     fab.AttemptID `json:"attempt,omitempty"`
	Line        int64         `json:"line"`
	Lines       int64         `json:"lines"`
	ProgressPM  int64         `json:"progress_pm"`
	NozzleMC    int64         `json:"nozzle_mc"`
	NozzleSetMC int64         `json:"nozzle_set_mc"`
	BedMC       int64         `json:"bed_mc"`
	BedSetMC    int64         `json:"bed_set_mc"`
	SecondsLeft int64         `json:"seconds_left"`
	Resends     int64         `json:"resends"`
}

// LiveTopic is where a Publisher gets the Live of a worker.
func LiveTopic(id fab.WorkerID) string { return "printer/" + string(id) }

// Live gives the last that a printer said, and false when it said nothing since the coordinator started.
func (f *Fleet) Live(id fab.WorkerID) (Live, bool) {
	f.board.mu.Lock()
	defer f.board.mu.Unlock()
	for _, l := range f.board.lives {
		if l.Worker == id {
			return l.Live, true
		}
	}
	return Live{}, false
}

func (f *Fleet) show(lives []Live) {
	if f.Hub == nil {
		return
	}
	for _, l := range lives {
		f.Hub.Publish(LiveTopic(l.Worker), l)
	}
}

// place is where a printer is.
type place struct{ agent, printer string }

// board is the last that all printers said.
type board struct {
	mu      sync.Mutex
	lives   map[place]*entry
	online  map[string]bool // agents
	changed map[place]string
}

type entry struct{ Live }

func newBoard() *board {
	return &board{lives: map[place]*entry{}, online: map[string]bool{}, changed: map[place]string{}}
}

// at gives the entry of a printer, and true when it is new.
func (b *board) at(t wire.Topic) (*entry, place, bool) {
	p := place{t.Agent, t.Printer}
	e, known := b.lives[p]
	if !known {
		e = &entry{Live{Online: b.online[t.Agent]}}
		b.lives[p] = e
	}
	return e, p, !known
}

// admits reports whether a printer is known, or may still be: an agent brings so many and no more.
func (b *board) admits(t wire.Topic) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.lives[place{t.Agent, t.Printer}]; known {
		return true
	}
	n := 0
	for p := range b.lives {
		if p.agent == t.Agent {
			n++
		}
	}
	return n < mostPrinters
}

// state notes a state, and reports whether its word has to be stored.
func (b *board) state(t wire.Topic, s wire.State) (show []Live, news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, p, fresh := b.at(t)
	if fresh || e.State != string(s.Word) {
		b.changed[p], news = string(s.Word), true
	}
	e.At, e.State, e.Reason, e.Attempt = time.Now(), string(s.Word), s.Reason, fab.AttemptID(s.Attempt)
	e.Line, e.Lines, e.ProgressPM = s.Line, s.Lines, s.Progress
	return e.shown(), news
}

func (b *board) telemetry(t wire.Topic, m wire.Telemetry) (show []Live, news bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, p, fresh := b.at(t)
	if fresh {
		b.changed[p], news = "", true
	}
	e.At, e.Attempt, e.Resends, e.SecondsLeft = time.Now(), fab.AttemptID(m.Attempt), m.Resends, m.SecondsEnd
	e.NozzleMC, e.NozzleSetMC, e.BedMC, e.BedSetMC = m.NozzleMC, m.NozzleSet, m.BedMC, m.BedSet
	e.Line, e.Lines, e.ProgressPM = m.Line, m.Lines, m.Progress
	return e.shown(), news
}

// shown is the entry, once it is known whose it is.
func (e *entry) shown() []Live {
	if e.Worker == "" {
		return nil
	}
	return []Live{e.Live}
}

// present notes that an agent came or went.
func (b *board) present(agent string, online bool) (show []Live) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.online[agent] = online
	for p, e := range b.lives {
		if p.agent == agent && e.Online != online {
			e.Online = online
			show = append(show, e.shown()...)
		}
	}
	return show
}

// takeChanged hands out the words to store; putBack returns them when that failed.
func (b *board) takeChanged() map[place]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := b.changed
	b.changed = map[place]string{}
	return changed
}

func (b *board) putBack(changed map[place]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p, word := range changed {
		if _, newer := b.changed[p]; !newer {
			b.changed[p] = word
		}
	}
}

// found notes which workers printers are.
func (b *board) found(workers map[place]fab.WorkerID) (show []Live) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p, id := range workers {
		if e := b.lives[p]; e.Worker != id {
			e.Worker = id
			show = append(show, e.Live)
		}
	}
	return show
}

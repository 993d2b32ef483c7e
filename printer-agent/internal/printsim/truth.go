package printsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Record kinds of the truth log. A record without a kind is one executed line.
const (
	recordStart   = "start"   // the board booted; Why is boot, reset or reopen
	recordAttempt = "attempt" // a marker opened attempt ID
	recordEnd     = "end"     // a marker closed attempt ID
	recordResend  = "resend"  // the board asked for line N again
	recordFault   = "fault"   // a fault was injected; Why names it
	recordLost    = "lost"    // N bytes found the receive ring full
	recordHalt    = "halt"    // the firmware stopped for good; Why says what asked for it
	recordHeat    = "heat"    // heater seconds so far, and the targets now
)

// markerPrefix opens the message that marks an attempt: "M117 mailleur TOKEN"
// starts one, "M117 mailleur end TOKEN" ends it.
const markerPrefix = "mailleur "

// Record is one line of the truth log.
type Record struct {
	T    float64 `json:"t"`           // virtual seconds since the simulator started
	Kind string  `json:"k,omitempty"` // empty: a line was executed
	N    *int    `json:"n,omitempty"` // line number, absent when the line had none; or a count
	C    string  `json:"c,omitempty"` // the line without number and checksum
	ID   string  `json:"id,omitempty"`
	Why  string  `json:"why,omitempty"`
	Heat *Heat   `json:"heat,omitempty"`
}

// Heat sums up the heaters of one run of the simulator.
type Heat struct {
	HotendSeconds float64 `json:"hotend_s"` // how long a target was set
	BedSeconds    float64 `json:"bed_s"`
	HotendTarget  float64 `json:"hotend_target"` // °C
	BedTarget     float64 `json:"bed_target"`
}

// Counts says whether an executed line counts as a line of a print. It is the
// rule both sides of an account share: within an attempt's markers every
// numbered line counts, except those an agent sends of its own accord, which
// are M105, M110, M115, M117 and M155. An agent reaches the same figure by
// counting the lines of its file by this rule, and no other line. cmd may
// carry a number and a checksum.
func Counts(cmd string) bool {
	switch parseCommand(bare(cmd)).code {
	case "", "M105", "M110", "M115", "M117", "M155":
		return false
	}
	return true
}

// TruthLog appends records to a file. Flush hands everything to the operating
// system, so that a killed simulator loses nothing that was flushed. Not for
// concurrent use.
type TruthLog struct {
	file *os.File
	buf  *bufio.Writer
	enc  *json.Encoder
}

// OpenTruth opens a truth log for appending and makes it if need be. A last
// line that a crash cut short is ended, and left for ReadTruth to pass over.
func OpenTruth(path string) (*TruthLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open truth log: %w", err)
	}
	if err := endLastLine(f); err != nil {
		return nil, errors.Join(fmt.Errorf("mend truth log: %w", err), f.Close())
	}
	w := bufio.NewWriterSize(f, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &TruthLog{file: f, buf: w, enc: enc}, nil
}

func endLastLine(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = f.Write([]byte("\n"))
	return err
}

// Write adds one record.
func (l *TruthLog) Write(r Record) error { return l.enc.Encode(r) }

// Flush writes what was added to the file.
func (l *TruthLog) Flush() error { return l.buf.Flush() }

// Close flushes and closes the file.
func (l *TruthLog) Close() error { return errors.Join(l.buf.Flush(), l.file.Close()) }

// Attempt is what the board saw of one attempt, from its start marker to its
// end marker, the next attempt, or the halt or restart that cut it short.
type Attempt struct {
	ID        string `json:"id"`
	Lines     int    `json:"lines"`     // lines executed that count, see Counts
	Ended     bool   `json:"ended"`     // its end marker was executed
	Halted    bool   `json:"halted"`    // the firmware stopped for good while it ran
	Restarted bool   `json:"restarted"` // the board started anew while it ran
	Repeated  int    `json:"repeated"`  // numbered lines executed although the same or a later number had been
	Skipped   int    `json:"skipped"`   // numbers never executed between two that were
}

// Truth is a truth log summed up.
type Truth struct {
	Attempts      []Attempt         `json:"attempts"`       // in the order in which they started
	LinesExecuted int               `json:"lines_executed"` // over all attempts
	Resends       int               `json:"resends"`        // lines the board asked for again
	BytesLost     int               `json:"bytes_lost"`     // bytes that found the receive ring full
	Faults        int               `json:"faults"`         // faults injected
	FaultsByKind  map[FaultKind]int `json:"faults_by_kind"`
	Starts        int               `json:"starts"` // times the board booted
	Heat          Heat              `json:"heat"`   // seconds over all runs; the targets last seen
}

// Started counts how often the attempt with this token was started.
func (t Truth) Started(id string) int {
	n := 0
	for _, a := range t.Attempts {
		if a.ID == id {
			n++
		}
	}
	return n
}

// ReadTruth sums up a truth log. A line cut short by a crash is passed over.
func ReadTruth(path string) (Truth, error) {
	f, err := os.Open(path)
	if err != nil {
		return Truth{}, fmt.Errorf("open truth log: %w", err)
	}
	defer f.Close()
	s := summary{Truth: Truth{Attempts: []Attempt{}, FaultsByKind: map[FaultKind]int{}}, open: -1}
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			s.endRun()
			return s.Truth, nil
		}
		if err != nil {
			return Truth{}, fmt.Errorf("read truth log: %w", err)
		}
		var rec Record
		if json.Unmarshal(bytes.TrimSpace(line), &rec) == nil {
			s.add(rec)
		}
	}
}

type summary struct {
	Truth
	open  int // index of the running attempt, -1 for none
	last  int // last line number seen, valid if known
	known bool
	heat  Heat
}

func (s *summary) add(r Record) {
	switch r.Kind {
	case "":
		s.line(r)
	case recordStart:
		s.start(r)
	case recordAttempt:
		s.Attempts = append(s.Attempts, Attempt{ID: r.ID})
		s.open = len(s.Attempts) - 1
	case recordEnd:
		s.end(r.ID)
	case recordResend:
		s.Resends++
	case recordLost:
		if r.N != nil {
			s.BytesLost += *r.N
		}
	case recordFault:
		s.Faults++
		kind, _, _ := strings.Cut(r.Why, ":")
		s.FaultsByKind[FaultKind(kind)]++
	case recordHalt:
		if s.open >= 0 {
			s.Attempts[s.open].Halted = true
		}
		s.open = -1
	case recordHeat:
		if r.Heat != nil {
			s.heat = *r.Heat
		}
	}
}

func (s *summary) start(r Record) {
	s.Starts++
	s.known = false
	if s.open >= 0 {
		s.Attempts[s.open].Restarted = true
	}
	s.open = -1
	if r.Why == string(startBoot) {
		s.endRun()
	}
}

// endRun adds the heater seconds of a run of the simulator: its records hold
// running sums.
func (s *summary) endRun() {
	s.Heat.HotendSeconds += s.heat.HotendSeconds
	s.Heat.BedSeconds += s.heat.BedSeconds
	s.Heat.HotendTarget, s.Heat.BedTarget = s.heat.HotendTarget, s.heat.BedTarget
	s.heat = Heat{}
}

func (s *summary) end(id string) {
	if s.open >= 0 && s.Attempts[s.open].ID == id {
		s.Attempts[s.open].Ended = true
	}
	s.open = -1
}

func (s *summary) line(r Record) {
	if r.N == nil {
		return
	}
	n := *r.N
	renumbers := parseCommand(r.C).code == "M110"
	if s.open >= 0 && s.known && !renumbers {
		a := &s.Attempts[s.open]
		if n <= s.last {
			a.Repeated++
		} else {
			a.Skipped += n - s.last - 1
		}
	}
	s.last, s.known = n, true
	if s.open >= 0 && Counts(r.C) {
		s.Attempts[s.open].Lines++
		s.LinesExecuted++
	}
}

func virtual(t time.Duration) float64 { return float64(t.Milliseconds()) / 1000 }

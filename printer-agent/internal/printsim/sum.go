package printsim

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
)

// Attempt is what the board saw of one attempt, from its start marker to its
// end marker, the next attempt, or the halt or restart that cut it short. It
// goes on over a host that went away and came back, as long as line numbers do.
type Attempt struct {
	ID        string `json:"id"`
	Lines     int    `json:"lines"`     // lines executed that count, see Counts
	Ended     bool   `json:"ended"`     // its end marker was executed
	Halted    bool   `json:"halted"`    // the firmware stopped for good while it ran
	Restarted bool   `json:"restarted"` // the board started anew while it ran
	Repeated  int    `json:"repeated"`  // numbered lines executed although the same or a later number had been
	Skipped   int    `json:"skipped"`   // numbers never executed between two that were
	SHA256    string `json:"executed_sha256"`
}

// Collision is a line that the cable hurt and that was executed all the same.
type Collision struct {
	Attempt  string `json:"attempt,omitempty"`
	Line     int    `json:"line"` // counted line of the attempt, from 1; 0 if none counted yet
	N        int    `json:"n"`    // its line number
	Sent     string `json:"sent"` // as the host sent it
	Executed string `json:"executed"`
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
	Load          Load              `json:"load"`   // sums over all runs; the highest figure of any
	Collisions    []Collision       `json:"collisions"`
	Unchecked     int               `json:"unchecked"` // hurt lines executed because they had no number or no checksum
	executed      [][]string        // by attempt
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

// Executed returns the counted lines that were executed for an attempt, in
// order, in the canonical form of ExecutedSHA256.
func (t Truth) Executed(id string) (lines []string) {
	for i, a := range t.Attempts {
		if a.ID == id {
			lines = append(lines, t.executed[i]...)
		}
	}
	return lines
}

// ExecutedSHA256 is what Attempt.SHA256 holds for an attempt that executed
// exactly these lines, each once, in order: the hexadecimal SHA-256 over the
// canonical form of each line that Counts, followed by a newline. Canonical is
// the line without number, checksum, comment and the space around it; nothing
// inside it is changed.
func ExecutedSHA256(lines []string) string {
	sum := sha256.New()
	for _, l := range lines {
		if Counts(l) {
			addLine(sum, bare(l))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func addLine(sum hash.Hash, line string) { sum.Write([]byte(line + "\n")) }

// ReadTruth sums up a truth log. A line cut short by a crash is passed over.
func ReadTruth(path string) (Truth, error) {
	f, err := os.Open(path)
	if err != nil {
		return Truth{}, fmt.Errorf("open truth log: %w", err)
	}
	defer f.Close()
	s := newSummary()
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return s.truth(), nil
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

// summary adds records up.
type summary struct {
	Truth
	sums  []hash.Hash // by attempt
	open  int         // index of the running attempt, -1 for none
	last  int         // last line number seen, valid if known
	known bool
	bare  bool // the firmware looks at no numbers
	heat  Heat
	load  Load
}

func newSummary() *summary {
	return &summary{Truth: Truth{Attempts: []Attempt{}, FaultsByKind: map[FaultKind]int{}, Collisions: []Collision{}}, open: -1}
}

// truth is what the records so far add up to.
func (s *summary) truth() Truth {
	t := s.Truth
	t.Attempts = slices.Clone(t.Attempts)
	for i := range t.Attempts {
		t.Attempts[i].SHA256 = hex.EncodeToString(s.sums[i].Sum(nil))
	}
	t.FaultsByKind = map[FaultKind]int{}
	for kind, n := range s.FaultsByKind {
		t.FaultsByKind[kind] = n
	}
	t.Collisions = slices.Clone(t.Collisions)
	t.executed = make([][]string, len(s.executed))
	for i, lines := range s.executed {
		t.executed[i] = slices.Clip(lines)
	}
	t.Heat, t.Load = t.Heat.plus(s.heat), t.Load.plus(s.load)
	return t
}

func (s *summary) add(r Record) {
	switch r.Kind {
	case "":
		s.line(r)
	case recordStart:
		s.start(r)
	case recordAttempt:
		s.begin(r.ID)
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
	case recordCollision, recordUnchecked:
		s.hurt(r)
	case recordHalt:
		if s.open >= 0 {
			s.Attempts[s.open].Halted = true
		}
		s.open = -1
	case recordHeat:
		if r.Heat != nil {
			s.heat = *r.Heat
		}
	case recordLoad:
		if r.Load != nil {
			s.load = *r.Load
		}
	}
}

func (s *summary) begin(id string) {
	s.Attempts = append(s.Attempts, Attempt{ID: id})
	s.sums = append(s.sums, sha256.New())
	s.executed = append(s.executed, nil)
	s.open = len(s.Attempts) - 1
}

func (s *summary) start(r Record) {
	s.Starts++
	s.known, s.bare = false, ignoresNumbers(r.Firmware)
	if s.open >= 0 {
		s.Attempts[s.open].Restarted = true
	}
	s.open = -1
	if r.Why == string(startBoot) {
		s.endRun()
	}
}

// endRun adds the figures of a run of the simulator: its records hold running
// sums.
func (s *summary) endRun() {
	s.Heat, s.Load = s.Heat.plus(s.heat), s.Load.plus(s.load)
	s.heat, s.load = Heat{}, Load{}
}

// plus adds a later run.
func (h Heat) plus(o Heat) Heat {
	o.HotendSeconds += h.HotendSeconds
	o.BedSeconds += h.BedSeconds
	return o
}

func (l Load) plus(o Load) Load {
	return Load{
		Starved: l.Starved + o.Starved, StarvedMS: l.StarvedMS + o.StarvedMS,
		InFlight: max(l.InFlight, o.InFlight), RingHigh: max(l.RingHigh, o.RingHigh),
	}
}

func (s *summary) end(id string) {
	if s.open >= 0 && s.Attempts[s.open].ID == id {
		s.Attempts[s.open].Ended = true
	}
	s.open = -1
}

func (s *summary) hurt(r Record) {
	if r.Kind == recordUnchecked {
		s.Unchecked++
		return
	}
	c := Collision{Line: r.Line, Sent: r.Was, Executed: r.C}
	if r.N != nil {
		c.N = *r.N
	}
	if s.open >= 0 {
		c.Attempt = s.Attempts[s.open].ID
	}
	s.Collisions = append(s.Collisions, c)
}

func (s *summary) line(r Record) {
	if r.N == nil && !s.bare {
		s.renumber(r.C)
		return
	}
	if r.N != nil {
		s.number(*r.N, parseCommand(r.C).code == "M110")
	}
	if s.open >= 0 && Counts(r.C) {
		s.Attempts[s.open].Lines++
		s.LinesExecuted++
		text := bare(r.C)
		s.executed[s.open] = append(s.executed[s.open], text)
		addLine(s.sums[s.open], text)
	}
}

// renumber follows an M110 that has no line number itself.
func (s *summary) renumber(cmd string) {
	c := parseCommand(cmd)
	if c.code != "M110" {
		return
	}
	if n, ok := c.value('N'); ok {
		s.last, s.known = int(n), true
	}
}

// number compares a line's number with the one before it.
func (s *summary) number(n int, renumbers bool) {
	if s.open >= 0 && s.known && !renumbers {
		a := &s.Attempts[s.open]
		if n <= s.last {
			a.Repeated++
		} else {
			a.Skipped += n - s.last - 1
		}
	}
	s.last, s.known = n, true
}

package printsim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
	recordLoad    = "load"    // how hard the board was driven so far

	recordCollision = "collision" // a line that the cable hurt was executed although its checksum was compared: it matched
	recordUnchecked = "unchecked" // a line that the cable hurt was executed, and had nothing to compare
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
	Load *Load   `json:"load,omitempty"`
	Line int     `json:"line,omitempty"` // counted line of the attempt, from 1
	Was  string  `json:"was,omitempty"`  // the line as the host sent it

	Firmware string `json:"fw,omitempty"` // of a start
}

// Heat sums up the heaters of one run of the simulator.
type Heat struct {
	HotendSeconds float64 `json:"hotend_s"` // how long a target was set
	BedSeconds    float64 `json:"bed_s"`
	HotendTarget  float64 `json:"hotend_target"` // °C
	BedTarget     float64 `json:"bed_target"`
}

// Load sums up how the board was driven in one run of the simulator.
type Load struct {
	Starved   int     `json:"starved"`    // times the planner ran empty between two moves of an attempt; heating, homing, dwelling and draining (M400) apart
	StarvedMS float64 `json:"starved_ms"` // how long motion then stood
	InFlight  int     `json:"in_flight"`  // most lines ever on the wire, in the ring and in the queue together
	RingHigh  int     `json:"ring_high"`  // most bytes ever in the receive ring
}

// Counts says whether an executed line counts as a line of a print. It is the
// rule both sides of an account share: within an attempt's markers every
// numbered line (where the firmware looks at numbers; else every line) counts,
// except those an agent sends of its own accord, which
// are M105, M110, M114, M115, M117 and M155. An agent reaches the same figure by
// counting the lines of its file by this rule, and no other line. cmd may
// carry a number and a checksum.
func Counts(cmd string) bool {
	switch parseCommand(bare(cmd)).code {
	case "", "M105", "M110", "M114", "M115", "M117", "M155":
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

func virtual(t time.Duration) float64 { return float64(t.Milliseconds()) / 1000 }

// Package gcode reads G-code of any origin in one streaming pass: it measures what a file will do, holds it against what
// a machine may be asked to do, and knows the state a firmware is in at any byte of it. It is the only safety check of
// the project: the bridge runs it on what a slicer wrote, the agent before a printer gets a line.
package gcode

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	maxCodes = 64   // distinct findings kept
	maxWords = 1000 // distinct command words remembered
	slack    = 0.05 // mm: rounding of a slicer, not a move
	maxUM    = 1e15

	maxBytes   = 2 << 30 // of a file, where the limits say nothing; a print of a week has a quarter of that
	maxHours   = 200     // of motion and dwells
	longestRun = 200.0   // mm of filament in one move: Marlin's EXTRUDE_MAXLENGTH
)

// Check reads the file to its end, or as far as a file may be long. The findings are in the order of their first line, one for each kind; Safe judges
// them. The error is about reading only. Check keeps nothing of the file, whatever its size.
func Check(r io.Reader, l Limits) (Report, []Finding, error) {
	c := newChecker(l)
	if err := scan(r, c.piece); err != nil {
		return Report{}, nil, err
	}
	c.finish()
	return c.report, c.findings, nil
}

// CheckIndexed is Check and Index in one pass.
func CheckIndexed(r io.Reader, l Limits) (Report, []Finding, *Index, error) {
	c := newChecker(l)
	c.index = newIndex()
	c.plan.reached = c.index.take
	if err := scan(r, c.piece); err != nil {
		return Report{}, nil, nil, err
	}
	c.finish()
	c.index.finish(c.report.Bytes, c.plan.seconds)
	return c.report, c.findings, c.index, nil
}

type checker struct {
	modal
	now      line
	limits   Limits
	corner   [3]float64 // where homing is taken to end
	report   Report
	findings []Finding
	kinds    map[kind]int
	byKey    map[uint64]verdict
	byName   map[string]verdict
	alien    bool // the file is something else altogether
	empty    bool // nothing but blanks and comments so far

	fuel, fuelTop float64 // mm of filament pushed so far, retractions taken off
	bounds        [6]float64
	laid          bool
	elapsed       bool // the slicer told the time along the way
	layers        layers
	plan          planner
	index         *Index // nil: not wanted
}

// kind is what makes two findings the same.
type kind struct{ code, key string }

func newChecker(l Limits) *checker {
	inf := math.Inf(1)
	return &checker{
		modal: modal{modeE: l.Firmware.Extruder}, limits: l, kinds: map[kind]int{}, byKey: map[uint64]verdict{}, byName: map[string]verdict{}, empty: true,
		corner: [3]float64{mm(l.Bed.MinX), mm(l.Bed.MinY), 0},
		bounds: [6]float64{inf, inf, inf, -inf, -inf, -inf}, plan: newPlanner(l.Motion),
	}
}

// again counts a kind of finding that has been seen; false for a new one.
func (c *checker) again(code, key string) bool {
	i, ok := c.kinds[kind{code, key}]
	if ok {
		c.findings[i].Count++
	}
	return ok || len(c.findings) >= maxCodes
}

// refuse records a new kind of finding, warn one that is no reason to refuse. The pairs are names and values of
// arguments.
func (c *checker) refuse(code, key string, pairs ...any) {
	f := Finding{Code: code, Line: c.report.FileLines, Count: 1}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args[pairs[i].(string)] = format(pairs[i+1])
	}
	c.kinds[kind{code, strings.Clone(key)}] = len(c.findings)
	c.findings = append(c.findings, f)
}

func (c *checker) warn(code, key string, pairs ...any) {
	c.refuse(code, key, pairs...)
	c.findings[len(c.findings)-1].Warning = true
}

func format(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// text refuses a line for what it says.
func (c *checker) text(code, key string, s []byte) {
	if !c.again(code, key) {
		c.refuse(code, key, "text", quote(s))
	}
}

// quote makes the beginning of a line fit for a person's eyes.
func quote(s []byte) string {
	s = s[:min(len(s), 40)]
	if traits(s)&(seenControl|seenHigh) == 0 {
		return string(s)
	}
	return strconv.QuoteToASCII(string(s))
}

// piece takes one line of the file.
func (c *checker) piece(p piece) bool {
	c.report.FileLines++
	c.report.Bytes += p.size
	if c.alien {
		return true
	}
	if most := cmp.Or(c.limits.MaxBytes, maxBytes); c.report.Bytes > most {
		c.alien = true
		c.refuse(CodeTooLarge, "", "bytes", c.report.Bytes, "max", most)
		return false
	}
	raw := p.text
	if c.empty {
		raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		if is := sniff(raw); is != "" {
			c.alien = true
			c.refuse(CodeNotGCode, "", "is", is)
			return true
		}
	}
	if p.nul {
		if !c.again(CodeDamaged, "") {
			c.refuse(CodeDamaged, "")
		}
		return true
	}
	s := strip(raw)
	if len(s) == 0 {
		c.comment(raw, p.at)
		return true
	}
	c.empty = false
	c.report.Lines++
	if p.size > int64(len(p.text)) && bytes.IndexByte(p.text, ';') < 0 {
		c.tooLong(p.size)
		return true
	}
	c.line(s, p.at)
	return true
}

func (c *checker) tooLong(length int64) {
	if !c.again(CodeLineTooLong, "") {
		c.refuse(CodeLineTooLong, "", "length", length, "max", c.limits.Payload)
	}
}

func (c *checker) line(s []byte, at int64) {
	seen := traits(s)
	if seen&seenControl != 0 {
		c.text(CodeUnreadable, "", s)
		return
	}
	c.now.parse(s)
	v := c.verdict()
	if v == skipped {
		c.skip(s)
		return
	}
	if len(s) > c.limits.Payload && c.now.shortest(len(s)) > c.limits.Payload {
		c.tooLong(int64(len(s)))
	}
	text := c.now.textual() && v != refused
	switch {
	case seen&seenHigh != 0 && !text:
		c.text(CodeUnreadable, "", s)
	case seen&(seenBrace|seenBracket) != 0 && placeholder(s) && !text:
		c.text(CodePlaceholder, "", s)
	case c.now.bad:
		c.text(CodeUnreadable, "", s)
	case c.now.two:
		c.text(CodeTwoCommands, "", s)
	default:
		c.command(v, at)
	}
}

// comment picks the few comments that slicers agree on.
func (c *checker) comment(raw []byte, at int64) {
	if c.report.Slicer == "" && c.report.FileLines < 40 {
		c.report.Slicer = slicerName(raw)
	}
	if c.layers.comment(raw) {
		if c.layers.named == 0 {
			c.report.PrimedUM = um(c.fuelTop)
		}
		c.layers.named++
		if c.index != nil {
			c.index.layerAt(at, true, &c.plan)
		}
		return
	}
	c.said(raw)
}

func mm(um int64) float64 { return float64(um) / 1000 }

// um rounds, and ends where no machine goes.
func um(mm float64) int64 { return int64(math.Round(min(max(mm*1000, -maxUM), maxUM))) }

func (c *checker) finish() {
	c.plan.flush()
	r := &c.report
	if !c.laid {
		c.bounds = [6]float64{}
		if !c.alien && !c.again(CodeNoExtrusion, "") {
			c.refuse(CodeNoExtrusion, "")
		}
	}
	b := c.bounds
	r.Bounds = Box{um(b[0]), um(b[1]), um(b[2]), um(b[3]), um(b[4]), um(b[5])}
	r.FilamentUM = um(c.fuelTop)
	radius := mm(c.limits.Filament) / 2
	r.FilamentMG = um(c.fuelTop * math.Pi * radius * radius * float64(c.limits.Density) / 1e6)
	r.Layers = c.layers.count()
	r.Seconds = int64(duration(c.plan.seconds).Round(time.Second) / time.Second)
	r.MaxZUM = max(r.MaxZUM, 0)
	if hours := r.Seconds / 3600; hours >= maxHours && !c.again(CodeTooLong, "") {
		c.refuse(CodeTooLong, "", "hours", hours, "max", maxHours)
	}
	r.HeatersOff = c.leftOn()
	c.mismatch()
}

// leftOn notes every heater that the file leaves on; true when there is none.
func (c *checker) leftOn() bool {
	off := true
	one := func(heater string, target float64) {
		if target == 0 {
			return
		}
		off = false
		if c.again(CodeHeaterLeftOn, heater) {
			return
		}
		note := c.refuse
		if c.limits.EndAppended {
			note = c.warn
		}
		note(CodeHeaterLeftOn, heater, "heater", heater, "target_c", target)
	}
	for _, target := range c.nozzle {
		one("nozzle", target)
	}
	one("bed", c.bed)
	one("chamber", c.chamber)
	return off
}

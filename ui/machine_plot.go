package ui

import (
	"fmt"
	"strings"
	"time"
)

// Sample is one reading of a heater. Temperatures are in thousandths of a degree Celsius.
type Sample struct {
	At            time.Time
	Known         bool
	Milli, Target int64
}

// Plot is the course of one heater, drawn on the server: lines in a box of plotWidth by plotHeight.
type Plot struct {
	Heater Heater
	Lines  []string // points of the readings; several where there are gaps
	Goals  []string // points of what was asked for
	Span   time.Duration
	Rows   []Sample // about one a minute, newest first, for the table
}

const (
	plotWidth, plotHeight = 600, 120
	plotFloor             = 60_000  // the scale reaches at least this, so that a room's warmth looks cold
	plotCeiling           = 350_000 // beyond this a sensor is broken: a gap
	plotGap               = 15 * time.Second
)

// NewPlot draws the samples, oldest first, of the time before now.
func NewPlot(h Heater, samples []Sample, now time.Time, span time.Duration) Plot {
	p := Plot{Heater: h, Span: span}
	top := int64(plotFloor)
	for _, s := range samples {
		for _, milli := range []int64{s.Milli, s.Target} {
			if milli <= plotCeiling {
				top = max(top, milli)
			}
		}
	}
	top += top / 10
	x := func(at time.Time) float64 { return plotWidth * (1 - now.Sub(at).Seconds()/span.Seconds()) }
	y := func(milli int64) float64 { return plotHeight * (1 - float64(max(milli, 0))/float64(top)) }
	var line, goal run
	for _, s := range samples {
		if now.Sub(s.At) > span || s.At.After(now) {
			continue
		}
		s.Known = s.Known && s.Milli <= plotCeiling
		line.add(s.At, s.Known, x(s.At), y(s.Milli))
		goal.add(s.At, s.Target > 0 && s.Target <= plotCeiling, x(s.At), y(s.Target))
		if n := len(p.Rows); s.Known && (n == 0 || s.At.Sub(p.Rows[n-1].At) >= time.Minute) {
			p.Rows = append(p.Rows, s)
		}
	}
	for i, j := 0, len(p.Rows)-1; i < j; i, j = i+1, j-1 {
		p.Rows[i], p.Rows[j] = p.Rows[j], p.Rows[i]
	}
	p.Lines, p.Goals = line.points(), goal.points()
	return p
}

// run gathers points, and begins anew after a gap.
type run struct {
	done []string
	open []string
	last time.Time
}

func (r *run) add(at time.Time, known bool, x, y float64) {
	if !known || at.Sub(r.last) > plotGap {
		r.cut()
	}
	if known {
		r.open = append(r.open, fmt.Sprintf("%.1f,%.1f", x, y))
		r.last = at
	}
}

// cut ends a line; one point alone shows nothing.
func (r *run) cut() {
	if len(r.open) > 1 {
		r.done = append(r.done, strings.Join(r.open, " "))
	}
	r.open = nil
}

func (r *run) points() []string {
	r.cut()
	return r.done
}

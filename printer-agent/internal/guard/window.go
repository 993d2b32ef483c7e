package guard

import (
	"fmt"
	"time"
)

// Rule says how much of a print must lie within the hours in which a printer may heat.
type Rule string

// The rules.
const (
	Whole Rule = "whole" // all of it, as estimated
	Start Rule = "start" // its heating up; what began in time may go on into the night
)

// ParseRule reads a rule; empty is Whole, because a print that nobody watches at night is the worse surprise.
func ParseRule(field, text string) (Rule, error) {
	switch r := Rule(text); r {
	case "":
		return Whole, nil
	case Whole, Start:
		return r, nil
	}
	return "", fmt.Errorf(`%s = %q: want "whole" (the print must end within the hours) or "start" (it must begin in them)`, field, text)
}

// Windows are when one printer may heat and when its plate may be cleared.
type Windows struct {
	Heat  Schedule
	Clear Schedule
	Rule  Rule
	Home  bool // it stands in a home: nothing heats unless the maker said "I am here until"
}

// Need is what a print asks for.
type Need struct {
	HeatUp time.Duration
	Whole  time.Duration // all of it, heating up included; less than HeatUp counts as HeatUp
}

// MayHeat says whether a print may start now. hereUntil is until when the maker said that they are there, zero when they
// did not: that is as good as an open window, and in a home nothing else is. A no carries when it will be a yes without
// anybody doing anything.
func (w Windows) MayHeat(now, hereUntil time.Time, need Need) Answer {
	length := need.HeatUp
	if w.Rule != Start {
		length = max(length, need.Whole)
	}
	here := hereUntil.Sub(now)
	switch {
	case !hereUntil.IsZero() && here > 0 && here >= length:
		return Yes()
	case w.Home && !hereUntil.IsZero() && here > 0:
		return No(HereTooShort)
	case w.Home:
		return No(NobodyHere)
	}
	return w.byHours(now, length)
}

// byHours is the answer of the weekly hours alone.
func (w Windows) byHours(now time.Time, length time.Duration) Answer {
	until, open := w.Heat.Open(now)
	if open && until.Sub(now) >= length {
		return Yes()
	}
	from, ok := w.Heat.Next(now, length)
	switch {
	case !ok && len(w.Heat.hours) > 0:
		return No(NeverFits)
	case open:
		return Answer{Code: WindowShort, From: from}
	}
	return Answer{Code: WindowClosed, From: from}
}

// MayClear says whether somebody can be asked now to take parts off the plate.
func (w Windows) MayClear(now, hereUntil time.Time) Answer {
	if now.Before(hereUntil) {
		return Yes()
	}
	if _, open := w.Clear.Open(now); open {
		return Yes()
	}
	from, _ := w.Clear.Next(now, 0)
	return Answer{Code: WindowClosed, From: from}
}

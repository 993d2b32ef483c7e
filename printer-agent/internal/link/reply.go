package link

import (
	"strconv"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// class is what one line from the printer means.
type class uint8

const (
	damaged class = iota // matches nothing the dialect knows
	blank
	okReply
	resendReply
	lineErrorReply
	skipReply
	busyReply
	pausedReply
	waitReply
	startReply
	fatalReply
	thermalReply
	stoppedReply
	unknownReply
	coldReply
	actionReply
	temperatureReply
	errorReply
	overflowReply
	powerFailReply
	powerBackReply
	infoReply
)

// none stands for a number that a reply did not carry.
const none int64 = -1 << 62

// reply is a classified line; text is valid until the next line is read.
type reply struct {
	class  class
	number int64 // line number, or none
	text   []byte
}

// classify applies the dialect's patterns in the order in which they can shadow one another.
func classify(r *profiles.Replies, line []byte) reply {
	if len(line) == 0 {
		return reply{class: blank, number: none, text: line}
	}
	if len(line) == 2 && line[0] == 'o' && line[1] == 'k' {
		return reply{class: okReply, number: none, text: line}
	}
	switch {
	case r.Ok.Match(line):
		return reply{okReply, groupInt(r.Ok, line, "n"), line}
	case r.Start.Match(line):
		return reply{startReply, none, line}
	case r.Resend.Match(line):
		return reply{resendReply, groupInt(r.Resend, line, "n"), line}
	case r.LineError.Match(line):
		return reply{lineErrorReply, groupInt(r.LineError, line, "last"), line}
	case r.Skip.Match(line):
		return reply{skipReply, groupInt(r.Skip, line, "n"), line}
	}
	return reply{classifyRest(r, line), none, line}
}

func classifyRest(r *profiles.Replies, line []byte) class {
	for _, c := range [...]struct {
		p *profiles.Pattern
		c class
	}{
		{&r.Overflow, overflowReply}, {&r.PowerFail, powerFailReply}, {&r.PowerBack, powerBackReply}, {&r.Wait, waitReply}, {&r.PausedForUser, pausedReply}, {&r.Busy, busyReply},
		{&r.Thermal, thermalReply}, {&r.Fatal, fatalReply}, {&r.Stopped, stoppedReply},
		{&r.Unknown, unknownReply}, {&r.ColdExtrusion, coldReply}, {&r.Action, actionReply},
		{&r.TemperatureLine, temperatureReply}, {&r.Error, errorReply}, {&r.Info, infoReply},
	} {
		if c.p.Match(line) {
			return c.c
		}
	}
	return damaged
}

func groupInt(p profiles.Pattern, line []byte, group string) int64 {
	return parseInt(p.Group(line, group))
}

func parseInt(digits []byte) int64 {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return none
	}
	return n
}

// Outside of this range, in degrees Celsius, a reading means a broken sensor. Marlin shows -14 to -15 for one that is not
// there, other firmware 0 or the 1024 of its converter.
const (
	coldest = -14
	hottest = 600
)

// untold is the target of a reading that came without one.
const untold = -1

// readTemperatures appends the readings in line to dst.
func readTemperatures(r *profiles.Replies, line []byte, dst []Reading) []Reading {
	r.Temperature.Each(line, func(group func(string) []byte) {
		reading := Reading{Sensor: string(group("sensor")), Target: untold}
		actual, err := strconv.ParseFloat(string(group("actual")), 64)
		if missing := actual == 0 && reading.Sensor[0] == 'T'; err == nil && actual > coldest && actual <= hottest && !missing {
			reading.Actual, reading.Valid = actual, true
		}
		if target, err := strconv.ParseFloat(string(group("target")), 64); err == nil && target >= 0 && target <= hottest {
			reading.Target = target
		}
		dst = append(dst, reading)
	})
	return dst
}

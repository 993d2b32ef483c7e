package link

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// tickPoll asks for temperatures where the firmware does not report them, and for a sign of life where nothing is said.
func (l *Link) tickPoll() {
	s := &l.s
	if !due(s.pollAt, s.now) || l.awaits() {
		return
	}
	s.pollAt = s.now.Add(l.timing.Poll)
	quiet := s.now.Sub(s.lastByte) > 5*l.timing.Poll
	if (quiet || !l.reports()) && s.hist.inFlight() == 0 && len(s.queue) == 0 {
		l.enqueue(&request{command: []byte(l.dialect.Commands.Temperature), kind: hostLine})
	} else if !l.reports() && s.hist.inFlight() > 0 && s.hist.asked() == nil && !l.queued(l.dialect.Commands.Temperature) {
		l.enqueue(&request{command: []byte(l.dialect.Commands.Temperature), kind: hostLine})
	}
}

// tickIdle shows a firmware that takes a silent print for finished that this one is only held.
func (l *Link) tickIdle() {
	s := &l.s
	idle, command := time.Duration(l.dialect.Timing.Idle)*time.Millisecond, l.dialect.Commands.Activity
	if idle == 0 || command == "" || s.job == nil || !s.job.paused || s.job.byPrinter || s.hist.inFlight() > 0 || l.queued(command) {
		return
	}
	if s.now.Sub(s.hist.at(s.hist.next-1).sentAt) >= idle/2 {
		l.enqueue(&request{command: []byte(command), kind: hostLine})
	}
}

// reports says whether temperatures come without being asked for.
func (l *Link) reports() bool {
	return l.dialect.Commands.AutoTemperature != "" && l.s.id.Can("AUTOREPORT_TEMP")
}

func (l *Link) queued(command string) bool {
	for _, r := range l.s.queue {
		if string(r.command) == command {
			return true
		}
	}
	return false
}

// autoReport is the command that starts the reports.
func (l *Link) autoReport() string {
	seconds := max(1, int(math.Round(l.timing.Poll.Seconds())))
	return strings.ReplaceAll(l.dialect.Commands.AutoTemperature, "{seconds}", strconv.Itoa(seconds))
}

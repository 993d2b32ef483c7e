package printsim

import (
	"fmt"
	"time"
)

// prompt is a question that the firmware asks through the host.
type prompt struct {
	open   bool // it waits for an answer
	choice int  // of the last answer: the button's number, -1 for M108
}

// ask puts a question with its buttons.
func (m *marlin) prompt(title string, buttons ...string) {
	m.say("//action:prompt_end", "//action:prompt_begin "+title)
	for _, b := range buttons {
		m.say("//action:prompt_button " + b)
	}
	m.say("//action:prompt_show")
}

// wait puts a question and waits for its answer.
func (m *marlin) await(title string, buttons ...string) {
	m.prompt(title, buttons...)
	m.user.open = true
}

// answer ends the wait for a person.
func (m *marlin) answer(choice int) {
	if m.user.open {
		m.user = prompt{choice: choice}
		m.wake = m.now
	}
}

// How long the parts of a filament change take, as recorded.
const (
	parkTime   = 6378 * time.Millisecond
	unloadTime = 17287 * time.Millisecond
	loadTime   = 16785 * time.Millisecond
)

// prompting takes the commands that talk to a person.
func (m *marlin) prompting(e *entry) (activity, bool) {
	switch e.code {
	case "G4":
		m.say("//action:notification Sleep...")
	case "M0", "M1":
		m.load.rest()
		m.await("M0/M1 Break Called", "Continue")
		return func(time.Duration) (time.Duration, bool) { return never, !m.user.open }, true
	case "M108", "M876":
		return nil, true
	case "M302":
		p, _ := e.value('P')
		m.coldOK = p == 1
		return nil, true
	case "M600":
		m.load.rest()
		return m.changeFilament(), true
	}
	return nil, false
}

// changeFilament parks, unloads, waits for a person, loads, and purges until
// the person is content.
func (m *marlin) changeFilament() activity {
	m.say("//action:paused")
	m.prompt("Pause", "Dismiss")
	step, until := 0, m.now+parkTime
	return func(now time.Duration) (time.Duration, bool) {
		if m.user.open || now < until {
			if m.user.open {
				return never, false
			}
			return until, false
		}
		switch step++; step {
		case 1:
			m.say(fmt.Sprintf("X:10.00 Y:%.2f Z:20.00 E:-2.00 Count X:800 Y:15200 Z:8000", m.cfg.Bed[1]-10))
			until = now + unloadTime
			return until, false
		case 2:
			m.say("echo:Insert filament and send M108")
			m.await("Nozzle Parked", "Continue")
			return never, false
		case 3:
			until = now + loadTime
			return until, false
		case 4:
			m.await("Paused", "PurgeMore", "Continue")
			return never, false
		}
		if m.user.choice == 0 {
			step, until = 3, now+loadTime
			return until, false
		}
		m.say("//action:prompt_end", "//action:resumed")
		return 0, true
	}
}

package link

import (
	"context"
	"strconv"
	"strings"
)

// Prompt is a question that the firmware asks the person at the machine (Marlin, host_actions.cpp). Its text comes from
// the printer, or from a file that the printer printed: never to be shown unescaped.
type Prompt struct {
	Text    string
	Choices []string // labels of the buttons; a choice is an index
}

const (
	longestPrompt = 200 // bytes of one text
	mostChoices   = 8
)

// action obeys what the printer asks of the host, or notes what it has done by itself.
func (l *Link) action(r reply) {
	word := string(l.dialect.Replies.Action.Group(r.text, "action"))
	args := strings.TrimSpace(string(l.dialect.Replies.Action.Group(r.text, "args")))
	args = args[:min(len(args), longestPrompt)]
	switch word {
	case "pause", "Pause":
		_ = l.pause()
	case "paused":
		if l.pause() == nil {
			l.s.job.byPrinter = true
		}
	case "resume", "Continue", "resumed":
		_ = l.carryOn(true)
	case "cancel", "Stop":
		_ = l.cancel(Cancelled, "asked for at the printer")
	default:
		l.promptAction(word, args)
	}
}

// promptAction builds up a question, shows it and takes it down.
func (l *Link) promptAction(word, args string) {
	s := &l.s
	switch word {
	case "prompt_begin":
		s.asking = Prompt{Text: args}
	case "prompt_button", "prompt_choice":
		if len(s.asking.Choices) < mostChoices {
			s.asking.Choices = append(s.asking.Choices, args)
		}
	case "prompt_show":
		p := s.asking
		s.prompt = &p
		if s.state == Printing {
			s.state = Attention
		}
	case "prompt_end":
		s.asking, s.prompt = Prompt{}, nil
	default:
		return
	}
	s.dirty = true
}

// Answer gives a choice to the question that the firmware asks, or, where the firmware knows no choices, lets it go on
// from a wait for a person. It is written past everything that waits. It is refused with NotReady without such a wait.
func (l *Link) Answer(ctx context.Context, choice int) error {
	return l.steer(ctx, func() error {
		s := &l.s
		c := l.dialect.Commands
		command := strings.ReplaceAll(c.PromptAnswer, "{choice}", strconv.Itoa(choice))
		switch {
		case s.prompt != nil && (choice < 0 || choice >= max(len(s.prompt.Choices), 1)):
			return &Failure{Reason: Refused, Detail: "there is no such choice"}
		case s.prompt == nil && s.state != Attention:
			return &Failure{Reason: NotReady, Detail: string(s.state)}
		case s.prompt == nil || command == "":
			command = c.GoOn
		}
		if command == "" {
			return &Failure{Reason: Refused, Detail: "this firmware is answered at the machine only"}
		}
		return l.bare(command)
	})
}

// bare writes a command without number and checksum, past everything that waits. Firmware without a parser at the port
// acknowledges it like any other line, so that the count has to be settled after it.
func (l *Link) bare(command string) error {
	if err := l.write([]byte(command + "\n")); err != nil {
		l.s.end = &Failure{Reason: Unplugged, Err: err}
		return l.s.end
	}
	if !l.atPort() {
		l.suspect()
	}
	return nil
}

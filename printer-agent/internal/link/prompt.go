package link

import "strings"

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
	case "pause", "Pause", "paused":
		_ = l.pause()
	case "resume", "Continue", "resumed":
		_ = l.resume()
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

package ui

import (
	"strconv"

	"github.com/mailleur/mailleur/ui/locales"
)

// MachineTelemetry words what changes on a printer's page from second to second. What changes its shape is a
// Fresh(Part…) instead.
func MachineTelemetry(m Machine) []Message {
	w := words{lang: m.Lang}
	line, _ := w.text(m.Line())
	state := locales.Text(m.Lang, "state."+m.State)
	if m.State == StatePrinting {
		state += " " + locales.Percent(m.Lang, m.Percent())
	}
	all := []Message{
		{ID: "m.state", Text: state},
		{ID: "m.bar", Attrs: map[string]string{"value": strconv.Itoa(m.Percent())}},
		{ID: "m.line", Text: line},
		{ID: "m.seen", Text: seen(m.Lang, m.Seen, m.Now)},
	}
	for _, h := range m.Heaters {
		all = append(all, Message{ID: "m." + h.Code, Text: heat(m.Lang, h.Known, h.Milli, h.Target)})
	}
	return all
}

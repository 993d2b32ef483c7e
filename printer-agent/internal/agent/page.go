package agent

import (
	"github.com/mailleur/mailleur/printer-agent/internal/local"
)

// page is a printer as the local page has it. Its methods are for any goroutine: what they do to the printer is done in
// the printer's own.
type page struct {
	agent *Agent
	p     *printer
}

// Fleet gives the agent's printers to the local page, in the order of the configuration.
func (a *Agent) Fleet() local.Fleet { return fleet{a} }

type fleet struct{ agent *Agent }

func (f fleet) Machines() []local.Machine {
	var all []local.Machine
	for _, m := range f.agent.options.Machines {
		all = append(all, f.agent.page(m.Key))
	}
	return all
}

func (f fleet) Machine(key string) (local.Machine, bool) {
	if f.agent.printers[key] == nil {
		return local.Machine{}, false
	}
	return f.agent.page(key), true
}

func (a *Agent) page(key string) local.Machine {
	m := page{a, a.printers[key]}
	return local.Machine{
		Key: key, State: m, Files: files{m}, Job: m, Care: m, Heat: m, Body: m, Tune: m, Talk: m, Chain: m, Trial: m,
	}
}

// View is the printer as it was at most a second ago.
func (m page) View() local.View { return *m.p.own.view.Load() }

package local

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// list shows the printers; the only one at once.
func (s *Server) list(w http.ResponseWriter, r *http.Request) error {
	all := s.Fleet.Machines()
	if len(all) == 1 {
		http.Redirect(w, r, "/printer/"+all[0].Key, http.StatusSeeOther)
		return nil
	}
	page := ui.Machines{Frame: s.frame(w, r)}
	for _, m := range all {
		page.Items = append(page.Items, s.item(m.Key, m.State.View()))
	}
	s.render(w, http.StatusOK, page)
	return nil
}

func (s *Server) item(key string, v View) ui.MachineItem {
	one := ui.Machine{Frame: ui.Frame{Now: s.now()}, State: v.State, Why: ui.Because(v.Why.Code, v.Why.Args), Job: s.running(v)}
	item := ui.MachineItem{Key: key, Name: v.Name, Model: v.Model, State: v.State, Percent: -1, Line: one.Line(), Heaters: v.Heaters}
	if v.Job != nil {
		item.Job = v.Job.Name
		if v.State == StatePrinting {
			item.Percent = v.Job.Percent
		}
	}
	return item
}

// page shows one printer.
func (s *Server) page(w http.ResponseWriter, r *http.Request, m Machine) error {
	page := s.drawn(w, r, m)
	page.Said, page.At = s.heard(w, r)
	s.render(w, http.StatusOK, page)
	return nil
}

// drawn fills the page of a printer as it is now.
func (s *Server) drawn(w http.ResponseWriter, r *http.Request, m Machine) ui.Machine {
	v, files := m.State.View(), m.Files.List()
	page := s.shape(v)
	page.Frame = s.frame(w, r)
	page.Frame.Live = "/printer/" + m.Key + "/live?" + url.Values{"lang": {page.Lang}, "seen": {shapeOf(v, v.here(page.Now), files)}}.Encode()
	page.Token, page.Key = s.door.token(passOf(r)), m.Key
	page.Others = s.others(m.Key)
	page.Till = s.until()
	page.Files = s.files(m.Key, files)
	page.Presets, page.Tune, page.Facts = v.Presets, v.Tune, v.Facts
	page.MaxNozzle, page.MaxBed = v.maxima()
	page.Step = step(r.URL.Query().Get(ui.FieldStepMM))
	page.Console = s.talks.of(m.Key)
	page.Address = "http://" + r.Host
	if len(page.Others) > 0 {
		page.Address += "/printer/" + m.Key
	}
	for _, h := range v.Heaters {
		if samples := v.History[h.Code]; len(samples) > 1 {
			page.Plots = append(page.Plots, ui.NewPlot(h, samples, page.Now, HistorySpan))
		}
	}
	if c := s.cameras[m.Key]; c != nil {
		page.Taken = c.taken()
		page.Camera = "/printer/" + m.Key + "/camera.jpg?" + url.Values{"t": {strconv.FormatInt(page.Now.Unix(), 10)}}.Encode()
	}
	page.Form = ui.Form{Values: url.Values{}}
	return page
}

// shape is what the live stream watches: the rest of the page only changes with it.
func (s *Server) shape(v View) ui.Machine {
	now := s.now()
	page := ui.Machine{
		Frame: ui.Frame{Now: now}, Name: v.Name, Model: v.Model, State: v.State, Why: ui.Because(v.Why.Code, v.Why.Args),
		Job: s.running(v), Heaters: v.Heaters, Prompt: v.Prompt, Chain: cmp.Or(v.Chain, ChainNone), Can: v.Can, Seen: v.Seen,
		Bench: bench(v.Bench), NoStart: ui.Because(v.NoStart.Code, v.NoStart.Args), LabWaits: ui.Because(v.LabWaits.Code, v.LabWaits.Args),
	}
	if v.here(now) {
		page.Here = v.Here.In(s.Zone)
	}
	return page
}

func bench(b Bench) ui.MachineBench {
	return ui.MachineBench{
		Offered: b.Offered, Required: b.Required, May: b.May, Running: b.Running, Doing: ui.Because(b.Doing.Code, b.Doing.Args), Question: ui.Because(b.Question.Code, b.Question.Args),
		Last: ui.Because(b.Last.Code, b.Last.Args), Passed: b.Passed, Outdated: b.Outdated, At: b.At,
	}
}

func (s *Server) running(v View) *ui.MachineJob {
	if v.Job == nil {
		return nil
	}
	j := *v.Job
	return &ui.MachineJob{Name: j.Name, Own: j.Own, Percent: j.Percent, Layer: j.Layer, Layers: j.Layers, Left: j.Left, Ends: s.now().Add(j.Left)}
}

func (s *Server) others(key string) []ui.MachineItem {
	var all []ui.MachineItem
	for _, m := range s.Fleet.Machines() {
		if m.Key != key {
			all = append(all, ui.MachineItem{Key: m.Key, Name: m.State.View().Name})
		}
	}
	return all
}

// until proposes a time to be beside the printer until: two hours from now, on the quarter.
func (s *Server) until() string {
	return s.now().Add(2 * time.Hour).Round(15 * time.Minute).Format("15:04")
}

func (s *Server) files(key string, files []FileInfo) []ui.MachineFile {
	var all []ui.MachineFile
	chosen := false
	for _, f := range files {
		one := ui.MachineFile{Name: f.Name, Bytes: f.Bytes, Added: f.Added.In(s.Zone), Seconds: f.Seconds, Filament: f.Filament, Bad: ui.Because(f.Bad.Code, f.Bad.Args)}
		if f.Picture {
			one.Picture = "/printer/" + key + "/picture/" + url.PathEscape(f.Name)
		}
		if !chosen && f.Bad.Code == "" {
			one.Newest, chosen = true, true
		}
		all = append(all, one)
	}
	return all
}

// step is how far one press moves, as the page offers it.
func step(asked string) string {
	switch asked {
	case "0.1", "1", "10", "50":
		return asked
	}
	return "10"
}

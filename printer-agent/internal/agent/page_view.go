package agent

import (
	"slices"
	"strconv"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

const (
	sampleEvery = 2 * time.Second
	samplesKept = int(local.HistorySpan / sampleEvery)
)

// show draws the printer's view for the page afresh.
func (p *printer) show(now time.Time) {
	o := &p.own
	o.shownAt = now
	if p.job != nil && p.job.Attempt != o.notedOf {
		o.notedOf, o.notice = p.job.Attempt, local.Reason{}
	}
	var s link.Snapshot
	if p.up != nil {
		s = p.up.Snapshot()
		o.last = s
		p.inherit(s)
	}
	v := &local.View{
		Name: p.Name, Model: p.Kind.Name, State: p.word(), Why: p.reason(), Job: p.printing(now, s),
		Prompt: p.question(s.Prompt), Chain: p.chainWord(), Here: o.facts.Here, Presets: p.Presets,
		Tune: o.tune, Facts: p.diagnosis(), MaxNozzleC: p.Kind.Heat.NozzleMax, MaxBedC: p.Kind.Heat.BedMax,
		Bench: p.tried(now), NoStart: p.noStart(), LabWaits: p.labWaits(),
		Can: p.can(s), Seen: o.view.Load().Seen,
	}
	if p.up != nil && s.State != link.Connecting {
		v.Seen = now
	}
	if s.State == link.Dead {
		s.Temps = nil // of before it halted
	}
	v.Heaters = heaters(s.Temps, p.Kind.Heat.BedMax > 0)
	v.History = p.remember(now, v.Heaters)
	o.view.Store(v)
}

// word is the state as people are told.
func (p *printer) word() string {
	switch p.state.Word {
	case wire.StateReady, wire.StateNotNow: // its hours bind the lab; its maker says to be there
		return local.StateReady
	case wire.StateClear:
		return local.StatePlate
	case wire.StateFetching, wire.StateHeating:
		return local.StateHeating
	case wire.StatePrinting, wire.StateStopping:
		if p.job == nil {
			return local.StateUnknown // cooling down
		}
		return local.StatePrinting
	case wire.StatePaused:
		return local.StatePaused
	case wire.StateError:
		return local.StateError
	case wire.StateOffline:
		return local.StateOffline
	}
	return local.StateUnknown
}

// reason says why the printer waits or what went wrong.
func (p *printer) reason() local.Reason {
	switch p.state.Reason {
	case "", wire.ReasonThermal: // the watch says more exactly what it found
		if p.own.notice.Code != "" || p.state.Reason == "" {
			return p.own.notice
		}
	}
	if code := guard.Code(p.state.Reason); slices.Contains(guard.Codes, code) {
		return local.Reason{Code: code.Key()}
	}
	return local.Reason{Code: "why.ended_" + p.state.Reason}
}

func (p *printer) chainWord() string {
	switch {
	case p.agent.alone():
		return local.ChainNone
	case p.own.facts.OffChain:
		return local.ChainOff
	}
	return local.ChainOn
}

// can says what the page offers now.
func (p *printer) can(s link.Snapshot) local.Can {
	c := p.dialect().Commands
	free := p.idle() == nil
	on := p.running() == nil && p.job.kind == "" && p.job.last == nil
	printing := on && (s.State == link.Printing || s.State == link.Paused)
	return local.Can{
		Start: free && p.state.Word != wire.StateClear,
		Pause: on && s.State == link.Printing, Resume: on && s.State == link.Paused, Cancel: on,
		Clear: p.job == nil && (p.state.Word == wire.StateClear || p.state.Word == wire.StateError),
		Heat:  free, Move: free, Console: free, Filament: free && c.FilamentChange != "" || printing && c.FilamentChange != "",
		ZOffset: printing && c.Babystep != "", Flow: printing && c.Flow != "", Speed: printing && c.Speed != "",
	}
}

// question gives each question of the printer an id of its own.
func (p *printer) question(q *link.Prompt) *local.Prompt {
	if q == nil {
		p.own.asking = ""
		return nil
	}
	text := q.Text
	for _, c := range q.Choices {
		text += "\x00" + c
	}
	if text != p.own.asking {
		p.own.asking = text
		p.own.prompt++
	}
	return &local.Prompt{ID: strconv.FormatInt(p.own.prompt, 10), Text: q.Text, Choices: q.Choices}
}

// printing is the print on the machine.
func (p *printer) printing(now time.Time, s link.Snapshot) *local.Running {
	j := p.job
	if j == nil {
		return nil
	}
	r := &local.Running{
		Name: j.File.Title, Own: j.Owner == spool.OwnerMaker, Percent: int(j.permille() / 10), Started: j.Started,
		Left: time.Duration(j.secondsLeft(now)) * time.Second, Bytes: j.File.Bytes, Sent: j.done,
	}
	if j.Name != "" {
		r.Name = j.Name
	}
	plan := p.own.plan.Load()
	if plan == nil || plan.sha != j.File.SHA256 || plan.index == nil {
		return r
	}
	place := plan.index.At(j.done)
	r.Layer, r.Layers = place.Layer, place.Layers
	if p.own.eta == nil || p.own.etaOf != j.Attempt {
		p.own.eta, p.own.etaOf = gcode.NewETA(plan.index.Total(), p.own.facts.EtaRatio), j.Attempt
		p.own.tune = local.Tuning{Flow: 100, Speed: 100}
	}
	p.own.eta.Observe(now, place.Done, p.state.Word == wire.StatePrinting && s.State == link.Printing)
	r.Left = p.own.eta.Left()
	r.Percent = int(100 * p.own.eta.Share())
	return r
}

// learned keeps, at the end of a print, what its time teaches for the next.
func (p *printer) learned(r link.Result) {
	ratio := p.own.facts.EtaRatio
	if p.own.eta != nil && p.own.eta.Share() > 0.5 {
		ratio = p.own.eta.Ratio()
	}
	p.own.eta = nil
	if r.LinesAcked == 0 {
		return
	}
	acks := spool.AckStats{Lines: r.LinesAcked, P50: r.AckP50.Microseconds(), P99: r.AckP99.Microseconds()}
	_ = p.keepFacts(func(f *spool.Facts) { f.EtaRatio, f.Acks = ratio, acks }) // logged; nothing rests on it
}

// heaters are the temperatures in the order of the page: nozzle, bed, chamber.
func heaters(temps []link.Reading, bed bool) []local.Heater {
	all := []local.Heater{{Code: "nozzle"}}
	if bed {
		all = append(all, local.Heater{Code: "bed"})
	}
	for _, r := range temps {
		h := local.Heater{Known: r.Valid, Target: milli(r.Target)}
		if r.Valid {
			h.Milli = milli(r.Actual)
		}
		switch r.Sensor {
		case "T", "T0":
			h.Code = "nozzle"
			all[0] = h
		case "B":
			h.Code = "bed"
			if bed {
				all[1] = h
			}
		case "C":
			h.Code = "chamber"
			all = append(all, h)
		}
	}
	return all
}

// remember adds to the course of the temperatures. What a view was given is never written again: samples are only
// appended behind it.
func (p *printer) remember(now time.Time, heaters []local.Heater) map[string][]local.Sample {
	before := p.own.history
	last := time.Time{}
	if of := before["nozzle"]; len(of) > 0 {
		last = of[len(of)-1].At
	}
	if now.Sub(last) < sampleEvery {
		return before
	}
	next := map[string][]local.Sample{}
	for _, h := range heaters {
		of := before[h.Code]
		of = of[max(0, len(of)-samplesKept+1):]
		next[h.Code] = append(of, local.Sample{At: now, Known: h.Known, Milli: h.Milli, Target: h.Target})
	}
	p.own.history = next
	return next
}

// diagnosis is how the line to the printer does.
func (p *printer) diagnosis() local.Diagnosis {
	d := local.Diagnosis{}
	if port := p.own.tuned.Load(); port != nil {
		d = *port
	}
	s := p.own.last
	d.Dialect, d.Firmware = s.Dialect, *p.firmware.Load()
	d.Window = int64(s.Window.Slots)
	d.ColdGuard = s.Identity.Caps["THERMAL_PROTECTION"]
	d.AckP50 = time.Duration(p.own.facts.Acks.P50) * time.Microsecond
	d.AckP99 = time.Duration(p.own.facts.Acks.P99) * time.Microsecond
	d.Lines = p.own.facts.Acks.Lines
	if p.job != nil {
		d.Lines, d.Resends = p.job.Print.Lines, p.job.Resends
	}
	return d
}

// learnPort notes what is known of the port that was opened.
func (p *printer) learnPort(conn any) {
	d := &local.Diagnosis{Port: p.Port, Baud: int64(p.Rate)}
	if t, ok := conn.(interface{ Tuning() port.Tuning }); ok {
		got := t.Tuning()
		d.Tuned = got.LowLatency || got.LatencyTimerMS > 0 && got.LatencyTimerMS <= 2
	}
	p.own.tuned.Store(d)
}

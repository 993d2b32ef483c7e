package schedule

import (
	"cmp"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Why a worker got a job. Arguments: worker (name) and finish (time); other and other_finish are the next best.
const (
	WhyEarliest = "why_earliest_finish" // worker, finish, other, other_finish
	WhyOnlyFit  = "why_only_fit"        // worker, finish: nobody else could do it
	WhyWhole    = "why_whole_sooner"    // worker, finish: another would end it sooner, but then everything else later
	WhyTaller   = "why_taller_plate"    // worker, finish, copies: more at once than the job was cut for brings more by the end
	WhyPile     = "why_pile"            // worker, finish, copies: pieces on each other, for as long as nobody is there
	WhyGoodwill = "why_goodwill"        // worker, finish, days, other, other_finish: for so many days there was nothing for it
	WhySmaller  = "why_smaller_plate"   // worker, finish, copies: fewer at once, so that others can make the rest meanwhile
)

// Why a job waits.
const (
	WaitPaused         = "wait_paused"           // its batch is paused
	WaitWithdrawn      = "wait_withdrawn"        // its design was withdrawn as dangerous
	WaitReconfirm      = "wait_reconfirm"        // its request is days old: is it still needed?
	WaitMaterial       = "wait_material"         // material (code), short (its unit), possible (products that it allows)
	WaitParts          = "wait_parts"            // item, have, need: what a work takes is not all counted at the hub
	WaitEnough         = "wait_enough"           // part: late results made it superfluous
	WaitSlicing        = "wait_slicing"          // part, copies: G-code for a fitting machine is being made
	WaitNoPrinter      = "wait_no_printer"       // part, copies: no machine of the lab can make it
	WaitNoMaker        = "wait_no_maker"         // part, step: nobody has the skill
	WaitSpoolShort     = "wait_spool_short"      // part, worker, left and needs (g): the spool does not last for a plate
	WaitQuota          = "wait_quota"            // part, copies, quota: more than anybody takes at a time
	WaitPrintersOff    = "wait_printers_offline" // count, worker (one of them)
	WaitPrinterError   = "wait_printer_error"    // worker
	WaitOwnPrint       = "wait_own_print"        // worker: its maker prints something else
	WaitEarlierWork    = "wait_earlier_work"     // worker: it is still on an attempt that was given up here
	WaitWorkersPaused  = "wait_workers_paused"   // count, worker: their makers rest
	WaitHeld           = "wait_held"             // worker, count: too few of its pieces were good
	WaitSpoolRecalled  = "wait_spool_recalled"   // worker
	WaitPlateNotClear  = "wait_plate_not_clear"  // worker
	WaitPrintersBusy   = "wait_printers_busy"    // worker, start, finish
	WaitHandsBusy      = "wait_hands_busy"       // worker, start, finish
	WaitWorkersResting = "wait_workers_resting"  // worker, start
	WaitWeekCap        = "wait_week_cap"         // worker, start: until then it has done what its maker gives in seven days
	WaitHours          = "wait_hours"            // worker, start: the soonest that anybody is there
	WaitLoading        = "wait_loading"          // worker, start, filament: its maker is about to put another filament on
	WaitSparedSlow     = "wait_spared_slow"      // slow, slow_finish, worker, finish: a free printer would end later than a busy one
)

// Why a worker has nothing to do.
const (
	IdleNoWork        = "idle_no_work"
	IdleNothingFits   = "idle_nothing_fits"   // work waits, none for this worker
	IdleAllTaken      = "idle_all_taken"      // others start now with all that fits it
	IdleSlicing       = "idle_slicing"        // part: G-code for it is being made
	IdleMaterial      = "idle_material"       // material, short
	IdleSpoolShort    = "idle_spool_short"    // part, left and needs (g)
	IdleOtherFilament = "idle_other_filament" // part, loaded, filament: what waits is sliced for this machine with another
	IdleLoading       = "idle_loading"        // filament: its maker is about to put it on
	IdleSparedSlow    = "idle_spared_slow"    // part, finish, other, other_finish
	IdleHeld          = "idle_held"           // too few of its pieces were good
	IdlePaused        = "idle_paused"         // its maker rests
	IdleOffline       = "idle_offline"        //
	IdleError         = "idle_error"          //
	IdleOwnPrint      = "idle_own_print"      //
	IdleNotNow        = "idle_not_now"        // outside its hours, or nobody is there
	IdleEarlierWork   = "idle_earlier_work"   // still on an attempt that was given up here
	IdlePlateNotClear = "idle_plate_not_clear"
	IdleSpoolRecalled = "idle_spool_recalled"
	IdleResting       = "idle_resting"  // until
	IdleWeekCap       = "idle_week_cap" // until, cap: it has done what its maker gives in seven days
	IdleHours         = "idle_hours"    // until: nobody is there, or it must not be hot now
)

// whyHere says why a job goes where the simulation puts it. Days are those for which the worker got nothing.
func whyHere(j *job, days int) fab.Reason {
	if j.goodwill {
		return fab.Because(WhyGoodwill, "worker", j.on.w.Name, "finish", j.on.finish, "days", days, "other", j.next.w.Name, "other_finish", j.next.finish)
	}
	if j.portion != nil {
		code := WhyTaller
		switch {
		case j.portion.pile > 1:
			code = WhyPile
		case j.portion.copies < j.Copies:
			code = WhySmaller
		}
		return fab.Because(code, "worker", j.on.w.Name, "finish", j.on.finish, "copies", j.portion.copies)
	}
	if j.next == nil {
		return fab.Because(WhyOnlyFit, "worker", j.on.w.Name, "finish", j.on.finish)
	}
	if j.next.finish.Before(j.on.finish) {
		return fab.Because(WhyWhole, "worker", j.on.w.Name, "finish", j.on.finish)
	}
	return fab.Because(WhyEarliest, "worker", j.on.w.Name, "finish", j.on.finish, "other", j.next.w.Name, "other_finish", j.next.finish)
}

func (p *planner) explainJobs(plan *Plan) {
	for _, j := range p.jobs {
		switch {
		case j.held.Code != "":
			plan.Jobs[j.ID] = j.held
		case j.on == nil:
			plan.Jobs[j.ID] = p.nobody(j)
		case !j.on.now:
			plan.Jobs[j.ID] = later(j)
		}
	}
}

// nobody says why no worker is in sight for a job.
func (p *planner) nobody(j *job) fab.Reason {
	f := j.fits
	switch {
	case len(f.fits) > 0:
		if f.first.absent.Code == "" {
			f.first.absent = absent(f)
		}
		return f.first.absent
	case len(f.slicing) > 0:
		return fab.Because(WaitSlicing, "part", j.Part, "copies", j.Copies)
	case len(f.short) > 0:
		one := f.short[0]
		return fab.Because(WaitSpoolShort, "part", j.Part, "worker", one.w.Name, "left", grams(one.w.spool), "needs", grams(one.mg))
	case f.overQuota > 0:
		return fab.Because(WaitQuota, "part", j.Part, "copies", j.Copies, "quota", f.overQuota)
	case j.How == fab.ByHand:
		return fab.Because(WaitNoMaker, "part", j.Part, "step", f.step)
	default:
		return fab.Because(WaitNoPrinter, "part", j.Part, "copies", j.Copies)
	}
}

// absent names what keeps away the workers that could do a job; what a person can mend soonest comes first.
func absent(f *fitting) fab.Reason {
	codes := [...][2]string{
		{IdlePlateNotClear, WaitPlateNotClear}, {IdleSpoolRecalled, WaitSpoolRecalled}, {IdleHeld, WaitHeld}, {IdleError, WaitPrinterError},
		{IdlePaused, WaitWorkersPaused}, {IdleOffline, WaitPrintersOff}, {IdleOwnPrint, WaitOwnPrint}, {IdleEarlierWork, WaitEarlierWork},
	}
	for _, code := range codes {
		var name string
		count := 0
		for _, one := range f.fits {
			if one.w.why.Code == code[0] {
				name, count = cmp.Or(name, one.w.Name), count+1
			}
		}
		if count > 0 {
			return fab.Because(code[1], "worker", name, "count", count)
		}
	}
	return fab.Because(WaitPrintersOff, "worker", f.fits[0].w.Name, "count", len(f.fits))
}

// later says why a job is not started although somebody will do it.
func later(j *job) fab.Reason {
	on := j.on
	if slow, ok := sparedFor(j); ok {
		return fab.Because(WaitSparedSlow, "slow", slow.w.Name, "slow_finish", slow.finish, "worker", on.w.Name, "finish", on.finish)
	}
	switch {
	case on.w.state == unclear:
		return fab.Because(WaitPlateNotClear, "worker", on.w.Name, "count", 1)
	case !on.w.opens.IsZero():
		return fab.Because(WaitHours, "worker", on.w.Name, "start", on.start)
	case on.w.why.Code == IdleWeekCap:
		return fab.Because(WaitWeekCap, "worker", on.w.Name, "start", on.start)
	case on.w.state == loading:
		return fab.Because(WaitLoading, "worker", on.w.Name, "start", on.start, "filament", on.w.Filament)
	case on.w.state == resting:
		return fab.Because(WaitWorkersResting, "worker", on.w.Name, "start", on.start)
	case on.w.Kind == fab.WorkerHand:
		return fab.Because(WaitHandsBusy, "worker", on.w.Name, "start", on.start, "finish", on.finish)
	default:
		return fab.Because(WaitPrintersBusy, "worker", on.w.Name, "start", on.start, "finish", on.finish)
	}
}

// sparedFor finds a free worker that could have started the job now.
func sparedFor(j *job) (slow candidate, ok bool) {
	f := j.fits
	if !f.first.looked {
		f.first.looked = true
		for i := range f.fits {
			if f.fits[i].w.spared() {
				f.first.spared = &f.fits[i]
				break
			}
		}
	}
	if f.first.spared == nil {
		return candidate{}, false
	}
	return candidate{fit: *f.first.spared, finish: f.first.spared.w.free.Add(f.first.spared.takes)}, true
}

func (p *planner) explainWorkers(plan *Plan) {
	kinds := p.kindsInOrder()
	for _, w := range p.workers {
		switch {
		case w.taken || w.AttemptID != "":
		case !w.opens.IsZero():
			plan.Workers[w.ID] = fab.Because(IdleHours, "until", w.opens)
		case w.why.Code != "":
			plan.Workers[w.ID] = w.why
		default:
			plan.Workers[w.ID] = p.unused(w, kinds)
		}
	}
}

// told is what the reasons need to know of a kind, so that ten thousand idle printers do not each ask every job.
type told struct {
	looked  bool
	spared  *fit       // the first free worker that gets nothing
	absent  fab.Reason // why nobody is there
	later   *job       // the first that somebody else does later
	starved *job       // the first that material holds back
	goesOn  bool       // some job of the kind starts now
}

// kindsInOrder lists the kinds as their first jobs come, with what is told of them.
func (p *planner) kindsInOrder() []*job {
	var first []*job
	seen := map[*fitting]bool{}
	for _, j := range p.jobs {
		f := j.fits
		if !seen[f] {
			seen[f] = true
			first = append(first, j)
		}
		switch {
		case j.on != nil && j.on.now:
			f.first.goesOn = true
		case j.on != nil && f.first.later == nil:
			f.first.later = j
		case j.held.Code == WaitMaterial && f.first.starved == nil:
			f.first.starved = j
		}
	}
	return first
}

// unused says why an idle worker gets nothing.
func (p *planner) unused(w *worker, kinds []*job) fab.Reason {
	if len(kinds) == 0 {
		return fab.Because(IdleNoWork)
	}
	why, rank := fab.Because(IdleNothingFits), 0
	say := func(r int, reason func() fab.Reason) {
		if r > rank {
			why, rank = reason(), r
		}
	}
	for _, j := range kinds {
		f := j.fits
		if one, is := f.shortOf(w); is {
			say(5, func() fab.Reason {
				return fab.Because(IdleSpoolShort, "part", j.Part, "left", grams(w.spool), "needs", grams(one.mg))
			})
		}
		one, fits := f.of(w)
		if later := f.first.later; fits && later != nil {
			say(4, func() fab.Reason {
				return fab.Because(IdleSparedSlow, "part", later.Part, "finish", w.free.Add(one.takes), "other", later.on.w.Name, "other_finish", later.on.finish)
			})
		}
		if starved := f.first.starved; fits && starved != nil {
			say(3, func() fab.Reason {
				return fab.Because(IdleMaterial, "material", starved.held.Args["material"], "short", starved.held.Args["short"])
			})
		}
		if f.waitsForPlate(w) {
			say(2, func() fab.Reason { return fab.Because(IdleSlicing, "part", j.Part) })
		}
		if fits && f.first.goesOn {
			say(1, func() fab.Reason { return fab.Because(IdleAllTaken) })
		}
	}
	if other := p.otherFilament(w, kinds); rank == 0 && other.Code != "" {
		return other
	}
	return why
}

// grams are whole ones.
func grams(mg int64) int64 { return mg / 1000 }

// otherFilament tells of something that waits and that this machine would print if it were loaded otherwise; the zero
// Reason when there is nothing. Machines of one kind hear the same.
func (p *planner) otherFilament(w *worker, kinds []*job) (why fab.Reason) {
	if w.Model == "" || w.Filament == "" || w.SlicesSelf {
		return fab.Reason{}
	}
	if why, known := p.reload[w.machine]; known {
		return why
	}
	machine := w.Machine()
	for _, j := range kinds {
		part, _ := p.designs[j.kind.design].BOM.Part(j.Part)
		for _, plate := range p.files[printed{j.kind.design, j.Part}] {
			other := plate.Machine()
			filament := other.Filament
			other.Filament = machine.Filament
			fits := other == machine && filament != machine.Filament && part.Takes(filament)
			if why.Code == "" && j.held.Code == "" && fits && plate.WorkerID == "" && plate.Status == fab.PlateReady {
				why = fab.Because(IdleOtherFilament, "part", j.Part, "loaded", machine.Filament, "filament", filament)
			}
		}
	}
	p.reload[w.machine] = why
	return why
}

// Package schedule decides which waiting job an idle worker gets now, and says why everything else waits. It is a pure
// function of a snapshot and a time: the same input gives the same plan.
//
// The rule is pull with an earliest-completion guard. All waiting jobs are handed out in a simulation, one after the
// other, each to the worker that would finish it first by its learned speed and yield; an idle worker really gets a job
// only when the simulation starts it there now. So everybody works while there is plenty, and slow printers are spared
// at the end. For one product with equal plates this reaches the shortest possible time.
package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Snapshot is what the planner knows. Rows may come in any order.
type Snapshot struct {
	Batches  []fab.Batch // open and paused
	Designs  []fab.DesignVersion
	Jobs     []fab.Job     // waiting and leased
	Attempts []fab.Attempt // live ones
	Workers  []fab.Worker
	Paces    []fab.Pace // what was learned of each worker at each part
	Agents   []fab.Agent
	Plates   []fab.Plate
	Recalled []fab.SpoolID              // spools that must not be used
	Spools   map[fab.SpoolID]int64      // mg left of those that the books know of
	Made     map[fab.BatchID]Made       // how far each batch is
	Stale    []fab.BatchID              // that somebody should say are still needed, before anything of them is begun
	Reloads  []fab.Reload               // questions for another filament that are open, or were answered with yes
	Supplied map[fab.BatchID][]string   // codes of materials that the places add themselves
	Stock    map[string]int64           // material on hand and pledged, by code
	AtHub    map[fab.Item]int64         // what may be handed out for works: free, counted, and promised to nobody who has begun
	Left     map[fab.WorkerID]time.Time // when the last attempt of a printer ended
	Resting  map[fab.WorkerID]time.Time // gets nothing before: it just failed to start, or its maker declined
	Given    map[fab.WorkerID]time.Time // when each worker without work was last given some; one that never was is missing
	Capped   map[fab.WorkerID]time.Time // has taken as much as it does in seven days, what it is at included; gets more from then on
	Told     map[fab.BatchID]time.Time  // until when people were told that it would be made; for forecasts only
	Zone     *time.Location             // of everybody's hours; nil is UTC
	Settings Settings
}

// Made is how far a batch is.
type Made struct {
	Good   map[string]int64 // pieces by part
	Over   map[string]int64 // pieces by part to make beyond what lacks, since some fail
	Kitted int64            // products assembled; their material is used already
	Ready  map[string]int64 // pieces of works that are good and in no kit; what they are made of is used already
}

// Settings are the times that no worker's history tells.
type Settings struct {
	Clear    time.Duration // from a print's end to a clear plate
	Patience time.Duration // a plate left uncleared for longer no longer counts as about to be cleared
	Hand     time.Duration // from an offer to the start of hand work
	Setup    time.Duration // of its maker, to put another filament on a printer

	Goodwill     time.Duration // who is there and got nothing for so long is given something although others are faster; 0 is never
	GoodwillCost time.Duration // by how much that may put off the end of a batch at most
}

// Defaults are the settings of a lab that was not asked.
func Defaults() Settings {
	return Settings{Clear: 15 * time.Minute, Patience: 2 * time.Hour, Hand: 30 * time.Minute, Setup: 15 * time.Minute, Goodwill: 7 * 24 * time.Hour, GoodwillCost: 24 * time.Hour}
}

// Plan is what to do now. Every waiting job is either assigned or has a reason in Jobs; every worker without work is
// either assigned to or has a reason in Workers.
type Plan struct {
	Assign  []Assignment
	Jobs    map[fab.JobID]fab.Reason
	Workers map[fab.WorkerID]fab.Reason
	Finish  map[fab.BatchID]time.Time // when the last job that may run would end
}

// Assignment gives one job to one worker. The revs are those of the snapshot, for the compare-and-set of the commit.
type Assignment struct {
	Job       fab.JobID
	JobRev    int64
	Worker    fab.WorkerID
	WorkerRev int64
	Plate     fab.PlateID // empty for hand work
	Copies    int64       // pieces that it makes; more or fewer than the job's when a plate of another size serves better
	Absorbs   []Absorbed  // waiting jobs whose pieces it makes too, as far as Copies exceeds the job's; the last maybe in part
	Spool     fab.SpoolID
	Offer     bool // asked of a maker, not sent to a machine
	Finish    time.Time
	Why       fab.Reason
}

// Absorbed is a waiting job whose pieces another job's plate makes.
type Absorbed struct {
	Job fab.JobID
	Rev int64
}

// Make plans.
func Make(s Snapshot, now time.Time) Plan {
	p := newPlanner(s, now)
	p.admit()
	p.simulate()
	p.goodwill()
	plan := Plan{
		Jobs: map[fab.JobID]fab.Reason{}, Workers: map[fab.WorkerID]fab.Reason{}, Finish: map[fab.BatchID]time.Time{},
	}
	p.assign(&plan)
	p.explainJobs(&plan)
	p.explainWorkers(&plan)
	return plan
}

// planner holds the state of one call.
type planner struct {
	Snapshot
	now     time.Time
	batches map[fab.BatchID]fab.Batch
	designs map[fab.DesignVersionID]fab.DesignVersion
	online  map[fab.AgentID]bool
	workers []*worker
	kinds   map[kind]*fitting
	hours   calendars
	plates  map[fab.PlateID]*fab.Plate
	files   map[printed][]*fab.Plate
	// machines numbers the kinds of machine there are.
	machines map[fab.Machine]int
	reload   map[int]fab.Reason // by the number of the kind of machine: what it would print with another filament
	jobs     []*job             // waiting, by id; after simulate in the order of the simulation
}

// job is a waiting job and what the planner found out about it.
type job struct {
	fab.Job
	kind     kind
	fits     *fitting
	before   int64      // position in its batch: millionths of the products that the pieces before it complete
	held     fab.Reason // why it may not run yet, whoever is free
	rank     int        // position in the order of the simulation
	due      time.Time  // of its batch
	on       *candidate // where the simulation puts it; nil when nobody can take it
	next     *candidate // who else would be done first with a job that starts now
	demand   int        // number of its demand, where there are several sizes of plate
	portion  *portion   // it starts now on a plate of another size; nil when it does not
	goodwill bool       // it starts now at a worker that got nothing for long
}

// late is by how much a job ends after it is due where it is.
func (j *job) late() time.Duration { return j.lateAt(j.on.finish) }

// lateAt is the same if it ended then.
func (j *job) lateAt(end time.Time) time.Duration {
	if j.due.IsZero() {
		return 0
	}
	return max(0, end.Sub(j.due))
}

// candidate is a start and end of a job at a worker.
type candidate struct {
	fit
	at     time.Duration // the start, from now on
	start  time.Time
	finish time.Time
	now    bool // it is assigned
}

// startsNow reports whether the worker waits for this very job.
func (c *candidate) startsNow() bool { return c.at == 0 && c.w.state == idle }

func newPlanner(s Snapshot, now time.Time) *planner {
	p := &planner{Snapshot: s, now: now, batches: map[fab.BatchID]fab.Batch{}, designs: map[fab.DesignVersionID]fab.DesignVersion{},
		online: map[fab.AgentID]bool{}, kinds: map[kind]*fitting{}, hours: calendars{now, s.Zone, map[fab.Hours]calendar{}},
		plates: map[fab.PlateID]*fab.Plate{}, files: map[printed][]*fab.Plate{}, machines: map[fab.Machine]int{}, reload: map[int]fab.Reason{}}
	for i := range s.Plates {
		plate, of := &s.Plates[i], printed{s.Plates[i].DesignID, s.Plates[i].Part}
		p.plates[plate.ID] = plate
		p.files[of] = append(p.files[of], plate)
	}
	for _, b := range s.Batches {
		p.batches[b.ID] = b
	}
	for _, d := range s.Designs {
		p.designs[d.ID] = d
	}
	for _, a := range s.Agents {
		p.online[a.ID] = a.Online && !a.Revoked
	}
	p.addWorkers()
	rows := make([]job, 0, len(s.Jobs))
	for _, j := range s.Jobs {
		if j.Status == fab.JobWaiting {
			b := p.batches[j.BatchID]
			k := kind{design: b.DesignID, part: j.Part, how: j.How, copies: j.Copies}
			rows = append(rows, job{Job: j, kind: k, fits: p.fitting(k), due: b.DueAt})
			p.jobs = append(p.jobs, &rows[len(rows)-1])
		}
	}
	slices.SortFunc(p.jobs, func(a, b *job) int { return cmp.Compare(a.ID, b.ID) })
	return p
}

// assign turns the simulated starts of this moment into assignments.
func (p *planner) assign(plan *Plan) {
	for _, j := range p.jobs {
		if j.on == nil {
			continue
		}
		if j.on.finish.After(plan.Finish[j.BatchID]) {
			plan.Finish[j.BatchID] = j.on.finish
		}
		if w := j.on.w; j.on.startsNow() && !w.taken {
			w.taken = true // jobs come in the order of their starts at each worker
			plan.Assign = append(plan.Assign, p.assignment(j))
			j.on.now = true
		}
	}
	for _, j := range p.jobs {
		if j.on == nil {
			continue
		}
		if w := j.on.w; w.state == idle && !w.taken && w.opens.IsZero() {
			w.opens = j.on.start
		}
	}
}

func (p *planner) assignment(j *job) Assignment {
	w := j.on.w
	a := Assignment{
		Job: j.ID, JobRev: j.Rev, Worker: w.ID, WorkerRev: w.Rev, Plate: j.on.plate, Copies: cmp.Or(j.on.copies, j.Copies), Spool: w.SpoolID,
		Offer: !w.Streamed(), Finish: j.on.finish, Why: whyHere(j, int(p.now.Sub(p.idleSince(w))/(24*time.Hour))),
	}
	if j.portion != nil {
		for _, other := range j.portion.absorbs {
			a.Absorbs = append(a.Absorbs, Absorbed{other.ID, other.Rev})
		}
	}
	return a
}

package web

import (
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// work is everything that is known of one batch.
type work struct {
	batch    fab.Batch
	design   fab.DesignVersion
	counts   []fab.PartCount
	jobs     []fab.Job
	attempts []fab.Attempt // oldest first
	lots     []fab.Lot
	plates   []fab.Plate
	kits     []fab.Kit // of its request and product
	boxes    map[fab.BoxID]fab.Box
}

func (r *reader) work(b fab.Batch) (w work, err error) {
	w = work{batch: b, design: r.designs[b.DesignID]}
	if w.counts, err = r.tx.PartCounts(b, w.design.BOM); err != nil {
		return w, err
	}
	if w.jobs, err = r.tx.JobsOf(b.ID); err != nil {
		return w, err
	}
	if w.attempts, err = r.tx.AttemptsOf(b.ID); err != nil {
		return w, err
	}
	if w.lots, err = r.tx.LotsOf(b.ID); err != nil {
		return w, err
	}
	if w.plates, err = r.tx.Plates(b.DesignID); err != nil || b.RequestID == "" {
		return w, err
	}
	kits, err := r.tx.KitsOf(b.RequestID)
	if err != nil {
		return w, err
	}
	w.kits = slices.DeleteFunc(kits, func(k fab.Kit) bool { return k.Product != b.Product })
	boxes, err := r.tx.BoxesOf(b.RequestID)
	w.boxes = byKey(boxes, func(b fab.Box) fab.BoxID { return b.ID })
	return w, err
}

// whole is how many products the pieces allow, of which have says how many there are of each part.
func (w work) whole(have func(part string) int64) int64 {
	if len(w.design.BOM.Parts) == 0 {
		return 0
	}
	n := w.batch.Quantity
	for _, p := range w.design.BOM.Parts {
		n = min(n, have(p.Code)/max(1, p.PerUnit))
	}
	return n
}

func (w work) made() int64 {
	return w.whole(func(part string) int64 {
		for _, c := range w.counts {
			if c.Part == part {
				return c.Good
			}
		}
		return 0
	})
}

func (w work) checked() int64 {
	return w.whole(func(part string) (n int64) {
		for _, l := range w.lots {
			if l.Part == part && l.Status == fab.LotReady {
				n += l.Good
			}
		}
		return n
	})
}

// boxed counts the products that lie in boxes of which ok approves.
func (w work) boxed(ok func(fab.Box) bool) (n int64) {
	for _, k := range w.kits {
		if box, packed := w.boxes[k.BoxID]; packed && ok(box) {
			n += k.Quantity
		}
	}
	return n
}

// facts are what the way of the batch is drawn from. What was assembled is behind all earlier stations, even when a
// piece of it came from stock.
func (w work) facts() ui.BatchFacts {
	f := ui.BatchFacts{
		Sliced: w.sliced(), Material: !w.waitsFor(waitMaterial), Made: w.made(), Of: w.batch.Quantity, Checked: w.checked(),
		Packed: w.boxed(func(fab.Box) bool { return true }),
		Left:   w.boxed(func(b fab.Box) bool { return b.Status != fab.BoxPacked }) > 0,
	}
	arrived := w.boxed(func(b fab.Box) bool { return b.Status == fab.BoxDelivered })
	f.Arrived = arrived >= w.batch.Quantity && arrived > 0
	f.Made, f.Checked = max(f.Made, f.Packed), max(f.Checked, f.Packed)
	return f
}

// sliced reports whether every printed part has a plate for at least one machine.
func (w work) sliced() bool {
	for _, p := range w.design.BOM.Parts {
		ready := func(plate fab.Plate) bool { return plate.Part == p.Code && plate.Status == fab.PlateReady }
		if p.How == fab.ByPrint && !slices.ContainsFunc(w.plates, ready) {
			return false
		}
	}
	return true
}

func (w work) waitsFor(code string) bool {
	return slices.ContainsFunc(w.jobs, func(j fab.Job) bool { return j.Status == fab.JobWaiting && j.Wait.Code == code })
}

func (w work) live() bool {
	return slices.ContainsFunc(w.attempts, func(a fab.Attempt) bool { return a.Status.Live() })
}

// state is the word for where the batch stands.
func (w work) state() string {
	switch w.batch.Status {
	case fab.BatchPaused:
		return ui.StatePaused
	case fab.BatchDone:
		return ui.StateDone
	case fab.BatchCancelled:
		return ui.StateCancelled
	}
	if w.live() {
		return ui.StateRunning
	}
	return ui.StateWaiting
}

// wait is why the batch does not move. While somebody is at work on it, only what a person can mend is told.
func (w work) wait() fab.Reason {
	if w.batch.Status != fab.BatchOpen {
		return fab.Reason{}
	}
	best, rank := fab.Reason{}, len(hindrances)
	for _, j := range w.jobs {
		if j.Status != fab.JobWaiting || j.Wait.Code == "" {
			continue
		}
		at := slices.Index(hindrances[:], j.Wait.Code)
		if at < 0 && (best.Code != "" || w.live()) {
			continue
		}
		if at < 0 {
			at = len(hindrances) - 1
		}
		if at < rank {
			best, rank = j.Wait, at
		}
	}
	return best
}

// hindrances are the reasons of the planner that a person can do something about, the gravest first.
var hindrances = [...]string{
	"wait_withdrawn", waitMaterial, "wait_no_printer", "wait_no_maker", "wait_quota", "wait_spool_recalled", "wait_printer_error",
	"wait_plate_not_clear", "wait_workers_paused", "wait_printers_offline", "wait_own_print", "wait_earlier_work",
}

// batch is a batch for the list; all adds what is behind.
func (r *reader) batch(w work, all bool) (ui.Batch, error) {
	b := w.batch
	out := ui.Batch{
		ID: string(b.ID), Goods: r.goods(b.DesignID, b.Product, b.Quantity), Picture: pictureOf(w.design), Request: string(b.RequestID),
		Due: r.localDay(b.DueAt), State: w.state(), Made: w.made(), Way: ui.BatchWay(w.facts()), Wait: r.reason(w.wait()), Plates: r.plates(w, all),
	}
	if b.Status == fab.BatchOpen {
		out.Outlook = r.batchOutlook(b.ID)
		if out.Wait.Code != "" {
			out.Outlook.Why = fab.Reason{}
		}
		end := r.endOfDay(b.DueAt)
		out.Late = out.Outlook.Late || !end.IsZero() && r.tx.Now().After(end)
	}
	if b.TrialID != "" {
		trial, err := r.tx.Trial(b.TrialID)
		out.Trial, out.TrialID = trial.Code, string(trial.ID)
		return out, err
	}
	if b.RequestID == "" {
		return out, nil
	}
	place, err := r.placeOf(b.RequestID)
	out.For = place.Name
	return out, err
}

func (r *reader) placeOf(id fab.RequestID) (fab.Facility, error) {
	request, err := r.tx.Request(id)
	if err != nil {
		return fab.Facility{}, err
	}
	return r.tx.Facility(request.FacilityID)
}

// plates lists what is shared out, then what waits; all adds what is done. Waiting plates of one part that wait for the
// same thing are one line: fifty times the same sentence helps nobody.
func (r *reader) plates(w work, all bool) []ui.Plate {
	last := map[fab.JobID]fab.Attempt{}
	for _, a := range w.attempts {
		last[a.JobID] = a
	}
	var shared, waiting, done []ui.Plate
	for _, j := range w.jobs {
		a, tried := last[j.ID]
		switch {
		case j.Status == fab.JobLeased && tried:
			shared = append(shared, r.sharedPlate(w, j, a))
		case j.Status == fab.JobWaiting:
			waiting = r.addWaiting(waiting, w, j, a)
		case j.Status == fab.JobDone && all && tried:
			done = append(done, r.sharedPlate(w, j, a))
		}
	}
	return slices.Concat(shared, waiting, done[max(0, len(done)-maxDone):])
}

// maxDone is how many finished plates the page of a batch shows.
const maxDone = 60

func (r *reader) sharedPlate(w work, j fab.Job, a fab.Attempt) ui.Plate {
	worker := r.worker(a.WorkerID)
	p := ui.Plate{
		ID: string(j.ID), Part: r.part(w.batch.DesignID, j.Part, j.Copies), Who: worker.Name, ByHand: worker.Kind == fab.WorkerHand,
		State: attemptState(a), Try: a.No, Why: r.reason(a.Why),
	}
	if p.State == ui.StatePrinting || p.State == ui.StateHeating || p.State == ui.StateAtWork {
		p.Ends = r.argumentTime(a.Why, "finish")
	}
	if p.State != ui.StatePrinting && p.State != ui.StateHeating {
		return p
	}
	if now, known := r.Telemetry(a.WorkerID); known {
		p.Percent = now.Percent
		if now.Left > 0 {
			p.Ends = r.local(r.tx.Now().Add(now.Left))
		}
	}
	for _, before := range w.attempts {
		if before.JobID == j.ID && before.ID != a.ID && before.End.Code != "" {
			p.End = r.reason(before.End)
		}
	}
	return p
}

// attemptState is the word for where an attempt stands.
func attemptState(a fab.Attempt) string {
	switch a.Status {
	case fab.AttemptOffered:
		return ui.StateOffered
	case fab.AttemptLeased:
		if a.PlateID == "" {
			return ui.StateAtWork
		}
		return ui.StateHeating
	case fab.AttemptPrinting:
		return ui.StatePrinting
	case fab.AttemptToCount:
		return ui.StatePlate
	case fab.AttemptDone:
		return ui.StateDone
	case fab.AttemptStopped:
		return ui.StateCancelled
	}
	return ui.StateFailed
}

func (r *reader) addWaiting(list []ui.Plate, w work, j fab.Job, before fab.Attempt) []ui.Plate {
	p := ui.Plate{
		ID: string(j.ID), Part: r.part(w.batch.DesignID, j.Part, j.Copies), ByHand: j.How == fab.ByHand, State: ui.StateWaiting,
		Try: j.Tries + 1, Why: r.reason(j.Wait), End: r.reason(before.End),
	}
	for i := range list {
		same := list[i].Part.Code == p.Part.Code && list[i].Why.Code == p.Why.Code && list[i].Try == 1
		if same && p.Try == 1 && j.RelayID == "" {
			list[i].Part.N += p.Part.N
			return list
		}
	}
	return append(list, p)
}

// partRows is how far a batch is with each part.
func (r *reader) partRows(w work) []ui.PartRow {
	var rows []ui.PartRow
	for _, c := range w.counts {
		part := r.part(w.batch.DesignID, c.Part, c.Needed)
		rows = append(rows, ui.PartRow{Code: c.Part, Name: part.Name, Needed: c.Needed, Good: c.Good, Bad: c.Bad, Open: c.Open, Missing: c.Missing()})
	}
	return rows
}

// lotRows lists the lots of a batch, newest first.
func (r *reader) lotRows(w work, spools map[fab.SpoolID]fab.Spool) (rows []ui.LotRow, err error) {
	for _, l := range slices.Backward(w.lots) {
		row := ui.LotRow{
			Code: l.Code, Part: r.part(l.DesignID, l.Part, l.Declared), Who: r.worker(l.WorkerID).Name, Spool: spools[l.SpoolID].Code,
			State: lotState(l), At: r.local(later(l.CreatedAt, l.SettledAt)), Bad: l.Bad, Why: l.BadWhy,
		}
		if maker := r.makers[l.MakerID].Name; maker != row.Who {
			row.Maker = maker
		}
		if l.Photo != "" {
			row.Photo = "/desk/lots/" + string(l.ID) + "/photo"
		}
		if l.Status == fab.LotReady {
			row.Part.N = l.Good
		}
		if row.Back, err = r.cameBack(l.ID); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func lotState(l fab.Lot) string {
	switch l.Status {
	case fab.LotReady:
		return ui.StateCounted
	case fab.LotBlocked:
		return ui.StateBlocked
	}
	return ui.StateAtMaker
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

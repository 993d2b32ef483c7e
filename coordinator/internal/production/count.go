package production

import (
	"context"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Unloading is what somebody counted who took pieces off a bed, or made them by hand.
type Unloading struct {
	Attempt   fab.AttemptID
	Good, Bad int64
	Why       string // of the bad ones: one of fab.BadReasons, or "" when nobody said
	Photo     []byte // of the bad ones, JPEG or PNG as it was taken; empty without
}

// Count is Unload without a word about the bad pieces.
func (p *Production) Count(ctx context.Context, id fab.AttemptID, good, bad int64) (fab.Lot, error) {
	return p.Unload(ctx, Unloading{Attempt: id, Good: good, Bad: bad})
}

// Unload records what came off the bed, or what hands made: good pieces become a lot at the maker's, bad ones are
// printed again, and the bed is clear. Sent twice, it counts once.
func (p *Production) Unload(ctx context.Context, u Unloading) (lot fab.Lot, err error) {
	if err := checkWhy(u.Why); err != nil {
		return lot, err
	}
	photo, err := p.store.PutPhoto(ctx, u.Photo, photoSide, photoBytes, fieldPhoto)
	if err != nil {
		return lot, err
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		lot, err = p.unload(tx, u, photo)
		return err
	})
	return lot, err
}

func (p *Production) unload(tx *store.Tx, u Unloading, photo string) (lot fab.Lot, err error) {
	a, err := tx.Attempt(u.Attempt)
	if err != nil {
		return lot, err
	}
	if lot, err = tx.LotByAttempt(a.ID); err == nil {
		return lot, nil
	} else if fab.ClassOf(err) != fab.NotFound {
		return lot, err
	}
	if err := checkCount(a, u.Good, u.Bad); err != nil {
		return lot, err
	}
	lot = fab.Lot{Declared: u.Good, Bad: u.Bad}
	if u.Bad > 0 {
		lot.BadWhy, lot.Photo = u.Why, photo
	}
	return p.count(tx, a, lot)
}

func checkWhy(why string) error {
	if why != "" && !slices.Contains(fab.BadReasons[:], why) {
		return fab.Refuse(fab.Invalid, "reason_missing", "why")
	}
	return nil
}

func checkCount(a fab.Attempt, good, bad int64) error {
	switch {
	case good < 0 || bad < 0:
		return fab.Refuse(fab.Invalid, "count_negative", "good")
	case good+bad > a.Copies:
		return fab.Refuse(fab.Invalid, "count_too_many", "good", "copies", a.Copies)
	case good+bad < a.Copies:
		return fab.Refuse(fab.Invalid, "count_differs", "bad", "copies", a.Copies)
	}
	if a.Status == fab.AttemptLeased && a.StartedAt.IsZero() { // a machine was told to start and has not
		return fab.Refuse(fab.Conflict, "state_not_allowed", "", "what", "attempt", "from", string(a.Status), "to", string(fab.AttemptDone))
	}
	return fab.AttemptTable.Move("attempt", a.Status, fab.AttemptDone)
}

func (p *Production) count(tx *store.Tx, a fab.Attempt, lot fab.Lot) (fab.Lot, error) {
	good, bad := lot.Declared, lot.Bad
	w, err := tx.Worker(a.WorkerID)
	if err != nil {
		return lot, err
	}
	b, err := tx.Batch(a.BatchID)
	if err != nil {
		return lot, err
	}
	maker, err := tx.Maker(w.MakerID)
	if err != nil {
		return lot, err
	}
	if err := useUp(tx, a, maker, good+bad); err != nil {
		return lot, err
	}
	if lot, err = addLot(tx, a, b, w, lot); err != nil {
		return lot, err
	}
	if good > 0 {
		err = tx.Post(fab.StockMove{
			Item: fab.PartItem(a.Part), Source: string(lot.ID), From: fab.OutsideMade, To: maker.LocationID, Quantity: good,
			Why: "made", Subject: string(a.ID),
		})
		if err != nil {
			return lot, err
		}
	}
	if err := endAttempt(tx, &a); err != nil {
		return lot, err
	}
	if err := p.freeWorker(tx, a, b, w, good, bad); err != nil {
		return lot, err
	}
	return lot, tx.Note(fab.Change{Code: "lot_counted", Subject: string(lot.ID), Request: b.RequestID, Worker: w.ID,
		Args: fab.Args{"lot": lot.Code, "part": a.Part, "good": good, "bad": bad, "worker": w.Name}})
}

// addLot fills in where the counted pieces come from.
func addLot(tx *store.Tx, a fab.Attempt, b fab.Batch, w fab.Worker, lot fab.Lot) (fab.Lot, error) {
	code, err := tx.NextLotCode(b.Product)
	if err != nil {
		return fab.Lot{}, err
	}
	design, err := madeAfter(tx, a, b)
	if err != nil {
		return fab.Lot{}, err
	}
	lot.ID, lot.Code = store.NewID[fab.LotID](tx), code
	lot.AttemptID, lot.BatchID, lot.DesignID, lot.Part, lot.TrialID = a.ID, a.BatchID, design.ID, a.Part, b.TrialID
	lot.WorkerID, lot.MakerID, lot.SpoolID = w.ID, w.MakerID, a.SpoolID
	lot.Status, lot.CreatedAt = fab.LotMade, tx.Now()
	tainted, err := tx.Tainted(a.ID)
	if err != nil {
		return lot, err
	}
	if design.Dangerous || tainted {
		lot.Status = fab.LotBlocked
	}
	if a.SpoolID != "" {
		spool, err := tx.Spool(a.SpoolID)
		if err != nil {
			return lot, err
		}
		if spool.Recalled {
			lot.Status = fab.LotBlocked
		}
	}
	return lot, tx.AddLot(&lot)
}

// endAttempt closes the attempt, and the job unless somebody else has it by now: then the pieces are a surplus.
func endAttempt(tx *store.Tx, a *fab.Attempt) error {
	a.Status, a.End = fab.AttemptDone, fab.Reason{}
	if a.EndedAt.IsZero() {
		a.EndedAt = tx.Now()
	}
	if err := tx.SetAttempt(a); err != nil {
		return err
	}
	j, err := tx.Job(a.JobID)
	if err != nil {
		return err
	}
	late := j.Status == fab.JobWaiting // the attempt was given up, and nobody else has begun
	if !late && (j.Status != fab.JobLeased || j.AttemptID != a.ID) {
		return nil
	}
	j.Status, j.AttemptID, j.Wait = fab.JobDone, "", fab.Reason{}
	if ok, err := tx.SwapJob(&j); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	return nil
}

// freeWorker notes the clear bed and what was learned, and tells the agent that the bed is clear.
func (p *Production) freeWorker(tx *store.Tx, a fab.Attempt, b fab.Batch, w fab.Worker, good, bad int64) error {
	if err := p.learn(tx, a, b, &w, good, bad); err != nil {
		return err
	}
	if w.AttemptID == a.ID || w.AttemptID == "" {
		w.AttemptID, w.PlateClear = "", true
		if err := tx.Order(w, "clear", ""); err != nil {
			return err
		}
	}
	if ok, err := tx.SwapWorker(&w); err != nil || !ok {
		return fab.OrOvertaken(err)
	}
	return nil
}

// learn notes the yield and the speed, of the worker and of the worker at this part.
func (p *Production) learn(tx *store.Tx, a fab.Attempt, b fab.Batch, w *fab.Worker, good, bad int64) error {
	pace, err := tx.Pace(w.ID, b.Product, a.Part)
	if err != nil {
		return err
	}
	w.GoodPieces += good
	w.BadPieces += bad
	pace.Good += good
	pace.Bad += bad
	if !a.StartedAt.IsZero() {
		expected, err := estimate(tx, a)
		if err != nil {
			return err
		}
		took := time.Duration(float64(a.EndedAt.Sub(a.StartedAt)) * p.speedup)
		pace.Learn(w.TimeFactorPM, expected, took)
		w.Learn(expected, took)
	}
	if err := tx.SetPace(&pace); err != nil {
		return err
	}
	return tx.Judge(w)
}

// estimate is how long an attempt should have taken: what the slicer said of its plate, what the drawing says of a hand
// step, and for who prints from a card the slowest machine that the lab knows. Zero means that nothing is known.
func estimate(tx *store.Tx, a fab.Attempt) (time.Duration, error) {
	if a.PlateID != "" {
		plate, err := tx.Plate(a.PlateID)
		return time.Duration(plate.Seconds) * time.Second, err
	}
	b, err := tx.Batch(a.BatchID)
	if err != nil {
		return 0, err
	}
	design, err := tx.Design(b.DesignID)
	if err != nil {
		return 0, err
	}
	if part, _ := design.BOM.Part(a.Part); part.How == fab.ByHand {
		return time.Duration(part.StepMS*a.Copies) * time.Millisecond, nil
	}
	plates, err := tx.Plates(b.DesignID)
	slowest := int64(0)
	for _, p := range plates {
		if p.Part == a.Part && p.Copies == a.Copies && p.Status == fab.PlateReady {
			slowest = max(slowest, p.Seconds)
		}
	}
	return time.Duration(slowest) * time.Second, err
}

// ClearPlate records that somebody looked and the bed is empty, after a print that ended otherwise than well.
func (p *Production) ClearPlate(ctx context.Context, id fab.WorkerID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil {
			return err
		}
		if w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "plate_in_use", "")
		}
		w.PlateClear = true
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		if err := tx.Order(w, "clear", ""); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "plate_cleared", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
	})
}

// Rest pauses or wakes a worker at its maker's wish: no new work, what runs goes on.
func (p *Production) Rest(ctx context.Context, id fab.WorkerID, paused bool) error {
	return p.changeWorker(ctx, id, func(w *fab.Worker) { w.Paused = paused })
}

// Load puts a spool on a printer; an empty id takes it off.
func (p *Production) Load(ctx context.Context, id fab.WorkerID, spool fab.SpoolID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil {
			return err
		}
		if w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "plate_in_use", "spool")
		}
		w.SpoolID = spool
		if spool != "" {
			s, err := tx.Spool(spool)
			if err != nil {
				return err
			}
			if s.Recalled {
				return fab.Refuse(fab.Conflict, "spool_recalled", "spool", "spool", s.Code)
			}
			w.Filament = s.Filament
		}
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		return tx.Note(fab.Change{Code: "spool_loaded", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
	})
}

// Order sends a command to the printer of a worker about what runs there now. kind is pause, resume, cancel or stop-now.
func (p *Production) Order(ctx context.Context, id fab.WorkerID, kind string) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil {
			return err
		}
		switch kind {
		case "pause", "resume", "cancel":
			if w.AttemptID == "" {
				return fab.Refuse(fab.Conflict, "nothing_runs", "")
			}
		case "stop-now":
		default:
			return fab.Refuse(fab.Invalid, "command_unknown", "kind", "kind", kind)
		}
		return tx.Order(w, kind, w.AttemptID)
	})
}

func (p *Production) changeWorker(ctx context.Context, id fab.WorkerID, change func(*fab.Worker)) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil {
			return err
		}
		change(&w)
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		return tx.Note(fab.Change{Code: "worker_changed", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"worker": w.Name}})
	})
}

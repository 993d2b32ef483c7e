package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	maxPrinters = 60   // of one maker
	maxWeekCap  = 500  // plates in seven days
	minNozzle   = 100  // µm
	maxNozzle   = 2000 // µm
	maxName     = 80   // bytes, of a printer or a person
	maxHours    = 200  // bytes of a text of hours
	longestRest = 366 * 24 * time.Hour
)

// Printing is what a maker says of one printer. Hours are checked, a week's cap of 0 is none, and a zero PausedUntil is
// no rest. Model is a profile's name, or empty with what its maker calls it in ModelSaid.
type Printing struct {
	Name        string
	Model       string
	ModelSaid   string
	NozzleUM    int64
	Filament    string // a profile's name; "" when nothing is loaded
	Colour      string
	CanLoad     []string // profiles of what the maker has beside it
	Piles       bool     // pieces may stand on each other while nobody is there
	Heat, Clear fab.Hours
	WeekCap     int64
	PausedUntil time.Time
}

// Known tells which profiles there are.
type Known struct {
	Model    func(string) bool
	Filament func(string) bool
}

// AddPrinter registers a printer without an agent: its maker carries files to it on an SD card. by is the maker who asks,
// "" for the coordinator. Forbidden when it is another maker's.
func (i *Identity) AddPrinter(ctx context.Context, of, by fab.MakerID, p Printing, known Known) (w fab.Worker, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := active(tx, of, by)
		if err != nil {
			return err
		}
		if err := p.check(tx.Now(), known, false).Or(); err != nil {
			return err
		}
		if err := room(tx, m.ID, p.Name, ""); err != nil {
			return err
		}
		w = fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerPrinter, MakerID: m.ID, TimeFactorPM: 1000, PlateClear: true, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		p.put(&w)
		if err := tx.AddWorker(&w); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "printer_joined", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"name": w.Name}})
	})
	return w, err
}

// EditPrinter changes what is known of a printer. What is loaded cannot change while something runs, and the model of a
// printer behind an agent is what the agent says.
func (i *Identity) EditPrinter(ctx context.Context, id fab.WorkerID, by fab.MakerID, p Printing, known Known) error {
	return i.changeWorker(ctx, id, by, "printer_changed", func(tx *store.Tx, w *fab.Worker) error {
		if w.Kind != fab.WorkerPrinter {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "printer")
		}
		streamed := w.Streamed()
		if err := p.check(tx.Now(), known, streamed).Or(); err != nil {
			return err
		}
		if !strings.EqualFold(p.Name, w.Name) {
			if err := room(tx, w.MakerID, p.Name, w.ID); err != nil {
				return err
			}
		}
		before := *w
		if p.put(w); streamed {
			w.Model, w.ModelSaid = before.Model, before.ModelSaid
		}
		if w.AttemptID != "" && w.Machine() != before.Machine() {
			return fab.Refuse(fab.Conflict, "plate_in_use", "filament")
		}
		if w.Filament != before.Filament {
			w.SpoolID = ""
		}
		return nil
	})
}

// RetirePrinter takes a printer, or hands, out of the lab and keeps the history; again takes it back in.
func (i *Identity) RetirePrinter(ctx context.Context, id fab.WorkerID, by fab.MakerID, again bool) error {
	code := "printer_retired"
	if again {
		code = "printer_back"
	}
	return i.changeWorker(ctx, id, by, code, func(tx *store.Tx, w *fab.Worker) error {
		switch {
		case again:
			w.RetiredAt = time.Time{}
		case w.AttemptID != "":
			return fab.Refuse(fab.Conflict, "plate_in_use", "")
		default:
			w.RetiredAt = tx.Now()
		}
		return nil
	})
}

// RemovePrinter forgets a printer that was entered by mistake: one that never did anything and has no agent.
func (i *Identity) RemovePrinter(ctx context.Context, id fab.WorkerID, by fab.MakerID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		w, err := worker(tx, id, by)
		if err != nil {
			return err
		}
		used, err := tx.WorkerUsed(id)
		if err != nil {
			return err
		}
		if used || w.AttemptID != "" || w.Streamed() {
			return fab.Refuse(fab.Conflict, "printer_used", "")
		}
		if err := tx.DeleteWorker(id); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "printer_removed", Subject: string(id), Args: fab.Args{"name": w.Name}})
	})
}

// MovePrinter gives a printer to another maker. One behind an agent goes to a maker of the agent's only; move the agent's
// printer first. What it made stays with who made it.
func (i *Identity) MovePrinter(ctx context.Context, id fab.WorkerID, to fab.MakerID) error {
	return i.changeWorker(ctx, id, "", "printer_moved", func(tx *store.Tx, w *fab.Worker) error {
		if _, err := active(tx, to, ""); err != nil {
			return fab.Refuse(fab.Invalid, "maker_missing", "maker")
		}
		if w.Kind != fab.WorkerPrinter {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "printer")
		}
		if w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "plate_in_use", "")
		}
		w.MakerID, w.AgentID, w.Key = to, "", ""
		return room(tx, to, w.Name, w.ID)
	})
}

// changeWorker changes a worker of whoever asks; by "" is the coordinator.
func (i *Identity) changeWorker(ctx context.Context, id fab.WorkerID, by fab.MakerID, code string, change func(*store.Tx, *fab.Worker) error) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		w, err := worker(tx, id, by)
		if err != nil {
			return err
		}
		if err := change(tx, &w); err != nil {
			return err
		}
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		return tx.Note(fab.Change{Code: code, Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"name": w.Name}})
	})
}

// worker reads a worker that by may change.
func worker(tx *store.Tx, id fab.WorkerID, by fab.MakerID) (fab.Worker, error) {
	w, err := tx.Worker(id)
	if err == nil && by != "" && w.MakerID != by {
		return w, fab.Refuse(fab.Forbidden, "not_yours", "")
	}
	return w, err
}

// active reads a maker who takes part and whom by may change.
func active(tx *store.Tx, id, by fab.MakerID) (fab.Maker, error) {
	m, err := tx.Maker(id)
	switch {
	case err != nil:
		return m, err
	case by != "" && by != id:
		return m, fab.Refuse(fab.Forbidden, "not_yours", "")
	case m.Status != fab.MakerActive:
		return m, fab.Refuse(fab.Conflict, "maker_not_in", "")
	}
	return m, nil
}

// room refuses a name that another printer in use has, and more printers than anybody has.
func room(tx *store.Tx, of fab.MakerID, name string, but fab.WorkerID) error {
	workers, err := tx.Workers()
	if err != nil {
		return err
	}
	count := 0
	for _, w := range workers {
		if w.Retired() || w.ID == but {
			continue
		}
		if w.MakerID == of {
			count++
		}
		if w.Kind == fab.WorkerPrinter && strings.EqualFold(w.Name, name) {
			return fab.Refuse(fab.Invalid, "printer_name_taken", "name", "name", name)
		}
	}
	if count >= maxPrinters {
		return fab.Refuse(fab.Invalid, "too_many", "name", "max", maxPrinters)
	}
	return nil
}

func (p *Printing) check(now time.Time, known Known, streamed bool) (errs fab.Errors) {
	p.Name, p.ModelSaid, p.Colour = fab.Line(p.Name), fab.Line(p.ModelSaid), fab.Line(p.Colour)
	wrong := func(bad bool, code, field string, pairs ...any) {
		if bad {
			errs = append(errs, fab.Refuse(fab.Invalid, code, field, pairs...))
		}
	}
	wrong(p.Name == "" || len(p.Name) > maxName, "name_missing", "name")
	if !streamed {
		wrong(p.Model == "" && p.ModelSaid == "" || p.Model != "" && !known.Model(p.Model), "model_missing", "model")
		wrong(len(p.ModelSaid) > maxName, "too_long", "model_said", "max", maxName)
	}
	wrong(p.NozzleUM < minNozzle || p.NozzleUM > maxNozzle, "nozzle_wrong", "nozzle_mm")
	wrong(p.Filament != "" && !known.Filament(p.Filament), "filament_unknown", "filament")
	for _, f := range p.CanLoad {
		wrong(!known.Filament(f), "filament_unknown", "can_load")
	}
	wrong(len(p.Colour) > maxName, "too_long", "colour", "max", maxName)
	wrong(p.WeekCap < 0 || p.WeekCap > maxWeekCap, "week_cap_wrong", "week_cap", "max", maxWeekCap)
	errs = append(errs, checkRest(p.PausedUntil, now)...)
	errs = append(errs, checkHours(p.Heat, "heat_own")...)
	return append(errs, checkHours(p.Clear, "there_own")...)
}

func checkRest(until, now time.Time) fab.Errors {
	if until.After(now.Add(longestRest)) {
		return fab.Errors{fab.Refuse(fab.Invalid, "date_too_far", "pause_until")}
	}
	return nil
}

func checkHours(h fab.Hours, field string) fab.Errors {
	if len(h) > maxHours {
		return fab.Errors{fab.Refuse(fab.Invalid, "too_long", field, "max", maxHours)}
	}
	_, err := h.Week(field)
	var refused *fab.Error
	if errors.As(err, &refused) {
		return fab.Errors{refused}
	}
	return nil
}

// beside lists what is not loaded, each once.
func beside(list []string, loaded string) (out []string) {
	for _, f := range list {
		if f != loaded && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (p Printing) put(w *fab.Worker) {
	w.Name, w.Model, w.ModelSaid, w.NozzleUM, w.Filament, w.Colour = p.Name, p.Model, p.ModelSaid, p.NozzleUM, p.Filament, p.Colour
	if w.Model != "" {
		w.ModelSaid = ""
	}
	w.Piles = p.Piles
	w.CanLoad = beside(p.CanLoad, p.Filament)
	w.HeatHours, w.ClearHours, w.WeekCap, w.PausedUntil = p.Heat, p.Clear, p.WeekCap, p.PausedUntil
}

// Working is what a pair of hands can do and how much at a time. Zero values mean 50 pieces, fab.DefaultDays, no cap.
type Working struct {
	Steps       []string
	Quota       int64
	Days        int64
	WeekCap     int64
	Hours       fab.Hours // when the maker works
	PausedUntil time.Time
}

const maxQuota = 5000 // pieces at a time

// SetHands says what a maker does by hand, which adds hands, changes them, or with no step retires them.
func (i *Identity) SetHands(ctx context.Context, of, by fab.MakerID, n Working) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := active(tx, of, by)
		if err != nil {
			return err
		}
		if err := n.check(tx.Now()).Or(); err != nil {
			return err
		}
		workers, err := tx.WorkersOf(m.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(workers, func(w fab.Worker) bool { return w.Kind == fab.WorkerHand })
		if at < 0 {
			if len(n.Steps) == 0 {
				return nil
			}
			w := fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerHand, Name: m.Name, MakerID: m.ID, TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
			n.put(&w, tx.Now())
			return errors.Join(tx.AddWorker(&w), tx.Note(fab.Change{Code: "hands_changed", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"name": w.Name}}))
		}
		w := workers[at]
		if len(n.Steps) == 0 && w.AttemptID != "" {
			return fab.Refuse(fab.Conflict, "hands_busy", "steps")
		}
		n.put(&w, tx.Now())
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
		return tx.Note(fab.Change{Code: "hands_changed", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"name": w.Name}})
	})
}

func (n *Working) check(now time.Time) (errs fab.Errors) {
	if !knownSteps(n.Steps) {
		errs = append(errs, fab.Refuse(fab.Invalid, "step_unknown", "steps"))
	}
	for _, limit := range [...]struct {
		n, max int64
		field  string
	}{{n.Quota, maxQuota, "quota"}, {n.Days, fab.MaxDays, "days"}, {n.WeekCap, maxWeekCap, "week_cap"}} {
		if limit.n < 0 || limit.n > limit.max {
			errs = append(errs, fab.Refuse(fab.Invalid, "too_many", limit.field, "max", limit.max))
		}
	}
	errs = append(errs, checkHours(n.Hours, "there_own")...)
	return append(errs, checkRest(n.PausedUntil, now)...)
}

func (n Working) put(w *fab.Worker, now time.Time) {
	w.Steps, w.Quota, w.Days, w.WeekCap, w.ClearHours, w.PausedUntil = n.Steps, n.Quota, n.Days, n.WeekCap, n.Hours, n.PausedUntil
	if w.Quota == 0 {
		w.Quota = defaultQuota
	}
	w.RetiredAt = time.Time{}
	if len(n.Steps) == 0 {
		w.RetiredAt = now
	}
}

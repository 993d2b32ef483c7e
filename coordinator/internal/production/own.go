package production

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// SetOverlay says what one machine has beside its model, as TOML; the empty text takes it back to the model's own. What
// is wrong with the text is said by field and in words. Plates for it are planned at the next look.
func (p *Production) SetOverlay(ctx context.Context, id fab.WorkerID, text string) error {
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	if len(text) > fab.MaxOverlay {
		return fab.Refuse(fab.Invalid, "overlay_too_long", "overlay", "max", fab.MaxOverlay)
	}
	var model string
	err := p.store.View(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		model = w.Model
		return err
	})
	if err != nil {
		return err
	}
	if text != "" {
		if err := p.checkOverlay(model, text); err != nil {
			return fab.Refuse(fab.Invalid, "overlay_wrong", "overlay", "detail", err.Error())
		}
	}
	return p.changeWorker(ctx, id, func(w *fab.Worker) { w.Overlay = text })
}

// SetSlicesSelf says whether a printer's maker slices: it then prints only files that its maker sent.
func (p *Production) SetSlicesSelf(ctx context.Context, id fab.WorkerID, yes bool) error {
	return p.changeWorker(ctx, id, func(w *fab.Worker) { w.SlicesSelf = yes })
}

// maxOwnCopies is more pieces than lie on any bed.
const maxOwnCopies = 500

// OwnGCode takes a file that the maker of a printer sliced: copies of a part, for this machine alone, as it is set up now.
// An empty filament is the one on the machine. The file is judged as the lab's own are; when it must not be printed the
// result says why, is not Safe, and nothing has changed. A kept file takes the place of the one before it. Errors of the
// reader come back wrapped.
func (p *Production) OwnGCode(ctx context.Context, id fab.WorkerID, design fab.DesignVersionID, part string, copies int64, filament string,
	file io.Reader) (judged slicing.CheckResult, err error) {
	row, overlay, err := p.ownPlate(ctx, id, design, part, copies, filament)
	if err != nil {
		return judged, err
	}
	aside, err := os.CreateTemp("", "own-*.gcode")
	if err != nil {
		return judged, fmt.Errorf("set file aside: %w", err)
	}
	defer func() { err = errors.Join(err, aside.Close(), os.Remove(aside.Name())) }()
	if _, err := io.Copy(aside, file); err != nil {
		return judged, fmt.Errorf("set file aside: %w", err)
	}
	if judged, err = p.check(ctx, row.Machine(), overlay, aside); err != nil || !judged.Safe {
		return judged, err
	}
	if _, err := p.store.PutFile(ctx, aside, "text/x.gcode"); err != nil {
		return judged, err
	}
	measured(&row, judged)
	for _, f := range judged.Findings {
		row.Warnings = append(row.Warnings, fab.Because(f.Code, append(pairs(f.Args), "line", f.Line)...))
	}
	row.Slicer = judged.Report.Slicer
	return judged, p.store.Update(ctx, func(tx *store.Tx) error { return keepOwn(tx, row) })
}

// ownPlate is the row of a file that a maker sends for a machine, and the machine's own settings.
func (p *Production) ownPlate(ctx context.Context, id fab.WorkerID, design fab.DesignVersionID, part string, copies int64, filament string) (row fab.Plate, overlay string, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(id)
		if err != nil {
			return err
		}
		d, err := tx.Design(design)
		if err != nil {
			return err
		}
		m := w.Machine()
		m.Filament, overlay = cmp.Or(filament, m.Filament), w.Overlay
		made, ok := d.BOM.Part(part)
		switch {
		case !ok || made.How != fab.ByPrint || d.Status == fab.DesignWithdrawn:
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "part")
		case w.Model == "":
			return fab.Refuse(fab.Conflict, "model_unknown", "file")
		case m.Filament == "":
			return fab.Refuse(fab.Conflict, "no_filament_loaded", "file")
		case copies < 1:
			return fab.Refuse(fab.Invalid, "quantity_not_positive", "copies")
		case copies > maxOwnCopies:
			return fab.Refuse(fab.Invalid, "too_many", "copies", "max", maxOwnCopies)
		}
		row = fab.Plate{DesignID: design, Part: part, Copies: copies, Model: m.Model, NozzleUM: m.NozzleUM, Filament: m.Filament, Overlay: m.Overlay,
			WorkerID: id, Source: fab.PlateByMaker, Status: fab.PlateReady}
		return nil
	})
	return row, overlay, err
}

// keepOwn stores a maker's file in place of the one before it. That one's row stays, for what is printed from it now.
func keepOwn(tx *store.Tx, row fab.Plate) error {
	before, err := tx.PlatesOf(row.WorkerID)
	if err != nil {
		return err
	}
	for _, old := range before {
		if old.Status != fab.PlateReady || old.DesignID != row.DesignID || old.Part != row.Part || old.Filament != row.Filament {
			continue
		}
		if err := old.Turn(fab.PlateCancelled, fab.Because(fab.WhyPlateReplaced), tx.Now()); err != nil {
			return err
		}
		if err := tx.SetPlate(&old); err != nil {
			return err
		}
	}
	row.ID, row.CreatedAt = store.NewID[fab.PlateID](tx), tx.Now()
	if err := tx.AddPlate(&row); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "own_plate_kept", Subject: string(row.ID), Worker: row.WorkerID, Args: plateArgs(row)})
}

package production

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Delivery is what a slicing worker made.
type Delivery struct {
	File     io.ReadSeeker // the G-code; read from its beginning, more than once
	SHA256   string        // of the file as the worker knows it; "" is not compared
	Picture  []byte        // PNG of the plate; may be empty
	Slicer   string        // program and version
	Warnings []fab.Reason
}

// Deliver takes a plate in from whoever holds it. The lab trusts nobody's word on what is safe: it checks the file
// itself, and what it measures is what counts. The file is stored before any row refers to it.
func (p *Production) Deliver(ctx context.Context, id fab.PlateID, token string, d Delivery) error {
	c, err := p.HeldPlate(ctx, id, token)
	if err != nil {
		return err
	}
	checked, err := p.check(ctx, c.Plate.Machine(), c.Overlay, d.File)
	if err != nil {
		return err
	}
	if d.SHA256 != "" && d.SHA256 != checked.SHA256 {
		return fab.Refuse(fab.Invalid, "file_damaged", "sha256")
	}
	if !checked.Safe {
		why := fab.Because(fab.WhyPlateUnsafe, "finding", firstBad(checked).Code, "line", firstBad(checked).Line)
		if err := p.Fail(ctx, id, token, Passing, why); err != nil {
			return err
		}
		return fab.Refuse(fab.Invalid, "gcode_unsafe", "file", "finding", why.Args["finding"], "line", why.Args["line"])
	}
	blob, err := p.store.PutFile(ctx, d.File, "text/x.gcode")
	if err != nil {
		return err
	}
	if blob.Hash != checked.SHA256 {
		return fmt.Errorf("plate %s changed while it was stored", id)
	}
	picture, err := p.keepPicture(ctx, d.Picture)
	if err != nil {
		return err
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		plate, err := held(tx, id, token)
		if err != nil {
			return err
		}
		if err := plate.Turn(fab.PlateReady, fab.Reason{}, tx.Now()); err != nil {
			return err
		}
		measured(&plate, checked)
		plate.Picture, plate.Slicer, plate.Warnings = picture, d.Slicer, d.Warnings
		if err := tx.SetPlate(&plate); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "plate_ready", Subject: string(plate.ID), Args: plateArgs(plate)})
	})
}

// check reads a file from its beginning and judges it for one kind of machine.
func (p *Production) check(ctx context.Context, m fab.Machine, overlay string, file io.ReadSeeker) (r slicing.CheckResult, err error) {
	if p.checker == nil {
		return r, fab.Refuse(fab.Unavailable, "no_checker", "")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return r, fmt.Errorf("read file to check: %w", err)
	}
	c := slicing.CheckRequest{Printer: m.Model, Filament: m.Filament, NozzleUM: m.NozzleUM}
	if overlay != "" {
		c.Overlay, err = slicing.ParseOverlay([]byte(overlay))
	}
	if err == nil {
		r, err = p.checker.Check(ctx, file, c)
	}
	var problem *slicing.Problem
	if errors.As(err, &problem) {
		return r, fab.Refuse(fab.Invalid, problem.Code, "file", pairs(problem.Args)...)
	}
	return r, err
}

// measured fills in what the lab's own check found.
func measured(p *fab.Plate, c slicing.CheckResult) {
	r := c.Report
	p.GCodeHash, p.GCodeBytes = c.SHA256, c.Size
	p.Seconds, p.FilamentMG, p.FilamentUM, p.Layers, p.Lines = r.Seconds, r.FilamentMG, r.FilamentUM, r.Layers, r.Lines
	p.Bounds = fab.Extent{MinX: r.Bounds.MinX, MinY: r.Bounds.MinY, MinZ: r.Bounds.MinZ, MaxX: r.Bounds.MaxX, MaxY: r.Bounds.MaxY, MaxZ: r.Bounds.MaxZ}
}

func firstBad(c slicing.CheckResult) slicing.Finding {
	for _, f := range c.Findings {
		if !f.Warning {
			return f
		}
	}
	return slicing.Finding{}
}

// maxPicture is the largest picture of a plate, in bytes.
const maxPicture = 1 << 20

// keepPicture stores a picture; what is none is left out.
func (p *Production) keepPicture(ctx context.Context, png []byte) (hash string, err error) {
	if !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")) || len(png) > maxPicture {
		return "", nil
	}
	blob, err := p.store.PutBlob(ctx, png, "image/png")
	return blob.Hash, err
}

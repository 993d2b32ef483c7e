package production

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// NewVersion is a design version made from another one of its product, with other models of some parts.
type NewVersion struct {
	Product string
	From    fab.DesignVersionID
	Version string           // what people call it; no other version of the product is called so
	Files   map[string]Files // by code of the printed part; what is not named stays as it was
	By      fab.AccountID
}

// maxVersion is how long the name of a version may be, in characters.
const maxVersion = 40

// AddVersion makes a new version, a prototype until somebody has tried it. Its plates for every machine are planned at
// the next look. The models are taken as they are: whoever offers them has looked at them (see Look).
func (p *Production) AddVersion(ctx context.Context, n NewVersion) (d fab.DesignVersion, err error) {
	n.Version = fab.Line(n.Version)
	err = p.store.View(ctx, func(tx *store.Tx) error {
		if d, err = tx.Design(n.From); err != nil {
			return err
		}
		return checkVersion(tx, n, d)
	})
	if err != nil {
		return fab.DesignVersion{}, err
	}
	d.BOM.Parts = slices.Clone(d.BOM.Parts)
	if err := p.fitBeds(ctx, d.BOM.Parts, n.Files); err != nil {
		return fab.DesignVersion{}, err
	}
	if err := p.keepFiles(ctx, &d.BOM, n.Files); err != nil {
		return fab.DesignVersion{}, err
	}
	d.Version, d.Status, d.Dangerous, d.WithdrawnAt = n.Version, fab.DesignPrototype, false, time.Time{}
	d.TrialledAt, d.TrialledWhy, d.WordsAt = time.Time{}, "", time.Time{}
	if d.Claim == fab.ClaimTried || d.Claim == fab.ClaimTriedByCare {
		d.Claim = "" // this one nobody has tried
	}
	if d.Hash, err = contentHash(d); err != nil {
		return fab.DesignVersion{}, err
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		if err := checkVersion(tx, n, d); err != nil {
			return err
		}
		if _, err := tx.DesignByHash(d.Hash); fab.ClassOf(err) != fab.NotFound {
			return fab.OrConflict(err, "version_same")
		}
		d.ID, d.CreatedAt = store.NewID[fab.DesignVersionID](tx), tx.Now()
		if err := tx.AddDesign(&d); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "version_added", Subject: string(d.ID), Args: fab.Args{"product": d.Product, "version": d.Version, "by": string(n.By)}})
	})
	if err != nil {
		return fab.DesignVersion{}, err
	}
	return d, nil
}

// mostOnABed is how many copies are tried for a part that lets the bed decide.
const mostOnABed = 12

// fitBeds lets no more copies of a new model be wished for than every bed of the lab holds that holds one at all. Parts
// without a wish get as many.
func (p *Production) fitBeds(ctx context.Context, parts []fab.Part, files map[string]Files) error {
	if p.maxCopies == nil {
		return nil
	}
	var workers []fab.Worker
	err := p.store.View(ctx, func(tx *store.Tx) (err error) { workers, err = tx.Workers(); return err })
	workers = slices.DeleteFunc(workers, fab.Worker.Retired)
	if err != nil {
		return err
	}
	for i := range parts {
		f, sent := files[parts[i].Code]
		if !sent {
			continue
		}
		most := int(cmp.Or(parts[i].PerPlate, mostOnABed))
		for _, bed := range bedsOf(workers) {
			bed.STL = f.Model
			n, err := p.maxCopies(bed, most)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil && n > 0 { // a bed that holds none says so when its plate is sliced
				most = min(most, n)
			}
		}
		parts[i].PerPlate = int64(most)
	}
	return nil
}

// bedsOf are the different beds of the lab, as questions to the slicer bridge.
func bedsOf(workers []fab.Worker) (beds []slicing.Request) {
	seen := map[fab.Machine]bool{}
	for _, w := range workers {
		bed := fab.Machine{Model: w.Model, Overlay: fab.OverlayHash(w.Overlay)}
		if w.Model == "" || seen[bed] {
			continue
		}
		seen[bed] = true
		r := slicing.Request{Printer: w.Model}
		if w.Overlay != "" {
			r.Overlay, _ = slicing.ParseOverlay([]byte(w.Overlay)) // it was read when it was kept
		}
		beds = append(beds, r)
	}
	return beds
}

func checkVersion(tx *store.Tx, n NewVersion, from fab.DesignVersion) error {
	var errs fab.Errors
	if n.Product != from.Product {
		return fab.Refuse(fab.NotFound, "not_found", "", "what", "design version")
	}
	if n.Version == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "version_missing", "version"))
	}
	if len([]rune(n.Version)) > maxVersion {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "version", "max", maxVersion))
	}
	if len(n.Files) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "version_no_file", "file"))
	}
	for code, f := range n.Files {
		if part, ok := from.BOM.Part(code); !ok || part.How != fab.ByPrint || len(f.Model) == 0 {
			errs = append(errs, fab.Refuse(fab.Invalid, "part_unknown", "file", "part", code))
		}
	}
	all, err := tx.Designs()
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Product == n.Product && d.Version == n.Version {
			errs = append(errs, fab.Refuse(fab.Invalid, "version_taken", "version", "version", n.Version))
		}
	}
	return errs.Or()
}

// contentHash names a version by all that it is made of.
func contentHash(d fab.DesignVersion) (string, error) {
	text, err := json.Marshal(struct {
		Product, Version string
		BOM              fab.BOM
	}{d.Product, d.Version, d.BOM})
	if err != nil {
		return "", fmt.Errorf("hash design version: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

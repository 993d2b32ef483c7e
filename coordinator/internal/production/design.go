package production

import (
	"context"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Files are the model and the picture of one part.
type Files struct {
	Model   []byte // STL or pattern
	Kind    string // media type of Model
	Picture []byte // PNG
}

// Adopt takes a design version into the lab, with the files of its parts by code, unless it is there already. The hash
// of the version decides, so a lab that starts again with the same catalogue keeps its rows.
func (p *Production) Adopt(ctx context.Context, d fab.DesignVersion, files map[string]Files, materials []fab.Material) error {
	if err := p.keepFiles(ctx, &d.BOM, files); err != nil {
		return err
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		if err := addMaterials(tx, materials); err != nil {
			return err
		}
		if have, err := tx.DesignByHash(d.Hash); err == nil && have.Checks == nil && d.Checks != nil {
			have.Checks = d.Checks
			return tx.SetDesign(&have)
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		d.ID, d.CreatedAt = store.NewID[fab.DesignVersionID](tx), tx.Now()
		if d.Status == fab.DesignTrialled {
			d.TrialledAt = d.CreatedAt
		}
		return tx.AddDesign(&d)
	})
}

// keepFiles stores the files of parts and lets the bill of materials refer to them.
func (p *Production) keepFiles(ctx context.Context, bom *fab.BOM, files map[string]Files) error {
	for i := range bom.Parts {
		part := &bom.Parts[i]
		f, ok := files[part.Code]
		if !ok {
			continue
		}
		model, err := p.store.PutBlob(ctx, f.Model, f.Kind)
		if err != nil {
			return err
		}
		part.ModelHash, part.Picture = model.Hash, ""
		if len(f.Picture) == 0 {
			continue
		}
		picture, err := p.store.PutBlob(ctx, f.Picture, "image/png")
		if err != nil {
			return err
		}
		part.Picture = picture.Hash
	}
	return nil
}

func addMaterials(tx *store.Tx, materials []fab.Material) error {
	for _, m := range materials {
		if _, err := tx.Material(m.Code); fab.ClassOf(err) == fab.NotFound {
			if err := tx.AddMaterial(&m); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	return nil
}

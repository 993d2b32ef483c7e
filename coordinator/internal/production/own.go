package production

import (
	"context"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
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

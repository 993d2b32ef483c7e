package production

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Sheet lists what a person enters who slices for a printer with a slicer of his or her own, with the filament that is on
// it. What the slicer does not know, or cannot do with this machine, is refused with the slicer's code.
func (p *Production) Sheet(w fab.Worker) (slicing.Sheet, error) {
	switch {
	case p.sheet == nil:
		return slicing.Sheet{}, fab.Refuse(fab.Unavailable, "no_checker", "")
	case w.Filament == "":
		return slicing.Sheet{}, fab.Refuse(fab.Conflict, "no_filament_loaded", "")
	}
	overlay, err := slicing.ParseOverlay([]byte(w.Overlay))
	if err != nil {
		return slicing.Sheet{}, refusedModel(err)
	}
	sheet, err := p.sheet(slicing.CheckRequest{Printer: w.Model, Filament: w.Filament, NozzleUM: w.NozzleUM, Overlay: overlay}, slicing.Draft)
	return sheet, refusedModel(err)
}

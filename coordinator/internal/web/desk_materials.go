package web

import (
	"maps"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// deskMaterials is the ledger as people read it.
func (s *Server) deskMaterials(c *gin.Context) error {
	page, err := s.materialsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) materialsPage(c *gin.Context) (page ui.Materials, err error) {
	balances, err := s.Supply.Balances(c.Request.Context())
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		if err = r.giftDesk(&page); err != nil {
			return err
		}
		if page.Closes, err = r.kitBalance(balances); err != nil {
			return err
		}
		if page.Balances, err = r.balances(); err != nil {
			return err
		}
		page.Units = unitChoices(r.lang)
		page.Spools, err = r.spoolRows()
		return err
	})
	return page, err
}

// balances says of each material what is here, what is pledged and what open batches still take.
func (r *reader) balances() ([]ui.BalanceRow, error) {
	materials, err := r.tx.Materials()
	if err != nil {
		return nil, err
	}
	stock, err := r.tx.MaterialStock() // with what is pledged
	if err != nil {
		return nil, err
	}
	open, err := r.tx.Pledges()
	if err != nil {
		return nil, err
	}
	coming := map[string]int64{}
	for _, d := range open {
		coming[d.Material] += d.Rest()
	}
	needed, err := r.needed()
	if err != nil {
		return nil, err
	}
	var rows []ui.BalanceRow
	for _, m := range materials {
		rows = append(rows, ui.BalanceRow{
			Material: m.Code, Name: inLang(m.Names, r.lang, m.Code), Unit: m.Unit,
			Hand: stock[m.Code] - coming[m.Code], Pledged: coming[m.Code], Needed: needed[m.Code], LowAt: m.LowAt,
		})
	}
	return rows, nil
}

// needed adds up what open batches still take: material for products that are not assembled, and filament for plates
// that are not printed.
func (r *reader) needed() (map[string]int64, error) {
	left, err := r.tx.Unassembled()
	if err != nil {
		return nil, err
	}
	needed := map[string]int64{}
	for _, u := range left {
		for _, m := range r.designs[u.DesignID].BOM.Without(u.Supplied).Materials {
			needed[m.Material] += m.PerUnit * u.Quantity
		}
	}
	batches, err := r.tx.Batches(fab.BatchOpen, fab.BatchPaused)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err := r.filament(b, needed); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// filament adds what the pieces that are not printed yet take, by filament: as much as on the first plate that was sliced.
func (r *reader) filament(b fab.Batch, sum map[string]int64) error {
	jobs, err := r.tx.JobsOf(b.ID)
	if err != nil {
		return err
	}
	plates, err := r.tx.Plates(b.DesignID)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.How != fab.ByPrint || j.Status != fab.JobWaiting && j.Status != fab.JobLeased {
			continue
		}
		i := slices.IndexFunc(plates, func(p fab.Plate) bool {
			return p.Part == j.Part && p.Copies > 0 && p.Status == fab.PlateReady
		})
		if i >= 0 {
			sum[plates[i].Filament] += plates[i].FilamentMG * j.Copies / plates[i].Copies
		}
	}
	return nil
}

// inUse are the spools that are not empty, and those on a printer.
func (r *reader) inUse(left map[fab.SpoolID]int64) []fab.SpoolID {
	ids := slices.Collect(maps.Keys(left))
	for _, w := range r.workers {
		if w.SpoolID != "" {
			ids = append(ids, w.SpoolID)
		}
	}
	return ids
}

// spoolRows are the spools in use.
func (r *reader) spoolRows() ([]ui.SpoolRow, error) {
	left, err := r.left()
	if err != nil {
		return nil, err
	}
	all, err := r.tx.SpoolsIn(r.inUse(left))
	if err != nil {
		return nil, err
	}
	var rows []ui.SpoolRow
	for _, s := range all {
		row := ui.SpoolRow{ID: string(s.ID), Code: s.Code, Filament: s.Filament, Colour: s.Colour, InitialMG: s.InitialMG, LeftMG: left[s.ID], Recalled: s.Recalled}
		for _, w := range r.workers {
			if w.SpoolID == s.ID {
				row.Where = w.Name
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (s *Server) materialsDone(c *gin.Context, err error, code string, args ...any) error {
	if err == nil {
		s.flash(c, ui.FlashDone, code, args...)
		return to(c, "/desk/materials")
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.materialsPage(c)
		page.Form, page.Open = at(f, c.Param("id")), c.Param("id")
		return page, err
	})
}

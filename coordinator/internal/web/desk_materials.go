package web

import (
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
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavMaterials); err != nil {
			return err
		}
		if err = r.giftDesk(&page); err != nil {
			return err
		}
		if page.Balances, err = r.balances(); err != nil {
			return err
		}
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
			Hand: stock[m.Code] - coming[m.Code], Pledged: coming[m.Code], Needed: needed[m.Code],
		})
	}
	return rows, nil
}

// needed adds up what open batches still take: material for products that are not assembled, and filament for plates
// that are not printed.
func (r *reader) needed() (map[string]int64, error) {
	batches, err := r.tx.Batches(fab.BatchOpen, fab.BatchPaused)
	if err != nil {
		return nil, err
	}
	assembled, err := r.assembled()
	if err != nil {
		return nil, err
	}
	needed := map[string]int64{}
	for _, b := range batches {
		for _, m := range r.designs[b.DesignID].BOM.Materials {
			needed[m.Material] += m.PerUnit * max(0, b.Quantity-assembled[lineOf{b.RequestID, b.Product}])
		}
		w, err := r.work(b)
		if err != nil {
			return nil, err
		}
		for filament, mg := range w.filament() {
			needed[filament] += mg
		}
	}
	return needed, r.neededByDone(needed, assembled)
}

// neededByDone adds what batches take whose pieces are all made and not all assembled.
func (r *reader) neededByDone(needed map[string]int64, assembled map[lineOf]int64) error {
	done, err := r.tx.Batches(fab.BatchDone)
	if err != nil {
		return err
	}
	requests, err := r.tx.Requests(fab.RequestApproved)
	if err != nil {
		return err
	}
	open := byKey(requests, func(r fab.Request) fab.RequestID { return r.ID })
	for _, b := range done {
		if _, wanted := open[b.RequestID]; !wanted {
			continue
		}
		for _, m := range r.designs[b.DesignID].BOM.Materials {
			needed[m.Material] += m.PerUnit * max(0, b.Quantity-assembled[lineOf{b.RequestID, b.Product}])
		}
	}
	return nil
}

// lineOf is a line of a request.
type lineOf struct {
	request fab.RequestID
	product string
}

func (r *reader) assembled() (map[lineOf]int64, error) {
	kits, err := r.tx.Kits()
	sum := map[lineOf]int64{}
	for _, k := range kits {
		sum[lineOf{k.RequestID, k.Product}] += k.Quantity
	}
	return sum, err
}

// filament is what the pieces that are not printed yet take, by filament: as much as on the first plate that was sliced.
func (w work) filament() map[string]int64 {
	sum := map[string]int64{}
	for _, j := range w.jobs {
		if j.How != fab.ByPrint || j.Status != fab.JobWaiting && j.Status != fab.JobLeased {
			continue
		}
		i := slices.IndexFunc(w.plates, func(p fab.Plate) bool {
			return p.Part == j.Part && p.Copies > 0 && p.Status == fab.PlateReady
		})
		if i >= 0 {
			sum[w.plates[i].Filament] += w.plates[i].FilamentMG * j.Copies / w.plates[i].Copies
		}
	}
	return sum
}

func (r *reader) spoolRows() ([]ui.SpoolRow, error) {
	all, err := r.tx.Spools()
	if err != nil {
		return nil, err
	}
	left, err := r.left()
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

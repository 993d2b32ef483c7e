package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// printerAt reads the printer that the address names, below base: a maker's pages know only his or her own.
func (s *Server) printerAt(c *gin.Context, base string) (w fab.Worker, err error) {
	err = s.read(c, func(r *reader) error {
		w, err = r.tx.Worker(fab.WorkerID(c.Param("id")))
		return err
	})
	switch {
	case err != nil:
		return w, err
	case w.Kind != fab.WorkerPrinter:
		return w, fab.Refuse(fab.NotFound, "not_found", "", "what", "printer")
	case base == makerPrinters && !mineOnly(c, w):
		return w, fab.Refuse(fab.Forbidden, "not_yours", "")
	}
	return w, nil
}

// aboutPrinter is the page of one printer, for its maker or for the coordinator.
func (s *Server) aboutPrinter(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		page, err := s.printerPage(c, base)
		if err != nil {
			return err
		}
		return s.show(c, page)
	}
}

func (s *Server) printerPage(c *gin.Context, base string) (page ui.Printer, err error) {
	w, err := s.printerAt(c, base)
	if err != nil {
		return page, err
	}
	return s.pageOf(c, base, w)
}

// pageOf is the page of a printer that base may know.
func (s *Server) pageOf(c *gin.Context, base string, w fab.Worker) (page ui.Printer, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.printerFrame(c, r, base); err != nil {
			return err
		}
		page.Base, page.ID, page.Name, page.Model = base, string(w.ID), w.Name, r.modelName(w.Model)
		page.NozzleUM, page.Filament, page.Self, page.Own = w.NozzleUM, w.Filament, w.SlicesSelf, w.Overlay != ""
		page.Piles, page.CanLoad, page.Colour, page.WeekCap, page.Rests, page.Agent = w.Piles, w.CanLoad, w.Colour, w.WeekCap, r.local(w.RestsUntil(r.tx.Now())), r.agents[w.AgentID].Name
		page.Heat, page.There, page.Retired = sayHours(r.lang, w.HeatHours), sayHours(r.lang, w.ClearHours), r.local(w.RetiredAt)
		if w.ModelSaid != "" {
			page.Model = w.ModelSaid
		}
		if w.SlicesSelf {
			if page.Parts, err = r.ownParts(w, base); err != nil {
				return err
			}
		}
		return r.cardWork(w, &page)
	})
	return page, err
}

// printerFrame is the frame of a page about one printer, which stands still: there are forms on it.
func (s *Server) printerFrame(c *gin.Context, r *reader, base string) (f ui.Frame, err error) {
	if base == makerPrinters {
		f = s.frame(c)
	} else {
		f, err = s.deskFrame(c, r, ui.NavProduction)
	}
	if s.Demo == nil {
		f.Live = ""
	}
	return f, err
}

// ownParts are the printed parts of every version that is in use, with the file that the printer's maker sent for each.
func (r *reader) ownParts(w fab.Worker, base string) (list []ui.OwnPart, err error) {
	plates, err := r.tx.PlatesOf(w.ID)
	if err != nil {
		return nil, err
	}
	designs, err := r.tx.Designs()
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Backward(designs) {
		if d.Status == fab.DesignWithdrawn {
			continue
		}
		for _, p := range d.BOM.Parts {
			if p.How == fab.ByPrint && p.ModelHash != "" {
				list = append(list, r.ownPart(w, d, p, plates, base))
			}
		}
	}
	for i := range list {
		list[i].Key = strconv.Itoa(i + 1)
	}
	return list, nil
}

func (r *reader) ownPart(w fab.Worker, d fab.DesignVersion, p fab.Part, plates []fab.Plate, base string) ui.OwnPart {
	one := ui.OwnPart{
		Base: base + "/" + string(w.ID) + "/parts/" + string(d.ID) + "/" + p.Code, Code: p.Code, Name: inLang(p.Names, r.lang, p.Code),
		Product: inLang(d.Names, r.lang, d.Product) + " " + d.Version, Picture: p.Picture,
	}
	for _, plate := range plates {
		if plate.DesignID == d.ID && plate.Part == p.Code && plate.Status == fab.PlateReady && plate.Fits(w) {
			one.Ready, one.Copies, one.At = true, plate.Copies, r.local(plate.UpdatedAt)
			one.Time, one.FilamentMG = time.Duration(plate.Seconds)*time.Second, plate.FilamentMG
		}
	}
	return one
}

// printerSelf says who slices for a printer.
func (s *Server) printerSelf(c *gin.Context) error {
	w, err := s.printerAt(c, makerPrinters)
	if err != nil {
		return err
	}
	back := makerPrinters + "/" + string(w.ID)
	yes := c.PostForm(ui.FieldSelf) == ui.SelfYes
	if err := s.Production.SetSlicesSelf(c.Request.Context(), w.ID, yes); err != nil {
		return s.sayNo(c, err, back)
	}
	done := "done.lab_slices"
	if yes {
		done = "done.self_slices"
	}
	s.flash(c, ui.FlashDone, done, "printer", w.Name)
	return to(c, back)
}

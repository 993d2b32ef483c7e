package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// runPaper is the sheet of a run for the coordinator.
func (s *Server) runPaper(c *gin.Context) (d ui.Document, err error) {
	v, err := s.Delivery.Show(c.Request.Context(), fab.RunID(c.Param("id")))
	if err != nil {
		return d, err
	}
	return s.runSheet(c, v)
}

// driversPaper is the same for whoever drives.
func (s *Server) driversPaper(c *gin.Context) (d ui.Document, err error) {
	v, err := s.Delivery.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return d, err
	}
	return s.runSheet(c, v)
}

func (s *Server) runSheet(c *gin.Context, v delivery.RunView) (d ui.Document, err error) {
	run := paper.Run{Code: v.Run.Code, Driver: v.Run.Driver, Phone: v.Run.Phone, Day: s.localDay(v.Run.Day), Leaves: s.leaves(v.Run), Vehicle: v.Run.Vehicle}
	err = s.read(c, func(r *reader) error {
		for _, stop := range v.Stops {
			one, err := r.runStop(stop)
			if err != nil {
				return err
			}
			run.Stops = append(run.Stops, one)
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return paper.RunSheet(lang(c), s.asLab(c), run)
}

func (r *reader) runStop(v delivery.StopView) (stop paper.Stop, err error) {
	stop = paper.Stop{Kind: v.Stop.Kind, Place: asPlace(v.Shown()), Expected: r.local(v.At), Opens: r.local(v.Open.From), Closes: r.local(v.Open.To), Shut: v.Shut, Km: v.Leg.Km, Drive: v.Leg.Drive}
	for _, p := range v.People {
		stop.People = append(stop.People, paper.Person{Name: p.Name, Duty: p.Role, Phone: p.Phone})
	}
	switch {
	case v.Stop.Kind == fab.StopDeliver:
		stop.Note = noteNumber(v.Note)
		for _, l := range v.Note.Lines {
			goods, err := r.product(l.Product, l.Quantity)
			if err != nil {
				return stop, err
			}
			stop.Load = append(stop.Load, paper.Load{Code: l.Box, What: counted(goods)})
		}
		return stop, nil
	case v.Stop.DonationID != "":
		m, err := r.tx.MaterialOf(v.Gift)
		take := paper.Take{Material: m.Code, Name: inLang(m.Names, r.lang, v.Gift.Words), Count: v.Gift.Pledged - v.Gift.Received, Unit: m.Unit, From: fab.FormatReference(v.Gift.Ref)}
		stop.Gift, stop.Load = true, []paper.Load{{Code: take.From, Take: take}}
		return stop, err
	}
	return stop, r.makerLoad(v, &stop)
}

// makerLoad is what is left or fetched at a home.
func (r *reader) makerLoad(v delivery.StopView, stop *paper.Stop) error {
	for _, g := range v.Goods {
		spool, err := r.tx.Spool(fab.SpoolID(g.Source))
		if err != nil {
			return err
		}
		stop.Load = append(stop.Load, paper.Load{Code: spool.Code, Take: paper.Take{Material: spool.Filament}})
	}
	for _, spool := range v.Spools {
		stop.Load = append(stop.Load, paper.Load{Code: spool.Code, Take: paper.Take{Material: spool.Filament}})
	}
	for _, l := range v.Lots {
		stop.Load = append(stop.Load, paper.Load{Code: l.Code, What: counted(r.part(l.DesignID, l.Part, l.Declared))})
	}
	return nil
}

// counted is a number of goods in a narrow column.
func counted(g ui.Goods) string { return strconv.FormatInt(g.N, 10) + "\u00a0× " + g.Name }

// notesPaper is every delivery note of a run.
func (s *Server) notesPaper(c *gin.Context) (d ui.Document, err error) {
	v, err := s.Delivery.Show(c.Request.Context(), fab.RunID(c.Param("id")))
	if err != nil {
		return d, err
	}
	var notes []paper.Note
	err = s.read(c, func(r *reader) error {
		for _, stop := range v.Stops {
			if stop.Stop.Kind != fab.StopDeliver {
				continue
			}
			one, err := r.note(v.Run, stop)
			if err != nil {
				return err
			}
			notes = append(notes, one)
		}
		return nil
	})
	switch {
	case err != nil:
		return d, err
	case len(notes) == 0:
		return d, fab.Refuse(fab.NotFound, "not_found", "", "what", "delivery note")
	}
	return paper.DeliveryNotes(lang(c), s.asLab(c), v.Run.Code, notes)
}

// stopPaper is the delivery note of one stop, for whoever drives and for the coordinator.
func (s *Server) stopPaper(side stopSide) writer {
	return func(c *gin.Context) (d ui.Document, err error) {
		n, err := stopNo(c)
		if err != nil {
			return d, err
		}
		v, err := side.read(c)
		if err != nil {
			return d, err
		}
		return s.noteAt(c, v, func(stop delivery.StopView) bool { return stop.Stop.No == n })
	}
}

// trackNote is a delivery note of a request, for whoever asked for it.
func (s *Server) trackNote(c *gin.Context) (d ui.Document, err error) {
	t, err := s.Intake.Track(c.Request.Context(), c.Param("token"))
	if err != nil {
		return d, err
	}
	return s.noteOf(c, t.Request.ID)
}

// deskNote is the same for the coordinator.
func (s *Server) deskNote(c *gin.Context) (ui.Document, error) {
	return s.noteOf(c, fab.RequestID(c.Param("id")))
}

// noteOf is the delivery note of a request whose number is in the address.
func (s *Server) noteOf(c *gin.Context, request fab.RequestID) (d ui.Document, err error) {
	no, err := strconv.ParseInt(c.Param("no"), 10, 64)
	if err != nil {
		return d, fab.Refuse(fab.NotFound, "not_found", "", "what", "delivery note")
	}
	var run fab.RunID
	err = s.read(c, func(r *reader) error {
		note, err := r.tx.NoteByNo(no)
		if err != nil {
			return err
		}
		if note.RequestID != request {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "delivery note")
		}
		stop, err := r.tx.Stop(note.StopID)
		run = stop.RunID
		return err
	})
	if err != nil {
		return d, err
	}
	v, err := s.Delivery.Show(c.Request.Context(), run)
	if err != nil {
		return d, err
	}
	return s.noteAt(c, v, func(stop delivery.StopView) bool { return stop.Note.No == no })
}

// noteLinks are the delivery notes of a request.
func noteLinks(tx *store.Tx, id fab.RequestID) (links []ui.NoteLink, err error) {
	notes, err := tx.NotesOf(id)
	for _, n := range notes {
		links = append(links, ui.NoteLink{No: n.No, Code: noteNumber(n)})
	}
	return links, err
}

// noteAt writes the delivery note of the stop that is meant.
func (s *Server) noteAt(c *gin.Context, v delivery.RunView, meant func(delivery.StopView) bool) (d ui.Document, err error) {
	i := slices.IndexFunc(v.Stops, meant)
	if i < 0 || v.Stops[i].Note.No == 0 {
		return d, fab.Refuse(fab.NotFound, "not_found", "", "what", "delivery note")
	}
	var note paper.Note
	err = s.read(c, func(r *reader) error {
		note, err = r.note(v.Run, v.Stops[i])
		return err
	})
	if err != nil {
		return d, err
	}
	return paper.DeliveryNote(lang(c), s.asLab(c), note)
}

// note is what a delivery note says.
func (r *reader) note(run fab.Run, v delivery.StopView) (n paper.Note, err error) {
	n = paper.Note{
		No: noteNumber(v.Note), Issued: r.local(v.Note.CreatedAt), Day: r.localDay(run.Day), Run: run.Code, Driver: run.Driver, To: asPlace(v.Spot),
		Recalled: slices.ContainsFunc(v.Boxes, func(b fab.Box) bool { return b.Recalled }),
	}
	request, err := r.tx.Request(v.Note.RequestID)
	if err != nil {
		return n, err
	}
	n.Ref = fab.FormatReference(request.Ref)
	for _, l := range v.Note.Lines {
		goods, err := r.product(l.Product, l.Quantity)
		if err != nil {
			return n, err
		}
		line := paper.NoteLine{Box: l.Box, What: paper.Goods{Name: goods.Name, Count: goods.N}, Lots: l.Lots}
		if line.Supplied, err = r.materialNames(nil, l.Supplied); err != nil {
			return n, err
		}
		n.Lines = append(n.Lines, line)
	}
	if n.Claims, err = r.claims(v.Boxes); err != nil {
		return n, err
	}
	for _, p := range v.Proofs {
		if p.Kind == fab.ProofName {
			n.Receiver, n.At, n.Reserves = p.Name, r.local(p.At), strings.TrimSpace(p.Reservations)
		}
	}
	return n, nil
}

// claims are what may be said of what is in boxes, each once.
func (r *reader) claims(boxes []fab.Box) (codes []string, err error) {
	for _, b := range boxes {
		kits, err := r.tx.KitsIn(b.ID)
		if err != nil {
			return nil, err
		}
		for _, k := range kits {
			if code := r.designs[k.DesignID].Claim; code != "" && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes, nil
}

package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// deskProducts lists what the lab makes, version by version.
func (s *Server) deskProducts(c *gin.Context) error {
	page, err := s.productsPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) productsPage(c *gin.Context) (page ui.Products, err error) {
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Products, err = r.products()
		return err
	})
	if err != nil {
		return page, err
	}
	slicers, err := s.Identity.Slicers(c.Request.Context())
	for _, one := range slicers {
		page.Slicers = append(page.Slicers, ui.SlicerRow{ID: string(one.ID), Name: one.Name, Seen: s.local(one.SeenAt)})
	}
	return page, err
}

// slicerAdd lets another computer slice for the lab, and shows its key once.
func (s *Server) slicerAdd(c *gin.Context) error {
	one, key, err := s.Identity.AddSlicer(c.Request.Context(), c.PostForm(ui.FieldName))
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) {
			page, err := s.productsPage(c)
			page.Form = f
			return page, err
		})
	}
	page, err := s.productsPage(c)
	if err != nil {
		return err
	}
	page.Key = &ui.SlicerKey{Name: one.Name, Key: key, Command: "slicer-bridge work --coordinator " + s.site(c) + " --key-file slicing.key" + s.trust()}
	return s.show(c, page)
}

// trust is the option by which a program that comes over TLS knows this lab's certificate authority.
func (s *Server) trust() string {
	block, _ := pem.Decode([]byte(s.CA))
	if !s.TLS || block == nil {
		return ""
	}
	sum := sha256.Sum256(block.Bytes)
	return " --ca " + hex.EncodeToString(sum[:])
}

// slicerRevoke shuts a computer out that sliced for the lab.
func (s *Server) slicerRevoke(c *gin.Context) error {
	if err := s.Identity.RevokeSlicer(c.Request.Context(), fab.SlicerID(c.Param("id"))); err != nil {
		return err
	}
	s.flash(c, ui.FlashDone, "done.slicer_revoked")
	return to(c, "/desk/products#slicers")
}

// products lists every product by its code, each with its versions, newest first.
func (r *reader) products() ([]ui.ProductRow, error) {
	designs, err := r.tx.Designs()
	if err != nil {
		return nil, err
	}
	plates, err := r.tx.Plates("")
	if err != nil {
		return nil, err
	}
	of := map[fab.DesignVersionID][]fab.Plate{}
	for _, p := range plates {
		of[p.DesignID] = append(of[p.DesignID], p)
	}
	var rows []ui.ProductRow
	for _, d := range slices.Backward(designs) {
		at := slices.IndexFunc(rows, func(row ui.ProductRow) bool { return row.Code == d.Product })
		if at < 0 {
			at = len(rows)
			rows = append(rows, ui.ProductRow{Code: d.Product, Name: inLang(d.Names, r.lang, d.Product), Picture: pictureOf(d)})
		}
		rows[at].Versions = append(rows[at].Versions, r.version(d, of[d.ID]))
	}
	return rows, nil
}

// version is one line of the list of versions.
func (r *reader) version(d fab.DesignVersion, plates []fab.Plate) ui.VersionRow {
	return ui.VersionRow{
		ID: string(d.ID), Version: d.Version, State: string(d.Status), Dangerous: d.Dangerous, Made: r.local(d.CreatedAt), Tally: tally(plates),
		ByHand: !slices.ContainsFunc(d.BOM.Parts, func(p fab.Part) bool { return p.How == fab.ByPrint }),
	}
}

// tally counts the plates of a version.
func tally(plates []fab.Plate) (t ui.PlateTally) {
	for _, p := range plates {
		if !wanted(p) {
			continue
		}
		t.All++
		switch p.Status {
		case fab.PlateReady:
			t.Ready++
		case fab.PlateImpossible:
			t.Cannot++
		case fab.PlatePending, fab.PlateSlicing, fab.PlateFailed:
			t.Open++
		}
	}
	return t
}

// wanted reports whether a plate is still of use: not one whose machine is gone, or whose file another took the place of.
func wanted(p fab.Plate) bool {
	return p.Status != fab.PlateCancelled || p.Why.Code == fab.WhyPlateCancelled
}

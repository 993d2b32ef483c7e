package web

import (
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

func (s *Server) home(c *gin.Context) error {
	page := ui.Home{Frame: s.frame(c)}
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) (err error) {
		if page.Products, err = offered(tx, page.Lang); err != nil {
			return err
		}
		if page.Appeal, err = s.appealing(tx); err != nil {
			return err
		}
		page.Delivered, page.DeliveredTowns, err = s.totals.read(tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.show(c, page)
}

// offered lists the products that may leave the lab, each in its newest version, in the order in which they came.
func offered(tx *store.Tx, lang string) ([]ui.Offered, error) {
	designs, err := tx.Designs()
	if err != nil {
		return nil, err
	}
	var list []ui.Offered
	at := map[string]int{}
	for _, d := range designs {
		if d.Status != fab.DesignTrialled {
			continue
		}
		o := ui.Offered{Code: d.Product, Name: inLang(d.Names, lang, d.Product), Blurb: inLang(d.Blurbs, lang, ""), Picture: pictureOf(d)}
		if o.Takes, err = takes(tx, d, lang); err != nil {
			return nil, err
		}
		if i, known := at[d.Product]; known {
			list[i] = o
			continue
		}
		at[d.Product] = len(list)
		list = append(list, o)
	}
	return list, nil
}

// takes are the materials of a version that a place may add itself.
func takes(tx *store.Tx, d fab.DesignVersion, lang string) (list []ui.Choice, err error) {
	for _, m := range d.BOM.Materials {
		material, err := tx.Material(m.Material)
		if fab.ClassOf(err) == fab.NotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		list = append(list, ui.Choice{Value: m.Material, Label: inLang(material.Names, lang, m.Material)})
	}
	return list, nil
}

// inLang is the text in a language, in French when there is none, else instead.
func inLang(texts map[string]string, lang, instead string) string {
	for _, l := range []string{lang, "fr"} {
		if t := texts[l]; t != "" {
			return t
		}
	}
	return instead
}

// pictureOf is the picture of a design's first part that has one.
func pictureOf(d fab.DesignVersion) string {
	for _, p := range d.BOM.Parts {
		if p.Picture != "" {
			return p.Picture
		}
	}
	return ""
}

// totalsFor is how long the figures of the first page serve, which take a look at every box.
const totalsFor = 30 * time.Second

// totals are the figures of the first page.
type totals struct {
	mu            sync.Mutex
	at            time.Time
	pieces, towns int64
}

func (t *totals) read(tx *store.Tx) (pieces, towns int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if age := tx.Now().Sub(t.at); age < 0 || age > totalsFor {
		if t.pieces, t.towns, err = tx.Delivered(); err != nil {
			return 0, 0, err
		}
		t.at = tx.Now()
	}
	return t.pieces, t.towns, nil
}

func townOf(tx *store.Tx, id fab.RequestID) (string, error) {
	r, err := tx.Request(id)
	if err != nil {
		return "", err
	}
	f, err := tx.Facility(r.FacilityID)
	return f.Town, err
}

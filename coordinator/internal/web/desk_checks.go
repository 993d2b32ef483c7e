package web

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// spareChecks is how many empty lines the form of a check list has.
const spareChecks = 3

// checkRoutes are about what is looked at before pieces go into a kit.
func (s *Server) checkRoutes() []route {
	const who, at = fab.RoleCoordinator, "/desk/products/:id/checks"
	return []route{{get, at, who, s.checksEmpty}, {post, at, who, s.checksSave}}
}

// checksEmpty shows the check list of a version, to be written.
func (s *Server) checksEmpty(c *gin.Context) error {
	page, err := s.checksPage(c)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) checksPage(c *gin.Context) (page ui.Checks, err error) {
	page.Form = ui.Form{Values: url.Values{}}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavProduction); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		d, err := r.tx.Design(fab.DesignVersionID(c.Param("id")))
		if err != nil {
			return err
		}
		page.ID, page.Product, page.Version = string(d.ID), inLang(d.Names, r.lang, d.Product), d.Version
		page.Parts = []ui.Choice{{}}
		for _, p := range d.BOM.Parts {
			page.Parts = append(page.Parts, ui.Choice{Value: p.Code, Label: inLang(p.Names, r.lang, p.Code)})
		}
		for _, one := range d.Checks {
			page.Rows = append(page.Rows, ui.CheckRow{FR: one.Texts["fr"], EN: one.Texts["en"], Part: one.Part, Min: ui.Millimetres(one.MinUM), Max: ui.Millimetres(one.MaxUM)})
		}
		page.Rows = spared(page.Rows)
		return nil
	})
	return page, err
}

// spared numbers lines and adds empty ones.
func spared(rows []ui.CheckRow) []ui.CheckRow {
	rows = append(rows, make([]ui.CheckRow, max(0, min(spareChecks, fab.MaxChecks-len(rows))))...)
	for n := range rows {
		rows[n].N = strconv.Itoa(n)
	}
	return rows
}

// checksSave writes the check list of a version.
func (s *Server) checksSave(c *gin.Context) error {
	rows := typedChecks(c.Request.PostForm)
	list, err := readChecks(rows)
	if err == nil {
		err = s.Production.SetChecks(c.Request.Context(), fab.DesignVersionID(c.Param("id")), list, me(c).ID)
	}
	if err == nil {
		s.flash(c, ui.FlashDone, "done.checks_saved")
		return to(c, "/desk/products/"+c.Param("id")+"#checks")
	}
	return s.again(c, err, func(f ui.Form) (ui.Page, error) {
		page, err := s.checksPage(c)
		page.Form, page.Rows = f, spared(rows)
		return page, err
	})
}

// typedChecks are the lines of the form that say something, in their order.
func typedChecks(v url.Values) (rows []ui.CheckRow) {
	for n := range fab.MaxChecks + spareChecks {
		of := func(name string) string { return strings.TrimSpace(v.Get(fmt.Sprintf("%s-%d", name, n))) }
		row := ui.CheckRow{FR: of("fr"), EN: of("en"), Part: of("part"), Min: of("min"), Max: of("max")}
		if row.FR+row.EN != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// readChecks reads typed lines.
func readChecks(rows []ui.CheckRow) (list []fab.Check, err error) {
	var errs fab.Errors
	for n, row := range rows {
		c := fab.Check{Part: row.Part, Texts: map[string]string{"fr": row.FR, "en": row.EN}}
		for _, one := range []struct {
			typed string
			to    *int64
		}{{row.Min, &c.MinUM}, {row.Max, &c.MaxUM}} {
			mm, err := strconv.ParseFloat(strings.Replace(one.typed, ",", ".", 1), 64)
			switch {
			case one.typed == "":
			case err != nil || math.IsNaN(mm) || mm < 0 || mm > fab.MaxCheckUM:
				errs = append(errs, fab.Refuse(fab.Invalid, "check_limits", fmt.Sprintf("max-%d", n)))
			default:
				*one.to = int64(math.Round(mm * 1000))
			}
		}
		list = append(list, c)
	}
	return list, errs.Or()
}

// checkLines words a list.
func (r *reader) checkLines(d fab.DesignVersion, list []fab.Check, part bool) (lines []ui.CheckLine) {
	for _, c := range list {
		line := ui.CheckLine{Text: inLang(c.Texts, r.lang, ""), MinUM: c.MinUM, MaxUM: c.MaxUM}
		if part && c.Part != "" {
			line.Part = r.part(d.ID, c.Part, 0).Name
		}
		lines = append(lines, line)
	}
	return lines
}

// tableChecks are the lists of the versions whose bags wait, and of those whose kits can be made.
func (r *reader) tableChecks() (lists []ui.CheckList, err error) {
	lots, _, err := r.uncounted()
	if err != nil {
		return nil, err
	}
	var seen []fab.DesignVersionID
	for _, l := range lots {
		if slices.Contains(seen, l.DesignID) {
			continue
		}
		seen = append(seen, l.DesignID)
		d := r.designs[l.DesignID]
		if len(d.Checks) > 0 {
			lists = append(lists, ui.CheckList{Of: inLang(d.Names, r.lang, d.Product), Lines: r.checkLines(d, d.Checks, true)})
		}
	}
	return lists, nil
}

// bagChecks adds the list that a bag is inspected by, and what came back of it.
func (r *reader) bagChecks(page *ui.OneBag, lot fab.Lot) error {
	d := r.designs[lot.DesignID]
	if list := d.ChecksFor(lot.Part); len(list) > 0 {
		page.Lists = []ui.CheckList{{Of: r.part(d.ID, lot.Part, 0).Name, Lines: r.checkLines(d, list, false)}}
	}
	back, err := r.tx.DefectsOfLot(lot.ID)
	page.Back = r.defectRows(back)
	return err
}

func (r *reader) defectRows(list []fab.Defect) (rows []ui.DefectRow) {
	for _, d := range slices.Backward(list) {
		rows = append(rows, ui.DefectRow{N: d.Quantity, Why: d.Why, Said: d.Said, At: r.local(d.At)})
	}
	return rows
}

// cameBack counts the products with pieces of a lot that came back as bad.
func (r *reader) cameBack(id fab.LotID) (n int64, err error) {
	list, err := r.tx.DefectsOfLot(id)
	for _, d := range list {
		n += d.Quantity
	}
	return n, err
}

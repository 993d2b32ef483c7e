package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// deskTable is where a small lab counts, checks, assembles and packs with one press.
func (s *Server) deskTable(c *gin.Context) error {
	page, err := s.tablePage(c, emptyForm())
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) tablePage(c *gin.Context, f ui.Form) (page ui.Table, err error) {
	page.Form = f
	kits, err := s.Supply.Closable(c.Request.Context())
	if err != nil {
		return page, err
	}
	err = s.read(c, func(r *reader) (err error) {
		if page.Frame, err = s.deskFrame(c, r, ui.NavDeliveries); err != nil {
			return err
		}
		page.Live = "" // what is being typed stays
		if page.Kits, err = r.kitRows(kits); err != nil {
			return err
		}
		if page.Makers, err = r.tableMakers(f); err != nil {
			return err
		}
		page.Lists, err = r.tableChecks()
		return err
	})
	return page, err
}

// tableMakers are the bags that nobody counted yet, by maker, with what was typed of them.
func (r *reader) tableMakers(f ui.Form) (list []ui.TableMaker, err error) {
	lots, away, err := r.uncounted()
	if err != nil {
		return nil, err
	}
	for _, l := range lots {
		m := r.makers[l.MakerID]
		i := slices.IndexFunc(list, func(t ui.TableMaker) bool { return t.ID == string(m.ID) })
		if i < 0 {
			i, list = len(list), append(list, ui.TableMaker{ID: string(m.ID), Name: m.Name, Town: r.hostOf(m).Where()})
		}
		bag := ui.TableBag{Lot: l.Code, Part: r.part(l.DesignID, l.Part, l.Declared), At: r.local(l.CreatedAt), Here: !away[l.ID], Good: strconv.FormatInt(l.Declared, 10), Bad: "0"}
		if len(f.Values) > 0 {
			bag.Here = f.Is(ui.FieldLot, l.Code)
			bag.Good, bag.Bad = cmp.Or(f.Value(of(ui.FieldGood, l)), bag.Good), cmp.Or(f.Value(of(ui.FieldBad, l)), bag.Bad)
			bag.Reason = f.Value(of(ui.FieldReason, l))
		}
		bag.Wrong = slices.ContainsFunc(f.Errors, func(e *fab.Error) bool { return strings.HasSuffix(e.Field, "-"+l.Code) })
		list[i].Bags = append(list[i].Bags, bag)
	}
	return list, nil
}

// of is the name of a field of one bag.
func of(field string, l fab.Lot) string { return field + "-" + l.Code }

// table counts what came, assembles what that allows, and packs it.
func (s *Server) table(c *gin.Context) error {
	ctx := c.Request.Context()
	counted, err := s.tableCounts(c)
	if err == nil && len(counted) > 0 {
		err = s.Production.SettleAll(ctx, counted)
	}
	if err != nil {
		return s.again(c, err, func(f ui.Form) (ui.Page, error) { return s.tablePage(c, f) })
	}
	closed, err := s.Supply.CloseAll(ctx, true, me(c).ID)
	if err != nil {
		return s.sayNo(c, err, "/desk/table")
	}
	switch {
	case len(closed.Boxes) > 0:
		s.flash(c, ui.FlashDone, "done.table_boxed", "bags", len(counted), "products", closed.Products, "n", len(closed.Boxes))
		return to(c, "/desk/deliveries#boxes")
	case len(counted) > 0:
		s.flash(c, ui.FlashDone, "done.table_counted", "n", len(counted))
	default:
		s.flash(c, ui.FlashWarn, "done.table_nothing")
	}
	return to(c, "/desk/table")
}

// tableCounts reads the counts of the bags that are there: of ticked makers, ticked alone, or named by their codes.
func (s *Server) tableCounts(c *gin.Context) (list []production.Inspection, err error) {
	var errs fab.Errors
	f := form(c)
	codes := codesIn(c.PostForm(ui.FieldCodes))
	err = s.read(c, func(r *reader) error {
		lots, _, err := r.uncounted()
		if err != nil {
			return err
		}
		for _, l := range lots {
			named := slices.Contains(codes, l.Code)
			if !named && !f.Is(ui.FieldMaker, string(l.MakerID)) && !f.Is(ui.FieldLot, l.Code) {
				continue
			}
			codes = slices.DeleteFunc(codes, func(code string) bool { return code == l.Code })
			in := production.Inspection{Lot: l.ID, Reason: cmp.Or(f.Value(of(ui.FieldReason, l)), "ok"), By: me(c).ID, Checked: f.Is(ui.FieldChecked, "yes"), Exceptions: f.Value(ui.FieldExceptions)}
			good, bad := of(ui.FieldGood, l), of(ui.FieldBad, l)
			in.Good, in.Bad = typedCount(f.Value(good), good, l.Declared, &errs), typedCount(f.Value(bad), bad, 0, &errs)
			list = append(list, in)
		}
		for _, code := range codes {
			refused, err := r.noBag(code)
			if err != nil {
				return err
			}
			errs = append(errs, refused)
		}
		return errs.Or()
	})
	return list, err
}

// noBag says why a code is no bag to count.
func (r *reader) noBag(code string) (*fab.Error, error) {
	_, err := r.tx.LotByCode(code)
	switch {
	case err == nil:
		return fab.Refuse(fab.Conflict, "lot_settled", ui.FieldCodes, "lot", code), nil
	case fab.ClassOf(err) == fab.NotFound:
		return fab.Refuse(fab.Invalid, "lot_unknown", ui.FieldCodes, "lot", code), nil
	}
	return nil, err
}

// codesIn reads labels as they are scanned or typed: codes, or the addresses in their QR codes.
func codesIn(typed string) (codes []string) {
	for _, word := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n\u00a0", r) }) {
		code := strings.ToUpper(word[strings.LastIndex(word, "/")+1:])
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

package supply

import (
	"context"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// maxMaterial bounds the name of a material, in characters.
const maxMaterial = 60

// NewMaterial is a kind of material that the lab did not know, as typed. English may be empty.
type NewMaterial struct{ French, English, Unit string }

// AddMaterial makes a kind of material, counted in pieces, milligrams or micrometres, which it keeps. It refuses a name that
// another has.
func (s *Supply) AddMaterial(ctx context.Context, n NewMaterial) (m fab.Material, err error) {
	n.French, n.English = fab.Line(n.French), fab.Line(n.English)
	m = fab.Material{Code: codeOf(n.French), Names: map[string]string{"fr": n.French}, Unit: n.Unit}
	if n.English != "" {
		m.Names["en"] = n.English
	}
	if err := checkMaterial(m, n); err != nil {
		return m, err
	}
	return m, s.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Material(m.Code); err == nil {
			return fab.Refuse(fab.Conflict, "material_exists", "name_fr")
		} else if fab.ClassOf(err) != fab.NotFound {
			return err
		}
		if err := tx.AddMaterial(&m); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "material_added", Subject: m.Code, Args: fab.Args{"item": string(fab.MaterialItem(m.Code))}})
	})
}

func checkMaterial(m fab.Material, n NewMaterial) error {
	var errs fab.Errors
	if m.Code == "" {
		errs = append(errs, fab.Refuse(fab.Invalid, "name_missing", "name_fr"))
	}
	errs = append(errs, fab.CheckLength("name_fr", n.French, maxMaterial, "")...)
	errs = append(errs, fab.CheckLength("name_en", n.English, maxMaterial, "")...)
	switch m.Unit {
	case fab.UnitPiece, fab.UnitMG, fab.UnitUM:
	default:
		errs = append(errs, fab.Refuse(fab.Invalid, "measure_unknown", "unit"))
	}
	return errs.Or()
}

// codeOf is a name as a code: its letters without accents and its digits, the rest as hyphens.
func codeOf(name string) string {
	words := strings.FieldsFunc(fab.Folded(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

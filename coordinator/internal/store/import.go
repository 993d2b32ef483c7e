package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddImport stores a new import.
func (tx *Tx) AddImport(i *fab.Import) error { return add(tx, "import", i) }

// SetImport stores a changed import.
func (tx *Tx) SetImport(i *fab.Import) error { return set(tx, "import", i) }

// Import reads one import.
func (tx *Tx) Import(id fab.ImportID) (fab.Import, error) { return byID[fab.Import](tx, "import", id) }

// Imports reads all imports, newest first.
func (tx *Tx) Imports() ([]fab.Import, error) {
	return many[fab.Import](tx, "imports", func(q query) query { return q.Order("id DESC") })
}

// ForgetImports forgets the lists that were shown before a time and never imported.
func (tx *Tx) ForgetImports(before time.Time) error {
	_, err := tx.db.NewDelete().Model((*fab.Import)(nil)).Where("status = ?", string(fab.ImportShown)).Where("created_at < ?", before).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("forget imports: %w", err)
	}
	return nil
}

// MakerUsed reports whether anything but his or her own hands and place names a maker.
func (tx *Tx) MakerUsed(m fab.Maker) (used bool, err error) {
	err = tx.db.NewRaw(`SELECT EXISTS (SELECT 1 FROM accounts WHERE maker_id = ?0) OR EXISTS (SELECT 1 FROM agents WHERE maker_id = ?0)
		OR EXISTS (SELECT 1 FROM workers WHERE maker_id = ?0 AND kind <> 'hand') OR EXISTS (SELECT 1 FROM lots WHERE maker_id = ?0)
		OR EXISTS (SELECT 1 FROM attempts WHERE worker_id IN (SELECT id FROM workers WHERE maker_id = ?0)) OR EXISTS (SELECT 1 FROM stops WHERE maker_id = ?0)
		OR EXISTS (SELECT 1 FROM testers WHERE maker_id = ?0) OR EXISTS (SELECT 1 FROM fetches WHERE maker_id = ?0)
		OR EXISTS (SELECT 1 FROM plates WHERE worker_id IN (SELECT id FROM workers WHERE maker_id = ?0)) OR EXISTS (SELECT 1 FROM paces WHERE worker_id IN (SELECT id FROM workers WHERE maker_id = ?0))
		OR EXISTS (SELECT 1 FROM makers WHERE collect_id = ?1 AND id <> ?0) OR EXISTS (SELECT 1 FROM stock_takes WHERE location = ?1)
		OR EXISTS (SELECT 1 FROM stock_moves WHERE from_location = ?1 OR to_location = ?1)`,
		string(m.ID), string(m.LocationID)).Scan(context.Background(), &used)
	if err != nil {
		return false, fmt.Errorf("look for what names a maker: %w", err)
	}
	return used, nil
}

// DropMaker forgets a maker whom nothing names, with hands and place.
func (tx *Tx) DropMaker(m fab.Maker) error {
	for _, row := range [...]struct{ table, column, value string }{{"workers", "maker_id", string(m.ID)}, {"makers", "id", string(m.ID)}, {"locations", "id", string(m.LocationID)}} {
		if _, err := tx.db.NewDelete().Table(row.table).Where("? = ?", bun.Ident(row.column), row.value).Exec(context.Background()); err != nil {
			return fmt.Errorf("forget maker: %w", err)
		}
	}
	return nil
}

// AddBlankForm stores a form that is being printed.
func (tx *Tx) AddBlankForm(f *fab.BlankForm) error { return add(tx, "blank form", f) }

// SetBlankForm stores what became of a printed form.
func (tx *Tx) SetBlankForm(f *fab.BlankForm) error { return set(tx, "blank form", f) }

// BlankToKey reads the printed form whose code was typed. It refuses, on the field code, what is no code, what was never
// printed or belongs to a form of another kind, and what was keyed in before, naming what it became.
func (tx *Tx) BlankToKey(typed string, kinds ...string) (blank fab.BlankForm, err error) {
	code, ok := fab.ParseReference(fab.Scanned(typed))
	if !ok {
		return blank, fab.Refuse(fab.Invalid, "form_code_wrong", "code")
	}
	blank, err = tx.BlankForm(code)
	switch {
	case fab.ClassOf(err) == fab.NotFound:
		return blank, fab.Refuse(fab.Invalid, "form_code_unknown", "code")
	case err != nil:
		return blank, err
	case !slices.Contains(kinds, blank.Kind):
		return blank, fab.Refuse(fab.Invalid, "form_code_other", "code", "kind", blank.Kind)
	case blank.Subject == "":
		return blank, nil
	case blank.Kind == fab.BlankRequest:
		r, err := tx.Request(fab.RequestID(blank.Subject))
		if err != nil {
			return blank, err
		}
		return blank, fab.Refuse(fab.Invalid, "form_keyed", "code", "ref", fab.FormatReference(r.Ref))
	}
	lot, err := tx.Lot(fab.LotID(blank.Subject))
	if err != nil {
		return blank, err
	}
	return blank, fab.Refuse(fab.Invalid, "slip_keyed", "code", "lot", lot.Code)
}

// BlankForm reads the printed form with this code.
func (tx *Tx) BlankForm(code string) (fab.BlankForm, error) {
	return one[fab.BlankForm](tx, "blank form", func(q query) query { return q.Where("code = ?", code) })
}

package imports

import (
	"context"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Line is what one line of a list does, or what is wrong with it: then each refusal names its field.
type Line struct {
	No    int64
	Does  fab.Reason // import_…
	Wrong fab.Errors
}

// Plan is what an import does, line by line, as things are now.
type Plan struct {
	Import  fab.Import
	Lines   []Line
	Ignored []string // heads of columns that say nothing here
	New     int      // lines that make something
	Same    int      // lines of what is there already
	Bad     int
}

// step is a line with the doing of it; nil when there is nothing to do.
type step struct {
	Line
	do func(*fab.Import) error
}

// lists are the kinds of list: what their columns are, and what their lines do.
func (i *Imports) lists(kind string) (columns []column, steps func(*store.Tx, []row) ([]step, error)) {
	switch kind {
	case fab.ImportMakers:
		return makerColumns, makerSteps
	case fab.ImportPlaces:
		return placeColumns, i.placeSteps
	case fab.ImportStock:
		return stockColumns, stockSteps
	}
	return nil, nil
}

// Show reads a list and keeps it for a while, so that what it would do can be read and confirmed. What is no list at all is
// refused in the field "file".
func (i *Imports) Show(ctx context.Context, kind, file string, data []byte, by fab.AccountID) (imp fab.Import, err error) {
	columns, _ := i.lists(kind)
	if columns == nil {
		return imp, fab.Refuse(fab.Invalid, "import_kind_missing", "kind")
	}
	text, err := decoded(data)
	if err != nil {
		return imp, err
	}
	if _, err := readTable(text, columns); err != nil {
		return imp, err
	}
	if name := []rune(fab.Line(file)); len(name) > 100 {
		file = string(name[:100])
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.ForgetImports(tx.Now().Add(-fab.ImportFor)); err != nil {
			return err
		}
		imp = fab.Import{
			ID: store.NewID[fab.ImportID](tx), Kind: kind, File: fab.Line(file), Hash: hashOf(data), Data: text, Status: fab.ImportShown, Made: []fab.Made{}, By: by, CreatedAt: tx.Now(),
		}
		return tx.AddImport(&imp)
	})
	return imp, err
}

// Plan says what an import would do now, or what it did.
func (i *Imports) Plan(ctx context.Context, id fab.ImportID) (p Plan, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		if p.Import, err = tx.Import(id); err != nil || p.Import.Status != fab.ImportShown {
			return err
		}
		p, _, err = i.plan(tx, p.Import)
		return err
	})
	return p, err
}

func (i *Imports) plan(tx *store.Tx, imp fab.Import) (p Plan, steps []step, err error) {
	p.Import = imp
	columns, work := i.lists(imp.Kind)
	t, err := readTable(imp.Data, columns)
	if err != nil {
		return p, nil, err
	}
	p.Ignored = t.ignored
	if steps, err = work(tx, t.rows); err != nil {
		return p, nil, err
	}
	for _, s := range steps {
		p.Lines = append(p.Lines, s.Line)
		switch {
		case len(s.Wrong) > 0:
			p.Bad++
		case s.do != nil:
			p.New++
		default:
			p.Same++
		}
	}
	return p, steps, nil
}

// Confirm does the whole list as one act. While a line is wrong it does nothing: a list that is put right is sent again,
// and what is there already stays as it is. A list of stock that was imported before is refused: it would count twice.
func (i *Imports) Confirm(ctx context.Context, id fab.ImportID, by fab.AccountID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		imp, err := tx.Import(id)
		if err != nil || imp.Status == fab.ImportDone {
			return err
		}
		if err := fab.ImportTable.Move("import", imp.Status, fab.ImportDone); err != nil {
			return err
		}
		if err := once(tx, imp); err != nil {
			return err
		}
		p, steps, err := i.plan(tx, imp)
		if err != nil {
			return err
		}
		switch {
		case p.Bad > 0:
			return fab.Refuse(fab.Conflict, "import_wrong_lines", "", "n", p.Bad)
		case p.New == 0:
			return fab.Refuse(fab.Conflict, "import_nothing", "")
		}
		imp.By = by
		for _, s := range steps {
			if s.do == nil {
				continue
			}
			if err := s.do(&imp); err != nil {
				return err
			}
		}
		imp.Status, imp.DoneAt, imp.Data = fab.ImportDone, tx.Now(), ""
		return tx.SetImport(&imp)
	})
}

func once(tx *store.Tx, imp fab.Import) error {
	all, err := tx.Imports()
	if err != nil || imp.Kind != fab.ImportStock {
		return err
	}
	if slices.ContainsFunc(all, func(o fab.Import) bool {
		return o.Kind == imp.Kind && o.Hash == imp.Hash && o.Status == fab.ImportDone
	}) {
		return fab.Refuse(fab.Conflict, "import_twice", "")
	}
	return nil
}

// Undo takes back everything that an import made, as one act. It is refused, naming the first thing, when something of it
// was used meanwhile.
func (i *Imports) Undo(ctx context.Context, id fab.ImportID, by fab.AccountID) error {
	return i.store.Update(ctx, func(tx *store.Tx) error {
		imp, err := tx.Import(id)
		if err != nil || imp.Status == fab.ImportUndone {
			return err
		}
		if err := fab.ImportTable.Move("import", imp.Status, fab.ImportUndone); err != nil {
			return err
		}
		for _, made := range slices.Backward(imp.Made) {
			if err := takeBack(tx, made, by); err != nil {
				return err
			}
		}
		imp.Status, imp.UndoneAt = fab.ImportUndone, tx.Now()
		return tx.SetImport(&imp)
	})
}

func takeBack(tx *store.Tx, made fab.Made, by fab.AccountID) error {
	inUse := fab.Refuse(fab.Conflict, "import_used", "", "name", made.Name)
	switch made.Kind {
	case fab.MadeMaker:
		m, err := tx.Maker(fab.MakerID(made.ID))
		if err != nil {
			return gone(err)
		}
		if used, err := tx.MakerUsed(m); used || err != nil {
			return or(err, inUse)
		}
		return tx.DropMaker(m)
	case fab.MadeFacility:
		if used, err := tx.FacilityUsed(fab.FacilityID(made.ID)); used || err != nil {
			return or(err, inUse)
		}
		return tx.DropFacility(fab.FacilityID(made.ID))
	}
	m, err := tx.Move(fab.MoveID(made.ID))
	if err != nil {
		return err
	}
	back, err := m.Back("", by)
	if err != nil {
		return err
	}
	if err := tx.Post(back); fab.ClassOf(err) == fab.Conflict {
		return inUse
	} else if err != nil {
		return err
	}
	return unwind(tx, fab.SpoolID(m.Source), inUse)
}

// unwind makes a spool that was taken back one that never held anything. One that is on a printer is in use.
func unwind(tx *store.Tx, id fab.SpoolID, inUse *fab.Error) error {
	spool, err := tx.Spool(id)
	if err != nil {
		return gone(err) // the material comes on no spool
	}
	workers, err := tx.Workers()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(workers, func(w fab.Worker) bool { return w.SpoolID == id }) {
		return inUse
	}
	spool.InitialMG = 0
	return tx.SetSpool(&spool)
}

func or(err error, refused *fab.Error) error {
	if err != nil {
		return err
	}
	return refused
}

// gone passes over what was erased meanwhile by its own will: there is nothing to take back.
func gone(err error) error {
	if fab.ClassOf(err) == fab.NotFound {
		return nil
	}
	return err
}

// All lists the imports, newest first.
func (i *Imports) All(ctx context.Context) (all []fab.Import, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		all, err = tx.Imports()
		return err
	})
	return all, err
}

package production

import (
	"context"
	"strings"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// SetChecks writes the check list of a version anew. What was inspected before keeps the list that it was inspected by.
func (p *Production) SetChecks(ctx context.Context, id fab.DesignVersionID, list []fab.Check, by fab.AccountID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.Design(id)
		if err != nil {
			return err
		}
		if err := fab.CheckLists(d.BOM, list); err != nil {
			return err
		}
		d.Checks = []fab.Check{}
		for _, c := range list {
			texts := map[string]string{}
			for lang, text := range c.Texts {
				texts[lang] = fab.Line(text)
			}
			c.Texts = texts
			d.Checks = append(d.Checks, c)
		}
		if err := tx.SetDesign(&d); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "checks_written", Subject: string(id), Args: fab.Args{"product": d.Product, "version": d.Version, "n": len(d.Checks), "by": string(by)}})
	})
}

// noteChecks keeps what was said of the check list, and the list as it was.
func noteChecks(tx *store.Tx, lot fab.Lot, in Inspection, i *fab.Inspection) error {
	i.Exceptions = strings.TrimSpace(fab.Lines(in.Exceptions))
	if i.Checked = in.Checked; !i.Checked && i.Exceptions == "" {
		return nil
	}
	d, err := tx.Design(lot.DesignID)
	i.Checks = d.ChecksFor(lot.Part)
	return err
}

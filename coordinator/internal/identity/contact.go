package identity

import (
	"context"
	"errors"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Contact is who a maker is and how to reach him or her. One of Town and Postcode, one of Phone and Email.
type Contact struct {
	Name, Town, Postcode, Phone, Email string
	Collect                            fab.LocationID // where a driver fetches; "" is at the maker's
}

func (c *Contact) check() (errs fab.Errors) {
	for _, s := range []*string{&c.Name, &c.Town, &c.Postcode, &c.Phone, &c.Email} {
		*s = fab.Line(*s)
	}
	wrong := func(bad bool, code, field string) {
		if bad {
			errs = append(errs, fab.Refuse(fab.Invalid, code, field))
		}
	}
	wrong(c.Name == "" || len(c.Name) > maxName, "name_missing", "name")
	wrong(c.Town == "" && c.Postcode == "" || len(c.Town) > maxName, "town_or_postcode", "town")
	wrong(c.Postcode != "" && !postcodeForm.MatchString(c.Postcode), "postcode_wrong", "postcode")
	wrong(c.Phone == "" && c.Email == "", "phone_or_email", "phone")
	wrong(c.Phone != "" && !fab.ValidPhone(c.Phone), "phone_wrong", "phone")
	wrong(c.Email != "" && (!fab.ValidEmail(c.Email) || len(c.Email) > maxLogin), "email_wrong", "email")
	return errs
}

// SetContact changes who a maker is, where things are fetched, and how to reach him or her.
func (i *Identity) SetContact(ctx context.Context, id, by fab.MakerID, c Contact) error {
	if err := c.check().Or(); err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := active(tx, id, by)
		if err != nil {
			return err
		}
		if c.Collect != "" {
			l, err := tx.Location(c.Collect)
			if err != nil || l.Kind != fab.LocationHub && l.Kind != fab.LocationMaker {
				return fab.Refuse(fab.Invalid, "place_unknown", "collect")
			}
		}
		if err := rename(tx, m, c.Name); err != nil {
			return err
		}
		m.Name, m.Town, m.Postcode, m.Phone, m.Email, m.CollectID = c.Name, c.Town, c.Postcode, c.Phone, c.Email, c.Collect
		return errors.Join(tx.SetMaker(&m), tx.Note(fab.Change{Code: "maker_changed", Subject: string(m.ID), Args: fab.Args{"name": m.Name}}))
	})
}

// rename calls a maker's place, hands and accounts by another name.
func rename(tx *store.Tx, m fab.Maker, name string) error {
	if m.Name == name {
		return nil
	}
	place, err := tx.Location(m.LocationID)
	if err != nil {
		return err
	}
	if place.Kind == fab.LocationMaker {
		place.Name = name
		if err := tx.SetLocation(&place); err != nil {
			return err
		}
	}
	workers, err := tx.WorkersOf(m.ID)
	if err != nil {
		return err
	}
	for _, w := range workers {
		if w.Kind != fab.WorkerHand {
			continue
		}
		w.Name = name
		if ok, err := tx.SwapWorker(&w); err != nil || !ok {
			return fab.OrOvertaken(err)
		}
	}
	accounts, err := tx.AccountsOf(m.ID)
	for _, a := range accounts {
		a.Name = name
		err = errors.Join(err, tx.SetAccount(&a))
	}
	return err
}

package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// EnterLink makes a link with which a maker signs in once, without a password; the ones before it end. An account is made
// when there is none. Who may do more than a maker signs in with a password only.
func (i *Identity) EnterLink(ctx context.Context, id fab.MakerID) (token string, until time.Time, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := active(tx, id, "")
		if err != nil {
			return err
		}
		token, until, err = enterLink(tx, m)
		return err
	})
	return token, until, err
}

func enterLink(tx *store.Tx, m fab.Maker) (token string, until time.Time, err error) {
	accounts, err := tx.AccountsOf(m.ID)
	if err != nil {
		return "", until, err
	}
	if len(accounts) == 0 {
		login := Join{Email: m.Email, Phone: m.Phone}.login()
		if _, err := tx.AccountByLogin(login); err == nil || login == "" {
			login = "m-" + string(m.ID)
		}
		a, err := addAccount(tx, NewAccount{Login: login, Name: m.Name, Roles: []string{fab.RoleMaker}, MakerID: m.ID}, "")
		if err != nil {
			return "", until, err
		}
		accounts = append(accounts, a)
	}
	a := accounts[0]
	if a.Disabled || !onlyMaker(a) {
		return "", until, fab.Refuse(fab.Conflict, "enter_not_for", "")
	}
	if err := tx.EndLinks(fab.LinkEnter, string(a.ID)); err != nil {
		return "", until, err
	}
	until = tx.Now().Add(enterFor)
	token, err = tx.NewLink(fab.LinkEnter, string(a.ID), until)
	return token, until, err
}

func onlyMaker(a fab.Account) bool { return slices.Equal(a.Roles, []string{fab.RoleMaker}) }

// CheckEnter refuses a link to sign in that is unknown, over or used.
func (i *Identity) CheckEnter(ctx context.Context, token string) error {
	return i.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkEnter, token)
		if err == nil && !link.UsedAt.IsZero() {
			return fab.Refuse(fab.NotFound, "link_used", "")
		}
		return err
	})
}

// Enter uses up a link to sign in and says whose it is.
func (i *Identity) Enter(ctx context.Context, token string) (a fab.Account, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkEnter, token)
		if err != nil {
			return err
		}
		if ok, err := tx.UseLink(&link); err != nil || !ok {
			return fab.OrConflict(err, "link_used")
		}
		if a, err = tx.Account(fab.AccountID(link.Subject)); err == nil && (a.Disabled || !onlyMaker(a)) {
			return fab.Refuse(fab.NotFound, "link_used", "")
		}
		return err
	})
	return a, err
}

// SetPassword gives whoever is signed in a password of their own. Other browsers are signed out.
func (i *Identity) SetPassword(ctx context.Context, id fab.AccountID, password string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	hash, err := i.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		a.PasswordHash = hash
		return errors.Join(tx.SetAccount(&a), tx.EndSessionsOf(id))
	})
}

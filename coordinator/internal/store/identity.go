package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// AddAccount stores a new account.
func (tx *Tx) AddAccount(a *fab.Account) error { return add(tx, "account", a) }

// SetAccount stores a changed account.
func (tx *Tx) SetAccount(a *fab.Account) error { return set(tx, "account", a) }

// Account reads one account.
func (tx *Tx) Account(id fab.AccountID) (fab.Account, error) {
	return byID[fab.Account](tx, "account", id)
}

// AccountByLogin reads the account with this login.
func (tx *Tx) AccountByLogin(login string) (fab.Account, error) {
	return one[fab.Account](tx, "account", func(q query) query { return q.Where("login = ?", login) })
}

// Accounts reads all accounts.
func (tx *Tx) Accounts() ([]fab.Account, error) { return many[fab.Account](tx, "accounts", all) }

// AddSession stores a new session.
func (tx *Tx) AddSession(s *fab.Session) error { return add(tx, "session", s) }

// Session reads the session whose token has this hash, unless it is over.
func (tx *Tx) Session(hash string) (fab.Session, error) {
	return one[fab.Session](tx, "session", func(q query) query {
		return q.Where("token_hash = ?", hash).Where("expires_at > ?", tx.now)
	})
}

// EndSession forgets a session, and with it all sessions that are over.
func (tx *Tx) EndSession(hash string) error {
	_, err := tx.db.NewDelete().Model((*fab.Session)(nil)).Where("token_hash = ?", hash).WhereOr("expires_at <= ?", tx.now).Exec(context.Background())
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// AddLink stores a new capability link.
func (tx *Tx) AddLink(l *fab.Link) error { return add(tx, "link", l) }

// LinkByToken reads the link of this kind whose token has this hash, unless it is over.
func (tx *Tx) LinkByToken(kind, hash string) (fab.Link, error) {
	return one[fab.Link](tx, "link", func(q query) query {
		return q.Where("token_hash = ?", hash).Where("kind = ?", kind).
			Where("expires_at IS NULL OR expires_at > ?", tx.now)
	})
}

// UseLink marks a link that serves once. It reports false when it was used before, by anybody.
func (tx *Tx) UseLink(l *fab.Link) (bool, error) {
	l.UsedAt = tx.now
	res, err := tx.db.NewUpdate().Model(l).Column("used_at").WherePK().Where("used_at IS NULL").Exec(context.Background())
	return swapped(res, err, "link", func() {})
}

// Setting reads one setting; the empty string when it was never set.
func (tx *Tx) Setting(key string) (string, error) {
	s, err := one[fab.Setting](tx, "setting", func(q query) query { return q.Where("key = ?", key) })
	if err != nil && fab.ClassOf(err) == fab.NotFound {
		return "", nil
	}
	return s.Value, err
}

// SetSetting writes one setting.
func (tx *Tx) SetSetting(key, value string) error {
	row := fab.Setting{Key: key, Value: value}
	_, err := tx.db.NewInsert().Model(&row).On("CONFLICT (key) DO UPDATE").Set("value = EXCLUDED.value").Exec(context.Background())
	if err != nil {
		return errors.Join(fmt.Errorf("store setting %s", key), err)
	}
	return nil
}

// NewLink makes a capability on a subject and returns its token, which is stored nowhere. A zero until means for ever.
func (tx *Tx) NewLink(kind, subject string, until time.Time) (token string, err error) {
	token = fab.NewToken(tx.rand)
	return token, tx.AddLink(&fab.Link{
		ID: NewID[fab.LinkID](tx), TokenHash: fab.HashToken(token), Kind: kind, Subject: subject, ExpiresAt: until, CreatedAt: tx.now,
	})
}

// FollowLink reads the capability that a token of this kind gives; NotFound when there is none.
func (tx *Tx) FollowLink(kind, token string) (fab.Link, error) {
	return tx.LinkByToken(kind, fab.HashToken(token))
}

// AddSlicer stores a new slicing worker.
func (tx *Tx) AddSlicer(s *fab.Slicer) error { return add(tx, "slicing worker", s) }

// SetSlicer stores a changed slicing worker.
func (tx *Tx) SetSlicer(s *fab.Slicer) error { return set(tx, "slicing worker", s) }

// Slicer reads one slicing worker.
func (tx *Tx) Slicer(id fab.SlicerID) (fab.Slicer, error) {
	return byID[fab.Slicer](tx, "slicing worker", id)
}

// Slicers reads all slicing workers, oldest first.
func (tx *Tx) Slicers() ([]fab.Slicer, error) { return many[fab.Slicer](tx, "slicing workers", all) }

// SlicerByKey reads the slicing worker whose key has this hash, unless it is revoked.
func (tx *Tx) SlicerByKey(hash string) (fab.Slicer, error) {
	return one[fab.Slicer](tx, "slicing worker", func(q query) query {
		return q.Where("key_hash = ?", hash).Where("revoked = ?", false)
	})
}

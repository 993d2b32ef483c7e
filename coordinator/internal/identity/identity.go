// Package identity knows who is there: accounts and their sessions, the first set-up, makers, and the enrolment of
// printer agents. Passwords are argon2id; every other secret is a 256-bit token of which the database keeps the hash.
package identity

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	sessionFor = 30 * 24 * time.Hour
	setupFor   = 24 * time.Hour

	minPassword = 10 // characters: length is what protects, after NIST SP 800-63B section 5.1.1
	maxPassword = 200
	maxLogin    = 120 // bytes; also what one entry of the table of tries can be

	triesPerMinute = 6 // for one login from one address
	maxTryKeys     = 10_000
)

// Identity answers for one lab. It is safe for concurrent use.
type Identity struct {
	store  *store.Store
	log    *slog.Logger
	hasher *hasher

	mu    sync.Mutex
	tries map[string]*rate.Limiter
}

// New builds an Identity.
func New(s *store.Store, log *slog.Logger) *Identity {
	return &Identity{store: s, log: log, hasher: newHasher(), tries: map[string]*rate.Limiter{}}
}

// SetupLink returns the token of a new one-time set-up link while the lab has no account yet, and "" after.
func (i *Identity) SetupLink(ctx context.Context) (token string, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		accounts, err := tx.Accounts()
		if err != nil || len(accounts) > 0 {
			return err
		}
		token, err = tx.NewLink(fab.LinkSetup, "lab", tx.Now().Add(setupFor))
		return err
	})
	return token, err
}

// CheckSetup refuses a set-up token that is unknown, over or used, and any once there is an account: every start without
// one makes another link.
func (i *Identity) CheckSetup(ctx context.Context, token string) error {
	return i.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkSetup, token)
		if err != nil {
			return err
		}
		accounts, err := tx.Accounts()
		if err == nil && (!link.UsedAt.IsZero() || len(accounts) > 0) {
			return fab.Refuse(fab.NotFound, "link_used", "")
		}
		return err
	})
}

// NewAccount is what a new account is made of.
type NewAccount struct {
	Login    string
	Name     string
	Password string
	Roles    []string
	MakerID  fab.MakerID
	Lang     string
}

// FinishSetup makes the first administrator. The link serves once, and none serves when there is an account.
func (i *Identity) FinishSetup(ctx context.Context, token string, a NewAccount) (fab.Account, error) {
	a.Roles = []string{fab.RoleAdmin, fab.RoleCoordinator}
	hash, err := i.checkAndHash(ctx, &a)
	if err != nil {
		return fab.Account{}, err
	}
	var made fab.Account
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkSetup, token)
		if err != nil {
			return err
		}
		if ok, err := tx.UseLink(&link); err != nil || !ok {
			return fab.OrConflict(err, "link_used")
		}
		if accounts, err := tx.Accounts(); err != nil || len(accounts) > 0 {
			return fab.OrConflict(err, "link_used")
		}
		made, err = addAccount(tx, a, hash)
		return err
	})
	return made, err
}

// Create makes an account. The caller has checked that whoever asks may.
func (i *Identity) Create(ctx context.Context, a NewAccount) (fab.Account, error) {
	hash, err := i.checkAndHash(ctx, &a)
	if err != nil {
		return fab.Account{}, err
	}
	var made fab.Account
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		made, err = addAccount(tx, a, hash)
		return err
	})
	return made, err
}

func (i *Identity) checkAndHash(ctx context.Context, a *NewAccount) (string, error) {
	a.Login, a.Name = normal(a.Login), fab.Line(a.Name)
	var errs fab.Errors
	if a.Login == "" || len(a.Login) > maxLogin {
		errs = append(errs, fab.Refuse(fab.Invalid, "login_missing", "login"))
	}
	if a.Name == "" || len(a.Name) > 120 {
		errs = append(errs, fab.Refuse(fab.Invalid, "name_missing", "name"))
	}
	var refused *fab.Error
	if errors.As(checkPassword(a.Password), &refused) {
		errs = append(errs, refused)
	}
	if err := errs.Or(); err != nil {
		return "", err
	}
	return i.hasher.hash(ctx, a.Password)
}

func addAccount(tx *store.Tx, a NewAccount, hash string) (fab.Account, error) {
	if _, err := tx.AccountByLogin(a.Login); err == nil {
		return fab.Account{}, fab.Refuse(fab.Invalid, "login_taken", "login")
	} else if fab.ClassOf(err) != fab.NotFound {
		return fab.Account{}, err
	}
	row := fab.Account{
		ID: store.NewID[fab.AccountID](tx), Login: a.Login, Name: a.Name, Roles: a.Roles, MakerID: a.MakerID,
		PasswordHash: hash, Lang: a.Lang, CreatedAt: tx.Now(),
	}
	return row, tx.AddAccount(&row)
}

// SignIn opens a session. The same refusal answers an unknown login and a wrong password, after the same work, and the
// address from counts the tries.
func (i *Identity) SignIn(ctx context.Context, login, password, from string) (token string, a fab.Account, err error) {
	login = normal(login)
	if len(login) > maxLogin {
		login = "" // nobody's
	}
	if !i.mayTry(login + "\x00" + from) {
		return "", a, fab.Refuse(fab.TooMany, "sign_in_too_often", "password")
	}
	err = i.store.View(ctx, func(tx *store.Tx) error {
		a, err = tx.AccountByLogin(login)
		return err
	})
	if err != nil && fab.ClassOf(err) != fab.NotFound {
		return "", a, err
	}
	good, err := i.hasher.matches(ctx, a.PasswordHash, password)
	if err != nil {
		return "", a, err
	}
	if !good || a.Disabled {
		return "", fab.Account{}, fab.Refuse(fab.Invalid, "sign_in_wrong", "password")
	}
	if len(a.Roles) == 0 {
		return "", fab.Account{}, fab.Refuse(fab.Invalid, "sign_in_pending", "password")
	}
	token, err = i.OpenSession(ctx, a.ID)
	return token, a, err
}

// OpenSession opens a session for an account whose identity was established otherwise.
func (i *Identity) OpenSession(ctx context.Context, id fab.AccountID) (token string, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		token = fab.NewToken(tx.Rand())
		return tx.AddSession(&fab.Session{TokenHash: fab.HashToken(token), AccountID: id, ExpiresAt: tx.Now().Add(sessionFor), CreatedAt: tx.Now()})
	})
	return token, err
}

// Account reads who is behind a session token; Unauthorised when nobody is.
func (i *Identity) Account(ctx context.Context, token string) (a fab.Account, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		s, err := tx.Session(fab.HashToken(token))
		if err != nil {
			return err
		}
		a, err = tx.Account(s.AccountID)
		return err
	})
	if fab.ClassOf(err) == fab.NotFound || err == nil && a.Disabled {
		return fab.Account{}, fab.Refuse(fab.Unauthorised, "signed_out", "")
	}
	return a, err
}

// SignOut ends a session.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.store.Update(ctx, func(tx *store.Tx) error { return tx.EndSession(fab.HashToken(token)) })
}

// mayTry counts sign-ins per login and address. The table is emptied when it grows large, so that an attacker cannot
// fill the memory.
func (i *Identity) mayTry(key string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.tries) > maxTryKeys {
		clear(i.tries)
	}
	l, ok := i.tries[key]
	if !ok {
		l = rate.NewLimiter(rate.Limit(triesPerMinute)/60, triesPerMinute)
		i.tries[key] = l
	}
	return l.Allow()
}

func normal(login string) string { return strings.ToLower(fab.Line(login)) }

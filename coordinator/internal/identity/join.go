package identity

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

const (
	inviteFor  = 14 * 24 * time.Hour
	enterFor   = 7 * 24 * time.Hour
	maxPending = 200 // people who wait for an answer: more is somebody's script
	maxNote    = 500 // characters
	hasPrinter = "printer"
)

// Join is what somebody says who wants to take part. One of Town and Postcode, one of Phone and Email. Skills are hand
// steps, and "printer" for having one. Without a password the lab sends a link to sign in with.
type Join struct {
	Name, Town, Postcode, Phone, Email string
	Skills                             []string
	Note, Password, Lang               string
	Consent                            bool
}

// Ask registers somebody who wants to take part, and waits for the coordinator. Whom the lab knows already, by e-mail or
// telephone, is not told so: nothing happens, and the answer is the same.
func (i *Identity) Ask(ctx context.Context, j Join) error {
	_, err := i.join(ctx, j, "")
	return err
}

// Invite makes a link with which one person joins without waiting, for two weeks.
func (i *Identity) Invite(ctx context.Context) (token string, until time.Time, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		until = tx.Now().Add(inviteFor)
		token, err = tx.NewLink(fab.LinkInvite, "join", until)
		return err
	})
	return token, until, err
}

// CheckInvite refuses an invitation that is unknown, over or used.
func (i *Identity) CheckInvite(ctx context.Context, token string) error {
	return i.store.View(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkInvite, token)
		if err == nil && !link.UsedAt.IsZero() {
			return fab.Refuse(fab.NotFound, "link_used", "")
		}
		return err
	})
}

// Come registers somebody who was invited. The account is ready.
func (i *Identity) Come(ctx context.Context, invitation string, j Join) (fab.Account, error) {
	if invitation == "" {
		return fab.Account{}, fab.Refuse(fab.NotFound, "link_used", "")
	}
	return i.join(ctx, j, invitation)
}

func (i *Identity) join(ctx context.Context, j Join, invitation string) (a fab.Account, err error) {
	if err := j.check().Or(); err != nil {
		return a, err
	}
	hash := ""
	if j.Password != "" {
		if hash, err = i.hasher.hash(ctx, j.Password); err != nil {
			return a, err
		}
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if invitation != "" {
			link, err := tx.FollowLink(fab.LinkInvite, invitation)
			if err != nil {
				return err
			}
			if ok, err := tx.UseLink(&link); err != nil || !ok {
				return fab.OrConflict(err, "link_used")
			}
		}
		if known, err := here(tx, j); err != nil || known {
			if known && invitation != "" {
				return fab.Refuse(fab.Invalid, "login_taken", "email")
			}
			return err
		}
		a, err = addJoined(tx, j, hash, invitation != "")
		return err
	})
	return a, err
}

// here reports whether the lab knows somebody by this e-mail or telephone, or an account by it.
func here(tx *store.Tx, j Join) (bool, error) {
	if _, err := tx.AccountByLogin(j.login()); err == nil {
		return true, nil
	} else if fab.ClassOf(err) != fab.NotFound {
		return false, err
	}
	makers, err := tx.Makers()
	waiting := 0
	for _, m := range makers {
		if m.Status == fab.MakerPending {
			waiting++
		}
		if j.Email != "" && strings.EqualFold(m.Email, j.Email) || j.Phone != "" && digits(m.Phone) == digits(j.Phone) {
			return true, nil
		}
	}
	if waiting >= maxPending {
		return false, fab.Refuse(fab.TooMany, "join_full", "")
	}
	return false, err
}

func addJoined(tx *store.Tx, j Join, hash string, invited bool) (fab.Account, error) {
	n := NewMaker{Name: j.Name, Town: j.Town, Phone: j.Phone}
	m, err := addMaker(tx, n)
	if err != nil {
		return fab.Account{}, err
	}
	m.Postcode, m.Email, m.Skills, m.Note, m.Invited, m.ConsentAt = j.Postcode, j.Email, j.Skills, j.Note, invited, tx.Now()
	a := NewAccount{Login: j.login(), Name: j.Name, MakerID: m.ID, Lang: j.Lang}
	if m.Status = fab.MakerPending; invited {
		m.Status, a.Roles = fab.MakerActive, []string{fab.RoleMaker}
	}
	row, err := addAccount(tx, a, hash)
	if err == nil {
		err = tx.SetMaker(&m)
	}
	if err == nil && invited {
		err = takeUp(tx, m)
	}
	if err != nil {
		return row, err
	}
	return row, tx.Note(fab.Change{Code: "maker_asks", Subject: string(m.ID)})
}

// takeUp gives a maker the hands that he or she said to have.
func takeUp(tx *store.Tx, m fab.Maker) error {
	steps := slices.DeleteFunc(slices.Clone(m.Skills), func(s string) bool { return s == hasPrinter })
	if len(steps) == 0 {
		return nil
	}
	return addHands(tx, m, NewMaker{Steps: steps})
}

// Approve takes somebody in who asked to join, with a word, and makes the link with which he or she signs in at first.
func (i *Identity) Approve(ctx context.Context, id fab.MakerID, word string) (enter string, until time.Time, err error) {
	if word, err = checkWord(word); err != nil {
		return "", until, err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Maker(id)
		if err != nil {
			return err
		}
		if m.Status == fab.MakerActive {
			return fab.Refuse(fab.Conflict, "maker_answered", "")
		}
		if err := m.Status.Move(fab.MakerActive); err != nil {
			return err
		}
		m.Status, m.Word = fab.MakerActive, word
		if err := errors.Join(tx.SetMaker(&m), takeUp(tx, m)); err != nil {
			return err
		}
		if err := letIn(tx, m); err != nil {
			return err
		}
		if enter, until, err = enterLink(tx, m); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "maker_approved", Subject: string(m.ID), Args: fab.Args{"name": m.Name}})
	})
	return enter, until, err
}

// TurnDown answers somebody who asked to join that it is not possible, with a word.
func (i *Identity) TurnDown(ctx context.Context, id fab.MakerID, word string) error {
	word, err := checkWord(word)
	if err != nil {
		return err
	}
	return i.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Maker(id)
		if err != nil {
			return err
		}
		if m.Status == fab.MakerActive {
			return fab.Refuse(fab.Conflict, "maker_answered", "")
		}
		if err := m.Status.Move(fab.MakerRefused); err != nil {
			return err
		}
		m.Status, m.Word = fab.MakerRefused, word
		return errors.Join(tx.SetMaker(&m), tx.Note(fab.Change{Code: "maker_turned_down", Subject: string(m.ID), Args: fab.Args{"name": m.Name}}))
	})
}

// letIn gives a maker's accounts the role.
func letIn(tx *store.Tx, m fab.Maker) error {
	accounts, err := tx.AccountsOf(m.ID)
	for _, a := range accounts {
		if !slices.Contains(a.Roles, fab.RoleMaker) {
			a.Roles = append(a.Roles, fab.RoleMaker)
			err = errors.Join(err, tx.SetAccount(&a))
		}
	}
	return err
}

func checkWord(word string) (string, error) {
	word = fab.Lines(word)
	if len([]rune(word)) > maxNote {
		return "", fab.Refuse(fab.Invalid, "too_long", "word", "max", maxNote)
	}
	return word, nil
}

var (
	postcodeForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z -]{1,9}$`)
	noDigits     = regexp.MustCompile(`[^0-9]`)
)

// digits is a telephone number for comparing: of "+33 3 …" and "03 …" the last nine digits are the same.
func digits(phone string) string {
	d := noDigits.ReplaceAllString(phone, "")
	return d[max(0, len(d)-9):]
}

// login is what an account is called: the e-mail address, or the telephone number without spaces.
func (j Join) login() string {
	if j.Email != "" {
		return normal(j.Email)
	}
	return noDigits.ReplaceAllString(j.Phone, "")
}

func (j *Join) check() (errs fab.Errors) {
	c := Contact{Name: j.Name, Town: j.Town, Postcode: j.Postcode, Phone: j.Phone, Email: j.Email}
	errs = c.check()
	j.Name, j.Town, j.Postcode, j.Phone, j.Email, j.Note = c.Name, c.Town, c.Postcode, c.Phone, c.Email, fab.Lines(j.Note)
	steps := slices.DeleteFunc(slices.Clone(j.Skills), func(s string) bool { return s == hasPrinter })
	switch {
	case len(j.Skills) == 0:
		errs = append(errs, fab.Refuse(fab.Invalid, "skills_missing", "skills"))
	case !knownSteps(steps) || len(j.Skills) > len(steps)+1:
		errs = append(errs, fab.Refuse(fab.Invalid, "step_unknown", "skills"))
	}
	if len([]rune(j.Note)) > maxNote {
		errs = append(errs, fab.Refuse(fab.Invalid, "too_long", "note", "max", maxNote))
	}
	var refused *fab.Error
	if j.Password != "" && errors.As(checkPassword(j.Password), &refused) {
		errs = append(errs, refused)
	}
	if !j.Consent {
		errs = append(errs, fab.Refuse(fab.Invalid, "consent_missing", "consent"))
	}
	return errs
}

package identity

import (
	"context"
	"encoding/hex"
	"io"
	"regexp"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// SecretBytes is the length of the secret in an enrolment code: 80 bits, online guessing only, once, for two days.
const SecretBytes = 10

// EnrolFor is how long an enrolment code serves.
const EnrolFor = 48 * time.Hour

// NewEnrolment makes the secret with which an agent of this maker joins, once.
func (i *Identity) NewEnrolment(ctx context.Context, maker fab.MakerID) (secret [SecretBytes]byte, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if _, err := active(tx, maker, ""); err != nil {
			return err
		}
		if _, err := io.ReadFull(tx.Rand(), secret[:]); err != nil {
			return err
		}
		return tx.AddLink(&fab.Link{
			ID: store.NewID[fab.LinkID](tx), TokenHash: fab.HashToken(hex.EncodeToString(secret[:])), Kind: fab.LinkEnrol,
			Subject: string(maker), ExpiresAt: tx.Now().Add(EnrolFor), CreatedAt: tx.Now(),
		})
	})
	return secret, err
}

// Unit is one printer that an agent brings along.
type Unit struct {
	Key   string
	Name  string
	Model string
}

// Joining is what an agent says when it joins.
type Joining struct {
	Secret  string // hex
	Name    string
	Version string
	Units   []Unit
	Words   func(token string) string // what both sides read, of the token; nil of an agent that knows none
}

var topicName = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// Enrol takes an agent in: its secret is used up, its printers become workers of its maker, whose beds nobody has
// confirmed clear yet. The token is shown once.
func (i *Identity) Enrol(ctx context.Context, j Joining, knownModel func(string) bool) (a fab.Agent, token string, err error) {
	if err := checkUnits(j.Units, knownModel); err != nil {
		return a, "", err
	}
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		link, err := tx.FollowLink(fab.LinkEnrol, j.Secret)
		if fab.ClassOf(err) == fab.NotFound {
			return fab.Refuse(fab.NotFound, "enrol_code_unknown", "code")
		} else if err != nil {
			return err
		}
		if ok, err := tx.UseLink(&link); err != nil || !ok {
			return fab.OrConflict(err, "enrol_code_used")
		}
		token = fab.NewToken(tx.Rand())
		a = fab.Agent{
			ID: store.NewID[fab.AgentID](tx), MakerID: fab.MakerID(link.Subject), Name: j.Name, TokenHash: fab.HashToken(token),
			Version: j.Version, CreatedAt: tx.Now(),
		}
		if j.Words != nil {
			a.Words = j.Words(token)
		}
		if err := tx.AddAgent(&a); err != nil {
			return err
		}
		return addPrinters(tx, a, j.Units)
	})
	return a, token, err
}

func checkUnits(units []Unit, knownModel func(string) bool) error {
	var errs fab.Errors
	seen := map[string]bool{}
	for _, u := range units {
		switch {
		case !topicName.MatchString(u.Key):
			errs = append(errs, fab.Refuse(fab.Invalid, "printer_key_wrong", "printers", "key", u.Key))
		case seen[u.Key]:
			errs = append(errs, fab.Refuse(fab.Invalid, "printer_key_twice", "printers", "key", u.Key))
		case !knownModel(u.Model):
			errs = append(errs, fab.Refuse(fab.Invalid, "printer_model_unknown", "printers", "key", u.Key, "model", u.Model))
		}
		seen[u.Key] = true
	}
	if len(units) == 0 {
		errs = append(errs, fab.Refuse(fab.Invalid, "no_printer", "printers"))
	}
	return errs.Or()
}

func addPrinters(tx *store.Tx, a fab.Agent, units []Unit) error {
	for _, u := range units {
		name := u.Name
		if name == "" {
			name = u.Key
		}
		w := fab.Worker{
			ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerPrinter, Name: name, MakerID: a.MakerID, AgentID: a.ID, Key: u.Key,
			Model: u.Model, NozzleUM: 400, TimeFactorPM: 1000, State: "offline", CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
		}
		if err := tx.AddWorker(&w); err != nil {
			return err
		}
		if err := tx.Note(fab.Change{Code: "printer_joined", Subject: string(w.ID), Worker: w.ID, Args: fab.Args{"name": w.Name}}); err != nil {
			return err
		}
	}
	return nil
}

// Agent reads the agent behind a bearer token; Unauthorised when there is none or it was revoked.
func (i *Identity) Agent(ctx context.Context, token string) (a fab.Agent, err error) {
	err = i.store.View(ctx, func(tx *store.Tx) error {
		a, err = tx.AgentByToken(fab.HashToken(token))
		return err
	})
	if fab.ClassOf(err) == fab.NotFound {
		return a, fab.Refuse(fab.Unauthorised, "token_unknown", "")
	}
	return a, err
}

// Revoke shuts an agent out. Its printers get no more work.
func (i *Identity) Revoke(ctx context.Context, id fab.AgentID) (fab.Agent, error) {
	return i.changeAgent(ctx, id, func(_ *store.Tx, a *fab.Agent) { a.Revoked, a.Online = true, false })
}

// SameWords notes that somebody read the words of an agent on both sides and they were the same: no other machine joined
// with its code.
func (i *Identity) SameWords(ctx context.Context, id fab.AgentID) (fab.Agent, error) {
	return i.changeAgent(ctx, id, func(tx *store.Tx, a *fab.Agent) {
		if a.SaidAt.IsZero() {
			a.SaidAt = tx.Now()
		}
	})
}

func (i *Identity) changeAgent(ctx context.Context, id fab.AgentID, change func(*store.Tx, *fab.Agent)) (a fab.Agent, err error) {
	err = i.store.Update(ctx, func(tx *store.Tx) error {
		if a, err = tx.Agent(id); err != nil {
			return err
		}
		change(tx, &a)
		return tx.SetAgent(&a)
	})
	return a, err
}

// PutBehind lets another agent of its maker drive a printer, under the name that this agent has for it.
func (i *Identity) PutBehind(ctx context.Context, id fab.WorkerID, agent fab.AgentID, key string) error {
	return i.changeWorker(ctx, id, "", "printer_changed", func(tx *store.Tx, w *fab.Worker) error {
		a, err := tx.Agent(agent)
		switch {
		case fab.ClassOf(err) == fab.NotFound || err == nil && (a.Revoked || a.MakerID != w.MakerID):
			return fab.Refuse(fab.Invalid, "agent_missing", "agent")
		case err != nil:
			return err
		case w.Kind != fab.WorkerPrinter:
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "printer")
		case w.AttemptID != "":
			return fab.Refuse(fab.Conflict, "plate_in_use", "")
		case w.Model == "":
			return fab.Refuse(fab.Invalid, "model_missing", "agent")
		case !topicName.MatchString(key):
			return fab.Refuse(fab.Invalid, "printer_key_wrong", "topic", "key", key)
		}
		if other, err := tx.WorkerByKey(agent, key); err == nil && other.ID != w.ID {
			return fab.Refuse(fab.Invalid, "topic_taken", "topic")
		} else if err != nil && fab.ClassOf(err) != fab.NotFound {
			return err
		}
		w.AgentID, w.Key, w.PlateClear, w.State = agent, key, false, "offline"
		return nil
	})
}

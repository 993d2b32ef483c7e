package partner

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// codeShape is how codes of products and parts look: they come from another program.
var codeShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)

// hashShape is how a SHA-256 looks.
var hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Look reads what another lab asks for by its link, before anything is accepted.
func (p *Partner) Look(ctx context.Context, link string) (paper Paper, err error) {
	f, err := parseLink(link)
	if err != nil {
		return paper, err
	}
	return paper, worded(f.call(ctx, http.MethodGet, "", nil, &paper))
}

// worded makes refusals of what can go wrong between two labs.
func worded(err error) error {
	switch {
	case err == nil || fab.ClassOf(err) != "":
		return err
	case errors.Is(err, errGone):
		return fab.Refuse(fab.Conflict, "favour_gone", "link")
	case errors.Is(err, errNo):
		return fab.Refuse(fab.Conflict, "favour_refused", "quantity")
	}
	return fab.Refuse(fab.Conflict, "favour_unreachable", "link")
}

// TakeOn accepts a number of products of what another lab asks for by its link: they become a batch here, of a version of
// its own, so that nothing else is made of its pieces and nothing but the other lab gets them. A link that was taken on
// already gives the favour that there is.
func (p *Partner) TakeOn(ctx context.Context, link string, quantity int64, contact string) (fv fab.Favour, err error) {
	f, err := parseLink(link)
	if err != nil {
		return fv, err
	}
	err = p.store.View(ctx, func(tx *store.Tx) error { fv, err = tx.FavourByToken(f.token); return err })
	if err == nil || fab.ClassOf(err) != fab.NotFound {
		return fv, err
	}
	var paper Paper
	if err := f.call(ctx, http.MethodGet, "", nil, &paper); err != nil {
		return fv, worded(err)
	}
	design, err := p.fetch(ctx, f, paper)
	if err != nil {
		return fv, worded(err)
	}
	due, err := time.Parse(time.DateOnly, paper.Due)
	if err != nil {
		return fv, fab.Refuse(fab.Conflict, "favour_unreachable", "link")
	}
	if quantity < 1 || quantity > fab.MaxAsked {
		return fv, fab.Refuse(fab.Invalid, "quantity_not_positive", "quantity", "quantity", quantity)
	}
	// The other lab first: said twice it has one effect there, and what it refuses is never begun here.
	if err := f.call(ctx, http.MethodPost, "/accept", Accepting{Quantity: quantity, Contact: contact}, &paper); err != nil {
		return fv, worded(err)
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		fv, err = begin(tx, f, paper, design, quantity, due)
		return err
	})
	return fv, err
}

// fetch makes a version of what is asked for and keeps its files. It holds the parts that the relay is about and no
// material: the other lab assembles. It is no version that may go to anybody from here.
func (p *Partner) fetch(ctx context.Context, f far, paper Paper) (d fab.DesignVersion, err error) {
	if !codeShape.MatchString(paper.Product) || len(paper.Parts) == 0 || len(paper.Parts) > 50 {
		return d, fab.Refuse(fab.Conflict, "favour_unreadable", "link")
	}
	d = fab.DesignVersion{Product: paper.Product, Version: paper.Version + " · " + paper.Lab, Status: fab.DesignPrototype, Claim: paper.Claim,
		Names: paper.Names, Blurbs: map[string]string{}, Notices: paper.Notices}
	id := []string{"relay", paper.Hash}
	for _, part := range paper.Parts {
		if !codeShape.MatchString(part.Code) || part.How != fab.ByPrint && part.How != fab.ByHand || part.PerUnit < 1 || part.PerUnit > 1000 || part.Plate < 0 || part.Plate > 1000 ||
			part.File != "" && !hashShape.MatchString(part.File) || part.How == fab.ByPrint && part.File == "" {
			return d, fab.Refuse(fab.Conflict, "favour_unreadable", "link")
		}
		d.BOM.Parts = append(d.BOM.Parts, fab.Part{Code: part.Code, Names: part.Names, How: part.How, ModelHash: part.File, PerUnit: part.PerUnit, PerPlate: part.Plate, Step: part.Step, StepMS: part.StepMS})
		id = append(id, part.Code, part.File)
		if part.File == "" {
			continue
		}
		data, kind, err := f.file(ctx, part.File)
		if err != nil {
			return d, err
		}
		if _, err := p.store.PutBlob(ctx, data, kind); err != nil {
			return d, err
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(id, "\n")))
	d.Hash = hex.EncodeToString(sum[:])
	return d, nil
}

func begin(tx *store.Tx, f far, paper Paper, d fab.DesignVersion, quantity int64, due time.Time) (fv fab.Favour, err error) {
	if fv, err = tx.FavourByToken(f.token); err == nil || fab.ClassOf(err) != fab.NotFound {
		return fv, err
	}
	if known, err := tx.DesignByHash(d.Hash); err == nil {
		d = known
	} else if fab.ClassOf(err) != fab.NotFound {
		return fv, err
	} else {
		d.ID, d.CreatedAt = store.NewID[fab.DesignVersionID](tx), tx.Now()
		if err := tx.AddDesign(&d); err != nil {
			return fv, err
		}
	}
	b := fab.Batch{ID: store.NewID[fab.BatchID](tx), DesignID: d.ID, Product: d.Product, Quantity: quantity, DueAt: due, Status: fab.BatchOpen, CreatedAt: tx.Now()}
	if err := tx.AddBatch(&b); err != nil {
		return fv, err
	}
	fv = fab.Favour{ID: store.NewID[fab.FavourID](tx), Lab: paper.Lab, Site: f.site, Token: f.token, CA: f.ca, Code: paper.Code, BatchID: b.ID, Quantity: quantity, DueAt: due,
		Status: fab.FavourOpen, Told: fab.RelayAccepted, SeenAt: tx.Now(), CreatedAt: tx.Now()}
	if err := tx.AddFavour(&fv); err != nil {
		return fv, err
	}
	return fv, noteFavour(tx, fv, "favour_begun", "product", b.Product, "quantity", quantity)
}

func noteFavour(tx *store.Tx, f fab.Favour, code string, pairs ...any) error {
	because := fab.Because(code, append([]any{"lab", f.Lab, "relay", f.Code}, pairs...)...)
	return tx.Note(fab.Change{Code: because.Code, Subject: string(f.ID), Args: because.Args})
}

// Ready is what of a favour is counted and lies at the hub, by lot.
type Ready struct {
	Lot      fab.Lot
	Quantity int64
}

// FavourView is everything that the coordinator sees of work for another lab.
type FavourView struct {
	Favour fab.Favour
	Batch  fab.Batch
	Design fab.DesignVersion
	Ready  []Ready
	Sent   []fab.FavourLot
}

// ShowFavour reads work for another lab.
func (p *Partner) ShowFavour(ctx context.Context, id fab.FavourID) (v FavourView, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) error {
		if v.Favour, err = tx.Favour(id); err != nil {
			return err
		}
		if v.Batch, err = tx.Batch(v.Favour.BatchID); err != nil {
			return err
		}
		if v.Design, err = tx.Design(v.Batch.DesignID); err != nil {
			return err
		}
		if v.Ready, err = ready(tx, v.Favour); err != nil {
			return err
		}
		v.Sent, err = tx.FavourLots(id)
		return err
	})
	return v, err
}

func ready(tx *store.Tx, f fab.Favour) (list []Ready, err error) {
	b, err := tx.Batch(f.BatchID)
	if err != nil {
		return nil, err
	}
	if d, err := tx.Design(b.DesignID); err != nil || d.Dangerous {
		return nil, err
	}
	lots, err := tx.LotsOf(f.BatchID)
	if err != nil {
		return nil, err
	}
	for _, lot := range lots {
		n, err := tx.BalanceOf(fab.TheHub, fab.PartItem(lot.Part), string(lot.ID))
		if err != nil {
			return nil, err
		}
		if lot.Status == fab.LotReady && !lot.Rests(tx.Now()) && n > 0 {
			list = append(list, Ready{lot, n})
		}
	}
	return list, nil
}

// SendFavour notes that everything of a favour that is counted and at the hub leaves for the other lab, which hears of it
// within a minute, or when it can be reached again. It refuses when there is nothing.
func (p *Partner) SendFavour(ctx context.Context, id fab.FavourID, by fab.AccountID) (sent int64, err error) {
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		sent = 0
		f, err := tx.Favour(id)
		if err != nil {
			return err
		}
		list, err := ready(tx, f)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fab.Refuse(fab.Conflict, "favour_nothing", "")
		}
		for _, r := range list {
			l := fab.FavourLot{ID: store.NewID[fab.FavourLotID](tx), FavourID: f.ID, LotID: r.Lot.ID, Part: r.Lot.Part, Quantity: r.Quantity, At: tx.Now()}
			if err := tx.AddFavourLot(&l); err != nil {
				return err
			}
			sent += r.Quantity
			err := tx.Post(fab.StockMove{Item: fab.PartItem(l.Part), Source: string(l.LotID), From: fab.TheHub, To: fab.OutsideUsed, Quantity: l.Quantity, Why: fab.MoveRelayed, Subject: string(l.ID), By: by})
			if err != nil {
				return err
			}
		}
		return noteFavour(tx, f, "favour_sent", "good", sent)
	})
	return sent, err
}

// GiveUpFavour ends what is left of a favour: its batch is given up, and the other lab is told. What is sent stays sent,
// and what is under way may still be sent.
func (p *Partner) GiveUpFavour(ctx context.Context, id fab.FavourID) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		f, err := tx.Favour(id)
		if err != nil || f.Status != fab.FavourOpen || f.GiveUp {
			return err
		}
		f.GiveUp = true
		if err := tx.SetFavour(&f); err != nil {
			return err
		}
		if err := stopBatch(tx, f); err != nil {
			return err
		}
		return noteFavour(tx, f, "favour_given_up")
	})
}

// stopBatch gives the batch of a favour up: what waits is dropped by the loop of production.
func stopBatch(tx *store.Tx, f fab.Favour) error {
	b, err := tx.Batch(f.BatchID)
	if err != nil || b.Status == fab.BatchCancelled || b.Status == fab.BatchDone {
		return err
	}
	b.Status = fab.BatchCancelled
	if err := tx.SetBatch(&b); err != nil {
		return err
	}
	return tx.Note(fab.Change{Code: "batch_cancelled", Subject: string(b.ID), Args: fab.Args{"product": b.Product}})
}

// bagOf is what the other lab hears of pieces that left.
func bagOf(tx *store.Tx, l fab.FavourLot) (Bag, error) {
	lot, err := tx.Lot(l.LotID)
	if err != nil {
		return Bag{}, err
	}
	bag := Bag{Key: string(l.ID), Part: l.Part, Good: l.Quantity, Code: lot.Code}
	if lot.SpoolID != "" {
		spool, err := tx.Spool(lot.SpoolID)
		if err != nil {
			return bag, err
		}
		bag.Material = strings.TrimSpace(cmp.Or(spool.Filament, "?") + " " + spool.Colour + " " + spool.Code)
	}
	return bag, nil
}

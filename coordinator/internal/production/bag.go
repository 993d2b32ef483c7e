package production

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Sending is what a maker says of a bag that goes to the hub without a run.
type Sending struct {
	Lot   fab.LotID
	By    fab.MakerID // only a bag of this maker; "" for a coordinator who was told
	How   string      // one of fab.SentWays
	Until time.Time   // the end of the day on which it should arrive
}

// MaxSentDays is how far ahead a bag may be announced.
const MaxSentDays = 60

// Send notes that a bag is on its way. Said again, the last word counts. It refuses a bag that is counted.
func (p *Production) Send(ctx context.Context, s Sending) error {
	return p.changeBag(ctx, s.Lot, s.By, func(tx *store.Tx, lot *fab.Lot) error {
		switch {
		case !slices.Contains(fab.SentWays[:], s.How):
			return fab.Refuse(fab.Invalid, "sent_how_missing", "how")
		case !s.Until.After(tx.Now()) || s.Until.After(tx.Now().AddDate(0, 0, MaxSentDays+1)):
			return fab.Refuse(fab.Invalid, "sent_day_wrong", "day", "max", MaxSentDays)
		}
		lot.SentHow, lot.SentAt, lot.ExpectedAt = s.How, tx.Now(), s.Until
		return tx.Note(fab.Change{Code: "bag_sent", Subject: string(lot.ID), Worker: lot.WorkerID, Args: fab.Args{"lot": lot.Code, "how": s.How}})
	})
}

// Unsend notes that a bag is still at its maker's after all.
func (p *Production) Unsend(ctx context.Context, id fab.LotID, by fab.MakerID) error {
	return p.changeBag(ctx, id, by, func(_ *store.Tx, lot *fab.Lot) error {
		lot.SentHow, lot.SentAt, lot.ExpectedAt = "", time.Time{}, time.Time{}
		return nil
	})
}

func (p *Production) changeBag(ctx context.Context, id fab.LotID, by fab.MakerID, change func(*store.Tx, *fab.Lot) error) error {
	return p.store.Update(ctx, func(tx *store.Tx) error {
		lot, err := tx.Lot(id)
		switch {
		case err != nil:
			return err
		case by != "" && lot.MakerID != by:
			return fab.Refuse(fab.Forbidden, "not_yours", "")
		case lot.Status == fab.LotBlocked:
			return fab.Refuse(fab.Conflict, "lot_blocked", "", "lot", lot.Code)
		case lot.Status != fab.LotMade:
			return fab.Refuse(fab.Conflict, "lot_settled", "", "lot", lot.Code)
		}
		if err := change(tx, &lot); err != nil {
			return err
		}
		return tx.SetLot(&lot)
	})
}

// SettingRest is the setting that says how long bags rest, in hours; followed by a colon and the code of a filament, those printed from it.
const SettingRest = "rest_hours"

// Resting is for how many hours a bag rests once it is counted, before a kit may take from it.
type Resting struct {
	Hours int64            // of every bag; 0 for none
	Of    map[string]int64 // of those printed from a filament that has hours of its own, by its code
}

// Resting reads the lab's setting.
func (p *Production) Resting(ctx context.Context) (r Resting, err error) {
	err = p.store.View(ctx, func(tx *store.Tx) (err error) {
		r.Of = map[string]int64{}
		if r.Hours, _, err = restSetting(tx, SettingRest); err != nil {
			return err
		}
		materials, err := tx.Materials()
		for _, m := range materials {
			hours, set, failed := restSetting(tx, SettingRest+":"+m.Code)
			err = errors.Join(err, failed)
			if set {
				r.Of[m.Code] = hours
			}
		}
		return err
	})
	return r, err
}

// SetResting keeps the setting, from 0 to fab.MaxRestHours. Bags that rest already stay as they are; a filament that is missing
// in r.Of rests like every other.
func (p *Production) SetResting(ctx context.Context, r Resting) error {
	var errs fab.Errors
	check := func(hours int64, field string) {
		if hours < 0 || hours > fab.MaxRestHours {
			errs = append(errs, fab.Refuse(fab.Invalid, "rest_hours_wrong", field, "max", fab.MaxRestHours))
		}
	}
	check(r.Hours, "rest")
	for code, hours := range r.Of {
		check(hours, "rest_"+code)
	}
	if err := errs.Or(); err != nil {
		return err
	}
	return p.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SetSetting(SettingRest, strconv.FormatInt(r.Hours, 10)); err != nil {
			return err
		}
		materials, err := tx.Materials()
		if err != nil {
			return err
		}
		for _, m := range materials {
			value := ""
			if hours, set := r.Of[m.Code]; set {
				value = strconv.FormatInt(hours, 10)
			}
			if err := tx.SetSetting(SettingRest+":"+m.Code, value); err != nil {
				return err
			}
		}
		return nil
	})
}

func restSetting(tx *store.Tx, key string) (hours int64, set bool, err error) {
	value, err := tx.Setting(key)
	if err != nil || value == "" {
		return 0, false, err
	}
	hours, err = strconv.ParseInt(value, 10, 64)
	return hours, err == nil, err
}

// restOf is how long a bag rests.
func restOf(tx *store.Tx, lot fab.Lot) (time.Duration, error) {
	if lot.SpoolID != "" {
		spool, err := tx.Spool(lot.SpoolID)
		if err != nil {
			return 0, err
		}
		if hours, set, err := restSetting(tx, SettingRest+":"+spool.Filament); err != nil || set {
			return time.Duration(hours) * time.Hour, err
		}
	}
	hours, _, err := restSetting(tx, SettingRest)
	return time.Duration(hours) * time.Hour, err
}

package dispatch

import (
	"context"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/schedule"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// readTold reads what was told of the requests behind the batches.
func readTold(tx *store.Tx, s *schedule.Snapshot) error {
	approved, err := tx.Requests(fab.RequestApproved)
	told := map[fab.RequestID]time.Time{}
	for _, r := range approved {
		told[r.ID] = r.ToldTo
	}
	s.Told = map[fab.BatchID]time.Time{}
	for _, b := range s.Batches {
		if to := told[b.RequestID]; !to.IsZero() {
			s.Told[b.ID] = to
		}
	}
	return err
}

// keepTold keeps the first window of every request that was approved before the moment of the forecast.
func (l *Loop) keepTold(ctx context.Context, told map[fab.RequestID]fab.Outlook, of time.Time) error {
	fresh := func(tx *store.Tx) (list []fab.Request, err error) {
		approved, err := tx.Requests(fab.RequestApproved)
		for _, r := range approved {
			if !r.ApprovedAt.After(of) && r.Tell(told[r.ID], of) {
				list = append(list, r)
			}
		}
		return list, err
	}
	var list []fab.Request
	err := l.Store.View(ctx, func(tx *store.Tx) (err error) { list, err = fresh(tx); return err })
	if err != nil || len(list) == 0 {
		return err
	}
	return l.Store.Update(ctx, func(tx *store.Tx) error {
		list, err := fresh(tx)
		for i := range list {
			if err == nil {
				err = tx.SetRequest(&list[i])
			}
		}
		return err
	})
}

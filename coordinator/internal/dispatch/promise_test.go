package dispatch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/dispatch"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// asks adds a request for visors that nobody decided on.
func (l *lab) asks(id fab.RequestID, visors int64) (r fab.Request) {
	l.update(func(tx *store.Tx) error {
		if _, err := tx.Facility("place"); err != nil {
			require.NoError(l, tx.AddFacility(&fab.Facility{ID: "place", Name: "Les Tilleuls", Kind: fab.FacilityCareHome, CreatedAt: tx.Now()}))
		}
		r = fab.Request{ID: id, Ref: string(id), FacilityID: "place", Channel: fab.ChannelWeb, NeedBy: tx.Now().Add(240 * time.Hour).Truncate(24 * time.Hour),
			Status: fab.RequestReceived, SubmitKey: string(id), CreatedAt: tx.Now()}
		return tx.AddRequest(&r, []fab.RequestLine{{ID: fab.RequestLineID(id + "-line"), RequestID: id, Product: "visor", Asked: visors}})
	})
	return r
}

// withHands adds somebody who cuts the straps.
func (l *lab) withHands() *lab {
	l.update(func(tx *store.Tx) error {
		return tx.AddWorker(&fab.Worker{ID: "hands", Kind: fab.WorkerHand, Name: "Aiguille", MakerID: "maker", Steps: []string{"cut"}, CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	})
	return l
}

// Ensure that a request is told a window as soon as it is in, that it moves no batch's, and that one which came in right
// after a forecast waits for the next.
func TestARequestIsToldAWindowAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 10, 2).withHands()
		l.update(func(tx *store.Tx) error {
			gift, err := tx.Donation("gift")
			require.NoError(t, err)
			gift.Pledged, l.batch.Quantity = 40, 10
			require.NoError(t, tx.SetDonation(&gift))
			return tx.SetBatch(&l.batch)
		})
		loop := l.loop(dispatch.Config{})
		require.NoError(t, loop.Foresee(t.Context()))
		alone := loop.Outlook("batch")
		require.True(t, alone.Known())

		first := l.asks("first", 20)
		o, err := loop.Promise(t.Context(), first)
		require.NoError(t, err)
		require.False(t, o.Known(), "a forecast was just made")
		time.Sleep(2 * time.Second)
		o, err = loop.Promise(t.Context(), first)
		require.NoError(t, err)
		require.True(t, o.Known())
		require.True(t, o.From.After(alone.From))
		require.Equal(t, alone.From.Add(2*time.Second).Unix(), loop.Outlook("batch").From.Unix())
		require.False(t, o.Missed())

		huge := l.asks("huge", 60)
		time.Sleep(2 * time.Second)
		o, err = loop.Promise(t.Context(), huge)
		require.NoError(t, err)
		require.False(t, o.Known(), "there is no film for it")
		require.Equal(t, "fix_material", o.Fix[0].Code)

		old := fab.Request{ID: "made", CreatedAt: huge.CreatedAt.Add(-time.Hour)}
		time.Sleep(time.Minute)
		before := loop.Outlook("batch").From
		o, err = loop.Promise(t.Context(), old)
		require.NoError(t, err)
		require.Zero(t, o)
		require.Equal(t, before, loop.Outlook("batch").From, "nothing is worked out for what was made long ago")
	})
}

// Ensure that while the loop runs dates are told without being asked for, and anew when plans change.
func TestDatesAreToldByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, sqlite(t), 10, 2).withHands()
		asked := l.asks("asked", 10)
		l.update(func(tx *store.Tx) error {
			r, err := tx.Request("asked")
			require.NoError(t, err)
			r.Status = fab.RequestApproved
			require.NoError(t, tx.SetRequest(&r))
			l.batch.Quantity, l.batch.RequestID = 10, "asked"
			return tx.SetBatch(&l.batch)
		})
		loop := l.loop(dispatch.Config{})
		ended := make(chan error)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { ended <- loop.Run(ctx) }()
		time.Sleep(5 * time.Second)
		before, err := loop.Promise(ctx, asked)
		require.NoError(t, err)
		require.True(t, before.Known())
		l.update(func(tx *store.Tx) error { l.batch.Status = fab.BatchPaused; return tx.SetBatch(&l.batch) })
		time.Sleep(time.Minute)
		require.Equal(t, "wait_paused", loop.Outlook("batch").Why.Code)
		cancel()
		require.NoError(t, <-ended)
	})
}

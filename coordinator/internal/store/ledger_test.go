package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

var film = fab.MaterialItem("film-a4")

// shelf puts so many sheets at the hub, and an open request beside them.
func shelf(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	update(t, s, func(tx *store.Tx) error {
		f := fab.Facility{ID: "place", Name: "EHPAD", Kind: fab.FacilityCareHome, CreatedAt: tx.Now()}
		home := fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: tx.Now()}
		failed := errors.Join(tx.AddFacility(&f), tx.AddLocation(&home), tx.AddMaterial(&fab.Material{Code: "film-a4", Unit: fab.UnitPiece}))
		for _, id := range []fab.RequestID{"one", "two"} {
			r := fab.Request{ID: id, Ref: string(id), FacilityID: f.ID, NeedBy: day, Status: fab.RequestApproved, SubmitKey: string(id), CreatedAt: tx.Now()}
			failed = errors.Join(failed, tx.AddRequest(&r, []fab.RequestLine{{ID: fab.RequestLineID(id), RequestID: id, Product: "visor", Asked: 5}}))
		}
		return errors.Join(failed, tx.Post(fab.StockMove{Item: film, Source: "gift", From: fab.OutsideGiven, To: fab.TheHub, Quantity: n, Why: "received"}))
	})
}

func out(why string, n int64) fab.StockMove {
	return fab.StockMove{Item: film, Source: "gift", From: fab.TheHub, To: fab.OutsideUsed, Quantity: n, Why: why}
}

func code(err error) string {
	if refusals, ok := fab.RefusalsOf(err); ok {
		return refusals[0].Code
	}
	return ""
}

// Ensure that of many who take the last of something one gets it, and that the others hear how much there is.
func TestTheLastIsTakenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		shelf(t, s, 3)
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Post(out("kitted", 2)) })
				if err == nil {
					won.Add(1)
					return
				}
				if refusals, ok := fab.RefusalsOf(err); !ok || refusals[0].Code != "not_enough_stock" || refusals[0].Args["have"] != int64(1) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, won.Load())
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			left, err := tx.BalanceOf(fab.TheHub, film, "gift")
			require.EqualValues(t, 1, left)
			moves, failed := tx.Moves("source", "gift")
			require.Len(t, moves, 2)
			require.Equal(t, fab.UnitPiece, moves[1].Unit)
			return errors.Join(err, failed)
		}))
	})
}

// Ensure that of several who want the last for different requests one has it kept, and that nobody else gets it.
func TestTheLastIsKeptOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		shelf(t, s, 3)
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 6 {
			id := [...]fab.RequestID{"one", "two"}[i%2]
			all.Go(func() {
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					return tx.Reserve(&fab.Reservation{Location: fab.TheHub, Item: film, Source: "gift", Quantity: 2, RequestID: id})
				})
				if err == nil {
					won.Add(1)
				} else if code(err) != "stock_reserved" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, won.Load())
		err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Post(out("kitted", 2)) })
		require.Equal(t, "stock_reserved", code(err))
		update(t, s, func(tx *store.Tx) error { return tx.Post(out("kitted", 1)) })

		// What is lost is lost, whoever it was kept for, and that is told.
		lost := fab.StockMove{Item: film, Source: "gift", From: fab.TheHub, To: fab.OutsideScrapped, Quantity: 1, Why: fab.MoveScrapped}
		update(t, s, func(tx *store.Tx) error { return tx.Post(lost) })
		update(t, s, func(tx *store.Tx) error {
			open, err := tx.Reservations(film)
			require.Len(t, open, 1)
			require.EqualValues(t, 1, open[0].Quantity)
			changes, failed := tx.ChangesOf(open[0].RequestID)
			require.Equal(t, "reservation_lost", changes[0].Code)
			r, missing := tx.Request(open[0].RequestID)
			r.Status = fab.RequestCancelled
			return errors.Join(err, failed, missing, tx.SetRequest(&r))
		})
		update(t, s, func(tx *store.Tx) error {
			open, err := tx.Reservations("")
			require.Empty(t, open, "nothing is kept for a request that was given up")
			return errors.Join(err, tx.Post(out("kitted", 1)))
		})
	})
}

// Ensure that a move is taken back once, by a move, and only while the goods are where it brought them.
func TestAMoveIsTakenBackByAMove(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		shelf(t, s, 5)
		moved := fab.StockMove{Item: film, Source: "gift", From: fab.TheHub, To: "home", Quantity: 4, Why: fab.MoveMoved}
		update(t, s, func(tx *store.Tx) error { return tx.Post(moved) })
		var moves []fab.StockMove
		read := func() {
			require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { moves, err = tx.LatestMoves(film, "", 10); return err }))
		}
		read()
		reverse := func(id fab.MoveID) error {
			return s.Update(t.Context(), func(tx *store.Tx) error { return tx.Reverse(id, "wrong bag", "") })
		}
		require.Equal(t, "move_not_undone", code(reverse(moves[1].ID)), "a gift received is no move by hand")
		var won atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := reverse(moves[0].ID); err == nil {
					won.Add(1)
				} else if code(err) != "move_undone" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, won.Load())
		first := moves[0].ID
		read()
		require.Len(t, moves, 3)
		require.Equal(t, first, moves[0].Reverses)
		require.Equal(t, "move_not_undone", code(reverse(moves[0].ID)), "an undo of an undo is a new move")
		update(t, s, func(tx *store.Tx) error {
			back := moved
			back.From, back.To = "home", fab.TheHub
			return errors.Join(tx.Post(moved), tx.Post(back))
		})
		read()
		require.Equal(t, "not_enough_stock", code(reverse(moves[1].ID)), "the goods went on")
	})
}

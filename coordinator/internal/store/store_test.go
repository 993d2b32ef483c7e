package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

// onBoth runs a test against SQLite and against PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, s *store.Store)) {
	dsns := map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return storetest.SQLite(t) },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), dsn(t), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			test(t, s)
		})
	}
}

func update(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), fn))
}

var day = time.Date(2020, 4, 3, 0, 0, 0, 0, time.UTC)

// Ensure that a request with its lines comes back as it was stored, with times to the microsecond.
func TestARowComesBackAsItWasStored(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var want fab.Request
		var lines []fab.RequestLine
		update(t, s, func(tx *store.Tx) error {
			f := fab.Facility{ID: store.NewID[fab.FacilityID](tx), Name: "EHPAD Les Tilleuls", Kind: fab.FacilityCareHome, Town: "Rue", CreatedAt: tx.Now()}
			want = fab.Request{ID: store.NewID[fab.RequestID](tx), Ref: fab.NewReference(rand.Reader), FacilityID: f.ID, NeedBy: day, Status: fab.RequestReceived, SubmitKey: "k", CreatedAt: tx.Now()}
			lines = []fab.RequestLine{{ID: store.NewID[fab.RequestLineID](tx), RequestID: want.ID, Product: "visor", Asked: 24}}
			require.NoError(t, tx.AddFacility(&f))
			return tx.AddRequest(&want, lines)
		})
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			got, err := tx.RequestBySubmitKey("k")
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(want, utc(got)))
			gotLines, err := tx.RequestLines(want.ID)
			require.NoError(t, err)
			require.Equal(t, lines, gotLines)
			progress, err := tx.Progress(want.ID)
			require.NoError(t, err)
			require.Equal(t, []fab.Progress{{Product: "visor", Asked: 24}}, progress)
			_, err = tx.Request("nobody")
			require.Equal(t, fab.NotFound, fab.ClassOf(err))
			return nil
		}))
	})
}

func utc(r fab.Request) fab.Request {
	r.NeedBy, r.CreatedAt = r.NeedBy.UTC(), r.CreatedAt.UTC()
	return r
}

// Ensure that what one transaction makes keeps its order.
func TestIdentifiersKeepTheOrderOfTheirMaking(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.SQLite(t), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	var ids []fab.JobID
	update(t, s, func(tx *store.Tx) error {
		for range 2000 {
			ids = append(ids, store.NewID[fab.JobID](tx))
		}
		return nil
	})
	require.IsIncreasing(t, ids)
}

// Ensure that lists, maps and reasons inside a row survive on both databases.
func TestStructuredColumnsComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		want := fab.DesignVersion{ID: "d", Product: "visor", Version: "1", Hash: "h", Status: fab.DesignTrialled, Claim: "splash",
			Names: map[string]string{"fr": "Visière", "en": "Visor"}, Blurbs: map[string]string{"fr": "é"}, Notices: map[string]string{}, Colour: "thread",
			BOM: fab.BOM{Parts: []fab.Part{{Code: "visor-band", Names: map[string]string{"fr": "Bandeau"}, How: fab.ByPrint, PerUnit: 1}}, Materials: []fab.BOMMaterial{{Material: "film-a4", PerUnit: 1}}}}
		update(t, s, func(tx *store.Tx) error {
			want.CreatedAt = tx.Now()
			require.NoError(t, tx.AddDesign(&want))
			b := fab.Batch{ID: "b", DesignID: "d", Product: "visor", Quantity: 2, DueAt: day, Status: fab.BatchOpen, CreatedAt: tx.Now()}
			require.NoError(t, tx.AddBatch(&b))
			return tx.AddJobs([]fab.Job{{ID: "j", BatchID: "b", Part: "visor-band", How: fab.ByPrint, Copies: 2, Status: fab.JobWaiting, Wait: fab.Because("wait_material", "short", 24), CreatedAt: tx.Now()}})
		})
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			got, err := tx.CurrentDesign("visor")
			require.NoError(t, err)
			got.CreatedAt = got.CreatedAt.UTC()
			require.Empty(t, cmp.Diff(want, got))
			job, err := tx.Job("j")
			require.NoError(t, err)
			require.Equal(t, "wait_material", job.Wait.Code)
			require.EqualValues(t, 24, job.Wait.Args["short"])
			counts, err := tx.PartCounts(fab.Batch{ID: "b", Quantity: 2}, got.BOM)
			require.NoError(t, err)
			require.Equal(t, []fab.PartCount{{Part: "visor-band", Needed: 2, Open: 2}}, counts)
			return nil
		}))
	})
}

// Ensure that the ledger refuses to give what a place does not hold, and that a refusal leaves nothing behind.
func TestTheLedgerNeverGoesBelowZero(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		film := fab.MaterialItem("film-a4")
		in := fab.StockMove{Item: film, Source: "gift", From: fab.OutsideGiven, To: fab.TheHub, Quantity: 50, Why: "received"}
		out := fab.StockMove{Item: film, Source: "gift", From: fab.TheHub, To: fab.OutsideUsed, Quantity: 51, Why: "kitted"}
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.AddMaterial(&fab.Material{Code: "film-a4", Unit: fab.UnitPiece}), tx.Post(in))
		})
		err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Post(in, out, out) })
		require.Equal(t, fab.Conflict, fab.ClassOf(err))
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			have, err := tx.BalanceOf(fab.TheHub, film, "gift")
			require.NoError(t, err)
			require.EqualValues(t, 50, have)
			moves, err := tx.Moves("source", "gift")
			require.NoError(t, err)
			require.Len(t, moves, 1)
			return nil
		}))
	})
}

// Ensure that two writers who read the same job cannot both take it.
func TestSwapLetsOneOfTwoWin(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			d := fab.DesignVersion{ID: "d", Product: "hook", Version: "1", Hash: "h", Status: fab.DesignTrialled, CreatedAt: tx.Now()}
			b := fab.Batch{ID: "b", DesignID: "d", Product: "hook", Quantity: 1, DueAt: day, Status: fab.BatchOpen, CreatedAt: tx.Now()}
			require.NoError(t, tx.AddDesign(&d))
			require.NoError(t, tx.AddBatch(&b))
			return tx.AddJobs([]fab.Job{{ID: "j", BatchID: "b", Part: "hook", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, CreatedAt: tx.Now()}})
		})
		var stale fab.Job
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { stale, err = tx.Job("j"); return err }))
		var wins sync.Map
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				mine := stale
				mine.Status = fab.JobLeased
				if err := s.Update(t.Context(), func(tx *store.Tx) error {
					ok, err := tx.SwapJob(&mine)
					if ok {
						wins.Store(i, true)
					} else {
						wins.Delete(i)
					}
					return err
				}); err != nil {
					wins.Store(fmt.Sprint("error ", err), true)
				}
			})
		}
		all.Wait()
		count := 0
		wins.Range(func(k, _ any) bool { count++; t.Log(k); return true })
		require.Equal(t, 1, count)
	})
}

// Ensure that a blob of several chunks comes back byte for byte, and is stored once.
func TestABlobComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		data := bytes.Repeat([]byte("G1 X1 Y1 E0.1\n"), 50_000)
		first, err := s.PutBlob(t.Context(), data, "text/x.gcode")
		require.NoError(t, err)
		again, err := s.PutBlob(t.Context(), data, "text/x.gcode")
		require.NoError(t, err)
		require.Equal(t, first.Hash, again.Hash)
		var back bytes.Buffer
		require.NoError(t, s.ReadBlob(t.Context(), first.Hash, &back))
		require.True(t, bytes.Equal(data, back.Bytes()))
		require.Equal(t, fab.NotFound, fab.ClassOf(s.ReadBlob(t.Context(), "00", &back)))
	})
}

// Ensure that counters have no gaps when a transaction fails.
func TestCountersHaveNoGaps(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		next := func(fail bool) (n int64) {
			_ = s.Update(t.Context(), func(tx *store.Tx) (err error) {
				if n, err = tx.Next("note"); err != nil || !fail {
					return err
				}
				return fab.Refuse(fab.Invalid, "test", "")
			})
			return n
		}
		require.EqualValues(t, 1, next(false))
		require.EqualValues(t, 2, next(true))
		require.EqualValues(t, 2, next(false))
	})
}

// Ensure that watchers hear of committed changes only.
func TestWatchersHearCommittedChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, s *store.Store) {
		var heard []fab.Change
		stop := s.Watch(func(c []fab.Change) { heard = append(heard, c...) })
		defer stop()
		_ = s.Update(t.Context(), func(tx *store.Tx) error {
			require.NoError(t, tx.Note(fab.Change{Code: "lost"}))
			return context.Canceled
		})
		update(t, s, func(tx *store.Tx) error { return tx.Note(fab.Change{Code: "kept", Args: fab.Args{"n": 3}}) })
		require.Len(t, heard, 1)
		require.Equal(t, "kept", heard[0].Code)
		require.Positive(t, heard[0].Seq)
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.ChangesAfter(0, 10)
			require.NoError(t, err)
			require.Len(t, rows, 1)
			require.EqualValues(t, 3, rows[0].Args["n"])
			return nil
		}))
	})
}

// Ensure that a newer and a damaged database are refused in one line.
func TestANewerOrDamagedDatabaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lab.db")
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), path, log)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = store.Open(t.Context(), path, log)
	require.ErrorContains(t, err, "use the newer program")

	broken := filepath.Join(t.TempDir(), "lab.db")
	require.NoError(t, os.WriteFile(broken, bytes.Repeat([]byte("not a database "), 1000), 0o600))
	_, err = store.Open(t.Context(), broken, log)
	require.ErrorContains(t, err, "damaged")
}

// Ensure that both dialects have the same tables and columns.
func TestBothSchemasAgree(t *testing.T) {
	columns := map[string][]string{}
	onBoth(t, func(t *testing.T, s *store.Store) {
		got, err := s.Columns(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, got)
		columns[filepath.Base(t.Name())] = got
	})
	require.Empty(t, cmp.Diff(columns["sqlite"], columns["postgres"]))
}

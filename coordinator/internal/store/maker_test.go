package store

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Ensure on both databases that a person's name is written over wherever changes and reasons mention it as a name, and
// nowhere else; that ways in end; and that a worker is forgotten only by name of its row.
func TestAPersonIsForgotten(t *testing.T) {
	for name, dsn := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "lab.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			require.NoError(t, s.Update(t.Context(), func(tx *Tx) error { forgets(t, tx); return nil }))
		})
	}
}

func forgets(t *testing.T, tx *Tx) {
	t.Helper()
	const person = `visor "D'Éa" 100%`
	now := tx.Now()
	require.NoError(t, tx.AddMaker(&fab.Maker{ID: "m", Name: person, LocationID: fab.TheHub, CreatedAt: now}))
	require.NoError(t, tx.AddWorker(&fab.Worker{ID: "w", Kind: fab.WorkerHand, Name: person, MakerID: "m", CreatedAt: now, UpdatedAt: now}))
	require.NoError(t, tx.AddAccount(&fab.Account{ID: "a", Login: "x", MakerID: "m", CreatedAt: now}))
	require.NoError(t, tx.AddSession(&fab.Session{TokenHash: "s", AccountID: "a", ExpiresAt: now.Add(time.Hour), CreatedAt: now}))
	_, err := tx.NewLink(fab.LinkEnter, "a", now.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, tx.Note(fab.Change{Code: "offer_accepted", Subject: "w", Args: fab.Args{"worker": person, "part": person}}))
	require.NoError(t, tx.ForgetName(person, "M-00001"))
	changes, err := tx.ChangesAfter(0, 100)
	require.NoError(t, err)
	last := changes[len(changes)-1]
	require.Equal(t, "M-00001", last.Args["worker"])
	require.Equal(t, person, last.Args["part"], "what is no name stays")

	accounts, err := tx.AccountsOf("m")
	require.NoError(t, err)
	require.Len(t, accounts, 1)
	require.NoError(t, tx.EndSessionsOf("a"))
	_, err = tx.Session("s")
	require.Equal(t, fab.NotFound, fab.ClassOf(err))
	require.NoError(t, tx.EndLinks(fab.LinkEnter, "a"))
	used, err := tx.WorkerUsed("w")
	require.NoError(t, err)
	require.False(t, used)
	require.NoError(t, tx.DeleteWorker("w"))
	_, err = tx.Worker("w")
	require.Equal(t, fab.NotFound, fab.ClassOf(err))
	pending, err := tx.MakersIn(fab.MakerPending)
	require.NoError(t, err)
	require.Empty(t, pending)
}

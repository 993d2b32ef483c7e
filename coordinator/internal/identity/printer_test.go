package identity_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

func known() identity.Known {
	return identity.Known{Model: func(m string) bool { return m == "ender-3" }, Filament: func(f string) bool { return f == "petg" }}
}

func printing(name string) identity.Printing {
	return identity.Printing{Name: name, Model: "ender-3", NozzleUM: 400, Filament: "petg", Heat: "08:00-22:00"}
}

func workers(t *testing.T, s *store.Store, of fab.MakerID) (list []fab.Worker) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) { list, err = tx.WorkersOf(of); return err }))
	return list
}

// Ensure that what the agent says and what runs on a printer is not changed from elsewhere: its model, and what is loaded
// while a plate is on it.
func TestWhatRunsOnAPrinterStays(t *testing.T) {
	i, s := open(t)
	ctx := t.Context()
	m, err := i.AddMaker(ctx, identity.NewMaker{Name: "Tortue", Town: "Rue"})
	require.NoError(t, err)
	secret, err := i.NewEnrolment(ctx, m.ID)
	require.NoError(t, err)
	_, _, err = i.Enrol(ctx, identity.Joining{Secret: hex.EncodeToString(secret[:]), Units: []identity.Unit{{Key: "one", Model: "ender-3"}}}, known().Model)
	require.NoError(t, err)
	id := workers(t, s, m.ID)[0].ID
	p := printing("Tortue")
	p.Model, p.ModelSaid = "", "anything"
	require.NoError(t, i.EditPrinter(ctx, id, m.ID, p, known()))
	w := workers(t, s, m.ID)[0]
	require.Equal(t, []string{"ender-3", "", "Tortue"}, []string{w.Model, w.ModelSaid, w.Name})
	require.Equal(t, fab.Conflict, fab.ClassOf(i.RemovePrinter(ctx, id, m.ID)), "an agent drives it")

	require.NoError(t, s.Update(ctx, func(tx *store.Tx) error {
		w.AttemptID = "attempt"
		_, err := tx.SwapWorker(&w)
		return err
	}))
	p = printing("Tortue")
	p.Filament = ""
	require.Equal(t, fab.Conflict, fab.ClassOf(i.EditPrinter(ctx, id, m.ID, p, known())))
	require.Equal(t, fab.Conflict, fab.ClassOf(i.RetirePrinter(ctx, id, m.ID, false)))
	p.Filament, p.Clear = "petg", "mo-fr 18:00-22:00"
	require.NoError(t, i.EditPrinter(ctx, id, m.ID, p, known()), "its hours may change")
}

// Ensure that nobody fills the lab with printers, nor with long texts, and that rest ends within a year.
func TestPrintersAreBounded(t *testing.T) {
	i, _ := open(t)
	ctx := t.Context()
	m, err := i.AddMaker(ctx, identity.NewMaker{Name: "Tortue", Town: "Rue"})
	require.NoError(t, err)
	for field, change := range map[string]func(*identity.Printing){
		"name":        func(p *identity.Printing) { p.Name = strings.Repeat("a", 81) },
		"model_said":  func(p *identity.Printing) { p.Model, p.ModelSaid = "", strings.Repeat("a", 81) },
		"colour":      func(p *identity.Printing) { p.Colour = strings.Repeat("a", 81) },
		"heat_own":    func(p *identity.Printing) { p.Heat = fab.Hours(strings.Repeat("08:00-22:00;", 50)) },
		"week_cap":    func(p *identity.Printing) { p.WeekCap = 1 << 40 },
		"pause_until": func(p *identity.Printing) { p.PausedUntil = time.Now().AddDate(5, 0, 0) },
	} {
		p := printing("Galet")
		change(&p)
		_, err := i.AddPrinter(ctx, m.ID, m.ID, p, known())
		require.Equal(t, field, must(fab.RefusalsOf(err))[0].Field)
	}
	for n := range 60 {
		_, err := i.AddPrinter(ctx, m.ID, m.ID, printing(strings.Repeat("x", n+1)), known())
		require.NoError(t, err)
	}
	_, err = i.AddPrinter(ctx, m.ID, m.ID, printing("one more"), known())
	require.Equal(t, "too_many", must(fab.RefusalsOf(err))[0].Code)
}

// Ensure that hands are added by what they can do, change, end with the last skill, and come back as the same worker.
func TestHandsSayWhatTheyDo(t *testing.T) {
	i, s := open(t)
	ctx := t.Context()
	m, err := i.AddMaker(ctx, identity.NewMaker{Name: "Aiguille", Town: "Quend"})
	require.NoError(t, err)
	require.NoError(t, i.SetHands(ctx, m.ID, m.ID, identity.Working{}))
	require.Empty(t, workers(t, s, m.ID))
	require.NoError(t, i.SetHands(ctx, m.ID, m.ID, identity.Working{Steps: []string{"sew", "cut"}, Quota: 20, Days: 7}))
	first := workers(t, s, m.ID)[0]
	require.Equal(t, []any{"hand", int64(20), int64(7)}, []any{first.Kind, first.Quota, first.Days})
	require.NoError(t, i.SetHands(ctx, m.ID, "", identity.Working{}))
	require.True(t, workers(t, s, m.ID)[0].Retired())
	require.NoError(t, i.SetHands(ctx, m.ID, m.ID, identity.Working{Steps: []string{"sew"}}))
	back := workers(t, s, m.ID)
	require.Len(t, back, 1)
	require.Equal(t, first.ID, back[0].ID)
	require.False(t, back[0].Retired())
	require.Equal(t, fab.Forbidden, fab.ClassOf(i.SetHands(ctx, m.ID, "somebody", identity.Working{Steps: []string{"sew"}})))
	for field, wrong := range map[string]identity.Working{
		"steps": {Steps: []string{"fly"}}, "quota": {Steps: []string{"sew"}, Quota: 1 << 40}, "days": {Steps: []string{"sew"}, Days: 400}, "there_own": {Steps: []string{"sew"}, Hours: "soon"},
	} {
		require.Equal(t, field, must(fab.RefusalsOf(i.SetHands(ctx, m.ID, m.ID, wrong)))[0].Field)
	}
}

package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

// volunteer is a maker of this name, signed in.
func (l *lab) volunteer(name string) (fab.Maker, *browser) {
	l.t.Helper()
	m, err := l.identity.AddMaker(l.t.Context(), identity.NewMaker{Name: name, Town: "Rue"})
	require.NoError(l.t, err)
	l.account(name, m.ID, fab.RoleMaker)
	return m, l.signed(name)
}

func (l *lab) workersOf(m fab.Maker) (list []fab.Worker) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { list, err = tx.WorkersOf(m.ID); return err })
	return list
}

// printerTyped is the form of a printer as its maker fills it in.
func printerTyped(name string, change url.Values) url.Values {
	return merged(url.Values{
		"name": {name}, "model": {"ender3"}, "nozzle_mm": {"0,4"}, "filament": {"petg"}, "colour": {"orange"},
		"heat": {"day"}, "there": {"own"}, "there_own": {"lundi-ven 18h-22h30; sa,di 9h-22h"}, "week_cap": {"7"},
	}, change)
}

// Ensure that a maker adds several printers alone, with hours written as people write them, and changes, retires and
// brings back each; and that a mistake goes without a trace.
func TestAMakerAddsAndChangesPrinters(t *testing.T) {
	l := newLab(t, nil)
	m, b := l.volunteer("Tortue")
	require.Contains(t, b.page("/maker").body, `href="/maker/printers/new"`)
	empty := b.page("/maker/printers/new").form(t, "/maker/printers")
	require.Equal(t, []string{"0,4", "day"}, []string{empty.Get("nozzle_mm"), empty.Get("heat")}, "no night unless it is asked for")
	at := b.sends("/maker/printers", printerTyped("Tortue", nil))
	b.sends("/maker/printers", printerTyped("Galet", url.Values{"model": {ui.ModelOther}, "model_said": {"Ma RepRap"}}))
	w := l.workersOf(m)
	require.Len(t, w, 2)
	require.Equal(t, []any{"ender3", int64(400), "petg", "orange", fab.Hours("08:00-22:00"), fab.Hours("mo-fr 18:00-22:30; sa,su 9:00-22:00"), int64(7)},
		[]any{w[0].Model, w[0].NozzleUM, w[0].Filament, w[0].Colour, w[0].HeatHours, w[0].ClearHours, w[0].WeekCap})
	require.Equal(t, []string{"", "Ma RepRap"}, []string{w[1].Model, w[1].ModelSaid})
	require.Equal(t, "/maker/printers/"+string(w[0].ID), at)
	require.Contains(t, b.page(at).main(), "lu-ve 18:00-22:30; sa,di 9:00-22:00")

	edit := b.page(at+"/edit").form(t, at+"/edit")
	require.Equal(t, "lu-ve 18:00-22:30; sa,di 9:00-22:00", edit.Get("there_own"))
	day := time.Now().AddDate(0, 0, 9).Format(time.DateOnly)
	b.sends(at+"/edit", merged(edit, url.Values{"heat": {"always"}, "filament": {"pla"}, "pause_until": {day}, "week_cap": {""}}))
	w = l.workersOf(m)
	require.Equal(t, []any{fab.Hours(""), "pla", int64(0)}, []any{w[0].HeatHours, w[0].Filament, w[0].WeekCap})
	require.Equal(t, day, w[0].PausedUntil.In(time.FixedZone("", 2*3600)).Format(time.DateOnly))

	b.sends(at+"/retire", url.Values{})
	require.True(t, l.workersOf(m)[0].Retired())
	require.NotContains(t, b.page("/maker").main(), "Tortue Ender 3")
	b.sends(at+"/back", url.Values{})
	require.False(t, l.workersOf(m)[0].Retired())
	require.Equal(t, "/maker", b.sends("/maker/printers/"+string(w[1].ID)+"/remove", url.Values{}))
	require.Len(t, l.workersOf(m), 1)
}

// Ensure that what is wrong is said beside its field with what was typed still there, and that nothing is made of it.
func TestAWrongPrinterIsRefusedInItsFields(t *testing.T) {
	l := newLab(t, nil)
	m, b := l.volunteer("Tortue")
	_, _ = l.volunteer("Sterne")
	b.sends("/maker/printers", printerTyped("Tortue", nil))
	for field, wrong := range map[string]url.Values{
		"name": {"name": {" tortue "}}, "model": {"model": {"warp-drive"}}, "nozzle_mm": {"nozzle_mm": {"4"}}, "filament": {"filament": {"spaghetti"}},
		"there_own": {"there_own": {"le soir"}}, "heat_own": {"heat": {"own"}}, "week_cap": {"week_cap": {"-3"}}, "pause_until": {"pause_until": {"jamais"}},
	} {
		a := b.post("/maker/printers", printerTyped("Galet", wrong))
		require.Equal(t, http.StatusUnprocessableEntity, a.status, field)
		require.Contains(t, a.body, `id="`+field+`-error"`, field)
		require.Equal(t, "orange", a.form(t, "/maker/printers").Get("colour"))
	}
	require.Len(t, l.workersOf(m), 1)
}

// Ensure that nobody changes, retires or removes somebody else's printer, and that a maker gives none away.
func TestAnothersPrinterIsOutOfReach(t *testing.T) {
	l := newLab(t, nil)
	_, b := l.volunteer("Tortue")
	other, thief := l.volunteer("Sterne")
	at := b.sends("/maker/printers", printerTyped("Tortue", nil))
	require.Equal(t, http.StatusForbidden, thief.get(at+"/edit").status)
	for _, act := range []string{"edit", "retire", "back", "remove"} {
		require.Equal(t, http.StatusForbidden, thief.post(at+"/"+act, printerTyped("Volée", nil)).status, act)
	}
	id := at[len("/maker/printers/"):]
	require.Equal(t, http.StatusForbidden, thief.post("/desk/printers/"+id+"/move", url.Values{"maker": {string(other.ID)}}).status)
	require.Equal(t, http.StatusForbidden, thief.post("/desk/people/"+string(other.ID)+"/printers", printerTyped("Galet", nil)).status)
	require.Empty(t, l.workersOf(other))

	l.account("desk", "", fab.RoleCoordinator)
	desk := l.signed("desk")
	require.Contains(t, desk.page("/desk/printers/"+id+"/edit").main(), "Tortue")
	require.Equal(t, http.StatusUnprocessableEntity, desk.post("/desk/printers/"+id+"/move", url.Values{"maker": {"nobody"}}).status)
	desk.sends("/desk/printers/"+id+"/move", url.Values{"maker": {string(other.ID)}})
	require.Equal(t, "Tortue", l.workersOf(other)[0].Name)
	require.Equal(t, http.StatusForbidden, b.get(at).status, "it is no longer theirs")
}

package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// atHome is a lab whose maker Tortue is signed in, and the address of her printer.
func atHome(t *testing.T) (w *workshop, maker *browser, printer string) {
	t.Helper()
	w = newWorkshop(t)
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	return w, w.signed("tortue"), "/maker/printers/" + string(w.tortue.ID)
}

func (w *workshop) printer() (p fab.Worker) {
	w.t.Helper()
	w.view(func(tx *store.Tx) (err error) { p, err = tx.Worker(w.tortue.ID); return err })
	return p
}

// Ensure that a maker chooses who slices for a printer, and that its page then lists what to slice.
func TestMakerChoosesWhoSlices(t *testing.T) {
	w, maker, printer := atHome(t)
	require.Contains(t, maker.page("/maker").body, `href="`+printer+`"`)
	require.Contains(t, maker.page(printer).main(), "L’atelier prépare les fichiers")
	a := maker.does(printer+"/self", maker.page(printer).form(t, printer+"/self"), "n’imprimera que vos fichiers")
	require.True(t, w.printer().SlicesSelf)
	require.Contains(t, a.main(), "Bandeau , Visière anti-projection 1")
	require.Contains(t, w.desk.page("/desk/printers/"+string(w.tortue.ID)).main(), "Aucun fichier encore")
	maker.does(printer+"/self", a.form(t, printer+"/self"), "L’atelier tranche de nouveau")
	require.False(t, w.printer().SlicesSelf)
}

// Ensure that what a maker fills in for a machine is kept as its own settings and comes back as typed, and that one button
// takes it back to the model's.
func TestMachineSettings(t *testing.T) {
	w, maker, printer := atHome(t)
	page := printer + "/settings"
	f := maker.page(page).form(t, page)
	require.Equal(t, "model", f.Get("arcs"))
	typed := url.Values{"start": {"G28\r\nM109 S{nozzle_c}"}, "arcs": {"no"}, "pile": {"3"}, "clips": {"0 0 15,5 10 4\n\n200 0 220 10 4"}, "max_x": {"210,5"}, "nozzle_max": {"240"},
		"more": {"extra_commands = [\"M420\"]"}}
	maker.does(page, with(f, typed), "réglages enregistrés")
	own, err := production.ReadSettings(w.printer().Overlay)
	require.NoError(t, err)
	require.Equal(t, "G28\nM109 S{nozzle_c}\n", own.Start)
	require.Equal(t, map[string]int64{"max_x_um": 210_500, "nozzle_max_c": 240}, own.Limits)
	require.Equal(t, []production.Clip{{Right: 15_500, Back: 10_000, Height: 4000}, {Left: 200_000, Right: 220_000, Back: 10_000, Height: 4000}}, own.Clips)

	back := maker.page(page).form(t, page)
	require.Equal(t, "no", back.Get("arcs"))
	require.Equal(t, "210.5", back.Get("max_x"))
	require.Equal(t, "3", back.Get("pile"))
	require.Contains(t, back.Get("clips"), "0 0 15.5 10 4")
	require.Contains(t, maker.page(printer).main(), "les siens")
	maker.does(page+"/reset", url.Values{}, "les réglages du modèle")
	require.Empty(t, w.printer().Overlay)
}

// Ensure that a wrong value is named in its own field, that nothing is kept then, and that all that was typed comes back.
func TestMachineSettingsRefusals(t *testing.T) {
	w, maker, printer := atHome(t)
	page := printer + "/settings"
	cases := map[string]struct{ field, value, says string }{
		"no number":      {"max_x", "large", "Écrivez un nombre"},
		"not a number":   {"height", "NaN", "Écrivez un nombre"},
		"endless":        {"min_y", "1e400", "Écrivez un nombre"},
		"half a clip":    {"clips", "0 0 15 10 4\n1 2 3", "La ligne 2"},
		"words as clip":  {"clips", "à gauche, devant, là, ici, haut", "La ligne 1"},
		"other keys":     {"more", "[limits]\nheight_um = 9", "seulement extra_commands"},
		"no TOML":        {"more", "<script>", "Ces macros"},
		"unknown choice": {"arcs", "perhaps", ""},
	}
	for name, bad := range cases {
		t.Run(name, func(t *testing.T) {
			f := with(maker.page(page).form(t, page), url.Values{bad.field: {bad.value}, "end": {"M104 S0"}})
			if bad.says == "" {
				require.Equal(t, http.StatusSeeOther, maker.post(page, f).status, "it is as the model")
				maker.post(page+"/reset", url.Values{})
				return
			}
			a := maker.refuses(page, f, bad.says)
			require.Contains(t, a.body, `href="#`+bad.field+`"`)
			require.Equal(t, strings.Join(strings.Fields(bad.value), " "), a.form(t, page).Get(bad.field))
			require.Equal(t, "M104 S0", a.form(t, page).Get("end"))
			require.Empty(t, w.printer().Overlay)
		})
	}
}

// Ensure that what the profiles hold against a machine's settings stands beside the field that it is about.
func TestMachineSettingsAgainstTheModel(t *testing.T) {
	says := "overlay on ender-3: key limits.max_x_um: 300000 is more\nkey gcode.start: does not home\nkey bed.clips: clip 1 lies beside the bed\nkey pile_max: 9 is more"
	w := &workshop{}
	w.lab = newLab(t, func(c *web.Config) {
		c.Production = production.New(production.Config{Store: c.Store, Log: c.Log, CheckOverlay: func(string, string) error { return errors.New(says) }})
	})
	w.tortue, w.maker = w.enrolled("Tortue")
	w.account("tortue", w.maker.ID, fab.RoleMaker)
	maker, page := w.signed("tortue"), "/maker/printers/"+string(w.tortue.ID)+"/settings"
	a := maker.refuses(page, url.Values{"start": {"G1"}, "max_x": {"300"}}, "Il y a 4 problèmes")
	for _, field := range []string{"max_x", "start", "clips", "pile"} {
		require.Contains(t, a.body, `id="`+field+`-error"`)
	}
	says = "overlay: something else"
	maker.refuses(page, url.Values{"start": {"G1"}}, "something else")
}

// Ensure that nobody looks at, or turns, what belongs to another maker's printer.
func TestForeignPrintersAreShut(t *testing.T) {
	w, _, printer := atHome(t)
	_, other := w.enrolled("Galet")
	w.account("galet", other.ID, fab.RoleMaker)
	galet := w.signed("galet")
	for _, path := range []string{printer, printer + "/settings"} {
		require.Equal(t, http.StatusForbidden, galet.get(path).status, path)
		require.Equal(t, http.StatusSeeOther, w.browser().get(path).status, path)
	}
	for _, path := range []string{printer + "/self", printer + "/settings", printer + "/settings/reset"} {
		require.Equal(t, http.StatusForbidden, galet.post(path, url.Values{"self": {"yes"}, "pile": {"2"}}).status, path)
	}
	require.False(t, w.printer().SlicesSelf)
	require.Empty(t, w.printer().Overlay)
	desk := "/desk/printers/" + string(w.tortue.ID)
	require.Equal(t, http.StatusForbidden, galet.get(desk+"/settings").status)
	require.Equal(t, http.StatusForbidden, galet.post(desk+"/settings", url.Values{}).status)
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/printers/"+string(w.sewing)).status, "hands are no printer")
	require.Equal(t, http.StatusNotFound, w.desk.get("/desk/printers/nothing/settings").status)
	w.desk.does(desk+"/settings", url.Values{"pile": {"2"}}, "réglages enregistrés")
	require.NotEmpty(t, w.printer().Overlay)
}

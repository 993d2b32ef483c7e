package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that forms are printed with codes and keyed in many at a time: those that are right are taken, those that are not
// come back with what was typed and what is wrong, and a code that was keyed in before is said.
func TestPrintedFormsAreKeyedInManyAtATime(t *testing.T) {
	w := newWorkshop(t)
	a := w.desk.post("/desk/forms/print", url.Values{"form_kind": {fab.BlankRequest}, "count": {"2"}})
	require.Equal(t, http.StatusOK, a.status)
	var codes []string
	for _, p := range find(a.doc, "p") {
		if attr(p, "class") == "bigref num" {
			codes = append(codes, text(p))
		}
	}
	require.Len(t, codes, 2)
	require.Contains(t, w.desk.post("/desk/forms/print", url.Values{"form_kind": {fab.BlankRequest}, "count": {"x"}}).main(), "Entre un et 50")
	day := time.Now().Add(72 * time.Hour).Format(time.DateOnly)
	line := func(n, code, town string) url.Values {
		return url.Values{
			"code_" + n: {code}, "facility_" + n: {"EHPAD " + n}, "kind_" + n: {fab.FacilityCareHome}, "town_" + n: {town}, "contact_" + n: {"Accueil"}, "phone_" + n: {"03 00 00 00 00"},
			"qty_visor_" + n: {"４"}, "need_by_" + n: {day},
		}
	}
	both := with(line("1", codes[0], "Rue"), line("3", codes[1], ""))
	a = w.desk.post("/desk/forms/key", both)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.main(), "Formulaire 3 Donnez la commune")
	require.Equal(t, "EHPAD 3", a.form(t, "/desk/forms/key").Get("facility_3"))
	require.Empty(t, a.form(t, "/desk/forms/key").Get("facility_1"), "what was taken is not asked again")
	require.Len(t, w.requests(), 1)
	require.Contains(t, w.desk.post("/desk/forms/key", line("1", codes[0], "Rue")).main(), "déjà saisi")
	w.desk.does("/desk/forms/key", line("1", codes[1], "Rue"), "Une demande est enregistrée")
	require.Len(t, w.requests(), 2)
	w.desk.does("/desk/forms/key", url.Values{}, "Rien n’était rempli")
}

package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// Ensure that the coordinator keeps material for a request and lets it go, adds a material with a unit of its own, and sets
// below how much the public page asks for more; and that each refusal stands beside its field with what was typed.
func TestTheStockIsKeptAndSpokenOf(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	b, ctx := l.signed("desk"), t.Context()
	gift, err := l.supply.Pledge(ctx, supply.Pledge{Material: "film-a4", Count: "60", Donor: "Papeterie", Town: "Rue", Phone: "03 00 00 00 00", SubmitKey: "gift"})
	require.NoError(t, err)
	require.NoError(t, l.supply.Receive(ctx, supply.Parcel{Donation: gift.Donation.ID, Count: "60"}))
	asked, err := l.intake.Ask(ctx, intake.Form{
		Facility:   fab.Facility{Name: "EHPAD Les Tilleuls", Kind: fab.FacilityCareHome, Town: "Rue", Contact: "Accueil", Phone: "03 00 00 00 00"},
		Quantities: map[string]string{"visor": "24"}, NeedBy: time.Now().AddDate(0, 0, 9).Format(time.DateOnly), Channel: fab.ChannelPhone, SubmitKey: "ask",
	})
	require.NoError(t, err)
	require.NoError(t, l.intake.Approve(ctx, asked.Request.ID))

	film := "/desk/stock/material:film-a4"
	request := url.Values{"request": {string(asked.Request.ID)}, "keep_n": {"70"}}
	refused := b.post(film+"/keep", request)
	require.Equal(t, http.StatusConflict, refused.status)
	require.Equal(t, "70", refused.form(t, film+"/keep").Get("keep_n"))
	require.Contains(t, refused.body, `href="#keep_n"`)
	refused = b.post(film+"/keep", url.Values{"keep_n": {"4"}})
	require.Contains(t, refused.body, `href="#request"`)
	request.Set("keep_n", "50")
	require.Equal(t, film, b.sends(film+"/keep", request))
	page := b.page(film)
	require.Contains(t, page.main(), "EHPAD Les Tilleuls")
	release := page.form(t, film+"/release")
	for range 2 {
		b.sends(film+"/release", release)
	}
	l.view(func(tx *store.Tx) error {
		kept, err := tx.Reservations("")
		require.Empty(t, kept)
		return err
	})

	require.NotContains(t, b.page("/desk/materials").main(), "moins de")
	speak := b.page(film).form(t, film+"/speak")
	speak.Set("own_0", "pack")
	speak.Set("factor_0", "0,5")
	refused = b.post(film+"/speak", speak)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.body, `href="#factor_0"`)
	speak.Set("factor_0", "100")
	speak.Set("low", "80")
	b.sends(film+"/speak", speak)
	require.Contains(t, b.page("/desk/materials").main(), "moins de 80")
	require.Contains(t, l.browser().page("/give").main(), "20 feuilles", "the public page asks for what is missing")
	speak = b.page(film).form(t, film+"/speak")
	require.Equal(t, []string{"pack", "100", "80"}, []string{speak.Get("own_0"), speak.Get("factor_0"), speak.Get("low")}, "what is stored is what is shown")
	speak.Set("own_1", "pack")
	speak.Set("factor_1", "3")
	require.Equal(t, http.StatusUnprocessableEntity, b.post(film+"/speak", speak).status)

	refused = b.post("/desk/materials", url.Values{"name_fr": {" "}, "unit": {"bag"}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.body, `href="#name_fr"`)
	require.Contains(t, refused.body, `href="#unit"`)
	elastic := b.sends("/desk/materials", url.Values{"name_fr": {"Élastique plat"}, "name_en": {"Flat elastic"}, "unit": {"um"}})
	require.Equal(t, "/desk/stock/material:elastique-plat", elastic)
	require.Equal(t, http.StatusConflict, b.post("/desk/materials", url.Values{"name_fr": {"elastique PLAT"}, "unit": {"um"}}).status)
	speak = b.page(elastic).form(t, elastic+"/speak")
	for field, value := range map[string]string{"own_0": "roll", "factor_0": "50", "in_0": "m", "low": "12,5", "low_in": "m"} {
		speak.Set(field, value)
	}
	b.sends(elastic+"/speak", speak)
	l.view(func(tx *store.Tx) error {
		m, err := tx.Material("elastique-plat")
		require.Equal(t, []fab.Measure{{Code: "roll", Factor: 50_000_000}}, m.Measures)
		require.EqualValues(t, 12_500_000, m.LowAt)
		return err
	})
	require.Equal(t, "12,5", b.page(elastic).form(t, elastic+"/speak").Get("low"))
}

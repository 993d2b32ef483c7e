package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
)

// Ensure that nobody but a coordinator reads or presses anything of the desk, and nobody but a maker of a maker's page:
// strangers are sent to sign in, others are refused, before anything is read or changed.
func TestEveryPageNeedsItsRole(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	maker, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Tortue", Town: "Rue"})
	require.NoError(t, err)
	l.account("maker", maker.ID, fab.RoleMaker)
	strangers := map[string]*browser{"/desk": l.signed("maker"), "/maker": l.signed("desk")}
	pages := map[string][]string{
		"/desk":  {"", "/requests", "/requests/new", "/requests/x", "/production", "/production/x", "/printers", "/materials", "/deliveries", "/people", "/calls"},
		"/maker": {"", "/work/x/file"},
	}
	acts := map[string][]string{
		"/desk": {
			"/requests/new", "/requests/x/approve", "/requests/x/refuse", "/requests/x/link", "/production/x/pause", "/production/x/resume",
			"/production/x/cancel", "/printers/x/pause", "/printers/x/resume", "/printers/x/cancel", "/printers/x/stop", "/printers/x/clear",
			"/printers/x/spool", "/donations/x/receive", "/donations/x/refuse", "/spools/x/recall", "/bags/x/settle", "/kits", "/boxes", "/runs",
			"/people/makers", "/people/x/enrol-code", "/agents/x/revoke", "/calls/x/done",
			"/calls/x/back", "/calls/x/later",
		},
		"/maker": {
			"/offers/x/accept", "/offers/x/decline", "/work/x/handin", "/printers/x/pause", "/printers/x/resume", "/printers/x/stop",
			"/printers/x/count", "/printers/x/spool",
		},
	}
	for area, stranger := range strangers {
		for _, page := range pages[area] {
			require.Equal(t, "/signin?"+url.Values{"next": {area + page}}.Encode(), l.browser().get(area+page).header.Get("Location"))
			require.Equal(t, http.StatusForbidden, stranger.get(area+page).status, page)
		}
		for _, act := range acts[area] {
			require.Equal(t, "/signin", l.browser().sends(area+act, url.Values{}), act)
			require.Equal(t, http.StatusForbidden, stranger.post(area+act, url.Values{}).status, act)
		}
	}
}

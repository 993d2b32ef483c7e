package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that the desk shows the words that an agent reads out, until somebody said that they are the same, and that a
// machine which used the code first reads others: a stolen code shows.
func TestAStolenCodeShows(t *testing.T) {
	l := newLab(t, nil)
	l.account("desk", "", fab.RoleCoordinator)
	desk := l.signed("desk")
	code := l.code(t)
	body := joining(code.SecretText())
	body.Nonce = "thief"
	a := l.browser().json(http.MethodPost, "/api/v1/enrol", body)
	require.Equal(t, http.StatusOK, a.status, a.body)
	var got web.EnrolAnswer
	require.NoError(t, json.Unmarshal([]byte(a.body), &got))
	body.Nonce = "owner"
	require.Equal(t, http.StatusConflict, l.browser().json(http.MethodPost, "/api/v1/enrol", body).status, "the owner reads no words at all")

	maker := l.makers()[0]
	page := "/desk/people/" + string(maker.ID)
	french, english := wire.Words("thief", got.Token)
	require.Contains(t, desk.page(page).main(), french)
	require.Contains(t, desk.page("/desk/people").main(), "mots à comparer")
	desk.header.Set("Accept-Language", "en")
	require.Contains(t, desk.page(page).main(), english)
	require.NotContains(t, desk.page(page).main(), french)
	desk.sends("/desk/agents/"+got.Agent+"/same", url.Values{})
	require.NotContains(t, desk.page(page).main(), english)
	require.Equal(t, http.StatusNotFound, desk.post("/desk/agents/nobody/same", url.Values{}).status)
}

// Ensure that a printer goes behind another agent of its maker under a name that this agent has, and nowhere else.
func TestAPrinterMovesToAnotherAgent(t *testing.T) {
	w := newWorkshop(t)
	other, _ := w.enrolled("Sterne")
	sd, b := w.volunteer("Galet")
	at := b.sends("/maker/printers", printerTyped("Caillou", nil))
	id := fab.WorkerID(at[len("/maker/printers/"):])
	path := "/desk/printers/" + string(id) + "/agent"
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.post(path, url.Values{"agent": {string(other.AgentID)}, "topic": {"two"}}).status, "another maker's")
	w.desk.sends("/desk/printers/"+string(id)+"/move", url.Values{"maker": {string(other.MakerID)}})
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.post(path, url.Values{"agent": {string(other.AgentID)}, "topic": {"one"}}).status, "taken")
	require.Equal(t, http.StatusUnprocessableEntity, w.desk.post(path, url.Values{"agent": {string(other.AgentID)}, "topic": {"a/b"}}).status)
	w.desk.sends(path, url.Values{"agent": {string(other.AgentID)}, "topic": {" Two "}})
	w.view(func(tx *store.Tx) error {
		moved, err := tx.WorkerByKey(other.AgentID, "two")
		require.Equal(t, id, moved.ID)
		require.False(t, moved.PlateClear, "nobody looked at its bed")
		return err
	})
	require.Empty(t, w.workersOf(sd))
}

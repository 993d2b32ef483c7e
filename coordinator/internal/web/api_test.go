package web_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/coordinator/wire"
)

func (b *browser) json(method, path string, body any) answer {
	b.l.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(b.l.t, err)
	req, err := http.NewRequestWithContext(b.l.t.Context(), method, b.l.server.URL+path, strings.NewReader(string(data)))
	require.NoError(b.l.t, err)
	req.Header.Set("Content-Type", "application/json")
	for name, values := range b.header {
		if name != "Sec-Fetch-Site" { // an agent is no browser
			req.Header[name] = values
		}
	}
	return b.send(req)
}

// problem is what RFC 9457 says that an error looks like.
type problem struct {
	Status int
	Title  string
	Detail string
	Errors []struct {
		Location, Message string
		Value             any
	}
}

func (a answer) problem(t *testing.T) (p problem) {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal([]byte(a.body), &p), a.body)
	require.Equal(t, a.status, p.Status)
	require.NotContains(t, a.body, "⟦")
	return p
}

func (l *lab) code(t *testing.T) wire.EnrolCode {
	t.Helper()
	maker, err := l.identity.AddMaker(t.Context(), identity.NewMaker{Name: "Tortue", Town: "Rue"})
	require.NoError(t, err)
	secret, err := l.identity.NewEnrolment(t.Context(), maker.ID)
	require.NoError(t, err)
	return wire.EnrolCode{Secret: secret}
}

func joining(code string) wire.EnrolRequest {
	return wire.EnrolRequest{Code: code, Name: "pi", Version: "1", Printers: []wire.Unit{{Key: "tortue", Name: "Tortue", Model: "ender3"}}}
}

// Ensure that the API's enrolment is word for word what agents send and read.
func TestEnrolmentMatchesTheWire(t *testing.T) {
	for _, pair := range [][2]any{{wire.EnrolRequest{}, web.EnrolBody{}}, {wire.EnrolAnswer{}, web.EnrolAnswer{}}, {wire.Unit{}, web.EnrolUnit{}}} {
		require.Empty(t, cmp.Diff(jsonFields(pair[0]), jsonFields(pair[1])))
	}
	full := joining("0123456789ABCDEF")
	full.Printers[0].Firmware, full.Nonce = "Marlin 2.1", "nonce"
	sent, err := json.Marshal(full)
	require.NoError(t, err)
	var read web.EnrolBody
	require.NoError(t, json.Unmarshal(sent, &read))
	back, err := json.Marshal(read)
	require.NoError(t, err)
	require.JSONEq(t, string(sent), string(back))
}

func jsonFields(v any) (names []string) {
	for f := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// Ensure that a code lets one agent in, once, and that its token opens files to print and nothing else.
func TestEnrolAndFetch(t *testing.T) {
	l := newLab(t, func(c *web.Config) { c.CA = "-----BEGIN CERTIFICATE-----\n" })
	agent := l.browser()
	code := l.code(t)
	a := agent.json(http.MethodPost, "/api/v1/enrol", joining(code.SecretText()))
	require.Equal(t, http.StatusOK, a.status, a.body)
	var answered wire.EnrolAnswer
	require.NoError(t, json.Unmarshal([]byte(a.body), &answered))
	require.Equal(t, "Atelier de la Baie", answered.Lab)
	require.Equal(t, "tcp://127.0.0.1:1883", answered.Broker)
	require.NotEmpty(t, answered.Agent)
	require.NotEmpty(t, answered.CA)
	require.NotContains(t, a.body, "$schema")
	again := agent.json(http.MethodPost, "/api/v1/enrol", joining(code.SecretText()))
	require.Equal(t, http.StatusConflict, again.status)
	require.Equal(t, "enrol_code_used", again.problem(t).Errors[0].Value)

	gcode := strings.Repeat("G1 X1 Y1\n", 100_000)
	blob, err := l.store.PutBlob(t.Context(), []byte(gcode), "text/x.gcode")
	require.NoError(t, err)
	leased := l.lease(fab.AgentID(answered.Agent), blob)
	path := "/api/v1/blobs/" + blob.Hash
	require.Equal(t, http.StatusUnauthorized, agent.get(path).status)
	agent.header.Set("Authorization", "Bearer "+answered.Token+"x")
	refused := agent.get(path)
	require.Equal(t, http.StatusUnauthorized, refused.status)
	require.Equal(t, "Bearer", refused.header.Get("WWW-Authenticate"))
	agent.header.Set("Authorization", "Bearer "+answered.Token)
	got := agent.get(path)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, gcode, got.body)
	require.Equal(t, `"`+blob.Hash+`"`, got.header.Get("ETag"))
	require.Equal(t, "900000", got.header.Get("Content-Length"))
	agent.header.Set("If-None-Match", got.header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, agent.get(path).status)
	agent.header.Del("If-None-Match")
	require.Equal(t, http.StatusNotFound, agent.get("/api/v1/blobs/"+strings.Repeat("0", 64)).status)
	require.Equal(t, http.StatusUnprocessableEntity, agent.get("/api/v1/blobs/secret").status)
	photo, err := l.store.PutBlob(t.Context(), []byte("signature"), "image/png")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, agent.get("/api/v1/blobs/"+photo.Hash).status, "an agent fetches what it prints")
	others, err := l.store.PutBlob(t.Context(), []byte("G28\n"), "text/x.gcode")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, agent.get("/api/v1/blobs/"+others.Hash).status, "and not what others print")
	neighbour := l.joined(t)
	require.Equal(t, http.StatusNotFound, neighbour.get(path).status)
	leased.Status = fab.AttemptFailed
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error { return tx.SetAttempt(&leased) }))
	require.Equal(t, http.StatusNotFound, agent.get(path).status, "nor what is over")
	require.Equal(t, http.StatusUnauthorized, agent.get("/api/v1/audit").status, "an agent is nobody's account")
}

// Ensure that each wrong field of an enrolment is named, with what to do, and that the code still serves afterwards.
func TestEnrolRefusals(t *testing.T) {
	l := newLab(t, nil)
	agent := l.browser()
	code := l.code(t).SecretText()
	good := joining(code)
	for name, bad := range map[string]struct {
		body   any
		status int
		place  string
	}{
		"unknown code":  {joining("0000000000000000"), http.StatusNotFound, "body.code"},
		"half a code":   {joining(code[:7]), http.StatusNotFound, "body.code"},
		"no printer":    {wire.EnrolRequest{Code: code, Name: "pi", Version: "1", Printers: []wire.Unit{}}, http.StatusUnprocessableEntity, "body.printers"},
		"bad key":       {wire.EnrolRequest{Code: code, Printers: []wire.Unit{{Key: "Tortue/#", Model: "ender3"}}}, http.StatusUnprocessableEntity, "body.printers"},
		"unknown model": {wire.EnrolRequest{Code: code, Printers: []wire.Unit{{Key: "tortue", Model: "spaceship"}}}, http.StatusUnprocessableEntity, "body.printers"},
		"no code":       {map[string]any{"name": "pi", "version": "1", "printers": good.Printers}, http.StatusUnprocessableEntity, "body"},
		"wrong type":    {map[string]any{"code": 7, "name": "pi", "version": "1", "printers": good.Printers}, http.StatusUnprocessableEntity, "body.code"},
		"too much":      {map[string]any{"code": strings.Repeat("A", 70_000)}, http.StatusRequestEntityTooLarge, ""},
		"not an object": {"hello", http.StatusUnprocessableEntity, "body"},
	} {
		t.Run(name, func(t *testing.T) {
			a := agent.json(http.MethodPost, "/api/v1/enrol", bad.body)
			require.Equal(t, bad.status, a.status, a.body)
			p := a.problem(t)
			require.NotEmpty(t, p.Detail)
			if bad.place != "" {
				require.Equal(t, bad.place, p.Errors[0].Location)
				require.NotEmpty(t, p.Errors[0].Message)
			}
		})
	}
	spelled := strings.ToLower(wire.EnrolCode{Secret: l.code(t).Secret}.String()[:19]) // four groups of four, as people read them
	require.Equal(t, http.StatusOK, agent.json(http.MethodPost, "/api/v1/enrol", joining(spelled)).status)
	newer := map[string]any{"code": strings.ToLower(code), "name": "pi", "version": "9", "printers": good.Printers, "unheard_of": true}
	require.Equal(t, http.StatusOK, agent.json(http.MethodPost, "/api/v1/enrol", newer).status, "unknown fields are ignored")
	require.Equal(t, http.StatusMethodNotAllowed, agent.get("/api/v1/enrol").status)
}

// Ensure that progress is read by a coordinator or by the link of that very request.
func TestRequestProgress(t *testing.T) {
	l := newLab(t, nil)
	l.account("coordinator", "", fab.RoleCoordinator)
	request, token := l.ready(8)
	path := "/api/v1/requests/" + fab.FormatReference(request.Ref)
	want := `{"ref":"` + request.Ref + `","status":"approved","lines":[{"product":"visor","asked":8,"promised":8,"in_production":8,"in_transit":0,"delivered":0}]}`
	check := func(b *browser) {
		a := b.get(path)
		require.Equal(t, http.StatusOK, a.status, a.body)
		var got map[string]any
		require.NoError(t, json.Unmarshal([]byte(a.body), &got))
		delete(got, "at")
		data, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, want, string(data))
	}
	check(l.signed("coordinator"))
	holder := l.browser()
	holder.header.Set("Authorization", "Bearer "+token)
	check(holder)
	require.Equal(t, http.StatusUnauthorized, l.browser().get(path).status)
	other := fab.NewReference(strings.NewReader("0123456"))
	require.Equal(t, http.StatusNotFound, holder.get("/api/v1/requests/"+other).status, "a link opens one request")
	require.Equal(t, http.StatusNotFound, l.signed("coordinator").get("/api/v1/requests/nonsense").status)
}

// Ensure that figures and the audit are for coordinators, and that the audit names what does not add up.
func TestReports(t *testing.T) {
	l := newLab(t, nil)
	l.account("coordinator", "", fab.RoleCoordinator)
	l.account("maker", "", fab.RoleMaker)
	b := l.signed("coordinator")
	require.JSONEq(t, `{"printed_good":0,"printed_bad":0,"plates":0,"attempts":0,"lines":0,"resends":0}`, b.get("/api/v1/figures").body)
	require.JSONEq(t, `{"ok":true,"found":[]}`, b.get("/api/v1/audit").body)
	require.NoError(t, l.store.Update(t.Context(), func(tx *store.Tx) error {
		d := fab.Donation{ID: store.NewID[fab.DonationID](tx), Ref: fab.NewReference(tx.Rand()), Material: "film-a4", Pledged: 5, Received: 5, Status: fab.DonationReceived, SubmitKey: "x", CreatedAt: tx.Now()}
		return tx.AddDonation(&d)
	}))
	require.Contains(t, b.get("/api/v1/audit").body, `"code":"audit_gift_received"`)
	require.Equal(t, http.StatusUnauthorized, l.browser().get("/api/v1/figures").status)
	require.Equal(t, http.StatusForbidden, l.signed("maker").get("/api/v1/figures").status)
}

// Ensure that the API describes itself.
func TestOpenAPI(t *testing.T) {
	l := newLab(t, nil)
	a := l.browser().get("/openapi.json")
	require.Equal(t, http.StatusOK, a.status)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &doc))
	require.True(t, strings.HasPrefix(doc.OpenAPI, "3.1"))
	for _, path := range []string{"/api/v1/enrol", "/api/v1/blobs/{sha256}", "/api/v1/requests/{ref}", "/api/v1/batches", "/api/v1/figures", "/api/v1/audit", "/api/v1/slicing/claim", "/api/v1/slicing/{plate}/gcode"} {
		require.Contains(t, doc.Paths, path)
	}
	require.Equal(t, http.StatusNotFound, l.browser().get("/docs").status, "no page that loads from elsewhere")
}

// Ensure that the description can be written without a lab, and is the one that a lab serves.
func TestDescription(t *testing.T) {
	alone, err := web.Description("test")
	require.NoError(t, err)
	require.JSONEq(t, newLab(t, nil).browser().get("/openapi.json").body, string(alone))
}

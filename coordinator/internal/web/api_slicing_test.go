package web_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/web"
)

// slicingMachine is a program elsewhere that slices, with a key of the lab.
func (l *lab) slicingMachine(name string) *browser {
	l.t.Helper()
	_, key, err := l.identity.AddSlicer(l.t.Context(), name)
	require.NoError(l.t, err)
	b := l.browser()
	b.header.Set("Authorization", "Bearer "+key)
	return b
}

// pendingPlate is a plate of the visor that waits to be sliced.
func (l *lab) pendingPlate() (p fab.Plate) {
	l.t.Helper()
	require.NoError(l.t, l.store.Update(l.t.Context(), func(tx *store.Tx) error {
		d, err := tx.CurrentDesign("visor")
		require.NoError(l.t, err)
		p = fab.Plate{ID: store.NewID[fab.PlateID](tx), DesignID: d.ID, Part: "visor-band", Copies: 2, Model: "ender3", NozzleUM: 400, Filament: "petg", Status: fab.PlatePending, CreatedAt: tx.Now()}
		return tx.AddPlate(&p)
	}))
	return p
}

func (l *lab) plate(id fab.PlateID) (p fab.Plate) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { p, err = tx.Plate(id); return err })
	return p
}

// sliced sends a file as a slicing machine does.
func (b *browser) sliced(task web.SlicingTask, facts web.SlicingFacts, file string) answer {
	b.l.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormField("facts")
	require.NoError(b.l.t, err)
	require.NoError(b.l.t, json.NewEncoder(part).Encode(facts))
	for _, one := range [][2]string{{"picture", "\x89PNG\r\n\x1a\n picture"}, {"unheard_of", "x"}, {"gcode", file}} {
		part, err := form.CreateFormFile(one[0], "../../"+one[0])
		require.NoError(b.l.t, err)
		_, err = part.Write([]byte(one[1]))
		require.NoError(b.l.t, err)
	}
	require.NoError(b.l.t, form.Close())
	req, err := http.NewRequestWithContext(b.l.t.Context(), http.MethodPut, b.l.server.URL+"/api/v1/slicing/"+task.Plate+"/gcode", &body)
	require.NoError(b.l.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Claim-Token", task.Token)
	req.Header.Set("Authorization", b.header.Get("Authorization"))
	return b.send(req)
}

func (b *browser) claim() (task web.SlicingTask) {
	b.l.t.Helper()
	a := b.json(http.MethodPost, "/api/v1/slicing/claim", map[string]any{"version": 1, "unheard_of": true})
	require.Equal(b.l.t, http.StatusOK, a.status, a.body)
	require.NoError(b.l.t, json.Unmarshal([]byte(a.body), &task))
	b.header.Set("Claim-Token", task.Token)
	return task
}

// Ensure that a slicing machine takes a plate, fetches its model, says how far it is, and hands in a file that the lab
// checks and keeps under what the lab itself measured.
func TestASlicingMachineMakesAPlate(t *testing.T) {
	l := newLab(t, nil)
	p := l.pendingPlate()
	machine := l.slicingMachine("Tour")
	task := machine.claim()
	require.Equal(t, string(p.ID), task.Plate)
	require.Equal(t, "Tour", l.plate(p.ID).ClaimedBy)
	require.EqualValues(t, 60_000, task.LeaseMS)
	at := "/api/v1/slicing/" + task.Plate
	model := machine.get(at + "/model")
	require.Equal(t, http.StatusOK, model.status)
	require.Equal(t, task.Model, fab.HashToken(model.body))
	require.Equal(t, http.StatusNoContent, machine.json(http.MethodPost, at+"/progress", map[string]any{"permille": 420}).status)
	require.EqualValues(t, 420, l.plate(p.ID).ProgressPM)
	require.Equal(t, http.StatusUnprocessableEntity, machine.json(http.MethodPost, at+"/progress", map[string]any{"permille": 4200}).status)

	file := strings.Repeat("G1 X1 E1\n", 20_000) // more than any form may carry
	damaged := machine.sliced(task, web.SlicingFacts{SHA256: fab.HashToken("x")}, file)
	require.Equal(t, http.StatusUnprocessableEntity, damaged.status)
	require.Equal(t, "file_damaged", damaged.problem(t).Errors[0].Value)
	facts := web.SlicingFacts{SHA256: fab.HashToken(file), Slicer: "PrusaSlicer 2.5.0", Warnings: []web.SlicingWarning{{Code: "mesh.open_edges", Args: map[string]string{"edges": "3"}}}}
	require.Equal(t, http.StatusNoContent, machine.sliced(task, facts, file).status)
	ready := l.plate(p.ID)
	require.Equal(t, fab.PlateReady, ready.Status)
	require.Equal(t, facts.SHA256, ready.GCodeHash)
	require.EqualValues(t, 600, ready.Seconds)
	require.Equal(t, "PrusaSlicer 2.5.0", ready.Slicer)
	require.Equal(t, fab.HashToken("\x89PNG\r\n\x1a\n picture"), ready.Picture)
	require.Equal(t, "mesh.open_edges", ready.Warnings[0].Code)
	again := machine.sliced(task, facts, file)
	require.Equal(t, http.StatusConflict, again.status)
	require.Equal(t, "claim_lost", again.problem(t).Errors[0].Value)
}

// Ensure that a slicing machine says why it cannot make a plate, and gives back what it does not want to.
func TestASlicingMachineGivesUp(t *testing.T) {
	l := newLab(t, nil)
	p := l.pendingPlate()
	machine := l.slicingMachine("Tour")
	at := "/api/v1/slicing/" + machine.claim().Plate
	require.Equal(t, http.StatusNoContent, machine.json(http.MethodPost, at+"/release", nil).status)
	require.Equal(t, fab.PlatePending, l.plate(p.ID).Status)
	machine.claim()
	require.Equal(t, http.StatusUnprocessableEntity, machine.json(http.MethodPost, at+"/failed", map[string]any{"way": "released", "code": "x"}).status)
	why := map[string]any{"way": "impossible", "code": "plate.too_big", "args": map[string]string{"part_mm": "300 × 2", "bed_mm": strings.Repeat("x", 5000)}}
	require.Equal(t, http.StatusNoContent, machine.json(http.MethodPost, at+"/failed", why).status)
	made := l.plate(p.ID)
	require.Equal(t, fab.PlateImpossible, made.Status)
	require.Equal(t, "plate.too_big", made.Why.Code)
	require.Len(t, made.Why.Args["bed_mm"], 1000, "nobody fills a page")
}

// Ensure that nobody slices, reads a model or hands in a file without a good key and the claim; that guessing keys is
// slowed down; and that a revoked machine is out at once.
func TestSlicingIsForMachinesOfTheLab(t *testing.T) {
	l := newLab(t, nil)
	p := l.pendingPlate()
	at := "/api/v1/slicing/" + string(p.ID)
	machine := l.slicingMachine("Tour")
	for _, path := range []string{at + "/model"} {
		require.Equal(t, http.StatusConflict, machine.get(path).status, "it holds nothing")
	}
	require.Equal(t, http.StatusConflict, machine.json(http.MethodPost, at+"/progress", map[string]any{"permille": 1}).status)
	require.Equal(t, http.StatusConflict, machine.sliced(web.SlicingTask{Plate: string(p.ID), Token: "x"}, web.SlicingFacts{}, "G28").status)
	require.Equal(t, http.StatusUnprocessableEntity, machine.json(http.MethodPost, "/api/v1/slicing/claim", map[string]any{"version": 0}).status)
	task := machine.claim()

	agent := l.joined(t)
	require.Equal(t, http.StatusUnauthorized, agent.json(http.MethodPost, "/api/v1/slicing/claim", map[string]any{"version": 1}).status, "an agent is none")
	stranger := l.browser()
	stranger.header.Set("Claim-Token", task.Token)
	a := stranger.get(at + "/model")
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.Equal(t, "Bearer", a.header.Get("WWW-Authenticate"))
	require.Equal(t, "slicing_key_unknown", a.problem(t).Errors[0].Value)

	all, err := l.identity.Slicers(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.identity.RevokeSlicer(t.Context(), all[0].ID))
	require.Equal(t, http.StatusUnauthorized, machine.sliced(task, web.SlicingFacts{}, "G28").status)
	require.Equal(t, fab.PlateSlicing, l.plate(p.ID).Status)
	for range 40 {
		a = stranger.get(at + "/model")
	}
	require.Equal(t, http.StatusTooManyRequests, a.status)
}

// Ensure that an ask for work is answered when there is some, without asking again.
func TestAnAskForWorkWaits(t *testing.T) {
	l := newLab(t, nil)
	machine := l.slicingMachine("Tour")
	got := make(chan web.SlicingTask, 1)
	go func() { got <- machine.claim() }()
	var p fab.Plate
	select {
	case <-got:
		t.Fatal("there is no work")
	case <-time.After(100 * time.Millisecond):
		p = l.pendingPlate()
	}
	require.Equal(t, string(p.ID), (<-got).Plate)
}

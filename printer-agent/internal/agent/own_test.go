package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

const pageKey = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

// home is an agent with its local page, and a browser and a slicer that use it.
type home struct {
	t       *testing.T
	web     *httptest.Server
	fleet   local.Fleet
	browser *http.Client
	end     func() // of the agent
	// handOver ends it for another one on the same folder.
	handOver func()
}

// withKind tells an agent what its machines are.
func withKind(t *testing.T, o agent.Options) agent.Options {
	t.Helper()
	set, err := facts()
	require.NoError(t, err)
	for i := range o.Machines {
		model, ok := set.Printer("ender-3")
		require.True(t, ok)
		o.Machines[i].Kind, o.Machines[i].Presets = model, agent.Presets(model, set.Filaments())
	}
	return o
}

// alone are the options of an agent that knows no lab.
func alone(t *testing.T, b board) agent.Options {
	t.Helper()
	l := &lab{t: t, web: &httptest.Server{}}
	o := l.options(b, "marlin2")
	o.Config.Coordinator, o.Config.Broker, o.Config.Agent, o.Secrets = "", "", "", agent.Secrets{}
	return o
}

func newHome(t *testing.T, dir string, o agent.Options) *home {
	t.Helper()
	store, err := spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	o = withKind(t, o)
	o.Spool = store
	a, err := agent.New(o)
	require.NoError(t, err)
	ctx, stop := context.WithCancelCause(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	server, err := local.New(local.Options{Key: pageKey, Fleet: a.Fleet(), Version: "test", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	h := &home{t: t, web: httptest.NewServer(server.Handler()), fleet: a.Fleet(), browser: &http.Client{Jar: jar}}
	over := false
	end := func(cause error) {
		if over {
			return
		}
		over = true
		stop(cause)
		require.NoError(t, <-ended)
		h.web.Close()
		require.NoError(t, store.Close())
	}
	h.end, h.handOver = func() { end(nil) }, func() { end(agent.ErrHandOver) }
	t.Cleanup(h.end)
	resp, err := h.browser.Get(h.web.URL + "/enter?key=" + pageKey)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return h
}

func (h *home) view() local.View {
	m, ok := h.fleet.Machine("tortue")
	require.True(h.t, ok)
	return m.State.View()
}

func (h *home) reach(state string) {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return h.view().State == state }, patience, 20*time.Millisecond, state)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// press sends a form of the page as a browser does, and returns what it is shown then.
func (h *home) press(action string, pairs ...string) (int, string) {
	h.t.Helper()
	resp, err := h.browser.Get(h.web.URL + "/printer/tortue")
	require.NoError(h.t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, resp.Body.Close())
	token := tokenField.FindSubmatch(text)
	require.NotNil(h.t, token, "a form with a token")
	form := url.Values{"token": {string(token[1])}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, h.web.URL+"/printer/tortue/"+action, strings.NewReader(form.Encode()))
	require.NoError(h.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept-Language", "en")
	resp, err = h.browser.Do(req)
	require.NoError(h.t, err)
	text, err = io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, resp.Body.Close())
	return resp.StatusCode, string(text)
}

// done presses, and the page must not refuse.
func (h *home) done(action string, pairs ...string) {
	h.t.Helper()
	status, text := h.press(action, pairs...)
	require.Equal(h.t, http.StatusOK, status, text)
}

// until is a time on the clock in so long.
func until(d time.Duration) string { return time.Now().Add(d).Format("15:04") }

// send sends a file as PrusaSlicer does, with this key.
func (h *home) send(key, name, text string, print bool) (int, string) {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(h.t, form.WriteField("print", fmt.Sprint(print)))
	require.NoError(h.t, form.WriteField("path", ""))
	part, err := form.CreateFormFile("file", name)
	require.NoError(h.t, err)
	_, err = io.WriteString(part, text)
	require.NoError(h.t, err)
	require.NoError(h.t, form.Close())
	req, err := http.NewRequest(http.MethodPost, h.web.URL+"/api/files/local", &body)
	require.NoError(h.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("X-Api-Key", key)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, resp.Body.Close())
	return resp.StatusCode, string(answer)
}

// Ensure that a file which a slicer sent is printed from the page without any coordinator, exactly and once, that it ends
// at the plate gate, and that nobody's outbox hears of it.
func TestAnOwnPrintWithoutALab(t *testing.T) {
	t.Parallel()
	b := newBoard(t, "marlin", 300)
	dir := t.TempDir()
	h := newHome(t, dir, alone(t, b))
	h.reach(local.StateReady)
	require.Equal(t, local.ChainNone, h.view().Chain)

	status, _ := h.send(strings.Repeat("x", 43), "hook.gcode", plate(300), false)
	require.Equal(t, http.StatusForbidden, status, "a wrong key")
	status, answer := h.send(pageKey, "hook.gcode", plate(300), true)
	require.Equal(t, http.StatusCreated, status, answer)
	var told struct{ EffectivePrint bool }
	require.NoError(t, json.Unmarshal([]byte(answer), &told))
	require.False(t, told.EffectivePrint, "nobody said to be there")
	status, text := h.press("print", "file", "hook.gcode")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, text, "First say until when you are beside it")

	h.done("print", "file", "hook.gcode", "until", until(2*time.Hour))
	require.Eventually(t, func() bool { j := h.view().Job; return j != nil && j.Own && j.Name == "hook.gcode" }, patience, time.Millisecond)
	h.reach(local.StatePlate)
	truth := truthOf(t, b)
	require.Len(t, truth.Attempts, 1)
	require.True(t, strings.HasPrefix(truth.Attempts[0].ID, "own-"), truth.Attempts[0].ID)
	require.EqualValues(t, strings.Count(plate(300), "\n"), truth.Attempts[0].Lines)

	status, text = h.press("print", "file", "hook.gcode")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, text, "not confirmed clear")
	h.done("clear")
	h.reach(local.StateReady)
	h.end()
	store, err := spool.Open(dir, spool.Limits{})
	require.NoError(t, err)
	events, err := store.From(1, 100)
	require.NoError(t, err)
	require.Empty(t, events)
	require.NoError(t, store.Close())
}

// Ensure that an own print takes the printer off the chain: the lab sees that, its starts are refused, nothing of the
// print is told to it, and all is well again once the printer is given back.
func TestAnOwnPrintOffTheChain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	h := newHome(t, l.dir, l.options(b, "marlin2"))
	h.reach(local.StateReady)
	l.reach("tortue", wire.StateReady)
	status, answer := h.send(pageKey, "hook.gcode", plate(3000), false)
	require.Equal(t, http.StatusCreated, status, answer)
	h.done("here", "until", until(time.Hour))
	h.done("print", "file", "hook.gcode")
	l.reach("tortue", wire.StateForeignOp)
	f := l.file(plate(2))
	require.Equal(t, wire.ReasonBusy, l.order(start("c1", "a1", f)).Reason)
	h.reach(local.StatePrinting)
	status, _ = h.press("move", "move", "x+", "step", "10")
	require.Equal(t, http.StatusConflict, status, "no moves by hand in a print")
	status, _ = h.press("give")
	require.Equal(t, http.StatusConflict, status, "not in the middle of the print")
	h.done("tune", "offset", "50")
	require.EqualValues(t, 50, h.view().Tune.OffsetUM)
	h.done("pause")
	h.reach(local.StatePaused)
	h.done("resume")
	h.reach(local.StatePrinting)
	h.done("cancel", "sure", "yes")
	h.reach(local.StatePlate)
	require.Equal(t, wire.StateForeignOp, l.word("tortue"), "still its maker's")
	h.done("clear")
	h.reach(local.StateReady)
	require.Equal(t, wire.ReasonBusy, l.order(start("c2", "a1", f)).Reason)
	h.done("give")
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c3", "a1", f)).Answer)
	l.ends("a1")
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, kept := range l.stored {
		for _, ev := range kept {
			require.False(t, strings.HasPrefix(ev.Attempt, "own-"), "%v", ev)
		}
	}
}

// Ensure that taking a printer back holds over a restart of the agent.
func TestTakenBackForGood(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 300)
	h := newHome(t, l.dir, l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	h.done("take")
	l.reach("tortue", wire.StateForeignOp)
	h.end()
	h = newHome(t, l.dir, l.options(b, "marlin2"))
	h.reach(local.StateReady)
	l.reach("tortue", wire.StateForeignOp)
	require.Equal(t, local.ChainOff, h.view().Chain)
	h.done("give")
	l.reach("tortue", wire.StateReady)
}

// Ensure that heat by hand needs a person beside the printer, stays within what the machine bears, keeps the lab away,
// and goes off with the person.
func TestHeatAndMovesByHand(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 100)
	h := newHome(t, l.dir, l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	h.reach(local.StateReady)
	status, _ := h.press("heat", "nozzle", "200")
	require.Equal(t, http.StatusConflict, status)
	status, _ = h.press("move", "move", "x+", "step", "10")
	require.Equal(t, http.StatusUnprocessableEntity, status, "not homed")
	h.done("move", "move", "home")
	l.reach("tortue", wire.StateForeignOp)
	require.Eventually(t, func() bool { return h.view().Can.Move }, patience, 10*time.Millisecond)
	h.done("move", "move", "x+", "step", "50")
	m, _ := h.fleet.Machine("tortue")
	require.NoError(t, m.Body.Jog(t.Context(), 'x', 1_000_000), "cut to the longest single move")
	require.Eventually(t, func() bool { return h.view().Can.Move }, patience, 10*time.Millisecond)
	for range 3 {
		_ = m.Body.Jog(t.Context(), 'x', 100_000)
	}
	var refusal *local.Refusal
	require.ErrorAs(t, m.Body.Jog(t.Context(), 'x', 100_000), &refusal)
	require.Equal(t, local.CodeOutside, refusal.Code)

	require.NoError(t, m.Care.Here(t.Context(), time.Now().Add(time.Hour)))
	require.NoError(t, m.Heat.Preheat(t.Context(), 500, 500), "clamped")
	top := h.view()
	require.Eventually(t, func() bool {
		v := h.view()
		return v.Heaters[0].Target == 1000*top.MaxNozzleC && v.Heaters[1].Target == 1000*top.MaxBedC
	}, patience, 20*time.Millisecond, "%v", top.Heaters)
	_, err := m.Talk.Say(t.Context(), "M104 S400")
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, local.CodeTooHot, refusal.Code)
	answers, err := m.Talk.Say(t.Context(), "M115")
	require.NoError(t, err)
	require.NotEmpty(t, answers)
	h.done("away")
	require.Eventually(t, func() bool { return h.view().Heaters[0].Target == 0 && h.view().Heaters[1].Target == 0 }, patience, 20*time.Millisecond)
	require.Equal(t, wire.ReasonBusy, l.order(start("c1", "a1", l.file(plate(2)))).Reason, "hands may still be in it")
	h.done("give")
	l.reach("tortue", wire.StateReady)
}

// Ensure that the red button stops an own print, and that the page says what to do next.
func TestStopNowFromThePage(t *testing.T) {
	t.Parallel()
	b := newBoard(t, "marlin", 100)
	h := newHome(t, t.TempDir(), alone(t, b))
	h.reach(local.StateReady)
	status, answer := h.send(pageKey, "hook.gcode", plate(3000), false)
	require.Equal(t, http.StatusCreated, status, answer)
	h.done("print", "file", "hook.gcode", "until", until(time.Hour))
	h.reach(local.StatePrinting)
	status, text := h.press("stop", "sure", "yes")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "the printer confirmed it")
	h.reach(local.StateError)
	require.Equal(t, "why.ended_stop_now", h.view().Why.Code)
	status, _ = h.press("print", "file", "hook.gcode")
	require.Equal(t, http.StatusConflict, status)
	b.off()
	truth := truthOf(t, b)
	require.Zero(t, truth.Heat.HotendTarget)
}

// Ensure that a file which asks for too much says why on the page, before anybody tries, and cannot be started.
func TestAnUnsafeOwnFile(t *testing.T) {
	t.Parallel()
	b := newBoard(t, "marlin", 300)
	h := newHome(t, t.TempDir(), alone(t, b))
	h.reach(local.StateReady)
	status, answer := h.send(pageKey, "hot.gcode", strings.Replace(plate(5), "M109 S200", "M109 S400", 1), false)
	require.Equal(t, http.StatusCreated, status, answer)
	m, _ := h.fleet.Machine("tortue")
	list := m.Files.List()
	require.Len(t, list, 1)
	require.Equal(t, "gcode.too_hot", list[0].Bad.Code)
	status, _ = h.press("print", "file", "hot.gcode", "until", until(time.Hour))
	require.Equal(t, http.StatusUnprocessableEntity, status)
	h.done("remove", "remove", "hot.gcode")
	require.Empty(t, m.Files.List())
	require.Empty(t, truthOf(t, b).Attempts)
}

// Ensure that a printer which may not print for the lab now prints for its maker, who is there.
func TestAnOwnPrintOutsideTheHours(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 300)
	o := l.options(b, "marlin2")
	o.Machines[0].Home = true
	h := newHome(t, l.dir, o)
	l.reach("tortue", wire.StateNotNow)
	h.reach(local.StateReady)
	status, answer := h.send(pageKey, "hook.gcode", plate(100), false)
	require.Equal(t, http.StatusCreated, status, answer)
	h.done("print", "file", "hook.gcode", "until", until(time.Hour))
	l.reach("tortue", wire.StateForeignOp)
	h.reach(local.StatePlate)
	require.Len(t, truthOf(t, b).Attempts, 1)
}

// Ensure that an own print which a kill of the agent interrupts goes on as one of the lab's does.
func TestAnOwnPrintGoesOn(t *testing.T) {
	t.Parallel()
	b := newBoard(t, "marlin", 100)
	dir := t.TempDir()
	h := newHome(t, dir, alone(t, b))
	h.reach(local.StateReady)
	status, answer := h.send(pageKey, "hook.gcode", plate(600), false)
	require.Equal(t, http.StatusCreated, status, answer)
	h.done("print", "file", "hook.gcode", "until", until(time.Hour))
	h.reach(local.StatePrinting)
	h.handOver()
	h = newHome(t, dir, alone(t, b))
	require.Eventually(t, func() bool { j := h.view().Job; return j != nil && j.Own && j.Layers > 0 }, patience, 20*time.Millisecond)
	h.reach(local.StatePlate)
	truth := truthOf(t, b)
	require.Len(t, truth.Attempts, 1)
	require.EqualValues(t, strings.Count(plate(600), "\n"), truth.Attempts[0].Lines)
	require.Zero(t, truth.Attempts[0].Repeated)
}

// Ensure that heat turned on by hand is turned off when the agent ends: nobody would watch it any more.
func TestHeatByHandEndsWithTheAgent(t *testing.T) {
	t.Parallel()
	b := newBoard(t, "marlin", 100)
	h := newHome(t, t.TempDir(), alone(t, b))
	h.reach(local.StateReady)
	h.done("heat", "material", "pla", "until", until(time.Hour))
	require.Eventually(t, func() bool { return h.view().Heaters[0].Target > 0 }, patience, 10*time.Millisecond)
	h.end()
	b.off()
	require.Zero(t, truthOf(t, b).Heat.HotendTarget)
	require.Zero(t, truthOf(t, b).Heat.BedTarget)
}

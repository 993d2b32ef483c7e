package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

// Every button of the page tells the printer one thing, once, and leads back to the part of the page that it stands in.
func TestEachFormTellsThePrinterOneThing(t *testing.T) {
	for _, c := range []struct {
		do     string
		fields []string
		told   string
		part   string
	}{
		{"print", []string{"file", "hook.gcode", "until", "16:30"}, "print hook.gcode until 23 16:30", ui.PartPrint},
		{"print", []string{"file", "hook.gcode", "until", "01:15"}, "print hook.gcode until 24 01:15", ui.PartPrint},
		{"print", []string{"file", "hook.gcode"}, "print hook.gcode", ui.PartPrint},
		{"remove", []string{"remove", "hook.gcode", "file", "other.gcode"}, "remove hook.gcode", ui.PartPrint},
		{"here", []string{"until", "16h30"}, "here until 23 16:30", ui.PartPrint},
		{"away", nil, "away", ui.PartPrint},
		{"pause", nil, "pause", ui.PartNow},
		{"resume", nil, "resume", ui.PartNow},
		{"cancel", []string{"sure", "yes"}, "cancel", ui.PartNow},
		{"stop", []string{"sure", "yes"}, "stop", ui.PartAsk},
		{"clear", nil, "clear", ui.PartAsk},
		{"answer", []string{"prompt", "p1", "answer", "1"}, "answer p1 1", ui.PartAsk},
		{"heat", []string{"material", "pla"}, "heat 205 60", ui.PartHeat},
		{"heat", []string{"nozzle", " 180 ", "bed", ""}, "heat 180 0", ui.PartHeat},
		{"cool", nil, "cool", ui.PartHeat},
		{"filament", []string{"what", "load"}, "filament load", ui.PartHeat},
		{"move", []string{"move", "x-", "step", "0.1"}, "jog x -100", ui.PartMove},
		{"move", []string{"move", "z+", "step", "1e9"}, "jog z 10000", ui.PartMove},
		{"move", []string{"move", "home"}, "home ", ui.PartMove},
		{"tune", []string{"offset", "-50"}, "offset -50", ui.PartTune},
		{"tune", []string{"speed", "100", "flow", "95"}, "flow 95", ui.PartTune},
		{"tune", []string{"speed", "120", "flow", "100"}, "speed 120", ui.PartTune},
		{"say", []string{"line", "M114"}, "say M114", ui.PartConsole},
		{"bench", nil, "bench", ui.PartBench},
		{"bench_answer", []string{"prompt", "guard.bench_ask_moved", "answer", "yes"}, "bench answer true", ui.PartBench},
		{"bench_answer", []string{"prompt", "guard.bench_ask_moved", "answer", "no"}, "bench answer false", ui.PartBench},
		{"bench_abort", nil, "bench abort", ui.PartBench},
		{"take", nil, "take", ui.PartChain},
		{"give", nil, "give", ui.PartChain},
	} {
		t.Run(strings.Join(append([]string{c.do}, c.fields...), " "), func(t *testing.T) {
			f := newFake()
			f.change(beside)
			f.change(func(v *View) { v.Prompt = &Prompt{ID: "p1", Text: "?", Choices: []string{"a", "b"}} })
			f.change(func(v *View) {
				v.Bench = Bench{Offered: true, Running: true, Doing: Reason{Code: "guard.bench_step_move"}, Question: Reason{Code: "guard.bench_ask_moved"}}
			})
			v := enter(t, newServer(t, nil, f))
			w := v.post("/printer/tortue/"+c.do, c.fields...)
			require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
			require.Equal(t, []string{c.told}, f.told())
			require.True(t, strings.HasPrefix(w.Header().Get("Location"), "/printer/tortue"))
			require.True(t, strings.HasSuffix(w.Header().Get("Location"), "#"+c.part), w.Header().Get("Location"))
			page := v.get("/printer/tortue").Body.String()
			require.Contains(t, page, `class="notice `, "what was done is said")
			require.NotContains(t, page, "⟦")
			require.NotContains(t, v.get("/printer/tortue").Body.String(), `class="notice done"`, "and said once")
		})
	}
}

// What cannot be done tells the printer nothing; the page comes back with the reason and what was typed.
func TestBadInputChangesNothingAndSaysTheWayOut(t *testing.T) {
	for _, c := range []struct {
		do     string
		fields []string
		status int
		says   string
	}{
		{"heat", []string{"nozzle", "2100", "until", "15:00"}, 422, "from 0 to 260"},
		{"heat", []string{"bed", "101", "until", "15:00"}, 422, "from 0 to 100"},
		{"heat", []string{"nozzle", "-1"}, 422, "from 0 to 260"},
		{"heat", []string{"nozzle", "2e2"}, 422, "from 0 to 260"},
		{"heat", []string{"nozzle", "９９"}, 422, "from 0 to 260"},
		{"heat", []string{"nozzle", ""}, 422, "from 0 to 260"},
		{"heat", []string{"nozzle", "200"}, 409, "nothing heats without somebody"},
		{"heat", []string{"material", "unobtainium"}, 409, "cannot do that"},
		{"print", nil, 400, "Choose a file"},
		{"print", []string{"file", "hook.gcode", "until", "noon"}, 422, "16:30"},
		{"print", []string{"file", "hook.gcode", "until", "05:00"}, 422, "12 hours"},
		{"here", nil, 422, "16:30"},
		{"move", []string{"move", "e+"}, 422, "Choose an axis"},
		{"move", []string{"move", "x"}, 422, "Choose an axis"},
		{"tune", []string{"offset", "5000"}, 422, "Too much at once"},
		{"tune", []string{"speed", "9000", "flow", "100"}, 422, "from 10 to 300"},
		{"tune", []string{"speed", "100", "flow", "1"}, 422, "from 50 to 150"},
		{"filament", []string{"what", "burn"}, 409, "cannot do that"},
		{"answer", []string{"prompt", "old", "answer", "0"}, 409, "has changed"},
		{"answer", []string{"prompt", "p1", "answer", "9"}, 409, "has changed"},
		{"answer", []string{"prompt", "p1", "answer", "-1"}, 409, "has changed"},
		{"bench_answer", []string{"prompt", "guard.bench_ask_start", "answer", "yes"}, 409, "has changed"},
		{"say", []string{"line", "M112"}, 422, "red button"},
		{"say", []string{"line", ""}, 422, "Write a command"},
		{"cancel", nil, 403, "does not come from this page"},
		{"stop", nil, 403, "does not come from this page"},
	} {
		t.Run(strings.Join(append([]string{c.do}, c.fields...), " "), func(t *testing.T) {
			f := newFake()
			f.change(func(v *View) { v.Prompt = &Prompt{ID: "p1", Text: "?", Choices: []string{"a", "b"}} })
			f.change(func(v *View) { v.Bench = Bench{Offered: true} })
			v := enter(t, newServer(t, nil, f))
			w := v.post("/printer/tortue/"+c.do, c.fields...)
			require.Equal(t, c.status, w.Code)
			require.Contains(t, w.Body.String(), c.says)
			require.NotContains(t, w.Body.String(), "⟦")
			require.Empty(t, f.told())
		})
	}
}

// What was typed stands in the form again.
func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	v := enter(t, newServer(t, nil, newFake()))
	page := v.post("/printer/tortue/heat", "nozzle", "2100", "bed", "60").Body.String()
	require.Contains(t, page, `value="2100"`)
	require.Contains(t, page, `value="60"`)
	page = v.post("/printer/tortue/move", "move", "q+", "step", "0.1").Body.String()
	require.Contains(t, page, `value="0.1" checked`)
}

// Heating may be asked for together with the promise to stay.
func TestHeatingTakesThePromiseToStay(t *testing.T) {
	f := newFake()
	v := enter(t, newServer(t, nil, f))
	require.Equal(t, http.StatusSeeOther, v.post("/printer/tortue/heat", "material", "pla", "until", "16:00").Code)
	require.Equal(t, []string{"here until 23 16:00", "heat 205 60"}, f.told())
}

// A refusal of the printer is shown in its words; a fault shows a reference and nothing from inside; silence is named.
func TestWhatThePrinterAnswersIsShown(t *testing.T) {
	f := newFake()
	v := enter(t, newServer(t, nil, f))
	f.fails(fmt.Errorf("jog: %w", Refuse(CodeNotHomed, "")))
	w := v.post("/printer/tortue/move", "move", "x+")
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "Home the printer first.")

	f.fails(errors.New("open /var/lib/secret: broken"))
	w = v.post("/printer/tortue/pause")
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.NotContains(t, w.Body.String(), "secret")
	require.Contains(t, w.Body.String(), "Something went wrong")

	f.fails(fmt.Errorf("pause: %w", context.DeadlineExceeded))
	w = v.post("/printer/tortue/pause")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Contains(t, w.Body.String(), "did not answer in time")
}

// The stop has three ends: confirmed, not confirmed, and an error, which is not confirmed either.
func TestTheStopSaysWhetherItWasConfirmed(t *testing.T) {
	f := newFake()
	v := enter(t, newServer(t, nil, f))
	v.post("/printer/tortue/stop", "sure", "yes")
	require.Contains(t, v.get("/printer/tortue").Body.String(), "the printer confirmed it")

	f.silent = true
	v.post("/printer/tortue/stop", "sure", "yes")
	require.Contains(t, v.get("/printer/tortue").Body.String(), "cut the power at the wall")

	f.silent = false
	f.fails(errors.New("no port"))
	v.post("/printer/tortue/stop", "sure", "yes")
	require.Contains(t, v.get("/printer/tortue").Body.String(), "cut the power at the wall")
	require.Equal(t, []string{"stop", "stop", "stop"}, f.told())
}

// What the firmware answers is shown as text, cut where it is too long, and without what could steer the reader.
func TestAnswersOfThePrinterAreHostileText(t *testing.T) {
	f := newFake()
	f.answers = []string{`<img src=x onerror=alert(1)>`, "\x1b[2Jgone\u202e", strings.Repeat("x", 5000)}
	for range 500 {
		f.answers = append(f.answers, "line")
	}
	f.change(func(v *View) {
		v.Prompt = &Prompt{ID: "p", Text: `<script>alert(2)</script>`, Choices: []string{`"><b>`}}
	})
	v := enter(t, newServer(t, nil, f))
	v.post("/printer/tortue/say", "line", "M118")
	require.Empty(t, f.told(), "echoing text back as an order of the host is refused")
	v.post("/printer/tortue/say", "line", "M114")
	page := v.get("/printer/tortue").Body.String()
	require.Contains(t, page, "&lt;img src=x")
	require.NotContains(t, page, "<img src=x")
	require.NotContains(t, page, "<script>alert")
	require.NotContains(t, page, "\x1b")
	require.NotContains(t, page, "\u202e")
	require.NotContains(t, page, strings.Repeat("x", maxAnswer+1))
	require.Less(t, strings.Count(page, "<p>line</p>"), maxAnswers)
}

func TestPicturesOfFilesAreServed(t *testing.T) {
	v := enter(t, newServer(t, nil, newFake()))
	require.Equal(t, "image/png", v.get("/printer/tortue/picture/hook.gcode").Header().Get("Content-Type"))
	require.Equal(t, http.StatusNotFound, v.get("/printer/tortue/picture/none.gcode").Code)
	require.Equal(t, http.StatusNotFound, v.get("/printer/tortue/camera.jpg").Code, "there is no camera")
}

package local

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/mailleur/mailleur/ui"
)

const (
	maxStreams = 32
	look       = time.Second      // between looks at a printer
	plotEvery  = 10 * time.Second // between new plots
	writeTime  = 10 * time.Second
	streamFor  = 15 * time.Minute // then the browser has to show again that it may listen
)

// live streams what changes on the page of a printer: figures in place, and the parts whose shape changed.
func (s *Server) live(w http.ResponseWriter, r *http.Request, m Machine) error {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return Refuse(codeUploadsBusy, "")
	}
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("lift deadline: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	watch := watcher{s: s, m: m, lang: langOf(r), plotted: s.now(), mark: r.URL.Query().Get("seen"), told: map[string]ui.Message{}}
	if _, err := fmt.Fprint(w, "retry: 2000\n\n"); err != nil {
		return ignoreGone(err)
	}
	beat := time.NewTicker(look)
	defer beat.Stop()
	end := time.NewTimer(streamFor)
	defer end.Stop()
	for {
		if err := control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set deadline: %w", err)
		}
		if err := errors.Join(send(w, watch.news()), control.Flush()); err != nil {
			return ignoreGone(err)
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
		}
	}
}

// send writes one event. JSON holds no line break; nothing new is a comment that keeps the connection alive.
func send(w http.ResponseWriter, messages []ui.Message) error {
	if len(messages) == 0 {
		_, err := fmt.Fprint(w, ":\n\n")
		return err
	}
	data, err := json.Marshal(messages)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "data: %s\n\n", data)
	return err
}

// watcher tells what changed since its last look.
type watcher struct {
	s       *Server
	m       Machine
	lang    string
	plotted time.Time
	mark    string // of the shape that the page has
	told    map[string]ui.Message
}

// shape is what decides which parts of the page there are, and what they hold beside figures.
type shape struct {
	State, Chain, Job, Prompt, Why string
	NoStart, LabWaits, Doing, Asks string
	Own, Here                      bool
	Bench                          Bench // without its sentences
	Can                            ui.MachineCan
	Tune                           Tuning
	Files                          []FileInfo
}

// shapeOf sums up the shape that a page has.
func shapeOf(v View, here bool, files []FileInfo) string {
	of := shape{State: v.State, Chain: v.Chain, Why: v.Why.Code, Here: here, Can: v.Can, Tune: v.Tune, Files: files}
	of.NoStart, of.LabWaits, of.Doing, of.Asks = v.NoStart.Code, v.LabWaits.Code, v.Bench.Doing.Code, v.Bench.Question.Code
	of.Bench = v.Bench
	of.Bench.Doing, of.Bench.Question, of.Bench.Last = Reason{}, Reason{}, Reason{}
	if v.Job != nil {
		of.Job, of.Own = v.Job.Name, v.Job.Own
	}
	if v.Prompt != nil {
		of.Prompt = v.Prompt.ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", of))
	return hex.EncodeToString(sum[:8])
}

// parts are what a change of shape draws afresh.
func parts() []string {
	return []string{ui.PartHead, ui.PartAsk, ui.PartNow, ui.PartPrint, ui.PartHeat, ui.PartMove, ui.PartTune, ui.PartChain, ui.PartBench, ui.PartConsole}
}

func (w *watcher) news() []ui.Message {
	v := w.m.State.View()
	now := w.s.now()
	if next := shapeOf(v, v.here(now), w.m.Files.List()); next != w.mark {
		w.mark, w.told = next, map[string]ui.Message{}
		var all []ui.Message
		for _, part := range parts() {
			all = append(all, ui.Fresh(part))
		}
		return all
	}
	page := w.s.shape(v)
	page.Lang = w.lang
	var all []ui.Message
	for _, one := range ui.MachineTelemetry(page) {
		if before, ok := w.told[one.ID]; !ok || !reflect.DeepEqual(before, one) {
			w.told[one.ID] = one
			all = append(all, one)
		}
	}
	if now.Sub(w.plotted) >= plotEvery {
		w.plotted = now
		all = append(all, ui.Fresh(ui.PartPlot))
		if w.s.cameras[w.m.Key] != nil {
			all = append(all, ui.Fresh(ui.PartCamera))
		}
	}
	return all
}

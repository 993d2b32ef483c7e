package local

import (
	"context"
	"net/http"
	"time"
)

// stateText is the state as OctoPrint words it (its comm layer's state strings), which Cura compares.
func stateText(v View) string {
	switch v.State {
	case StatePrinting, StateHeating:
		if v.Job == nil {
			return "Operational"
		}
		return "Printing"
	case StatePaused:
		return "Paused"
	case StateError, StateStopped:
		return "Error"
	case StateOffline:
		return "Offline"
	case StateUnknown:
		return "Connecting"
	}
	return "Operational"
}

// printerState gives temperatures and flags. OctoPrint answers 409 while the printer is not connected.
func (s *Server) printerState(w http.ResponseWriter, _ *http.Request, m Machine) error {
	v := m.State.View()
	if v.State == StateOffline || v.State == StateUnknown {
		return Refuse(CodeAway, "")
	}
	text := stateText(v)
	printing, paused, wrong := text == "Printing", text == "Paused", text == "Error"
	return reply200(w, object{
		"temperature": temperatures(v),
		"sd":          object{"ready": false},
		"state": object{"text": text, "flags": object{
			"operational": !wrong, "ready": !wrong && !printing && !paused, "printing": printing, "paused": paused,
			"pausing": false, "resuming": false, "cancelling": false, "finishing": false, "sdReady": false,
			"error": wrong, "closedOrError": wrong,
		}},
	})
}

// temperatures names the heaters as OctoPrint does. A reading that is not known is null.
func temperatures(v View) object {
	names := map[string]string{"nozzle": "tool0", "bed": "bed", "chamber": "chamber"}
	all := object{}
	for _, h := range v.Heaters {
		name, ok := names[h.Code]
		if !ok {
			continue
		}
		one := object{"actual": nil, "target": float64(h.Target) / 1000, "offset": 0}
		if h.Known {
			one["actual"] = float64(h.Milli) / 1000
		}
		all[name] = one
	}
	return all
}

// job gives the print that runs. Completion is in percent, times in seconds.
func (s *Server) job(w http.ResponseWriter, _ *http.Request, m Machine) error {
	v := m.State.View()
	file := object{"name": nil, "path": nil, "display": nil, "origin": nil, "size": nil, "date": nil}
	progress := object{"completion": nil, "filepos": nil, "printTime": nil, "printTimeLeft": nil, "printTimeLeftOrigin": nil}
	var estimate any
	if j := v.Job; j != nil {
		file = object{"name": j.Name, "path": j.Name, "display": j.Name, "origin": "local", "size": j.Bytes, "date": j.Started.Unix()}
		spent := seconds(s.Now().Sub(j.Started))
		progress = object{"completion": float64(j.Percent), "filepos": j.Sent, "printTime": spent, "printTimeLeft": nil, "printTimeLeftOrigin": nil}
		if j.Left > 0 {
			progress["printTimeLeft"], progress["printTimeLeftOrigin"] = seconds(j.Left), "estimate"
			estimate = spent + seconds(j.Left)
		}
	}
	return reply200(w, object{
		"job":      object{"file": file, "estimatedPrintTime": estimate, "averagePrintTime": nil, "lastPrintTime": nil, "filament": nil, "user": nil},
		"progress": progress,
		"state":    stateText(v),
	})
}

func seconds(d time.Duration) int64 { return int64(max(d, 0) / time.Second) }

// orderJob starts, pauses, resumes or cancels. There is no selected file to start: files are started by their own call.
func (s *Server) orderJob(w http.ResponseWriter, r *http.Request, m Machine) error {
	var asked struct {
		Command string `json:"command"`
		Action  string `json:"action"`
	}
	if err := read(w, r, &asked); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	paused := m.State.View().State == StatePaused
	err := error(Refuse(codeBody, ""))
	switch {
	case asked.Command == "cancel":
		err = m.Job.Cancel(ctx)
	case asked.Command == "start", asked.Command == "restart":
		err = s.startNewest(ctx, m)
	case asked.Command == "pause" && (asked.Action == "resume" || paused && (asked.Action == "" || asked.Action == "toggle")):
		err = m.Job.Resume(ctx)
	case asked.Command == "pause" && (asked.Action == "pause" || asked.Action == "" || asked.Action == "toggle"):
		err = m.Job.Pause(ctx)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// startNewest starts the file that was sent last, which is what a slicer that says no name means.
func (s *Server) startNewest(ctx context.Context, m Machine) error {
	for _, f := range m.Files.List() {
		return s.startHere(ctx, m, f.Name)
	}
	return Refuse(codeFileMissing, "")
}

// startHere starts a print only while somebody said to be beside the printer.
func (s *Server) startHere(ctx context.Context, m Machine, file string) error {
	if !m.State.View().here(s.now()) {
		return Refuse(CodeNotHere, "")
	}
	return m.Job.Print(ctx, file, time.Time{})
}

package local

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// octoprint is the table of the calls of OctoPrint's API (docs.octoprint.org/en/master/api) that slicers make.
// PrusaSlicer and OrcaSlicer ask for the version, and upload (src/slic3r/Utils/OctoPrint.cpp); Cura's plug-in also looks
// at printer and job every two seconds, and at the rest once (OctoPrintOutputDevice.py).
func (s *Server) octoprint() map[string]onMachine {
	return map[string]onMachine{
		"GET /api/version":               s.version,
		"GET /api/server":                s.server,
		"GET /api/settings":              s.settings,
		"POST /api/login":                s.login,
		"GET /api/currentuser":           s.login,
		"GET /api/printerprofiles":       s.profiles,
		"GET /api/connection":            s.connection,
		"POST /api/connection":           s.connect,
		"GET /api/printer":               s.printerState,
		"POST /api/printer/command":      s.command,
		"GET /api/job":                   s.job,
		"POST /api/job":                  s.orderJob,
		"GET /api/files":                 s.listFiles,
		"GET /api/files/local":           s.listFiles,
		"POST /api/files/local":          s.upload,
		"GET /api/files/local/{file}":    s.oneFile,
		"POST /api/files/local/{file}":   s.orderFile,
		"DELETE /api/files/local/{file}": s.deleteFile,
	}
}

func cut(pattern string) (method, path string, ok bool) { return strings.Cut(pattern, " ") }

// program answers programs, which send the key with each request; a browser's cookie opens nothing here.
func (s *Server) program(do answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.withKey(r)
		if err == nil {
			err = do(w, r)
		}
		if err != nil && (r.Context().Err() == nil || !errors.Is(err, context.Canceled)) {
			s.tell(w, r, timed(err))
		}
	})
}

func (s *Server) withKey(r *http.Request) error {
	key := keyOf(r)
	if key == "" {
		return Refuse(codeKeyMissing, "")
	}
	return s.door.try(r, key)
}

// tell answers with one sentence of plain text: slicers show it as it is. Cura does so only for exactly this content
// type, and cuts it after 100 letters.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusInternalServerError, ""
	lang := langOf(r)
	switch refusal := refusalOf(err); {
	case errors.Is(err, errNotFound):
		status, text = http.StatusNotFound, locales.Text(lang, "machine.note_lost")
	case refusal != nil:
		status, text = refusal.status(), locales.Text(lang, "error."+refusal.Code, refusal.Args)
	default:
		text = locales.Text(lang, "machine.note_fault") + " " + s.fault(r, err)
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// object is a JSON object of an answer.
type object map[string]any

func reply200(w http.ResponseWriter, what object) error { return replyJSON(w, http.StatusOK, what) }

func replyJSON(w http.ResponseWriter, status int, what object) error {
	data, err := json.Marshal(what)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(data)
	return ignoreGone(err)
}

// read reads a JSON body. OctoPrint takes it under any content type; a page of another site cannot send the key with it.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	err := quick(w, r, func(body io.Reader) error {
		data, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		return json.Unmarshal(data, into)
	})
	if err != nil {
		return Refuse(codeBody, "")
	}
	return nil
}

// version begins its text as slicers check it: with the name of the program whose calls these are.
func (s *Server) version(w http.ResponseWriter, _ *http.Request, _ Machine) error {
	return reply200(w, object{"api": "0.1", "server": s.Version, "text": strings.TrimSpace("OctoPrint (Mailleur " + s.Version + ")")})
}

func (s *Server) server(w http.ResponseWriter, _ *http.Request, _ Machine) error {
	return reply200(w, object{"version": s.Version, "safemode": nil})
}

func (s *Server) settings(w http.ResponseWriter, _ *http.Request, m Machine) error {
	return reply200(w, object{
		"api":        object{"allowCrossOrigin": false},
		"appearance": object{"name": m.State.View().Name},
		"feature":    object{"sdSupport": false, "temperatureGraph": true},
		"folder":     object{}, "plugins": object{}, "serial": object{},
		"webcam": object{"webcamEnabled": false, "streamUrl": "", "snapshotUrl": ""},
	})
}

// login says who the holder of the key is. There is no session to be had with it.
func (s *Server) login(w http.ResponseWriter, _ *http.Request, _ Machine) error {
	return reply200(w, object{"name": "mailleur", "active": true, "admin": false, "user": true, "apikey": nil, "groups": []string{}, "permissions": []string{}, "needs": object{}, "settings": object{}, "session": ""})
}

func (s *Server) profiles(w http.ResponseWriter, _ *http.Request, m Machine) error {
	v := m.State.View()
	axis := func(mmPerMinute int) object { return object{"speed": mmPerMinute, "inverted": false} }
	return reply200(w, object{"profiles": object{"_default": object{
		"id": "_default", "name": v.Name, "model": v.Model, "default": true, "current": true, "resource": "/api/printerprofiles/_default",
		"heatedBed": len(v.Heaters) > 1, "heatedChamber": len(v.Heaters) > 2,
		"axes": object{"x": axis(6000), "y": axis(6000), "z": axis(200), "e": axis(300)},
	}}})
}

func (s *Server) connection(w http.ResponseWriter, _ *http.Request, m Machine) error {
	v := m.State.View()
	return reply200(w, object{
		"current": object{"state": stateText(v), "port": v.Facts.Port, "baudrate": v.Facts.Baud, "printerProfile": "_default"},
		"options": object{"ports": []string{}, "baudrates": []int{}, "printerProfiles": []object{{"id": "_default", "name": v.Name}}, "autoconnect": true},
	})
}

// connect has nothing to do: the agent connects by itself, and lets go of no printer for a slicer.
func (s *Server) connect(w http.ResponseWriter, _ *http.Request, m Machine) error {
	if m.State.View().State == StateOffline {
		return Refuse(CodeAway, "")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// command sends lines of the console, as Cura's buttons do. All are checked before the first is sent.
func (s *Server) command(w http.ResponseWriter, r *http.Request, m Machine) error {
	var asked struct {
		Command  string   `json:"command"`
		Commands []string `json:"commands"`
	}
	if err := read(w, r, &asked); err != nil {
		return err
	}
	if asked.Command != "" {
		asked.Commands = append(asked.Commands, asked.Command)
	}
	if len(asked.Commands) == 0 || len(asked.Commands) > maxCommands {
		return Refuse(codeBody, "")
	}
	for _, line := range asked.Commands {
		if _, err := spoken(line); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	for _, line := range asked.Commands {
		if _, err := s.speak(ctx, m, map[string][]string{ui.FieldLine: {line}}); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

const maxCommands = 20

package local

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

const testKey = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

// noon is the moment of these tests: a Monday in November.
func noon() time.Time { return time.Date(2026, 11, 23, 14, 6, 0, 0, time.UTC) }

// fake is a printer made by hand: it keeps what it was told, and answers what the test put in.
type fake struct {
	mu      sync.Mutex
	view    View
	files   map[string]string
	calls   []string
	err     error // of every action
	silent  bool  // does not confirm a stop
	answers []string
	checks  time.Duration // that a file takes once it is there
}

func (f *fake) call(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return f.err
}

func (f *fake) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fake) change(how func(v *View)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	how(&f.view)
}

func (f *fake) fails(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *fake) View() View {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.view
}

func (f *fake) List() []FileInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []FileInfo
	for name, text := range f.files {
		all = append(all, FileInfo{Name: name, Bytes: int64(len(text)), Added: noon().Add(-time.Minute), Picture: name == "hook.gcode"})
	}
	slices.SortFunc(all, func(a, b FileInfo) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (f *fake) Upload(ctx context.Context, name string, r io.Reader) (FileInfo, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return FileInfo{}, fmt.Errorf("read upload: %w", err)
	}
	if f.checks > 0 {
		select {
		case <-ctx.Done():
			return FileInfo{}, ctx.Err()
		case <-time.After(f.checks):
		}
	}
	if err := f.call("upload %s %d", name, len(text)); err != nil {
		return FileInfo{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[name] = string(text)
	return FileInfo{Name: name, Bytes: int64(len(text)), Added: noon()}, nil
}

func (f *fake) Remove(_ context.Context, name string) error {
	err := f.call("remove %s", name)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, name)
	return err
}

func (f *fake) Picture(name string) ([]byte, bool) {
	return []byte("\x89PNG\r\n\x1a\n"), name == "hook.gcode"
}

func (f *fake) Print(_ context.Context, file string, until time.Time) error {
	if until.IsZero() {
		return f.call("print %s", file)
	}
	return f.call("print %s until %s", file, until.Format("2 15:04"))
}
func (f *fake) Pause(context.Context) error  { return f.call("pause") }
func (f *fake) Resume(context.Context) error { return f.call("resume") }
func (f *fake) Cancel(context.Context) error { return f.call("cancel") }
func (f *fake) StopNow(context.Context) (bool, error) {
	return !f.silent, f.call("stop")
}
func (f *fake) Confirm(context.Context) error { return f.call("clear") }
func (f *fake) Here(_ context.Context, until time.Time) error {
	if until.IsZero() {
		return f.call("away")
	}
	return f.call("here until %s", until.Format("2 15:04"))
}
func (f *fake) Answer(_ context.Context, prompt string, choice int) error {
	return f.call("answer %s %d", prompt, choice)
}
func (f *fake) Preheat(_ context.Context, nozzle, bed int64) error {
	return f.call("heat %d %d", nozzle, bed)
}
func (f *fake) Cool(context.Context) error { return f.call("cool") }
func (f *fake) Jog(_ context.Context, axis byte, um int64) error {
	return f.call("jog %c %d", axis, um)
}
func (f *fake) Home(_ context.Context, axes string) error     { return f.call("home %s", axes) }
func (f *fake) Filament(_ context.Context, what string) error { return f.call("filament %s", what) }
func (f *fake) ZOffset(_ context.Context, um int64) error     { return f.call("offset %d", um) }
func (f *fake) Flow(_ context.Context, n int64) error         { return f.call("flow %d", n) }
func (f *fake) Speed(_ context.Context, n int64) error        { return f.call("speed %d", n) }
func (f *fake) Say(_ context.Context, line string) ([]string, error) {
	return f.answers, f.call("say %s", line)
}
func (f *fake) TakeBack(context.Context) error { return f.call("take") }
func (f *fake) Give(context.Context) error     { return f.call("give") }

func (f *fake) Begin(context.Context) error { return f.call("bench") }
func (f *fake) Abort(context.Context) error { return f.call("bench abort") }
func (f *fake) Reply(_ context.Context, yes bool) error {
	return f.call("bench answer %t", yes)
}

func (f *fake) machine(key string) Machine {
	return Machine{Key: key, State: f, Files: f, Job: f, Care: f, Heat: f, Body: f, Tune: f, Talk: f, Chain: f, Trial: f}
}

type fakeFleet []Machine

func (f fakeFleet) Machines() []Machine { return f }

func (f fakeFleet) Machine(key string) (Machine, bool) {
	i := slices.IndexFunc(f, func(m Machine) bool { return m.Key == key })
	if i < 0 {
		return Machine{}, false
	}
	return f[i], true
}

// newFake is a printer that is ready, with one file and nobody beside it.
func newFake() *fake {
	history := map[string][]Sample{}
	for i := range 100 {
		at := noon().Add(time.Duration(i-100) * 2 * time.Second)
		history["nozzle"] = append(history["nozzle"], Sample{At: at, Known: true, Milli: 24_000})
	}
	return &fake{files: map[string]string{"hook.gcode": "G28\n"}, view: View{
		Name: "Tortue", Model: "Ender-3", State: StateReady, Chain: ChainOn, History: history, Seen: noon(),
		Heaters: []Heater{{Code: "nozzle", Known: true, Milli: 24_300}, {Code: "bed", Known: true, Milli: 22_800}},
		Presets: []Preset{{Material: "pla", Nozzle: 205, Bed: 60}},
		Can:     Can{Start: true, Heat: true, Move: true, Filament: true, Console: true, ZOffset: true, Flow: true, Speed: true},
		Tune:    Tuning{Flow: 100, Speed: 100}, MaxNozzleC: 260, MaxBedC: 100,
	}}
}

// printing puts a print of the maker's own on the machine.
func printing(v *View) {
	v.State = StatePrinting
	v.Job = &Running{Name: "hook.gcode", Own: true, Percent: 15, Layer: 12, Layers: 80, Started: noon().Add(-10 * time.Minute), Left: 70 * time.Minute, Bytes: 4000, Sent: 600}
	v.Heaters = []Heater{{Code: "nozzle", Known: true, Milli: 239_600, Target: 240_000}, {Code: "bed", Milli: 0, Target: 85_000}}
	v.Can = Can{Pause: true, Cancel: true, ZOffset: true, Flow: true, Speed: true}
}

func beside(v *View) { v.Here = noon().Add(time.Hour) }

// newServer serves the fakes, the first as "tortue", the second as "orange".
func newServer(t *testing.T, change func(*Options), fakes ...*fake) *Server {
	t.Helper()
	var fleet fakeFleet
	for i, f := range fakes {
		fleet = append(fleet, f.machine([]string{"tortue", "orange"}[i]))
	}
	o := Options{Key: testKey, Fleet: fleet, Version: "0.1", Zone: time.UTC, Now: noon, Log: discard()}
	if change != nil {
		change(&o)
	}
	drawn, err := pages()
	require.NoError(t, err)
	s, err := build(o, drawn)
	require.NoError(t, err)
	return s
}

// pages are read once: every server draws the same ones.
var pages = sync.OnceValues(func() (*ui.Renderer, error) { return ui.New("machine", "machines", "machine_enter", "machine_note") })

// visitor is a browser that entered.
type visitor struct {
	t       *testing.T
	s       *Server
	cookies map[string]string
}

func enter(t *testing.T, s *Server) *visitor {
	t.Helper()
	v := &visitor{t, s, map[string]string{}}
	w := v.get("/enter?key=" + testKey)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "/", w.Header().Get("Location"))
	return v
}

func (v *visitor) do(r *http.Request) *httptest.ResponseRecorder {
	v.t.Helper()
	r.Host = "127.0.0.1:8082"
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.s.Handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if v.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return w
}

func (v *visitor) get(path string) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", "en")
	return v.do(r)
}

func (v *visitor) token() string { return v.s.door.token(v.cookies[v.s.door.cookie]) }

// post sends a form of the page; pairs are its fields.
func (v *visitor) post(path string, pairs ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	form := url.Values{ui.FieldToken: {v.token()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en")
	return v.do(r)
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// shelf is the maker's own files, which all printers of the agent share, with what the safety check of each printer says
// of them. It is safe for concurrent use.
type shelf struct {
	spool *spool.Spool
	log   *slog.Logger

	mu    sync.Mutex
	list  []spool.LocalFile // newest first
	seen  map[verdictOf]verdict
	fresh chan struct{} // has room for one: files wait to be checked
	one   sync.Mutex    // held while a file is read: one at a time
}

type verdictOf struct{ printer, sha string }

// verdict is what a check found.
type verdict struct {
	bad     local.Reason
	seconds int64
	picture bool
}

func newShelf(s *spool.Spool, log *slog.Logger) (*shelf, error) {
	h := &shelf{spool: s, log: log, seen: map[verdictOf]verdict{}, fresh: make(chan struct{}, 1)}
	return h, h.refresh()
}

// refresh reads the list anew.
func (h *shelf) refresh() error {
	list, err := h.spool.Local()
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b spool.LocalFile) int {
		return cmp.Or(b.Added.Compare(a.Added), cmp.Compare(a.Name, b.Name))
	})
	there := map[string]bool{}
	for _, f := range list {
		there[f.SHA256] = true
	}
	h.mu.Lock()
	h.list = list
	for of := range h.seen {
		if !there[of.sha] {
			delete(h.seen, of)
		}
	}
	h.mu.Unlock()
	select {
	case h.fresh <- struct{}{}:
	default:
	}
	return nil
}

func (h *shelf) find(name string) (spool.LocalFile, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.list, func(f spool.LocalFile) bool { return f.Name == name })
	if i < 0 {
		return spool.LocalFile{}, false
	}
	return h.list[i], true
}

// seconds is how long the file is estimated to print on a printer that has checked it; 0 before.
func (h *shelf) seconds(printer string, f spool.LocalFile) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[verdictOf{printer, f.SHA256}].seconds
}

// judged says why a file cannot be printed on a printer; it reads the file when nobody has yet.
func (h *shelf) judged(p *printer, f spool.LocalFile) (local.Reason, error) {
	v, err := h.verdict(p, f)
	return v.bad, err
}

func (h *shelf) verdict(p *printer, f spool.LocalFile) (verdict, error) {
	of := verdictOf{p.Key, f.SHA256}
	h.one.Lock()
	defer h.one.Unlock()
	h.mu.Lock()
	v, ok := h.seen[of]
	h.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := h.check(p, f)
	if err != nil {
		return verdict{}, fmt.Errorf("check %s: %w", f.Name, err)
	}
	h.mu.Lock()
	h.seen[of] = v
	h.mu.Unlock()
	return v, nil
}

func (h *shelf) check(p *printer, f spool.LocalFile) (verdict, error) {
	file, _, err := h.spool.OpenLocal(f.Name)
	if err != nil {
		return verdict{}, err
	}
	defer func() { _ = file.Close() }() // only read
	limits, err := p.limits("", profiles.Overlay{})
	if err != nil {
		return verdict{}, err
	}
	limits.EndAppended = true // as before a print
	report, findings, err := gcode.Check(file, limits)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{seconds: report.Seconds}
	for _, one := range findings {
		if !one.Warning {
			v.bad = local.Reason{Code: one.Code, Args: argsOf(one)}
			break
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return verdict{}, err
	}
	pictures, _ := gcode.Thumbnails(file) // a damaged one is left out
	v.picture = slices.ContainsFunc(pictures, func(t gcode.Thumbnail) bool { return t.Type == "image/png" })
	return v, nil
}

func argsOf(f gcode.Finding) map[string]any {
	args := map[string]any{}
	for name, value := range f.Args {
		args[name] = value
	}
	return args
}

// run checks files as they come, for every printer, until ctx ends.
func (h *shelf) run(ctx context.Context, printers map[string]*printer) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.fresh:
		}
		h.mu.Lock()
		list := slices.Clone(h.list)
		h.mu.Unlock()
		for _, f := range list {
			for _, p := range printers {
				if ctx.Err() != nil {
					return
				}
				if _, err := h.verdict(p, f); err != nil && !errors.Is(err, spool.ErrMissing) {
					h.log.Warn("check own file", "err", err)
				}
			}
		}
	}
}

// files are the shelf as one printer has it.
type files struct{ page }

// List gives the files, newest first.
func (m files) List() []local.FileInfo {
	h := m.agent.shelf
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]local.FileInfo, 0, len(h.list))
	for _, f := range h.list {
		all = append(all, info(f, h.seen[verdictOf{m.p.Key, f.SHA256}]))
	}
	return all
}

func info(f spool.LocalFile, v verdict) local.FileInfo {
	return local.FileInfo{Name: f.Name, Bytes: f.Bytes, Added: f.Added, Seconds: v.seconds, Picture: v.picture, Bad: v.bad}
}

// Upload keeps a file and holds it against what this printer may be asked.
func (m files) Upload(_ context.Context, name string, r io.Reader) (local.FileInfo, error) {
	if m.agent.prints(name) {
		return local.FileInfo{}, local.Refuse(local.CodeFileInUse, "file")
	}
	f, err := m.agent.spool.PutLocal(name, r)
	if err != nil {
		return local.FileInfo{}, kept(err)
	}
	if err := m.agent.shelf.refresh(); err != nil {
		return local.FileInfo{}, err
	}
	v, err := m.agent.shelf.verdict(m.p, f)
	if err != nil {
		return local.FileInfo{}, err
	}
	return info(f, v), nil
}

// Remove takes a file off the shelf.
func (m files) Remove(_ context.Context, name string) error {
	if m.agent.prints(name) {
		return local.Refuse(local.CodeFileInUse, "file")
	}
	err := m.agent.spool.RemoveLocal(name, m.agent.onMachines()...)
	if errors.Is(err, spool.ErrMissing) {
		return local.Refuse(local.CodeFileGone, "file")
	}
	return errors.Join(err, m.agent.shelf.refresh())
}

// Picture is the largest picture that the slicer put into a file.
func (m files) Picture(name string) ([]byte, bool) {
	file, _, err := m.agent.spool.OpenLocal(name)
	if err != nil {
		return nil, false
	}
	defer func() { _ = file.Close() }()   // only read
	pictures, _ := gcode.Thumbnails(file) // a damaged one is left out
	var best gcode.Thumbnail
	for _, t := range pictures {
		if t.Type == "image/png" && t.Width*t.Height > best.Width*best.Height {
			best = t
		}
	}
	return best.Data, best.Data != nil
}

// prints says whether a file of that name is being printed by any printer of this agent.
func (a *Agent) prints(name string) bool {
	f, ok := a.shelf.find(name)
	return ok && slices.Contains(a.onMachines(), f.SHA256)
}

// onMachines are the files of the attempts under way.
func (a *Agent) onMachines() []string {
	var keep []string
	for _, p := range a.printers {
		if on := p.onMachine.Load(); on != nil {
			keep = append(keep, on.sha)
		}
	}
	return keep
}

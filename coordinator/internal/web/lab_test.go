package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/delivery"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/live"
	"github.com/mailleur/mailleur/coordinator/internal/partner"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/coordinator/internal/report"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/ui"
)

// lab is a whole web server over the real rooms and a real database. Only slicing is played.
type lab struct {
	t          *testing.T
	store      *store.Store
	identity   *identity.Identity
	intake     *intake.Intake
	production *production.Production
	supply     *supply.Supply
	delivery   *delivery.Delivery
	site       *web.Server
	hub        *live.Hub
	server     *httptest.Server
}

type paperSlicer struct{ dir string }

func (s paperSlicer) Slice(_ context.Context, r slicing.Request) (slicing.Result, error) {
	data := fmt.Appendf(nil, "; %s x%d for %s\nG28\n", r.PartName, r.Copies, r.Printer)
	sum := sha256.Sum256(data)
	path := filepath.Join(s.dir, hex.EncodeToString(sum[:]))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return slicing.Result{}, err
	}
	return slicing.Result{GCodeSHA256: hex.EncodeToString(sum[:]), Path: path, Size: int64(len(data)), Seconds: 600, FilamentMG: 5000, Layers: 10, Lines: 100}, nil
}

// Check takes any file for G-code that does not heat to 999 degrees.
func (s paperSlicer) Check(_ context.Context, r io.Reader, _ slicing.CheckRequest) (slicing.CheckResult, error) {
	data, err := io.ReadAll(r)
	sum := sha256.Sum256(data)
	result := slicing.CheckResult{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Safe: !bytes.Contains(data, []byte("S999"))}
	if !result.Safe {
		result.Findings = []slicing.Finding{
			{Code: "gcode.pause", Warning: true, Count: 1, Line: 2, Args: map[string]string{"command": "<b>M0</b>"}},
			{Code: "gcode.too_hot", Line: 3, Count: 7, Args: map[string]string{"want_c": "999", "max_c": "260"}},
		}
	}
	result.Report.Seconds, result.Report.FilamentMG, result.Report.Layers, result.Report.Lines = 600, 5000, 10, 100
	return result, err
}

// renderer parses the templates once for all tests.
var renderer = sync.OnceValues(func() (*ui.Renderer, error) { return ui.New() })

// newLab starts a lab that offers visors and hooks, beside those of other tests. change may be nil.
func newLab(t *testing.T, change func(*web.Config)) *lab {
	t.Helper()
	t.Parallel()
	return secondLab(t, change)
}

// secondLab starts one more lab in a test that has one.
func secondLab(t *testing.T, change func(*web.Config)) *lab {
	t.Helper()
	l := &lab{t: t}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	path := filepath.Join(t.TempDir(), "lab.db")
	stocked, err := stockedLab()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, stocked, 0o600))
	l.store, err = store.Open(t.Context(), path, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.store.Close()) })
	zone, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	l.identity, l.intake, l.supply, l.delivery = identity.New(l.store, log), intake.New(l.store), supply.New(l.store), delivery.New(l.store, zone)
	l.production = production.New(production.Config{Store: l.store, Slicer: paperSlicer{t.TempDir()}, Checker: paperSlicer{}, Log: log, Every: 50 * time.Millisecond})
	l.hub = live.New(log)
	pages, err := renderer()
	require.NoError(t, err)
	c := web.Config{
		Store: l.store, Identity: l.identity, Intake: l.intake, Production: l.production, Partner: partner.New(partner.Config{Store: l.store, Log: log}), Supply: l.supply, Delivery: l.delivery,
		Report: report.New(l.store), Live: l.hub, UI: pages, Log: log, Lab: web.Lab{Name: "Atelier de la Baie", Phone: "0300000000", Zone: zone},
		KnownModel: func(m string) bool { return m == "ender3" }, EnrolWords: wire.Words, Models: []ui.Choice{{Value: "ender3", Label: "Ender 3"}},
		Filaments: []ui.Choice{{Value: "petg", Label: "PETG"}, {Value: "pla", Label: "PLA"}}, Broker: "tcp://127.0.0.1:1883", Version: "test",
		EnrolCode: func(secret [identity.SecretBytes]byte) string { return hex.EncodeToString(secret[:]) },
	}
	if change != nil {
		change(&c)
	}
	l.site, err = web.New(c)
	require.NoError(t, err)
	t.Cleanup(l.store.Watch(l.site.Changed))
	l.server = httptest.NewUnstartedServer(nil)
	l.server.Config = l.site.HTTP()
	l.server.Start()
	t.Cleanup(l.server.Close)
	return l
}

// stockedLab is the database file of a lab that knows its catalogue, made once: most of the time of a test would go
// into it.
var stockedLab = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path, log := filepath.Join(dir, "lab.db"), slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), path, log)
	if err != nil {
		return nil, err
	}
	err = adopt(production.New(production.Config{Store: s, Slicer: paperSlicer{dir}, Checker: paperSlicer{}, Log: log}))
	if err := errors.Join(err, s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func adopt(p *production.Production) error {
	materials := []fab.Material{
		{Code: "film-a4", Names: map[string]string{"fr": "Feuilles transparentes A4", "en": "A4 clear sheets"}, Unit: fab.UnitPiece},
		{Code: "petg", Names: map[string]string{"fr": "Filament PETG", "en": "PETG filament"}, Unit: fab.UnitMG},
	}
	visor := fab.DesignVersion{Product: "visor", Version: "1", Hash: "v1", Status: fab.DesignTrialled, Claim: "splash",
		Names: map[string]string{"fr": "Visière anti-projection", "en": "Splash visor"}, Blurbs: map[string]string{"fr": "Se lave."}, Notices: map[string]string{},
		BOM: fab.BOM{
			Parts:     []fab.Part{{Code: "visor-band", Names: map[string]string{"fr": "Bandeau", "en": "Band"}, How: fab.ByPrint, PerUnit: 1, PerPlate: 2}},
			Materials: []fab.BOMMaterial{{Material: "film-a4", PerUnit: 1}},
		}}
	hook := fab.DesignVersion{Product: "hook", Version: "1", Hash: "h1", Status: fab.DesignTrialled,
		Names: map[string]string{"fr": "Crochet mains libres", "en": "Hands-free hook"}, Blurbs: map[string]string{}, Notices: map[string]string{},
		BOM: fab.BOM{Parts: []fab.Part{{Code: "hook", Names: map[string]string{"fr": "Crochet", "en": "Hook"}, How: fab.ByPrint, PerUnit: 1, PerPlate: 4}}}}
	for _, d := range []fab.DesignVersion{visor, hook} {
		part := d.BOM.Parts[0].Code
		files := map[string]production.Files{part: {Model: []byte("solid " + part), Kind: "model/stl", Picture: []byte("\x89PNG " + part)}}
		if err := p.Adopt(context.Background(), d, files, materials); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) view(fn func(tx *store.Tx) error) {
	l.t.Helper()
	require.NoError(l.t, l.store.View(l.t.Context(), fn))
}

// browser is one person's browser, with cookies, which does not follow redirects by itself.
type browser struct {
	l      *lab
	client *http.Client
	header http.Header
}

func (l *lab) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(l.t, err)
	b := &browser{l: l, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, header: http.Header{}}
	b.header.Set("Sec-Fetch-Site", "same-origin")
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	doc    *html.Node
	last   bool // the server closes the connection
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.l.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.l.t.Context(), method, b.l.server.URL+path, body)
	require.NoError(b.l.t, err)
	req.Header = b.header.Clone()
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.send(req)
}

func (b *browser) send(req *http.Request) answer {
	b.l.t.Helper()
	res, err := b.client.Do(req)
	require.NoError(b.l.t, err)
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	require.NoError(b.l.t, err)
	a := answer{status: res.StatusCode, header: res.Header, body: string(data), last: res.Close}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && res.Header.Get("Location") == "" {
		a.doc, err = html.Parse(strings.NewReader(a.body))
		require.NoError(b.l.t, err)
		require.NotContains(b.l.t, a.body, "⟦", "a sentence is missing in the catalogue")
		require.Len(b.l.t, find(a.doc, "h1"), 1, "one heading a page")
	}
	return a
}

func (b *browser) get(path string) answer { b.l.t.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, form url.Values) answer {
	b.l.t.Helper()
	return b.do(http.MethodPost, path, form)
}

// page asks for a page that must be there.
func (b *browser) page(path string) answer {
	b.l.t.Helper()
	a := b.get(path)
	require.Equal(b.l.t, http.StatusOK, a.status, path)
	return a
}

// sends posts a form that must be taken, and returns where it leads.
func (b *browser) sends(path string, form url.Values) string {
	b.l.t.Helper()
	a := b.post(path, form)
	require.Equal(b.l.t, http.StatusSeeOther, a.status, text(a.doc))
	return a.header.Get("Location")
}

// find lists the elements of a name below n.
func find(n *html.Node, name string) (found []*html.Node) {
	if n == nil {
		return nil
	}
	if n.Type == html.ElementNode && n.Data == name {
		found = append(found, n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		found = append(found, find(c, name)...)
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

var spaces = regexp.MustCompile(`[\s\x{a0}\x{202f}]+`)

// text is what a person reads below n, with single spaces.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		b.WriteString(" ")
	}
	if n != nil {
		walk(n)
	}
	return strings.TrimSpace(spaces.ReplaceAllString(b.String(), " "))
}

// form reads the form of a page that posts to action, filled in as the page shows it.
func (a answer) form(t *testing.T, action string) url.Values {
	t.Helper()
	for _, f := range find(a.doc, "form") {
		if attr(f, "action") != action {
			continue
		}
		v := url.Values{}
		for _, in := range find(f, "input") {
			kind := attr(in, "type")
			_, checked := lookup(in, "checked")
			if (kind == "radio" || kind == "checkbox") && !checked {
				continue
			}
			v.Add(attr(in, "name"), attr(in, "value"))
		}
		for _, in := range find(f, "textarea") {
			v.Add(attr(in, "name"), text(in))
		}
		for _, in := range find(f, "select") {
			for _, o := range find(in, "option") {
				if _, chosen := lookup(o, "selected"); chosen {
					v.Set(attr(in, "name"), attr(o, "value"))
				}
			}
		}
		return v
	}
	require.FailNow(t, "no form posts to "+action)
	return nil
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// main is what a person reads in the middle of the page.
func (a answer) main() string {
	for _, n := range find(a.doc, "main") {
		return text(n)
	}
	return ""
}

package report_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
	"github.com/mailleur/mailleur/ui"
)

// BenchmarkRecall reads what a recall reaches among 10,000 bags and 100,000 moves: of one spool, and of a version after
// which all of them were made.
func BenchmarkRecall(b *testing.B) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		s := filled(b, database, lotsFor(100_000), true)
		var design fab.DesignVersionID
		require.NoError(b, s.View(b.Context(), func(tx *store.Tx) error { design = designOf(b, tx); return nil }))
		for _, c := range [...]struct{ what, subject string }{{fab.RecallSpool, "spool-7"}, {fab.RecallDesign, string(design)}} {
			b.Run(database+"/"+c.what, func(b *testing.B) {
				median(b, func() {
					require.NoError(b, s.View(b.Context(), func(tx *store.Tx) error {
						list, err := tx.Reach(c.what, c.subject)
						require.NotEmpty(b, list)
						return err
					}))
				})
			})
		}
		b.Run(database+"/act", func(b *testing.B) {
			p := production.New(production.Config{Store: s, Log: slog.New(slog.DiscardHandler)})
			median(b, func() {
				_, err := p.Recall(b.Context(), fab.RecallSpool, "spool-7", "brittle", "")
				require.NoError(b, err)
			})
		})
	}
}

// BenchmarkPages asks the lab's server for pages as a browser does, with a million moves behind them, and proves what they
// show by the audit.
func BenchmarkPages(b *testing.B) {
	for _, database := range [...]string{"sqlite", "postgres"} {
		s := filled(b, database, lotsFor(1_000_000), true)
		site := newSite(b, s)
		for _, page := range site.pages() {
			b.Run(database+"/"+page.name, func(b *testing.B) {
				site.get(b, page.path) // warm
				median(b, func() { site.get(b, page.path) })
			})
		}
		b.Run(database+"/audit", func(b *testing.B) {
			begun := time.Now()
			found, err := report.New(s).Audit(b.Context())
			took := time.Since(begun)
			require.NoError(b, err)
			require.Empty(b, found)
			for b.Loop() { // once is enough
			}
			b.ReportMetric(took.Seconds(), "s")
		})
	}
}

// site is a lab's server, and a coordinator signed in to it.
type site struct {
	server *httptest.Server
	client *http.Client
	gift   string
	track  string
}

type page struct{ name, path string }

func newSite(b *testing.B, s *store.Store) *site {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	pages, err := ui.New()
	require.NoError(b, err)
	people := identity.New(s, log)
	answers, err := web.New(web.Config{
		Store: s, Identity: people, Intake: intake.New(s), Production: production.New(production.Config{Store: s, Log: log}), Partner: partner.New(partner.Config{Store: s, Log: log}),
		Supply: supply.New(s), Delivery: delivery.New(s, time.UTC), Report: report.New(s), Live: live.New(log), UI: pages, Log: log, Lab: web.Lab{Name: "Atelier"},
	})
	require.NoError(b, err)
	jar, err := cookiejar.New(nil)
	require.NoError(b, err)
	l := &site{server: httptest.NewUnstartedServer(nil), client: &http.Client{Jar: jar}}
	l.server.Config = answers.HTTP()
	l.server.Start()
	b.Cleanup(l.server.Close)
	_, err = people.Create(b.Context(), identity.NewAccount{Login: "desk", Name: "Bureau", Password: "quatre mots bien longs", Roles: []string{fab.RoleCoordinator}})
	require.NoError(b, err)
	form := url.Values{"login": {"desk"}, "password": {"quatre mots bien longs"}, "next": {"/desk/materials"}}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, l.server.URL+"/signin", strings.NewReader(form.Encode()))
	require.NoError(b, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	l.read(b, req)
	require.NoError(b, s.Update(b.Context(), func(tx *store.Tx) error {
		var failed [2]error
		l.gift, failed[0] = tx.NewLink(fab.LinkDonation, "gift-1", time.Time{})
		l.track, failed[1] = tx.NewLink(fab.LinkRequest, "request-1", time.Time{})
		return errors.Join(failed[:]...)
	}))
	return l
}

func (l *site) pages() []page {
	return []page{
		{"materials", "/desk/materials"}, {"stock-part", "/desk/stock/part:visor-band"}, {"stock-film", "/desk/stock/material:film-a4"}, {"stock-kit", "/desk/stock/kit:visor"},
		{"home", "/"}, {"requests", "/desk/requests"}, {"production", "/desk/production"}, {"deliveries", "/desk/deliveries"}, {"gift", "/gift/" + l.gift}, {"track", "/track/" + l.track},
	}
}

func (l *site) get(b *testing.B, path string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, l.server.URL+path, nil)
	require.NoError(b, err)
	l.read(b, req)
}

func (l *site) read(b *testing.B, req *http.Request) {
	b.Helper()
	res, err := l.client.Do(req)
	require.NoError(b, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, res.StatusCode, req.URL)
	require.NotContains(b, string(body), `action="/signin"`)
}

// median reports the median time of one call in milliseconds.
func median(b *testing.B, f func()) {
	b.Helper()
	var all []float64
	for b.Loop() {
		begun := time.Now()
		f()
		all = append(all, float64(time.Since(begun).Microseconds())/1000)
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2], "median-ms")
}

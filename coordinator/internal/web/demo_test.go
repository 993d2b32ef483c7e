package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/web"
	"github.com/mailleur/mailleur/ui"
)

// tale is a story in which the coordinator has an account and the donor a link.
type tale struct {
	coordinator fab.AccountID
	mine        bool
}

func (d *tale) Bar(_ *http.Request, role string) ui.DemoBar {
	return ui.DemoBar{Role: role, MinutesPerMinute: 60, Mine: d.mine, Way: ui.VisorWay(ui.WayFacts{Asked: true})}
}

func (d *tale) Enter(_ context.Context, role string) (fab.AccountID, string, error) {
	if role == ui.DemoCoordinator {
		return d.coordinator, "/desk", nil
	}
	return "", "/give", nil
}

func (d *tale) Take(_ context.Context, mine bool) error {
	d.mine = mine
	return nil
}

func (d *tale) Story(_ context.Context, frame ui.Frame) (ui.Story, error) {
	return ui.Story{Frame: frame, Way: ui.VisorWay(ui.WayFacts{Asked: true, Approved: true}), Clock: frame.Now, Headline: fab.Because("story.st_asked")}, nil
}

// Ensure that one browser can be each person of the demo in turn, and that pages hear the story go on.
func TestDemo(t *testing.T) {
	d := &tale{}
	l := newLab(t, func(c *web.Config) { c.Demo = d })
	d.coordinator = l.account("coordinator", "", fab.RoleCoordinator).ID
	b := l.browser()
	require.Contains(t, b.page("/").body, `data-live="/live"`)
	require.Contains(t, b.page("/demo").body, `data-live="/live?on=story"`)
	require.Equal(t, "/desk", b.sends("/demo/role", url.Values{"role": {"coordinator"}}))
	require.Equal(t, http.StatusOK, b.get("/api/v1/audit").status)
	require.Equal(t, "/give", b.sends("/demo/role", url.Values{"role": {"donor"}}))
	require.Equal(t, http.StatusUnauthorized, b.get("/api/v1/audit").status)
	require.Contains(t, b.page("/give").body, `value="donor" aria-current="true"`)
	require.Equal(t, http.StatusUnprocessableEntity, b.post("/demo/role", url.Values{"role": {"president"}}).status)

	b.header.Set("Referer", l.server.URL+"/give?material=film-a4")
	require.Equal(t, "/give?material=film-a4", b.sends("/demo/mine", url.Values{}))
	require.True(t, d.mine)
	b.header.Set("Referer", "https://evil.example/give")
	require.Equal(t, "/", b.sends("/demo/auto", url.Values{}))
	require.False(t, d.mine)

	story := b.stream("/live?on=story")
	f := merged(b.page("/ask").form(t, "/ask"), typed())
	f.Set("go", "send")
	b.sends("/ask", f)
	heard := next(t, story) + next(t, story)
	require.Contains(t, heard, `{"id":"main","swap":true}`)
	require.Contains(t, heard, `{"id":"way-asked","swap":true}`)

	plain := secondLab(t, nil)
	require.Equal(t, http.StatusNotFound, plain.browser().get("/demo").status, "a lab in earnest has no demo")
	require.Equal(t, http.StatusNotFound, plain.browser().get("/live").status)
}

package testkit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// The browser loads a page, runs its script and takes a click.
func TestChromiumClicks(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, `<button onclick="this.textContent = 'délivré'">demandé</button>`)
	}))
	t.Cleanup(page.Close)
	tab, cancel := context.WithTimeout(testkit.Chromium(t), time.Minute)
	t.Cleanup(cancel)
	button := chromedp.CSS("button")
	if err := chromedp.Do(tab, chromedp.Navigate(page.URL), chromedp.Click(button)); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(tab, chromedp.Text(button))
	if err != nil {
		t.Fatal(err)
	}
	if text != "délivré" {
		t.Fatalf("after the click the button says %q", text)
	}
}

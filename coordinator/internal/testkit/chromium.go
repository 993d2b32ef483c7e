package testkit

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Chromium starts the machine's own Chromium, headless, with an empty profile, calling no host but those that the test
// visits. It gives the context of the first tab; chromedp.NewContext on it opens further tabs of the same browser, and
// context.WithTimeout on it limits one step. The browser ends with the test.
func Chromium(t testing.TB) context.Context {
	t.Helper()
	program, err := tool("chromium", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "mailleur-chromium-")
	if err != nil {
		t.Fatalf("make a browser profile: %v", err)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), browserOptions(program, profile)...)
	t.Cleanup(func() {
		stop() // waits for the browser
		removeProfile(t, profile)
	})
	tab, _ := chromedp.NewContext(allocator, chromedp.WithLogf(t.Logf), chromedp.WithErrorf(t.Logf))
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return tab
}

// browserOptions adds to chromedp's defaults what keeps the browser quiet on the network and lets root run it.
func browserOptions(program, profile string) []chromedp.ExecAllocatorOption {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(program),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	return options
}

// removeProfile removes the profile once the browser's last helpers have stopped writing to it.
func removeProfile(t testing.TB, profile string) {
	t.Helper()
	if !within(10*time.Second, func() bool { return os.RemoveAll(profile) == nil }) {
		t.Errorf("the browser's profile %s cannot be removed", profile)
	}
}

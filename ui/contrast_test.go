package ui

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Text stands out at least 4.5 to 1, edges that carry meaning at least 3 to 1, in
// the light and in the dark theme.
func TestColoursCanBeReadInBothThemes(t *testing.T) {
	css, err := static.ReadFile("static/app.css")
	require.NoError(t, err)
	light, dark, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	require.True(t, ok)
	dark, _, _ = strings.Cut(dark, "\n}\n")
	for name, text := range map[string]string{"light": light, "dark": light + dark} {
		colours := tokens(text)
		for _, pair := range []struct {
			ink, on string
			least   float64
		}{
			{"ink", "paper", 4.5}, {"ink", "card", 4.5}, {"ink", "sink", 4.5}, {"soft", "paper", 4.5}, {"soft", "card", 4.5}, {"soft", "call-tint", 4.5},
			{"thread-ink", "paper", 4.5}, {"thread-ink", "card", 4.5}, {"thread-ink", "thread-tint", 4.5}, {"thread-ink", "call-tint", 4.5}, {"soft", "thread-tint", 4.5},
			{"on-thread", "thread", 4.5}, {"on-thread", "thread-deep", 4.5}, {"on-call", "call", 4.5}, {"call-ink", "call-tint", 4.5},
			{"ok-ink", "ok-tint", 4.5}, {"stop", "stop-tint", 4.5}, {"stop", "card", 4.5}, {"stop", "paper", 4.5}, {"wait-ink", "wait-tint", 4.5},
			{"ink", "call-tint", 4.5}, {"ink", "thread-tint", 4.5}, {"ink", "ok-tint", 4.5}, {"ink", "stop-tint", 4.5},
			{"edge", "card", 3}, {"edge", "paper", 3}, {"call", "paper", 3}, {"call", "card", 3}, {"thread", "card", 3}, {"thread", "track", 3},
		} {
			require.Contains(t, colours, pair.ink, name)
			require.Contains(t, colours, pair.on, name)
			got := contrast(colours[pair.ink], colours[pair.on])
			require.GreaterOrEqual(t, got, pair.least, fmt.Sprintf("%s theme: %s on %s", name, pair.ink, pair.on))
		}
	}
}

var colourToken = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)

func tokens(css string) map[string]string {
	out := map[string]string{}
	for _, m := range colourToken.FindAllStringSubmatch(css, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// contrast is the ratio of WCAG 2.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(colour string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

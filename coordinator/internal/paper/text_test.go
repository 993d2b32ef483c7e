package paper

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/ui"
)

// perRune is a type in which every letter is one wide.
func perRune(text string, _ bool) float64 { return float64(utf8.RuneCountInString(text)) }

func joinedLines(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		for _, p := range l {
			b.WriteString(p.text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Lines hold every letter in order, and are no wider than they may be.
func TestWrappingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abœŁΩ -/  «»\u00a0\n"))).Draw(t, "text")
		width := float64(rapid.IntRange(1, 20).Draw(t, "width"))
		half := len(text) / 2
		for half > 0 && !utf8.RuneStart(text[half]) {
			half--
		}
		lines := wrap([]ui.PaperSpan{{Text: text[:half]}, {Text: text[half:], Bold: true}}, width, perRune)
		plain := strings.NewReplacer(" ", "", "\n", "")
		require.Equal(t, plain.Replace(text), plain.Replace(joinedLines(lines)))
		for _, l := range lines {
			wide := 0.0
			for _, p := range l {
				wide += perRune(p.text, p.bold)
			}
			require.LessOrEqual(t, wide, width)
		}
	})
}

// Words go to the next line whole; one that is wider than a line is broken after a hyphen where it has one.
func TestWhereLinesBreak(t *testing.T) {
	for text, want := range map[string]string{
		"un deux trois":      "un deux\ntrois\n",
		"un deux\ntrois":     "un deux\ntrois\n",
		"V-118, V-119":       "V-118,\nV-119\n",
		"Saint-Quentin-lès":  "Saint-\nQuentin-\nlès\n",
		"24\u00a0visières a": "24\u00a0visièr\nes a\n",
		"":                   "\n",
		"  a  ":              "a\n",
	} {
		require.Equal(t, want, joinedLines(wrap([]ui.PaperSpan{{Text: text}}, 9, perRune)))
	}
}

// What the fonts hold is printed as it is, with its accents composed; what they lack is marked, and what only steers the
// display is left out.
func TestWhatCanBePrinted(t *testing.T) {
	for text, want := range map[string]string{
		"Œuvre – l’été, Źdźbło Łódź ąęśćżźń, Ελλάδα ώ, Київ":   "Œuvre – l’été, Źdźbło Łódź ąęśćżźń, Ελλάδα ώ, Київ",
		"e\u0301 €, №, «\u00a0°C\u00a0», 12\u202f345 µm × ½ •": "é €, №, «\u00a0°C\u00a0», 12\u202f345 µm × ½ •",
		"a\u202eb\u200dc\x00\u2060d\te":                        "abcd e",
		"李 😀 ☐":                                                "� � �",
		"a\nb":                                                 "a\nb",
	} {
		require.Equal(t, want, printable(text))
	}
}

// Every notice that we ship is set whole: each of its words stands in a heading, a paragraph, a list or a line to fill in.
func TestNoticesAreSetWhole(t *testing.T) {
	for _, product := range []string{"visor", "hook", "mask"} {
		for _, lang := range []string{"fr", "en"} {
			notice, err := os.ReadFile("../../catalog/" + product + "/notice." + lang + ".md")
			require.NoError(t, err)
			var set strings.Builder
			blanks := 0
			for _, s := range sections(string(notice)) {
				set.WriteString(s.head + " ")
				for _, b := range s.blocks {
					set.WriteString(flat(b.Text) + " " + strings.Join(b.Blanks, " ") + " ")
					for _, item := range b.Items {
						set.WriteString(flat(item) + " ")
					}
					blanks += len(b.Blanks)
				}
			}
			want := strings.Fields(strings.NewReplacer("**", "", "#", "", "_", "", ":", "", "- ", "").Replace(string(notice)))
			got := strings.Fields(strings.NewReplacer(":", "").Replace(set.String()))
			for _, word := range want {
				if !strings.HasSuffix(word, ".") || len(word) > 2 { // "1." numbers a step
					require.Contains(t, got, word)
				}
			}
			require.Equal(t, ToSign(string(notice)), blanks > 0)
			require.NotEmpty(t, Cleaning(string(notice)), "%s in %s says how it is cleaned", product, lang)
		}
	}
}

// The lines to fill in of a notice become boxes with their labels, however they are spaced.
func TestBlanksOfANotice(t *testing.T) {
	got := sections("# Titre\n\n## Signature\n\nLu.\n\nNom : ____ Lot : ____\n\nDate : ____\n")
	require.Len(t, got, 2)
	require.True(t, got[1].blanks)
	require.Equal(t, []string{"Nom", "Lot", "Date"}, got[1].blocks[1].Blanks)
	require.Empty(t, sections(""))
}

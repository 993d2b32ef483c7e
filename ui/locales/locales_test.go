package locales

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// Both languages word the same codes with the same arguments, so that no page
// can be whole in one language and broken in the other.
func TestLanguagesWordTheSameCodesWithTheSameArguments(t *testing.T) {
	all, err := load(files)
	require.NoError(t, err)
	fr, en := signatures(all[French]), signatures(all[English])
	require.NotEmpty(t, fr)
	require.Empty(t, cmp.Diff(fr, en), "- French, + English")
}

func signatures(entries map[string]entry) map[string]string {
	out := map[string]string{}
	for code, e := range entries {
		names := map[string]bool{}
		for _, m := range placeholder.FindAllString(e.one+e.other+e.zero, -1) {
			names[m] = true
		}
		out[code] = strings.Join(slices.Sorted(maps.Keys(names)), " ")
		if e.plural {
			out[code] += " by " + e.by
		}
	}
	return out
}

// A stray brace would reach the reader; a straight apostrophe or a breaking space
// before a French mark would look foreign.
func TestSentencesAreWellTypeset(t *testing.T) {
	all, err := load(files)
	require.NoError(t, err)
	for _, lang := range Langs() {
		for code, e := range all[lang] {
			for _, s := range []string{e.zero, e.one, e.other} {
				bare := placeholder.ReplaceAllString(s, "")
				require.NotContains(t, bare, "{", "%s %s", lang, code)
				require.NotContains(t, bare, "'", "%s %s", lang, code)
				require.NotContains(t, s, "  ", "%s %s", lang, code)
				require.Equal(t, strings.TrimSpace(s), s, "%s %s", lang, code)
				if lang == French {
					require.NotRegexp(t, regexp.MustCompile(` [?!:;%»]`), s, code)
					require.NotRegexp(t, regexp.MustCompile(`\pL[?!;]`), s, code)
				}
			}
		}
	}
}

func TestLoadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for name, text := range map[string]string{
		"a number":               "a = 3",
		"an unknown form":        `a = { one = "x", other = "y", few = "z" }`,
		"a plural without other": `a = { one = "y" }`,
		"broken TOML":            `a = `,
	} {
		fsys := fstest.MapFS{"fr/a.toml": {Data: []byte(text)}}
		_, err := load(fsys)
		require.Error(t, err, name)
	}
	_, err := load(fstest.MapFS{"fr/a.toml": {Data: []byte(`a = "x"`)}, "fr/b.toml": {Data: []byte(`a = "y"`)}})
	require.ErrorContains(t, err, "worded twice")
}

func TestMissingCodesAndArgumentsAreVisible(t *testing.T) {
	require.Equal(t, "⟦no.such⟧", Text(French, "no.such"))
	require.Equal(t, "il y a ⟦d⟧", Text(French, "time.ago"))
	require.Equal(t, "hier", Text("xx", "time.yesterday"), "unknown languages read French")
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	require.Equal(t, "0 jour", Text(French, "time.days", "n", 0))
	require.Equal(t, "0 days", Text(English, "time.days", "n", 0))
	require.Equal(t, "1 day", Text(English, "time.days", map[string]any{"n": int64(1)}))
}

// Lengths that the slicer bridge gives as text have the mark of the language, and nothing else is touched.
func TestLengthsGivenAsText(t *testing.T) {
	require.Equal(t, "La pièce est trop haute : 12,5 mm, 10 mm au plus.", plain(Text(French, "plate.too_tall", "part_mm", "12.5", "max_mm", "10")))
	require.Equal(t, "12.5", decimal(English, "part_mm", "12.5"))
	require.Equal(t, "version 1.2", Text(French, "products.version", "version", "1.2"))
	require.Equal(t, "182,4 × 155 × 0,79 mm", plain(Size(French, [3]int64{182_400, 155_000, 787})))
	require.Equal(t, "0.4 mm", plain(Length(English, 400)))
	require.Equal(t, "8 cm³", plain(Volume(French, 8000)))
	require.Equal(t, "640 mm³", plain(Volume(French, 640)))
}

func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

func TestNumbersAndTimesAsPeopleSayThem(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, paris) // a Monday
	thursday := time.Date(2026, 11, 26, 9, 0, 0, 0, paris)
	for _, c := range []struct{ got, want string }{
		{Number(French, 12345), "12\u202f345"}, {Number(French, 1234), "1234"}, {Number(English, -1234), "−1,234"},
		{Percent(French, 42), "42\u00a0%"}, {Percent(English, 142), "100%"},
		{Grams(French, 1_250_000), "1,25\u00a0kg"}, {Grams(English, 18_400), "18\u00a0g"},
		{Clock(French, now.Add(2*time.Hour+5*time.Minute)), "16\u00a0h\u00a005"}, {Clock(English, now), "2\u00a0pm"},
		{Clock(English, thursday.Add(-9*time.Hour)), "12\u00a0am"},
		{Duration(French, 70*time.Minute), "1\u00a0h\u00a010"}, {Duration(English, 70*time.Minute), "1\u00a0h\u00a010\u00a0min"},
		{Duration(French, 80*time.Hour), "3 jours"},
		{Day(French, now.AddDate(0, 0, 1), now), "demain"}, {Day(French, now.AddDate(0, 0, 8), now), "mardi 1er\u00a0décembre"},
		{Window(French, thursday, thursday.Add(2*time.Hour), now), "jeudi entre 9\u00a0h et 11\u00a0h"},
		{Half(French, thursday, now), "jeudi matin"}, {Half(English, thursday, now), "Thursday morning"},
		{Ago(French, now.Add(-4*time.Second), now), "il y a 4\u00a0s"},
		{When(French, now.Add(-31*time.Hour-55*time.Minute), now), "hier 6\u00a0h\u00a005"},
		{List(French, "a", "b", "c"), "a, b et c"}, {Phone("03.00.00.00.00"), "03\u00a000\u00a000\u00a000\u00a000"},
	} {
		require.Equal(t, c.want, c.got)
	}
}

func TestTypesetting(t *testing.T) {
	require.Equal(t, "C’est prêt\u00a0? 3\u00a0h\u00a0{m}", typeset(French, "C'est prêt ? 3 h {m}"))
	require.Equal(t, "«\u00a0Rue\u00a0»", typeset(French, "« Rue »"))
	require.Equal(t, "It’s 42\u00a0g: done", typeset(English, "It's 42 g: done"))
}

package catalog

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

// forbidden are stems that no name, claim or notice may hold, in either language: volunteers may not say them.
var forbidden = []string{
	"protect", "steril", "stéril", "covid", "corona", "virus", "viral", "valid", "certifi", "conform", "complian",
	"homologu", "approved", "guarantee", "garanti", "bacteri", "bactéri", "antisep", "ffp2", "n95", "en 166", "en166",
	"single-use", "usage unique",
}

func loaded(t *testing.T) []Product {
	t.Helper()
	products, err := Load()
	require.NoError(t, err)
	return products
}

// sentences returns every text of a product that a person may read, notices included.
func sentences(t *testing.T, p Product) map[string]Text {
	t.Helper()
	all := map[string]Text{"names": p.Names, "blurb": p.Blurb, "claim": p.Claim.Text}
	for _, e := range p.Evidence {
		all["evidence "+e.Date] = e.Summary
		all["evidence function "+e.Date] = e.Function
	}
	for _, x := range p.Parts {
		all["part "+x.Code] = x.Names
	}
	for _, x := range p.Materials {
		all["material "+x.Code] = x.Names
	}
	for _, x := range p.Steps {
		all["step "+x.Code] = x.Names
	}
	fr, err := p.Notice("fr")
	require.NoError(t, err)
	en, err := p.Notice("en")
	require.NoError(t, err)
	all["notice"] = Text{FR: string(fr), EN: string(en)}
	return all
}

func TestLoadShipsVisorHookAndMaskInThatOrder(t *testing.T) {
	var ids []string
	for _, p := range loaded(t) {
		ids = append(ids, p.ID)
	}
	require.Equal(t, []string{"visor", "hook", "mask"}, ids)
}

func TestEverySentenceIsInBothLanguagesAndDiffers(t *testing.T) {
	for _, p := range loaded(t) {
		for key, text := range sentences(t, p) {
			require.NotEmpty(t, text.FR, "%s %s", p.ID, key)
			require.NotEmpty(t, text.EN, "%s %s", p.ID, key)
			require.NotEqual(t, text.FR, text.EN, "%s %s is not translated", p.ID, key)
		}
	}
}

func TestNothingSaysMoreThanVolunteersMayClaim(t *testing.T) {
	for _, p := range loaded(t) {
		for key, text := range sentences(t, p) {
			for _, word := range forbidden {
				require.NotContains(t, strings.ToLower(text.FR), word, "%s %s, French", p.ID, key)
				require.NotContains(t, strings.ToLower(text.EN), word, "%s %s, English", p.ID, key)
			}
		}
	}
}

// French sets a no-break space before high punctuation and uses the curly apostrophe.
func TestFrenchIsTypesetAsFrench(t *testing.T) {
	wrong := regexp.MustCompile(` [?!:;%]|\p{L}[?!;%]|'`)
	for _, p := range loaded(t) {
		for key, text := range sentences(t, p) {
			require.Empty(t, wrong.FindString(text.FR), "%s %s", p.ID, key)
		}
	}
}

func TestNoticesAreDatedLikeTheVersionAndAskTheLabToConfirm(t *testing.T) {
	months := []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	for _, p := range loaded(t) {
		day, err := time.Parse(time.DateOnly, p.Dated)
		require.NoError(t, err)
		notice := sentences(t, p)["notice"]
		require.Contains(t, notice.FR, "Notice du "+day.Format("2 ")+months[day.Month()-1]+day.Format(" 2006"), p.ID)
		require.Contains(t, notice.EN, "Notice of "+day.Format("2 January 2006"), p.ID)
		require.Contains(t, notice.FR, "version "+p.Version)
		require.Contains(t, notice.EN, "version "+p.Version)
		require.Contains(t, notice.FR, "vérifie la règle en vigueur")
		require.Contains(t, notice.EN, "checks the rule in force")
		require.Equal(t, p.SheetToSign, strings.Contains(notice.FR, "à lire et à signer"), p.ID)
		require.Equal(t, p.SheetToSign, strings.Contains(notice.EN, "to read and sign"), p.ID)
	}
}

// A trial that never happened must say so wherever it is told.
func TestSampleEvidenceIsFlaggedAndSaysThatTheLabMustConfirm(t *testing.T) {
	for _, p := range loaded(t) {
		require.Equal(t, StatusTrialled, p.Status)
		for _, e := range p.Evidence {
			require.True(t, e.Fictitious, p.ID)
			require.Contains(t, e.Summary.FR, "Le laboratoire doit le confirmer")
			require.Contains(t, e.Summary.EN, "The lab must confirm it")
		}
		notice := sentences(t, p)["notice"]
		require.Contains(t, notice.FR, "Essai d’exemple, fictif")
		require.Contains(t, notice.EN, "Sample trial, fictitious")
	}
}

func TestVisorIsCalledAntiProjectionAndTakesOneFilmAndOneElastic(t *testing.T) {
	visor := loaded(t)[0]
	require.Equal(t, "anti-projection", visor.Claim.Code)
	taken := map[string]int64{}
	for _, m := range visor.Materials {
		taken[m.Code] += m.PerUnit
	}
	require.Equal(t, map[string]int64{"film-a4": 1, "elastic-buttonhole": 1}, taken)
}

func TestEveryFileBelongsToTheVersionAndNothingElseIsShipped(t *testing.T) {
	for _, p := range loaded(t) {
		named := map[string]bool{"product.toml": true, p.Notices.FR: true, p.Notices.EN: true}
		for _, part := range p.Parts {
			named[part.File] = true
			if part.Source != "" {
				named[part.Source] = true
			}
		}
		files, err := p.Files()
		require.NoError(t, err)
		for _, f := range files {
			require.True(t, named[f.Name], "%s ships %s, which nothing names", p.ID, f.Name)
			require.Len(t, f.SHA256, 64)
			require.Positive(t, f.Size)
		}
		require.Len(t, files, len(named))
		_, err = p.File("../" + p.ID + "/product.toml")
		require.Error(t, err, "a name may not leave the product's folder")
	}
}

// copyOf returns the shipped folder of one product as files that a test may change.
func copyOf(t *testing.T, id string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(shipped, id, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(shipped, path)
		out[path] = &fstest.MapFile{Data: b}
		return err
	}))
	return out
}

func TestContentHashChangesWithAnyFile(t *testing.T) {
	before, err := loaded(t)[0].ContentHash()
	require.NoError(t, err)
	root := copyOf(t, "visor")
	for path := range root {
		old := root[path].Data
		root[path] = &fstest.MapFile{Data: append(append([]byte{}, old...), '\n')}
		p, err := load(root, "visor")
		require.NoError(t, err)
		after, err := p[0].ContentHash()
		require.NoError(t, err)
		require.NotEqual(t, before, after, path)
		root[path] = &fstest.MapFile{Data: old}
	}
	p, err := load(root, "visor")
	require.NoError(t, err)
	same, err := p[0].ContentHash()
	require.NoError(t, err)
	require.Equal(t, before, same)
}

func TestLoadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	cases := []struct{ name, old, new, says string }{
		{"an unknown key", `version = "1"`, "version = \"1\"\nprice = 3", `unknown key "price"`},
		{"an unknown key in a table", `code = "film-a4"`, "code = \"film-a4\"\nwidth = 3", `unknown key "materials.width"`},
		{"a missing language", `en = "Splash visor"`, "", "names lacks a language"},
		{"an unknown status", `"trialled"`, `"reviewed"`, "status"},
		{"a missing file", `"band.stl"`, `"bend.stl"`, "bend.stl"},
		{"a foreign id", `id = "visor"`, `id = "vizor"`, "differs from its folder"},
		{"a bad date", `dated = "2026-11-23"`, `dated = "23/11/2026"`, "YYYY-MM-DD"},
		{"an unknown unit", `unit = "piece"`, `unit = "metre"`, "unit"},
		{"a part made by nobody", `how = "print"`, `how = "cast"`, "how"},
		{"a step for a printed part", "per_plate = 1", "per_plate = 1\nstep = \"punch\"", "step"},
		{"a colour of its own", `"thread"`, `"#123456"`, "picture"},
		{"two parts of one code", `code = "visor-film"`, `code = "visor-band"`, "part visor-band is in visor and in visor"},
		{"a work of something else", `takes = ["film-a4"]`, `takes = ["glass"]`, "makes.takes"},
		{"a work of nothing", `takes = ["film-a4"]`, `takes = []`, "makes.takes"},
		{"a plate of none", "per_plate = 1", "per_plate = 0", "per_plate"},
		{"a layer height in millimetres", "[300, 200]", "[3, 2]", "layer height"},
		{"a negative quantity", "per_unit = 1", "per_unit = -1", "per_unit"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := copyOf(t, "visor")
			text := string(root["visor/product.toml"].Data)
			require.Contains(t, text, c.old)
			root["visor/product.toml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			_, err := load(root, "visor")
			require.ErrorContains(t, err, c.says)
		})
	}
}

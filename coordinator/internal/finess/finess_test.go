package finess_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/finess"
)

// Ensure that the same places come out of every shape that the register was ever published in, with their coordinates to a
// metre, and that nothing of them is called bad.
func TestEveryShapeGivesTheSamePlaces(t *testing.T) {
	const n = 400
	for name, file := range map[string][]byte{
		"two sections in Windows-1252": sections(t, n, true), "two sections in UTF-8": sections(t, n, false), "a table": table(n),
		"JSON": entities(t, n), "JSON packed": packed(t, entities(t, n)), "two sections packed": packed(t, sections(t, n, true)),
	} {
		t.Run(name, func(t *testing.T) {
			got := newSink()
			sum, err := finess.Read(iotest.HalfReader(bytes.NewReader(file)), got)
			require.NoError(t, err)
			require.Empty(t, got.bad)
			require.EqualValues(t, []int64{n, n, 0}, []int64{sum.Places, sum.Points, sum.Bad})
			if name != "a table" {
				require.Equal(t, "2026-05-12", sum.Date.Format("2006-01-02"))
			}
			for i := range n {
				want, _ := invented(i)
				p := got.places[want.ET]
				require.InDelta(t, want.LatE6, p.LatE6, 10, "%s", want.ET)
				require.InDelta(t, want.LonE6, p.LonE6, 10, "%s", want.ET)
				require.Contains(t, p.Words, "st quentin en tourmont")
				p.LatE6, p.LonE6, p.Words, p.ListedAt = want.LatE6, want.LonE6, "", want.ListedAt
				require.Equal(t, want, p)
			}
		})
	}
}

// Ensure that each line that cannot be used is named with its number and why, and costs none of the others.
func TestABadLineIsNamedAndCostsNoOther(t *testing.T) {
	good := strings.Split(strings.TrimSuffix(string(sections(t, 4, false)), "\r\n"), "\r\n")
	head, places, points := good[0], good[1:5], good[5:]
	for code, line := range map[string]string{
		"finess.line_short":   "structureet;800010099;800000001;COUPÉE",
		"finess.number_wrong": strings.Replace(places[0], "800010000", "80001O0OO", 1),
		"finess.name_missing": strings.Replace(strings.Replace(places[1], "COURT", "", 1), "RÉSIDENCE DE L'ÎLE N° 1 « Œuvre »", "", 1),
		"finess.line_unknown": "n'importe quoi; \x00 ; =HYPERLINK(1)",
		"finess.line_long":    "structureet;800010099;" + strings.Repeat("x", 200_000),
		"finess.point_wrong":  "geolocalisation;010000001;12;not a number;L93_METROPOLE;2026-05-04",
	} {
		lines := append([]string{head, places[0], line}, append(places[1:], points...)...)
		got := newSink()
		sum, err := finess.Read(strings.NewReader(strings.Join(lines, "\n")), got)
		require.NoError(t, err)
		require.Len(t, got.bad, 1, code)
		require.EqualValues(t, 3, got.bad[0].Line)
		require.Equal(t, code, got.bad[0].Why.Code)
		require.EqualValues(t, 1, sum.Bad)
		require.Len(t, got.places, 4)
	}
	got := newSink()
	_, err := finess.Read(strings.NewReader(strings.Replace(places[2], ";800000000;", ";??;", 1)), got)
	require.NoError(t, err)
	require.Equal(t, "finess.entity_wrong", got.bad[0].Why.Code)
	require.False(t, got.bad[0].Lost)
	require.Len(t, got.places, 1, "a place without its entity is a place")
}

// Ensure that an object of JSON in another form is named, and those around it are read.
func TestAnObjectOfAnotherFormIsNamed(t *testing.T) {
	whole := string(entities(t, 3))
	cut := strings.Replace(whole, `"ege":[`, `"ege":7,"was":[`, 1)
	require.NotEqual(t, whole, cut)
	got := newSink()
	_, err := finess.Read(strings.NewReader(cut), got)
	require.NoError(t, err)
	require.Len(t, got.bad, 1)
	require.Equal(t, "finess.object_wrong", got.bad[0].Why.Code)
	require.Len(t, got.places, 2)
}

// Ensure that a closed place is said to be closed.
func TestAClosedPlaceIsClosed(t *testing.T) {
	got := newSink()
	_, err := finess.Read(strings.NewReader(strings.Replace(string(entities(t, 1)), `"etatObjet":"A"`, `"etatObjet":"I"`, 1)), got)
	require.NoError(t, err)
	require.True(t, got.places["800010000"].Closed)
}

// Ensure that what is no file of the register is refused in its field with the way out, after giving what came before a
// break.
func TestWhatIsNoRegisterIsRefused(t *testing.T) {
	broken := entities(t, 50)
	for name, file := range map[string]struct {
		data []byte
		code string
		kept int
	}{
		"nothing":       {nil, "finess_empty", 0},
		"another table": {[]byte("nom;ville\nLes Tilleuls;Rue\n"), "finess_unknown", 0},
		"other JSON":    {[]byte(`{"a": {"pmej": []}}`), "finess_unknown", 0},
		"a zip archive": {[]byte("PK\x03\x04 and so on"), "finess_zip", 0},
		"UTF-16":        {[]byte("\xff\xfef\x00i\x00"), "finess_utf16", 0},
		"broken JSON":   {broken[:len(broken)/2], "finess_broken", 20},
		"broken gzip":   {[]byte{0x1f, 0x8b, 0, 1, 2}, "finess_packed", 0},
		"a page":        {[]byte("<!doctype html><title>404</title>"), "finess_unknown", 0},
		"NUL bytes":     {make([]byte, 5000), "finess_unknown", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := newSink()
			_, err := finess.Read(bytes.NewReader(file.data), got)
			refusals, ok := fab.RefusalsOf(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, []string{file.code, "file"}, []string{refusals[0].Code, refusals[0].Field})
			require.GreaterOrEqual(t, len(got.places), file.kept)
		})
	}
}

// counter keeps nothing but the most memory that was in use.
type counter struct {
	n    int
	most uint64
}

func (c *counter) Place(fab.RegisterPlace) error {
	if c.n++; c.n%4_000 == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.most = max(c.most, m.HeapAlloc)
	}
	return nil
}

func (c *counter) Point(int64, fab.RegisterPoint) error { return nil }
func (c *counter) Bad(finess.Bad) error                 { return nil }

// Ensure that a file is read as a stream: 24,000 places, 11 MB of text or 20 MB of JSON, take less than 6 MB at any time.
func TestAFileIsReadAsAStream(t *testing.T) {
	text, objects := sections(t, 2000, true), string(entities(t, 2000))
	objects = objects[strings.Index(objects, `"pmej":[`)+len(`"pmej":[`) : strings.LastIndex(objects, "]")]
	for name, files := range map[string]func(from int) io.Reader{
		"sections": func(int) io.Reader { return bytes.NewReader(text) },
		"JSON": func(from int) io.Reader {
			if from == 0 {
				return strings.NewReader(`{"pmej":[` + objects)
			}
			return strings.NewReader("," + objects)
		},
	} {
		t.Run(name, func(t *testing.T) {
			pipe, feed := io.Pipe()
			done := make(chan error, 1)
			go func() {
				var err error
				for i := 0; i < 12 && err == nil; i++ {
					_, err = io.Copy(feed, files(i))
				}
				if name == "JSON" && err == nil {
					_, err = fmt.Fprint(feed, "]}")
				}
				done <- err
				_ = feed.Close()
			}()
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			var c counter
			_, err := finess.Read(pipe, &c)
			require.NoError(t, err)
			require.NoError(t, <-done)
			require.Equal(t, 24_000, c.n)
			require.Less(t, c.most, before.HeapAlloc+6<<20)
		})
	}
}

// FuzzRead ensures that no file makes the reader fail otherwise than by a refusal.
func FuzzRead(f *testing.F) {
	f.Add(sections(f, 3, true))
	f.Add(table(2))
	f.Add(entities(f, 2))
	f.Add([]byte("structureet;\"\n\";;"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := finess.Read(bytes.NewReader(data), newSink())
		if err != nil && !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			_, ok := fab.RefusalsOf(err)
			require.True(t, ok, "%v", err)
		}
	})
}

// BenchmarkRead measures places a second.
func BenchmarkRead(b *testing.B) {
	file := sections(b, 10_000, true)
	for b.Loop() {
		_, err := finess.Read(bytes.NewReader(file), &counter{})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(10_000*b.N)/b.Elapsed().Seconds(), "places/s")
}

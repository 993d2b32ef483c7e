package paper_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/mailleur/mailleur/coordinator/internal/paper"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
	"github.com/mailleur/mailleur/ui"
)

// renderer reads the template once for all tests.
var renderer = sync.OnceValues(func() (*ui.Renderer, error) { return ui.New("paper") })

// written writes a paper as a PDF.
func written(t *testing.T, d ui.Document) string {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, paper.PDF(&file, d, noon))
	name := filepath.Join(t.TempDir(), "paper.pdf")
	require.NoError(t, os.WriteFile(name, file.Bytes(), 0o600))
	return name
}

// shown are the texts of the page of a paper: of everything that is a field, a cell, a line of its own.
func shown(t *testing.T, d ui.Document) (texts []string) {
	t.Helper()
	pages, err := renderer()
	require.NoError(t, err)
	var page bytes.Buffer
	require.NoError(t, pages.Render(&page, ui.Paper{Frame: ui.Frame{Lang: d.Lang, LabName: "Atelier de la Baie", Now: noon}, Doc: d, PDF: "/paper.pdf"}))
	require.NotContains(t, page.String(), "⟦", "a sentence is missing in the catalogue")
	doc, err := html.Parse(&page)
	require.NoError(t, err)
	var walk func(n *html.Node, inside bool)
	walk = func(n *html.Node, inside bool) {
		if n.Type == html.ElementNode {
			class := " " + attribute(n, "class") + " "
			if strings.Contains(class, " noprint ") {
				return
			}
			inside = inside || strings.Contains(class, " sheet-of-paper ") || strings.Contains(class, " papers ")
			leaf := slices.Contains([]string{"p", "dt", "dd", "td", "th", "h2"}, n.Data) || n.Data == "li" && !strings.Contains(" "+attribute(n.Parent, "class"), " labels")
			if inside && leaf {
				texts = append(texts, parts(n)...)
				return
			}
		}
		for c := range n.ChildNodes() {
			walk(c, inside)
		}
	}
	walk(doc, false)
	return texts
}

// parts are the texts of an element; the line that names the sender also says which copy it is.
func parts(n *html.Node) (texts []string) {
	of := []*html.Node{n}
	if attribute(n, "class") == "sender" {
		of = slices.Collect(n.ChildNodes())
	}
	for _, one := range of {
		if said := squeezed(text(one)); said != "" {
			texts = append(texts, said)
		}
	}
	return texts
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	return b.String()
}

var blank = regexp.MustCompile(`[\s\x{a0}\x{202f}☐]+`)

// squeezed is text without spaces, which lines end at.
func squeezed(s string) string { return blank.ReplaceAllString(s, "") }

// Every paper says the same on the screen and in its PDF, whole and nothing besides, in French and English, with names that
// nobody thought of.
func TestThePageAndThePDFSayTheSame(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		for name, write := range papers(t, lang) {
			if lang == "en" && strings.HasSuffix(name, "-long") {
				continue // the same lines
			}
			t.Run(lang+"/"+name, func(t *testing.T) {
				t.Parallel()
				d, err := write()
				require.NoError(t, err)
				printed := squeezed(strings.Join(testkit.PDFText(t, written(t, d)), "\n"))
				texts := shown(t, d)
				require.Greater(t, len(texts), 4)
				slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })
				if strings.HasSuffix(name, "-long") {
					requireEveryCode(t, texts, printed)
					return
				}
				rest := printed
				for _, one := range texts {
					require.Contains(t, printed, one)
					rest = strings.ReplaceAll(rest, one, " ")
				}
				require.Empty(t, notNumbers.FindAllString(rest, -1), "the PDF says more than the page")
			})
		}
	}
}

// notNumbers are what neither numbers a page nor an item.
var notNumbers = regexp.MustCompile(`[^ 0-9/.•]+`)

// requireEveryCode is for cells that go on over pages, whose lines other cells interrupt.
func requireEveryCode(t *testing.T, texts []string, printed string) {
	t.Helper()
	code := regexp.MustCompile(`V-\d+`)
	want := code.FindAllString(strings.Join(texts, " "), -1)
	require.Greater(t, len(want), 700)
	require.Len(t, code.FindAllString(printed, -1), len(want), "every lot is printed")
}

// Nothing reaches over the edge of its page, and no page is empty.
func TestNothingIsCut(t *testing.T) {
	for name, write := range papers(t, "fr") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := write()
			require.NoError(t, err)
			file := written(t, d)
			pages := boxes(t, file)
			require.Len(t, testkit.PDFPages(t, file, 20, len(pages)+1), len(pages))
			for _, page := range pages {
				require.NotEmpty(t, page.Words)
				for _, w := range page.Words {
					require.True(t, w.XMin > 15 && w.YMin > 15 && w.XMax < page.Width-15 && w.YMax < page.Height-15, "%q at %v", w.Text, w)
				}
			}
		})
	}
}

// word is where pdftotext found a word, in points.
type word struct {
	XMin float64 `xml:"xMin,attr"`
	YMin float64 `xml:"yMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMax float64 `xml:"yMax,attr"`
	Text string  `xml:",chardata"`
}

type boxedPage struct {
	Width  float64 `xml:"width,attr"`
	Height float64 `xml:"height,attr"`
	Words  []word  `xml:"word"`
}

func boxes(t *testing.T, file string) []boxedPage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", "-enc", "UTF-8", file, "-").Output()
	require.NoError(t, err, "pdftotext is in the package poppler-utils")
	var doc struct {
		Pages []boxedPage `xml:"body>doc>page"`
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	d.Strict = false
	require.NoError(t, d.Decode(&doc))
	require.NotEmpty(t, doc.Pages)
	return doc.Pages
}

// Codes are read from a page as the poorest label printer prints it, 203 dots per inch, and say the address that stands
// below them.
func TestCodesAreRead(t *testing.T) {
	all := papers(t, "fr")
	for _, name := range []string{"note", "box", "bag", "run", "sheet"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := all[name]()
			require.NoError(t, err)
			var want []string
			for _, s := range d.Sheets {
				for _, b := range s.Blocks {
					if b.Code != nil {
						want = append(want, b.Code.URL)
					}
				}
			}
			require.NotEmpty(t, want)
			file := written(t, d)
			require.Subset(t, want, testkit.QRCodes(t, testkit.PDFPages(t, file, 203, 1)...))
			require.Contains(t, squeezed(testkit.PDFText(t, file)[0]), strings.TrimPrefix(want[0], "https://"))
		})
	}
}

// A page holds eight labels of usual length, each with its own code.
func TestEightLabelsFillAPage(t *testing.T) {
	var bags []paper.Bag
	var want []string
	for n := range 8 {
		lot := "V-" + strconv.Itoa(118+n)
		bags = append(bags, paper.Bag{Lot: lot, Part: paper.Goods{Name: "Bandeau de visière", Count: 8}, Version: "1", Maker: "Tortue", Made: noon, Material: "petg", Spool: "F-004"})
		want = append(want, "https://atelier.example/q/"+lot)
	}
	d, err := paper.BagLabels("fr", lab(), bags)
	require.NoError(t, err)
	file := written(t, d)
	require.Len(t, testkit.PDFText(t, file), 1)
	require.Equal(t, want, testkit.QRCodes(t, testkit.PDFPages(t, file, 203, 1)...))
}

// A code on the page of a paper is read from the screen of a telephone, in the light theme and in the dark.
func TestACodeOnTheScreenIsRead(t *testing.T) {
	pages, err := renderer()
	require.NoError(t, err)
	d, err := paper.BoxLabels("fr", lab(), []paper.Box{box("fr")})
	require.NoError(t, err)
	var page bytes.Buffer
	require.NoError(t, pages.Render(&page, ui.Paper{Frame: ui.Frame{Lang: "fr", LabName: "Atelier", Now: noon}, Doc: d}))
	mux := http.NewServeMux()
	mux.Handle(ui.StaticPrefix, pages.Assets())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page.Bytes()) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab, cancel := context.WithTimeout(testkit.Chromium(t), time.Minute)
	t.Cleanup(cancel)
	for _, theme := range []string{"light", "dark"} {
		require.NoError(t, chromedp.Do(tab, chromedp.EmulateViewport(360, 800), chromedp.Navigate(server.URL)))
		_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
		require.NoError(t, err)
		shot, err := chromedp.Run(tab, chromedp.ScreenshotScale(chromedp.CSS(".qr svg"), 2))
		require.NoError(t, err)
		name := filepath.Join(t.TempDir(), theme+".png")
		require.NoError(t, os.WriteFile(name, shot, 0o600))
		require.Equal(t, []string{"https://atelier.example/q/B-012"}, testkit.QRCodes(t, name), theme)
	}
}

// Two drawings of one paper at one moment are the same bytes, so that what was handed out can be compared.
func TestAPDFIsTheSameEachTime(t *testing.T) {
	all := papers(t, "fr")
	for _, name := range []string{"note", "kit", "run"} {
		d, err := all[name]()
		require.NoError(t, err)
		first, err := os.ReadFile(written(t, d))
		require.NoError(t, err)
		second, err := os.ReadFile(written(t, d))
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, second), name)
	}
}

// A lab's address that no code can hold is refused with what went wrong.
func TestAnAddressTooLongForACode(t *testing.T) {
	l := lab()
	l.Site += strings.Repeat("x", 4000)
	_, err := paper.BoxLabels("fr", l, []paper.Box{box("fr")})
	require.ErrorContains(t, err, "draw QR code")
}

// BenchmarkPDF draws a delivery note in two copies, and eight labels of products.
func BenchmarkPDF(b *testing.B) {
	for _, name := range []string{"note", "kit"} {
		d, err := papers(b, "fr")[name]()
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, paper.PDF(io.Discard, d, noon))
			}
		})
	}
}

package finess

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The columns of a "structureet" line, as the notice of the data set numbers them; the table names them alike.
var columns = [...]string{
	"section", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie", "voie", "compvoie", "lieuditbp",
	"commune", "departement", "libdepartement", "ligneacheminement", "telephone", "telecopie", "categetab", "libcategetab", "categagretab",
	"libcategagretab", "siret", "codeape", "codemft", "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai",
}

// fewest is how many cells a line of a place must have: up to its category.
const fewest = 19

// text is the reading of one file of lines.
type text struct {
	Summary
	to    Sink
	names []string // of the cells of a line
}

func readText(in *bufio.Reader, to Sink) (Summary, error) {
	t := text{to: to, names: columns[:]}
	for {
		line, long, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t.Summary, fmt.Errorf("read line %d: %w", t.Lines+1, err)
		}
		t.Lines++
		if err := t.line(line, long); err != nil {
			return t.Summary, err
		}
	}
	if t.Places == 0 && t.Points == 0 {
		return t.Summary, fab.Refuse(fab.Invalid, "finess_unknown", "file")
	}
	return t.Summary, nil
}

// readLine reads one line without its end. One that is too long is cut, and the rest of it skipped.
func readLine(in *bufio.Reader) (line string, long bool, err error) {
	bytes, err := in.ReadSlice('\n')
	line = string(bytes)
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = in.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), long, err //nolint:wrapcheck // io.EOF is a sign
}

func (t *text) line(line string, long bool) error {
	switch {
	case strings.TrimSpace(line) == "":
		return nil
	case long:
		return t.tell(t.to, Bad{Line: t.Lines, Why: fab.Because("finess.line_long"), Lost: true})
	case t.Lines == 1 && t.head(line):
		return nil
	}
	cells := split(decoded(line))
	switch {
	case cells[0] == "geolocalisation" && t.Shape != ShapeTable:
		return t.point(cells)
	case cells[0] == "structureet":
		t.Shape = ShapeSections
		return t.place(cells)
	case t.Shape == ShapeTable:
		return t.place(cells)
	}
	return t.tell(t.to, Bad{Line: t.Lines, Why: fab.Because("finess.line_unknown", "begins", begins(cells[0])), Lost: true})
}

// head reads the first line: the comment "finess;etalab;111;2026-05-12", or the names of columns.
func (t *text) head(line string) bool {
	cells := split(decoded(line))
	for i := range cells {
		cells[i] = strings.ToLower(strings.TrimSpace(cells[i]))
	}
	if slices.Contains(cells, "nofinesset") {
		if t.names = cells; cells[0] != "section" && cells[0] != "finess" {
			t.Shape = ShapeTable
		} else {
			t.Shape, t.names = ShapeSections, columns[:]
		}
		return true
	}
	if cells[0] != "finess" || len(cells) < 2 {
		return false
	}
	t.Shape = ShapeSections
	t.Date, _ = time.Parse(time.DateOnly, cells[len(cells)-1])
	return true
}

// decoded turns a line that is not UTF-8 into it: the old files are Windows-1252.
func decoded(line string) string {
	if utf8.ValidString(line) {
		return line
	}
	plain, err := charmap.Windows1252.NewDecoder().String(line)
	if err != nil {
		return strings.ToValidUTF8(line, "")
	}
	return plain
}

// split cuts a line at its semicolons. Quotes are written only where a cell has some.
func split(line string) []string {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, ";")
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = ';', true, -1
	if cells, err := r.Read(); err == nil {
		return cells
	}
	return strings.Split(line, ";")
}

func begins(cell string) string {
	if r := []rune(fab.Line(cell)); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return fab.Line(cell)
}

// place gives the sink one establishment.
func (t *text) place(cells []string) error {
	if len(cells) < min(fewest, len(t.names)) {
		return t.tell(t.to, Bad{Line: t.Lines, Why: fab.Because("finess.line_short", "n", len(cells)), Lost: true})
	}
	get := func(name string) string {
		if i := slices.Index(t.names, name); i >= 0 && i < len(cells) {
			return fab.Line(cells[i])
		}
		return ""
	}
	et, ok := fab.FinessNumber(get("nofinesset"))
	if !ok {
		return t.tell(t.to, Bad{Line: t.Lines, ET: begins(et), Why: fab.Because("finess.number_wrong", "number", begins(et)), Lost: true})
	}
	ej, okEJ := fab.FinessNumber(get("nofinessej"))
	p := fab.RegisterPlace{
		ET: et, EJ: ej, Name: first(get("rslongue"), get("rs")), Category: get("categetab"), Phone: tenDigits(get("telephone")), ListedAt: t.Date,
		Address: address(street{get("numvoie"), get("compvoie"), get("typvoie"), get("voie"), get("compldistrib"), get("lieuditbp")}),
	}
	p.Postcode, p.Town = routing(get("ligneacheminement"))
	if !okEJ {
		p.EJ = ""
		if err := t.tell(t.to, Bad{Line: t.Lines, ET: et, Why: fab.Because("finess.entity_wrong", "number", begins(ej))}); err != nil {
			return err
		}
	}
	if p.Name == "" {
		return t.tell(t.to, Bad{Line: t.Lines, ET: et, Why: fab.Because("finess.name_missing"), Lost: true})
	}
	t.Places++
	if err := t.to.Place(whole(p)); err != nil {
		return err
	}
	if x := get("coordxet"); x != "" {
		return t.located(et, x, get("coordyet"), get("sourcecoordet"))
	}
	return nil
}

// point reads "geolocalisation;010000024;870262.2;6571540.8;1,ATLASANTE,96,BAN,L93_METROPOLE;2025-09-04".
func (t *text) point(cells []string) error {
	t.Shape = ShapeSections
	if len(cells) < 4 {
		return t.tell(t.to, Bad{Line: t.Lines, Why: fab.Because("finess.line_short", "n", len(cells)), Lost: true})
	}
	et, ok := fab.FinessNumber(cells[1])
	if !ok {
		return t.tell(t.to, Bad{Line: t.Lines, ET: begins(et), Why: fab.Because("finess.number_wrong", "number", begins(et)), Lost: true})
	}
	if strings.TrimSpace(cells[2]+cells[3]) == "" {
		return nil // listed, but not located yet
	}
	return t.located(et, cells[2], cells[3], strings.Join(cells[4:], ";"))
}

func (t *text) located(et, x, y, system string) error {
	lat, lon, ok := locate(et, x, y, system)
	if !ok {
		return t.tell(t.to, Bad{Line: t.Lines, ET: et, Why: fab.Because("finess.point_wrong", "x", begins(x), "y", begins(y)), Lost: false})
	}
	t.Points++
	return t.to.Point(t.Lines, fab.RegisterPoint{ET: et, LatE6: lat, LonE6: lon})
}

package imports

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// MaxFile and maxLines bound a list: ten times what a lab writes by hand.
const (
	MaxFile  = 2 << 20
	maxLines = 5000
)

// row is one line of a list: its number in the file, and its cells by the names that a column has here.
type row struct {
	line  int64
	cells map[string]string
}

func (r row) get(column string) string { return r.cells[column] }

// table is a list as it was read.
type table struct {
	rows    []row
	ignored []string // heads of columns that say nothing here
}

// column is what a list may say, by its name here, and how people head it: folded, in both languages.
type column struct {
	name  string
	needs bool
	heads []string
}

// decoded turns a file into UTF-8: of a spreadsheet in UTF-8 with or without a mark, UTF-16 with one, or Windows-1252.
func decoded(data []byte) (string, error) {
	switch {
	case len(data) > MaxFile:
		return "", fab.Refuse(fab.Invalid, "import_large", "file", "max", MaxFile>>20)
	case bytes.HasPrefix(data, []byte("PK")), bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return "", fab.Refuse(fab.Invalid, "import_workbook", "file")
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", fab.Refuse(fab.Invalid, "import_unreadable", "file")
		}
		data = text
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", fab.Refuse(fab.Invalid, "import_unreadable", "file")
	}
	return string(text), nil
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readTable reads the lines of a list whose first line heads its columns. Empty lines are passed by.
func readTable(text string, columns []column) (t table, err error) {
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(first, "sep=") {
		text = "\n" + rest // a word of Excel to itself
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.TrimLeadingSpace = between(text), true, -1, true
	var names []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, fab.Refuse(fab.Invalid, "import_unreadable", "file")
		}
		at, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = plain(cells[i])
		}
		switch {
		case strings.Join(cells, "") == "":
		case names == nil:
			if names, err = t.head(cells, columns); err != nil {
				return t, err
			}
		case len(t.rows) == maxLines:
			return t, fab.Refuse(fab.Invalid, "import_long", "file", "max", maxLines)
		default:
			t.rows = append(t.rows, rowOf(int64(at), cells, names))
		}
	}
	if len(t.rows) == 0 {
		return t, fab.Refuse(fab.Invalid, "import_empty", "file")
	}
	return t, nil
}

// between is the character between cells: the one that the first line with any has most of, outside of quotes.
func between(text string) rune {
	for line := range strings.Lines(text) {
		best, most, quoted := ',', 0, false
		counts := map[rune]int{}
		for _, c := range line {
			if c == '"' {
				quoted = !quoted
			} else if !quoted {
				counts[c]++
			}
		}
		for _, c := range []rune{';', ',', '\t'} {
			if counts[c] > most {
				best, most = c, counts[c]
			}
		}
		if most > 0 {
			return best
		}
	}
	return ';' // of one column
}

// plain is a cell without what a spreadsheet puts before what is no formula.
func plain(cell string) string {
	cell = fab.Line(cell)
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

func (t *table) head(cells []string, columns []column) (names []string, err error) {
	names = make([]string, len(cells))
	for i, head := range cells {
		at := slices.IndexFunc(columns, func(c column) bool { return c.name == head || slices.Contains(c.heads, fab.Folded(head)) })
		switch {
		case at < 0 && head != "":
			t.ignored = append(t.ignored, head)
		case at >= 0 && slices.Contains(names, columns[at].name):
			return nil, fab.Refuse(fab.Invalid, "import_column_twice", "file", "column", head)
		case at >= 0:
			names[i] = columns[at].name
		}
	}
	for _, c := range columns {
		if c.needs && !slices.Contains(names, c.name) {
			return nil, fab.Refuse(fab.Invalid, "import_column_missing", "file", "column", c.heads[0], "found", strings.Join(cells, " | "))
		}
	}
	return names, nil
}

func rowOf(line int64, cells, names []string) row {
	r := row{line: line, cells: map[string]string{}}
	for i, cell := range cells {
		if i < len(names) && names[i] != "" {
			r.cells[names[i]] = cell
		}
	}
	return r
}

// Heads are the heads of a list's columns, in French or in English, for somebody to fill in below them.
func Heads(kind string, inEnglish bool) (heads []string) {
	columns, _ := (&Imports{}).lists(kind)
	for _, c := range columns {
		if inEnglish {
			heads = append(heads, c.name)
		} else {
			heads = append(heads, c.heads[0])
		}
	}
	return heads
}

package ui

import (
	"strconv"
	"time"

	"github.com/mailleur/mailleur/ui/locales"
)

// Fields of check lists.
const (
	FieldChecked    = "checked"    // "yes": gone through with the list
	FieldExceptions = "exceptions" // what was noted against it
)

// CheckLine is one line of a check list.
type CheckLine struct {
	Part         string // as people call it; "" is of the whole product
	Text         string
	MinUM, MaxUM int64 // MaxUM above 0: it is measured
}

// CheckList is what is looked at before pieces go into a kit, with what was said of it.
type CheckList struct {
	Of         string // product or part
	Lines      []CheckLine
	Checked    bool
	Exceptions string
}

// Checks is the check list of a version, to be written: a line without text is taken out.
//
//	GET  /desk/products/{id}/checks
//	POST /desk/products/{id}/checks   of each line N from 0: fr-N, en-N, part-N, min-N and max-N in millimetres
type Checks struct {
	Frame
	ID, Product, Version string
	Parts                []Choice // the first is the whole product
	Rows                 []CheckRow
	Form                 Form
}

func (Checks) view() string { return "checks" }

// CheckRow is one line as it was typed.
type CheckRow struct{ N, FR, EN, Part, Min, Max string }

// CheckText is a line of a check list as paper has it.
func CheckText(lang string, c CheckLine) string {
	text := c.Text
	if c.Part != "" {
		text = locales.Text(lang, "checks.of_part", "part", c.Part, "line", text)
	}
	if c.MaxUM > 0 {
		text += " (" + locales.Length(lang, c.MinUM) + " – " + locales.Length(lang, c.MaxUM) + ")"
	}
	return text
}

// Millimetres writes micrometres as they are typed.
func Millimetres(um int64) string {
	if um == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(um)/1000, 'f', -1, 64)
}

// DefectRow is products that came back as bad from who had got them.
type DefectRow struct {
	N    int64
	Why  string // one of fab.DefectReasons, worded defect.<code>
	Said string
	At   time.Time
}

package fab

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Check is one line of what is looked at before pieces of a version go into a kit.
type Check struct {
	Part  string            `json:"part,omitempty"` // code; "" is of the whole product, when it is put together
	Texts map[string]string `json:"texts"`          // by language; a question that is answered with yes
	MinUM int64             `json:"min_um,omitempty"`
	MaxUM int64             `json:"max_um,omitempty"` // above 0: it is measured, and lies between the two, in micrometres
}

// Measured reports whether the check is a measure with limits, and not a look.
func (c Check) Measured() bool { return c.MaxUM > 0 }

// Bounds of a check list.
const (
	MaxChecks    = 20
	MaxCheckText = 160     // characters of one line
	MaxCheckUM   = 1000000 // the longest that is measured: a metre
	MaxException = 500     // characters of what was noted against a list
)

// ChecksFor are the lines about one part, or about the whole product when the part is "".
func (d DesignVersion) ChecksFor(part string) (list []Check) {
	for _, c := range d.Checks {
		if c.Part == part {
			list = append(list, c)
		}
	}
	return list
}

// CheckLists refuses a list that is too long, or a line that lacks a language, is too long, names no part of the version, or
// whose limits stand the wrong way round. The fields are fr-N, en-N, part-N and max-N, N from 0.
func CheckLists(bom BOM, list []Check) error {
	var errs Errors
	if len(list) > MaxChecks {
		errs = append(errs, Refuse(Invalid, "checks_many", "", "max", MaxChecks))
	}
	for n, c := range list {
		for _, lang := range []string{"fr", "en"} {
			field := fmt.Sprintf("%s-%d", lang, n)
			switch text := strings.TrimSpace(c.Texts[lang]); {
			case text == "":
				errs = append(errs, Refuse(Invalid, "check_language", field))
			case utf8.RuneCountInString(text) > MaxCheckText:
				errs = append(errs, Refuse(Invalid, "too_long", field, "max", MaxCheckText))
			}
		}
		if _, known := bom.Part(c.Part); c.Part != "" && !known {
			errs = append(errs, Refuse(Invalid, "part_unknown", fmt.Sprintf("part-%d", n), "part", c.Part))
		}
		if c.MinUM < 0 || c.MaxUM < 0 || c.MaxUM > MaxCheckUM || c.MinUM > c.MaxUM {
			errs = append(errs, Refuse(Invalid, "check_limits", fmt.Sprintf("max-%d", n)))
		}
	}
	return errs.Or()
}

package paper

import (
	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// Blank is a form that is printed empty, to be filled in by hand. Its square code opens the line in which it is keyed in.
type Blank struct {
	Code     string // eight characters
	Kind     string // fab.BlankRequest, fab.BlankBag or fab.BlankHandIn
	Products []string
}

// BlankForms are empty forms, a sheet each.
func BlankForms(lang string, lab Lab, forms []Blank) (ui.Document, error) {
	var sheets []*sheet
	labels := true
	for _, f := range forms {
		s := newSheet(lang, lab)
		s.code(f.Code, fab.FormatReference(f.Code), "form", locales.Word(lang, "form_kind", f.Kind))
		var lines []string
		switch f.Kind {
		case fab.BlankRequest:
			lines = s.wanted(f.Products)
		case fab.BlankHandIn:
			lines = s.lined("form_maker", "form_part", "form_asked", "form_good", "form_bad", "form_spool", "form_day")
		default:
			lines = s.lined("form_maker", "form_part", "form_good", "form_spool", "form_day")
		}
		labels = labels && f.Kind == fab.BlankBag
		s.add(ui.PaperBlock{Kind: ui.PaperBlanks, Blanks: lines})
		if f.Kind != fab.BlankRequest {
			s.text(s.say("ill"))
		}
		sheets = append(sheets, s)
	}
	return document(lang, lab, newSheet(lang, lab).say("forms", "n", len(forms)), labels, sheets...)
}

func (s *sheet) lined(codes ...string) (lines []string) {
	for _, code := range codes {
		lines = append(lines, s.say(code))
	}
	return lines
}

// wanted are the lines of a request.
func (s *sheet) wanted(products []string) []string {
	lines := s.lined("form_place", "form_town", "form_contact", "form_phone")
	lines = append(lines, products...)
	return append(lines, s.lined("form_need", "form_access")...)
}

package ui

import (
	"cmp"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui/locales"
)

// Appeal is the draft of a public appeal for what open work lacks, to copy in both languages, or to publish on the first page.
//
//	GET  /desk/appeal
//	POST /desk/appeal/publish
//	POST /desk/appeal/withdraw
type Appeal struct {
	Frame
	Lacks     []AppealRow
	Town      string // where the hub is; "" when nobody said
	Site      string // address of the gift form
	Published bool
}

func (Appeal) view() string { return "appeal" }

// AppealRow is one thing that is lacking.
type AppealRow struct {
	Names map[string]string // of the material, by language
	Stuff Stuff             // without a name
	By    time.Time         // zero: nobody said
}

func (r AppealRow) in(lang string) Stuff {
	s := r.Stuff
	s.Name = cmp.Or(r.Names[lang], r.Names[locales.French])
	return s
}

// AppealText is the appeal in one language.
type AppealText struct {
	Lang, Name, Text string
}

// Texts are the appeal in every language, as it is copied.
func (c Appeal) Texts() (list []AppealText) {
	for _, lang := range locales.Langs() {
		list = append(list, AppealText{Lang: lang, Name: locales.Text(lang, "appeal.language"), Text: c.text(lang)})
	}
	return list
}

func (c Appeal) text(lang string) string {
	lines := []string{locales.Text(lang, "appeal.begin", "lab", c.LabName)}
	for _, r := range c.Lacks {
		lines = append(lines, "– "+appealLine(lang, r))
	}
	if c.Town != "" {
		lines = append(lines, locales.Text(lang, "appeal.where_town", "town", c.Town))
	} else {
		lines = append(lines, locales.Text(lang, "appeal.where"))
	}
	if c.Phone != "" {
		lines = append(lines, locales.Text(lang, "appeal.phone", "phone", locales.Phone(c.Phone)))
	}
	return strings.Join(append(lines, locales.Text(lang, "appeal.link", "url", c.Site), locales.Text(lang, "appeal.end")), "\n")
}

// appealLine words one thing that is lacking: "24 feuilles, d'ici au jeudi 3 avril".
func appealLine(lang string, r AppealRow) string {
	stuff := words{lang: lang}.stuff(r.in(lang))
	if r.By.IsZero() {
		return stuff
	}
	return locales.Text(lang, "appeal.by", "stuff", stuff, "day", locales.DayDate(lang, r.By))
}

// appealLine words one thing that is lacking, in the language of the page.
func (w words) appealLine(r AppealRow) string { return appealLine(w.lang, r) }

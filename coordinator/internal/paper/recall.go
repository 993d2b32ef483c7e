package paper

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
)

// Letter is what one place is told of a recall.
type Letter struct {
	To     Place
	Date   time.Time
	Text   []string // paragraphs, as who recalls words them; none: what every recall asks for
	Boxes  []NoteLine
	Answer bool // with a part to fill in and give back
}

// RecallLetters are letters to every place that a recall of what is reaches, each on a page of its own.
func RecallLetters(lang string, lab Lab, what string, letters []Letter) (ui.Document, error) {
	var sheets []*sheet
	for _, l := range letters {
		s := newSheet(lang, lab)
		s.Copy, s.Title = s.date(l.Date), s.say("recall_of", "what", what)
		s.fields("to", l.To.Name, "address", l.To.where(), "contact", joined(", ", l.To.Contact, phone(l.To.Phone)))
		s.notice(s.say("recall_stop"))
		text := l.Text
		if len(text) == 0 {
			text = []string{s.say("recall_why"), s.say("recall_do", "phone", phone(lab.Phone))}
		}
		for _, one := range text {
			s.text(one)
		}
		s.recalledBoxes(l.Boxes)
		if l.Answer {
			s.heading(s.say("recall_answer"))
			s.blanks("recall_found", "recall_gone", "receiver_blank", "date_sign")
		}
		sheets = append(sheets, s)
	}
	return document(lang, lab, newSheet(lang, lab).say("recall_letters", "what", what, "n", len(letters)), false, sheets...)
}

func (s *sheet) recalledBoxes(boxes []NoteLine) {
	if len(boxes) == 0 {
		return
	}
	var rows [][]string
	for _, b := range boxes {
		rows = append(rows, []string{b.Box, b.What.Name, s.number(b.What.Count), strings.Join(b.Lots, ", ")})
	}
	s.heading(s.say("recall_boxes"))
	s.table([]column{{code: "box", share: 14}, {code: "goods", share: 40}, {code: "count", share: 14, right: true}, {code: "lots", share: 32}}, rows)
}

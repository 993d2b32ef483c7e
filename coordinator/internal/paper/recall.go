package paper

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// Letter is what one recipient is told of a recall: Kind says who it is, and with that how it is worded.
type Letter struct {
	Kind    string // fab.ToldFacility, …
	To      Place
	Date    time.Time
	Way     string    // of fab.RecallWays: how the goods come back
	FetchOn time.Time // the day of fab.RecallFetch
	Answers string    // who answers; "" is the lab's telephone
	Words   string    // paragraphs that who recalls adds
	Boxes   []RecalledGoods
	Others  []Goods     // in the same boxes, and not recalled
	Bags    []BagAtHome // of a maker
	Reels   []string    // codes of spools at a maker's
	Gift    string      // reference of what a donor gave
	Itself  bool        // what the donor gave is recalled, and not only what was made with it
}

// RecalledGoods is one line of what a place received.
type RecalledGoods struct {
	NoteLine
	At time.Time // zero while it is on its way
}

// BagAtHome is pieces that wait at a maker's.
type BagAtHome struct {
	Code string
	What Goods
}

// RecallLetters are letters to everybody whom a recall of what reaches, each on a page of its own.
func RecallLetters(lang string, lab Lab, what string, letters []Letter) (ui.Document, error) {
	var sheets []*sheet
	for _, l := range letters {
		s := newSheet(lang, lab)
		s.Copy, s.Title = s.date(l.Date), s.say("recall_of", "what", what)
		s.fields("to", l.To.Name, "address", l.To.where(), "contact", joined(", ", l.To.Contact, phone(l.To.Phone)))
		switch l.Kind {
		case fab.ToldMaker:
			s.toMaker(l)
		case fab.ToldDonor:
			s.toDonor(l)
		default:
			s.toFacility(l)
		}
		sheets = append(sheets, s)
	}
	return document(lang, lab, newSheet(lang, lab).say("recall_letters", "what", what, "n", len(letters)), false, sheets...)
}

func (s *sheet) toFacility(l Letter) {
	s.notice(s.say("recall_stop"))
	s.text(s.say("recall_why"))
	s.added(l)
	s.text(s.say("recall_gather"))
	s.back(l)
	s.recalledBoxes(l.Boxes)
	s.others(l.Others)
	s.asked(l)
	s.heading(s.say("recall_answer"))
	s.blanks("recall_found", "recall_gone", "receiver_blank", "date_sign")
}

func (s *sheet) toMaker(l Letter) {
	s.notice(s.say("recall_maker_stop"))
	s.text(s.say("recall_maker_why"))
	s.added(l)
	if len(l.Reels) > 0 {
		s.text(s.say("recall_reel", "reels", strings.Join(l.Reels, ", ")))
	}
	if len(l.Bags) > 0 {
		var rows [][]string
		for _, b := range l.Bags {
			rows = append(rows, []string{b.Code, b.What.Name, s.number(b.What.Count)})
		}
		s.heading(s.say("recall_home"))
		s.table([]column{{code: "bag", share: 24}, {code: "goods", share: 56}, {code: "count", share: 20, right: true}}, rows)
	}
	if len(l.Bags)+len(l.Reels) == 0 {
		s.text(s.say("recall_home_none"))
	} else {
		s.back(l)
	}
	s.asked(l)
	s.heading(s.say("recall_answer"))
	s.blanks("recall_found", "recall_maker_gone", "date_sign")
}

func (s *sheet) toDonor(l Letter) {
	s.text(s.say("recall_gift", "ref", l.Gift))
	if l.Itself {
		s.notice(s.say("recall_gift_itself"))
	} else {
		s.text(s.say("recall_gift_not"))
	}
	s.added(l)
	s.text(s.say("recall_gift_thanks"))
	s.asked(l)
}

// added are the paragraphs of who recalls.
func (s *sheet) added(l Letter) {
	for one := range strings.SplitSeq(l.Words, "\n") {
		if one = strings.TrimSpace(one); one != "" {
			s.text(one)
		}
	}
}

// back says how the goods come back.
func (s *sheet) back(l Letter) {
	switch {
	case l.Way == fab.RecallFetch && !l.FetchOn.IsZero():
		s.text(s.say("recall_fetch", "day", s.date(l.FetchOn)))
	case l.Way == fab.RecallSend:
		s.text(s.say("recall_send"))
	default:
		s.text(s.say("recall_do", "phone", phone(s.lab.Phone)))
	}
}

func (s *sheet) asked(l Letter) {
	who := l.Answers
	if who == "" {
		who = phone(s.lab.Phone)
	}
	if who != "" {
		s.text(s.say("recall_ask", "who", who))
	}
}

func (s *sheet) others(goods []Goods) {
	var names []string
	for _, g := range goods {
		names = append(names, s.say("goods_n", "n", s.number(g.Count), "name", g.Name))
	}
	if len(names) > 0 {
		s.text(s.say("recall_others", "goods", strings.Join(names, ", ")))
	}
}

func (s *sheet) recalledBoxes(boxes []RecalledGoods) {
	if len(boxes) == 0 {
		return
	}
	var rows [][]string
	for _, b := range boxes {
		when := s.date(b.At)
		if when == "" {
			when = s.say("recall_on_way")
		}
		rows = append(rows, []string{b.Box, b.What.Name, s.number(b.What.Count), strings.Join(b.Lots, ", "), when})
	}
	s.heading(s.say("recall_boxes"))
	s.table([]column{{code: "box", share: 13}, {code: "goods", share: 32}, {code: "count", share: 12, right: true}, {code: "lots", share: 22}, {code: "handed", share: 21}}, rows)
}

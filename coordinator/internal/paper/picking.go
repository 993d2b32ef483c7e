package paper

import (
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

// Picking is what to take from the shelves for one request.
type Picking struct {
	Ref    string
	For    Place
	NeedBy time.Time
	Lines  []PickLine
}

// PickLine is one product, and what its kits are made of.
type PickLine struct {
	What  Goods // to assemble now
	Left  int64 // that cannot be made yet
	Takes []Take

	Supplied []string // names of materials that the place adds
	Checks   []string // what to look at
}

// Take is one thing to take.
type Take struct {
	Name     string // "" where the code of a material is enough
	Material string // code; "" for a part
	Count    int64
	Unit     string // fab.UnitMG, or pieces
	From     string // lot, or reference of a gift
}

func (s *sheet) amount(t Take) string {
	if t.Unit == fab.UnitMG {
		return locales.Grams(s.lang, t.Count)
	}
	return s.number(t.Count)
}

// taken names what is taken.
func (s *sheet) taken(t Take) string {
	if t.Name != "" {
		return t.Name
	}
	return s.material(t.Material)
}

// PickingList says what to take for a request, lot by lot, oldest first.
func PickingList(lang string, lab Lab, p Picking) (ui.Document, error) {
	s := newSheet(lang, lab)
	s.fields("request", p.Ref, "for", joined(", ", p.For.Name, p.For.Town), "need_by", s.date(p.NeedBy))
	for _, l := range p.Lines {
		s.heading(s.goods([]Goods{l.What}))
		if l.Left > 0 {
			s.notice(s.say("short", "n", l.Left))
		}
		if len(l.Supplied) > 0 {
			s.notice(s.say("supplied", "what", strings.Join(l.Supplied, ", ")))
		}
		var rows [][]string
		for _, t := range l.Takes {
			rows = append(rows, []string{ui.TickBox, s.taken(t), s.amount(t), t.From})
		}
		if len(rows) > 0 {
			s.table([]column{{share: 6}, {code: "take", share: 44}, {code: "amount", share: 20, right: true}, {code: "from", share: 30}}, rows)
		}
	}
	for _, l := range p.Lines {
		if len(l.Checks) == 0 {
			continue
		}
		s.heading(s.say("checks", "what", l.What.Name))
		var rows [][]string
		for _, c := range l.Checks {
			rows = append(rows, []string{ui.TickBox, c})
		}
		s.table([]column{{share: 6}, {code: "look", share: 94}}, rows)
	}
	if len(p.Lines) == 0 {
		s.text(s.say("nothing_to_pick"))
	}
	return document(lang, lab, s.say("picking_title"), false, s)
}

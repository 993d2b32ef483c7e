package fab

import (
	"slices"
	"strings"
)

// Outside reports whether a location is one of the ways in or out, whose balance may go below zero.
func (l LocationID) Outside() bool { return strings.HasPrefix(string(l), "outside-") }

// The codes of the moves that people make by hand. The others belong to a gift, a bag, a kit or a box.
const (
	MoveMoved    = "moved"
	MoveBrought  = "brought"
	MoveScrapped = "scrapped"
	MoveUndone   = "undone"
	MoveFound    = "found"
	MoveLost     = "lost"
	MoveLighter  = "lighter"
	MoveHeavier  = "heavier"
)

// The codes of the moves by which products come back: out of a kit, and from who got them and did not need them.
const (
	MoveUnpacked   = "unpacked"
	MoveHandedBack = "handed_back"
)

// MoveRule says what a move of one code may be.
type MoveRule struct {
	Why      string
	From, To LocationID // a way in or out, or the hub; "" is any place inside the lab
	Kinds    []string   // of item: material, part, kit
	Fact     bool       // it has happened, so that what was reserved goes too; others leave it alone
	Undo     bool       // whoever may move goods may take it back alone: no bag, kit or box speaks of it
}

// MoveRules are all moves that there are. A code with two ways has two lines.
var MoveRules = [...]MoveRule{
	{Why: "received", From: OutsideGiven, Kinds: []string{"material", "device"}},
	{Why: MoveBrought, From: OutsideGiven, Kinds: []string{"material"}, Undo: true},
	{Why: MoveBlocked, From: OutsideGiven, To: TheHub, Kinds: []string{"blocked"}},
	{Why: MoveIdentified, From: TheHub, To: OutsideGiven, Kinds: []string{"blocked"}, Fact: true},
	{Why: MoveIdentified, From: OutsideGiven, Kinds: []string{"material"}},
	{Why: MoveGivenBack, From: TheHub, To: OutsideGiven, Kinds: []string{"blocked", "device"}, Fact: true},
	{Why: MoveMoved, Kinds: []string{"material", "part", "kit"}, Undo: true},
	{Why: "printed", To: OutsideUsed, Kinds: []string{"material"}, Fact: true},
	{Why: MoveLighter, To: OutsideUsed, Kinds: []string{"material"}, Fact: true},
	{Why: MoveHeavier, From: OutsideUsed, Kinds: []string{"material"}},
	{Why: "made", From: OutsideMade, Kinds: []string{"part"}},
	{Why: "collected", Kinds: []string{"part", "material"}, Fact: true},
	{Why: "settled", Kinds: []string{"part"}, Fact: true},
	{Why: MoveScrapped, To: OutsideScrapped, Kinds: []string{"part", "kit", "blocked", "device"}, Fact: true},
	{Why: MoveScrapped, To: OutsideScrapped, Kinds: []string{"material"}, Fact: true, Undo: true},
	{Why: "counted_short", To: OutsideMissing, Kinds: []string{"part"}, Fact: true},
	{Why: "counted_over", From: OutsideMade, Kinds: []string{"part"}},
	{Why: MoveLost, To: OutsideMissing, Kinds: []string{"material", "part", "kit"}, Fact: true},
	{Why: MoveFound, From: OutsideMissing, Kinds: []string{"material", "part", "kit"}},
	{Why: "kitted", To: OutsideUsed, Kinds: []string{"material", "part", "device"}},
	{Why: MoveRelayed, To: OutsideUsed, Kinds: []string{"part"}},
	{Why: "kitted", From: OutsideMade, Kinds: []string{"kit"}},
	{Why: MoveUnpacked, From: OutsideUsed, Kinds: []string{"material", "part", "device"}},
	{Why: MoveUnpacked, To: OutsideMade, Kinds: []string{"kit"}},
	{Why: MoveHandedBack, Kinds: []string{"kit"}},
	{Why: MoveHandedOut, Kinds: []string{"material", "part"}},
	{Why: MoveAssembled, To: OutsideUsed, Kinds: []string{"material", "part"}, Fact: true},
	{Why: MoveTakenBack, Kinds: []string{"material", "part"}, Fact: true},
	{Why: MoveNotBack, To: OutsideMissing, Kinds: []string{"material", "part"}, Fact: true},
	{Why: "loaded", Kinds: []string{"kit"}},
	{Why: "sent", Kinds: []string{"material"}},
	{Why: "dropped", Kinds: []string{"material"}, Fact: true},
	{Why: "delivered", Kinds: []string{"kit"}},
	{Why: "returned", Kinds: []string{"kit", "part", "material"}},
}

// RuleOf is the rule that a move follows; false when there is none. A move that takes another back follows none of its own.
func RuleOf(m StockMove) (MoveRule, bool) {
	kind, _ := m.Item.Split()
	fits := func(have, want LocationID) bool { return have == want || want == "" && !have.Outside() }
	for _, r := range MoveRules {
		if r.Why == m.Why && slices.Contains(r.Kinds, kind) && fits(m.From, r.From) && fits(m.To, r.To) {
			return r, true
		}
	}
	return MoveRule{}, false
}

// CheckMove refuses a move that could never be right: nothing moved or too much, no item, from a place to itself, or not as
// MoveRules has it.
func CheckMove(m StockMove) error {
	kind, code := m.Item.Split()
	switch {
	case m.Quantity <= 0:
		return Refuse(Invalid, "quantity_not_positive", "quantity", "quantity", m.Quantity)
	case m.Quantity > MaxAmount:
		return Refuse(Invalid, "amount_too_large", "quantity", "max", MaxAmount)
	case kind == "" || code == "":
		return Refuse(Invalid, "item_unknown", "item", "item", string(m.Item))
	case m.From == m.To || m.From == "" || m.To == "":
		return Refuse(Invalid, "move_goes_nowhere", "to", "from", string(m.From), "to", string(m.To))
	case m.From.Outside() && m.To.Outside():
		return Refuse(Invalid, "move_stays_outside", "to", "from", string(m.From), "to", string(m.To))
	}
	if (m.Why == MoveUndone) != (m.Reverses != "") {
		return Refuse(Invalid, "move_unknown", "why", "why", m.Why)
	}
	if _, ok := RuleOf(m); !ok && m.Reverses == "" {
		return Refuse(Invalid, "move_unknown", "why", "why", m.Why)
	}
	return nil
}

// Back is the move that takes m back, said why by a person. It refuses what belongs to a paper, and what is such a move
// itself: that is moved anew.
func (m StockMove) Back(note string, by AccountID) (StockMove, error) {
	rule, _ := RuleOf(m)
	if !rule.Undo || m.Reverses != "" {
		return StockMove{}, Refuse(Conflict, "move_not_undone", "")
	}
	return StockMove{
		Item: m.Item, Source: m.Source, From: m.To, To: m.From, Quantity: m.Quantity, Why: MoveUndone, Subject: m.Subject, Note: note, Reverses: m.ID, By: by,
	}, nil
}

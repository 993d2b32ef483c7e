package fab

import "strings"

// Outside reports whether a location is one of the ways in or out, whose balance may go below zero.
func (l LocationID) Outside() bool { return strings.HasPrefix(string(l), "outside-") }

// CheckMove refuses a move that could never be right: nothing moved, no item, or from a place to itself.
func CheckMove(m StockMove) error {
	kind, code := m.Item.Split()
	switch {
	case m.Quantity <= 0:
		return Refuse(Invalid, "quantity_not_positive", "quantity", "quantity", m.Quantity)
	case kind == "" || code == "":
		return Refuse(Invalid, "item_unknown", "item", "item", string(m.Item))
	case m.From == m.To || m.From == "" || m.To == "":
		return Refuse(Invalid, "move_goes_nowhere", "to", "from", string(m.From), "to", string(m.To))
	case m.From.Outside() && m.To.Outside():
		return Refuse(Invalid, "move_stays_outside", "to", "from", string(m.From), "to", string(m.To))
	}
	return nil
}

package ui

// Materials is the ledger as people read it: gifts to receive, what there is, spools.
//
//	GET  /desk/materials
//	POST /desk/materials                FieldNameFR, FieldNameEN, FieldUnit: a material that the lab did not know
//	POST /desk/spools/{id}/recall       FieldReason, one line
type Materials struct {
	Frame
	Gifts    GiftDesk
	Balances []BalanceRow
	Spools   []SpoolRow
	Closes   []KitBalance // what can be assembled, and what is short
	Units    []Choice     // in which a new material can be counted
	Open     string       // id of the gift, or of the blocked goods, whose form was refused
	Form     Form
}

func (Materials) view() string { return "materials" }

// BalanceRow is one material: on hand, pledged, and asked for by open batches.
type BalanceRow struct {
	Material string
	Name     string
	Unit     string
	Hand     int64
	Pledged  int64
	Needed   int64
	LowAt    int64 // below this much it is time to ask for more; 0 never
}

// Low is how much is missing up to the amount below which it is time to ask for more, with what is pledged.
func (b BalanceRow) Low() int64 { return max(0, b.LowAt-b.Hand-b.Pledged) }

// Short is what is missing even with what is pledged.
func (b BalanceRow) Short() int64 { return max(0, b.Needed-b.Hand-b.Pledged) }

// Missing is what is missing now.
func (b BalanceRow) Missing() int64 { return max(0, b.Needed-b.Hand) }

// Of is a quantity of this material.
func (b BalanceRow) Of(n int64) Stuff {
	return Stuff{Material: b.Material, Name: b.Name, Unit: b.Unit, N: n}
}

// SpoolRow is one reel.
type SpoolRow struct {
	ID, Code  string
	Filament  string
	Colour    string
	LeftMG    int64
	InitialMG int64
	Where     string // printer it is on, or "" at the hub
	Recalled  bool
}

// Percent is how much is left.
func (s SpoolRow) Percent() int64 {
	if s.InitialMG <= 0 {
		return 0
	}
	return max(0, min(100, 100*s.LeftMG/s.InitialMG))
}

package ui

// BoxPage is one box: what is in it, its papers, and what may be done with it.
//
//	GET  /desk/boxes/{id}
//	POST /desk/boxes/{id}/split    FieldCount: products that go into another box
//	POST /desk/boxes/{id}/unpack   FieldCount: products; "bad." and an item: pieces that can't be used again
//	POST /desk/boxes/{id}/back     FieldGood, FieldBad, FieldReason (Reasons) when some are bad, FieldNote: it came back unused
//
// A refused form comes back with Form; Open is split, unpack or back.
type BoxPage struct {
	Frame
	Box      BoxRow
	Ref      string // of the request
	Request  string // its id
	Claims   []string
	Cleaning []string
	Sheet    bool       // what is inside goes out with an information sheet to sign
	Things   []BoxThing // what one takes out when it is taken apart
	N        int64      // products inside
	There    int64      // of a delivered box: products that may come back
	Reasons  []string
	Open     string
	Form     Form
}

// BoxThing is one thing that the products of a box are made of.
type BoxThing struct {
	Item string
	Name string
	N    int64
}

func (BoxPage) view() string { return "box_page" }

// Here reports whether the box lies at the hub.
func (b BoxPage) Here() bool { return b.Box.State == StateReady }

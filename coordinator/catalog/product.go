package catalog

import "io/fs"

// The words a product.toml may use.
const (
	StatusPrototype = "prototype" // leaves the lab only in a trial
	StatusTrialled  = "trialled"  // tried by named functions, see Evidence
	StatusWithdrawn = "withdrawn"

	HowPrint = "print" // a printer makes the part
	HowHand  = "hand"  // a person makes the part from its pattern

	PictureThread = "thread" // colours of a product's picture, by their name in the look
	PictureCall   = "call"

	UnitPiece = "piece"
	UnitMg    = "mg"
)

// Text is one sentence or name in every language that the catalogue speaks.
type Text struct {
	FR string `toml:"fr"`
	EN string `toml:"en"`
}

// In returns the text in lang ("fr" or "en"); any other language gets French.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.FR
}

// Map returns the text by language, as rows keep it.
func (t Text) Map() map[string]string {
	return map[string]string{"fr": t.FR, "en": t.EN}
}

// Product is one design version that people may ask for, with all that is needed to make and hand it over.
type Product struct {
	ID      string `toml:"id"`
	Version string `toml:"version"`
	Dated   string `toml:"dated"`   // day of the version and of its notices, YYYY-MM-DD
	Status  string `toml:"status"`  // one of the Status constants
	Picture string `toml:"picture"` // colour of its picture: PictureThread or PictureCall
	// SheetToSign tells that the notice goes out as an information sheet which the recipient signs.
	SheetToSign bool       `toml:"sheet_to_sign"`
	Names       Text       `toml:"names"`
	Blurb       Text       `toml:"blurb"`
	Claim       Claim      `toml:"claim"`
	Evidence    []Evidence `toml:"evidence"`
	Parts       []Part     `toml:"parts"`
	Materials   []Material `toml:"materials"`
	Steps       []Step     `toml:"steps"`
	Notices     Text       `toml:"notices"` // file names, one per language
	Checks      []Check    `toml:"-"`       // from checks.toml

	dir fs.FS
}

// Claim is what may be said of a product, and no more.
type Claim struct {
	Code string `toml:"code"`
	Text Text   `toml:"text"`
}

// Evidence tells who tried the version, in what function and when.
// Fictitious evidence is sample data: a lab replaces it by its own before it delivers.
type Evidence struct {
	Date       string `toml:"date"` // YYYY-MM-DD
	Fictitious bool   `toml:"fictitious"`
	Function   Text   `toml:"function"`
	Summary    Text   `toml:"summary"`
}

// Part is one piece of a product.
type Part struct {
	Code    string `toml:"code"` // unique over all products
	Names   Text   `toml:"names"`
	How     string `toml:"how"`    // HowPrint or HowHand
	File    string `toml:"file"`   // STL, or pattern for hand work
	Source  string `toml:"source"` // parametric drawing that File is made from; empty for hand work
	PerUnit int64  `toml:"per_unit"`
	Step    string `toml:"step"` // hand work: the code of the Step that is its main skill
	// PerPlate is the preferred number of copies on a bed of 210 x 210 mm; a smaller bed takes fewer. Zero for hand work.
	PerPlate int64 `toml:"per_plate"`
	// PileMax is how many pieces may stand on each other in print, where a maker wants that. Zero for hand work and for parts
	// that cannot stand on their own copy.
	PileMax int64 `toml:"pile_max"`
	// LayerHeightsUm lists the layer heights that the part is drawn for, in micrometres, preferred first.
	LayerHeightsUm []int64 `toml:"layer_heights_um"`
	// Filaments lists the filament families allowed, preferred first.
	Filaments []string `toml:"filaments"`
}

// Material is what one unit takes from stock besides its printed parts.
type Material struct {
	Code    string `toml:"code"`
	Names   Text   `toml:"names"`
	Unit    string `toml:"unit"` // UnitPiece or UnitMg
	PerUnit int64  `toml:"per_unit"`
}

// Step is hand work on one unit, in the order in which it is done.
type Step struct {
	Code    string `toml:"code"`
	Minutes int64  `toml:"minutes"` // working time for one unit, waiting left out
	Names   Text   `toml:"names"`
	Makes   *Made  `toml:"makes"` // nil for what is only done at the hub, or makes a part
}

// Made is what a step makes where people may do it elsewhere: a piece that stands for the parts and materials inside it.
type Made struct {
	Code  string   `toml:"code"` // unique over all products, parts included
	Names Text     `toml:"names"`
	Takes []string `toml:"takes"` // codes of parts and materials: all that one unit has of them
}

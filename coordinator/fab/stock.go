package fab

import (
	"strings"
	"time"
)

// Material is a kind of consumable: film sheets, elastic, filament, fabric.
type Material struct {
	Code     string            `bun:"code,pk"`
	Names    map[string]string `bun:"names,type:text"`
	Unit     string            `bun:"unit"`               // in which the books count it: one of UnitPiece, UnitMG, UnitUM
	Measures []Measure         `bun:"measures,type:text"` // its own, beside those of the unit
	LowAt    int64             `bun:"low_at"`             // below this much it is time to ask for more, in Unit; 0 never
}

// Lacks is how much is missing of what open work takes, or up to the amount below which it is time to ask for more.
// stock is what is here and pledged.
func (m Material) Lacks(stock, wanted int64) int64 { return max(0, max(wanted, m.LowAt)-stock) }

// Kinds of location.
const (
	LocationHub      = "hub"
	LocationMaker    = "maker"
	LocationVehicle  = "vehicle"
	LocationFacility = "facility"
	LocationOutside  = "outside" // where things come from and end: may go below zero
)

// The outside locations, one per way in or out. They exist in every lab from the first migration.
const (
	OutsideGiven    LocationID = "outside-given"    // donors
	OutsideMade     LocationID = "outside-made"     // production
	OutsideUsed     LocationID = "outside-used"     // consumed: filament printed, film and parts inside kits
	OutsideScrapped LocationID = "outside-scrapped" // bad pieces
	OutsideMissing  LocationID = "outside-missing"  // counted short
	TheHub          LocationID = "hub"
)

// PlaceOf is the place of a maker, a vehicle or a facility: kind and the id of whose it is.
func PlaceOf(kind, id string) LocationID { return LocationID(kind + "-" + id) }

// Location is a place where stock can be.
type Location struct {
	ID        LocationID `bun:"id,pk"`
	Kind      string     `bun:"kind"`
	Name      string     `bun:"name"`
	CreatedAt time.Time  `bun:"created_at"`
}

// Item names what a stock move moves: "material:film-a4", "part:visor-band", "kit:visor",
// "blocked:goods".
type Item string

// MaterialItem, PartItem and KitItem build items.
func MaterialItem(code string) Item { return Item("material:" + code) }

// PartItem is the item of a produced part.
func PartItem(part string) Item { return Item("part:" + part) }

// KitItem is the item of an assembled product.
func KitItem(product string) Item { return Item("kit:" + product) }

// BlockedItem is all that came without a label, or that nobody asked for. It is of a kind of its own, so that nothing that
// takes a material, a part or a kit can take it.
const BlockedItem Item = "blocked:goods"

// Split returns the kind and the code of an item.
func (i Item) Split() (kind, code string) {
	kind, code, _ = strings.Cut(string(i), ":")
	return kind, code
}

// StockMove is one line of the ledger: append-only, quantity above zero, from one location to another.
// Source is the identity that travels with the goods: a lot for parts, a donation or spool for materials, a kit for kits,
// the id of a BlockedLot for what is blocked.
type StockMove struct {
	ID       MoveID     `bun:"id,pk"`
	At       time.Time  `bun:"at"`
	Item     Item       `bun:"item"`
	Source   string     `bun:"source"`
	From     LocationID `bun:"from_location"`
	To       LocationID `bun:"to_location"`
	Quantity int64      `bun:"quantity"`
	Unit     string     `bun:"unit"`              // that of the material; UnitPiece for parts and kits
	Why      string     `bun:"why"`               // one of MoveRules
	Subject  string     `bun:"subject"`           // id of the row that caused it
	Note     string     `bun:"note"`              // one line by who made it; "" when Why says it all
	Reverses MoveID     `bun:"reverses,nullzero"` // the move that this one takes back
	By       AccountID  `bun:"by_account,nullzero"`
}

// Balance is what the moves of one item and source add up to at one location. It is derived, kept beside the ledger for
// speed, and checked against it by the audit. Reserved is the part of it that is promised: see Reservation.
type Balance struct {
	Location LocationID `bun:"location,pk"`
	Item     Item       `bun:"item,pk"`
	Source   string     `bun:"source,pk"`
	Reserved int64      `bun:"reserved"`
	Quantity int64      `bun:"quantity"`
}

// Free is what nobody was promised.
func (b Balance) Free() int64 { return b.Quantity - b.Reserved }

// Reservation keeps goods for a request: nobody else may take them. It is no move, the goods stay where they are.
type Reservation struct {
	ID        ReservationID `bun:"id,pk"`
	Location  LocationID    `bun:"location"`
	Item      Item          `bun:"item"`
	Source    string        `bun:"source"`
	Quantity  int64         `bun:"quantity"` // still kept; 0 once it is used or given up
	RequestID RequestID     `bun:"request_id"`
	By        AccountID     `bun:"by_account,nullzero"`
	CreatedAt time.Time     `bun:"created_at"`
	EndedAt   time.Time     `bun:"ended_at,nullzero"`
}

// StockTake is one count of what lies at a place. What differs from the books became moves whose Subject it is.
type StockTake struct {
	ID        StockTakeID `bun:"id,pk"`
	Location  LocationID  `bun:"location"`
	Note      string      `bun:"note"` // why it differs; "" when it does not
	SubmitKey string      `bun:"submit_key"`
	By        AccountID   `bun:"by_account,nullzero"`
	At        time.Time   `bun:"at"`
}

// StockTakeLine is what was counted of one item and source, and what the books had.
type StockTakeLine struct {
	StockTakeID StockTakeID `bun:"stock_take_id,pk"`
	Item        Item        `bun:"item,pk"`
	Source      string      `bun:"source,pk"`
	Booked      int64       `bun:"booked"`
	Counted     int64       `bun:"counted"`
}

// Spool is a reel of filament with a code on it.
type Spool struct {
	ID         SpoolID    `bun:"id,pk"`
	Code       string     `bun:"code"`
	Filament   string     `bun:"filament"`
	Colour     string     `bun:"colour"`
	InitialMG  int64      `bun:"initial_mg"`
	TareMG     int64      `bun:"tare_mg"` // of the empty reel; 0 when nobody weighed one
	DonationID DonationID `bun:"donation_id,nullzero"`
	Recalled   bool       `bun:"recalled"`
	CreatedAt  time.Time  `bun:"created_at"`
}

// Weighing is a spool put on a scale, reel and all. What the books had beyond or short of it became a move whose Subject it
// is.
type Weighing struct {
	ID       WeighingID `bun:"id,pk"`
	SpoolID  SpoolID    `bun:"spool_id"`
	TareMG   int64      `bun:"tare_mg"`
	GrossMG  int64      `bun:"gross_mg"`
	BookedMG int64      `bun:"booked_mg"` // in the books before
	By       AccountID  `bun:"by_account,nullzero"`
	At       time.Time  `bun:"at"`
}

// NetMG is the filament alone.
func (w Weighing) NetMG() int64 { return w.GrossMG - w.TareMG }

package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Stuff is a quantity of material: pieces, or milligrams where Unit is fab.UnitMG.
type Stuff struct {
	Material string // code
	Name     string // in the page's language
	Unit     string
	N        int64
}

// Give is the form on which material is pledged.
//
//	GET  /give
//	POST /give   FieldMaterial, FieldWords, FieldCount, FieldMeasure, FieldEach, FieldCondition, FieldPhoto, FieldWay, FieldAddress, FieldHours,
//	             FieldDonor, FieldTown, FieldPhone, FieldEmail, FieldConsent, FieldKey
//
// FieldCount is in FieldMeasure; without one it counts pieces, metres, or grams where the material is weighed.
type Give struct {
	Frame
	Materials []Choice // code and name with its unit: "film-a4", "Feuilles transparentes A4"
	Measures  []Choice
	Needed    []Stuff // what is short now
	Form      Form
}

func (Give) view() string { return "give" }

// Ways are how a gift comes.
func (Give) Ways() []string { return []string{WayBring, WayFetch} }

// Conditions are the states in which something may be given.
func (Give) Conditions() []string { return fab.Conditions[:] }

// GiftPage is the donor's page: what became of the gift.
//
//	GET /gift/{token}
type GiftPage struct {
	Frame
	Ref        string
	Status     fab.DonationStatus
	Pledged    Stuff
	Now        Stuff // the unit of all below; of something else it is what that was found to be
	Received   int64
	Rest       int64 // still to come
	Used       int64 // of what was received, what is inside goods
	Wasted     int64 // thrown away, or missing
	Left       int64 // in the lab
	Blocked    []BlockedRow
	Why, Said  string // why it was refused, or why the rest does not come
	Fetch      bool
	Paper      string // address of the slip for the parcel
	Goods      []Goods
	Delivered  []Goods
	DeliveredN int64    // of Used, what was delivered
	Towns      []string // where to
	PledgedAt  time.Time
	ReceivedAt time.Time
	LastAt     time.Time // of the last delivery
}

func (GiftPage) view() string { return "gift" }

// Of is a part of the gift.
func (g GiftPage) Of(n int64) Stuff {
	s := g.Pledged
	s.N = n
	return s
}

// In is a part of what the gift was found to be.
func (g GiftPage) In(n int64) Stuff {
	s := g.Now
	s.N = n
	return s
}

// News names the sentence at the top: gift.news_<News>.
func (g GiftPage) News() string {
	switch {
	case len(g.Delivered) > 0 && g.Pledged.Material == "film-a4" && len(g.Delivered) == 1 && g.Delivered[0].Code == "visor":
		return "film"
	case len(g.Delivered) > 0 && g.Device():
		return "device"
	case len(g.Delivered) > 0:
		return "delivered"
	case g.Used > 0:
		return "used"
	case g.Status == fab.DonationRefused:
		return "refused"
	case g.waits():
		return "blocked"
	case g.Status == fab.DonationReceived:
		return "received"
	case g.Received > 0:
		return "part"
	}
	return "pledged"
}

// Stops lists which of the four stations are behind.
func (g GiftPage) Stops() []bool {
	return []bool{true, g.Received > 0, g.Used > 0, len(g.Delivered) > 0}
}

// waits reports whether nobody knows yet what came.
func (g GiftPage) waits() bool {
	for _, b := range g.Blocked {
		if b.Status == string(fab.BlockedHere) {
			return true
		}
	}
	return false
}

// Figures reports whether there is anything to count yet: something came, and it is known what it is.
func (g GiftPage) Figures() bool {
	return g.Received > 0 && (g.Now.Material != "" || g.Now.Name != "")
}

// Device reports whether what is given is devices, which stay what they are.
func (g GiftPage) Device() bool { return fab.IsDevice(g.Pledged.Material) }

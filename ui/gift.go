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
//	POST /give   FieldMaterial, FieldCount, FieldDonor, FieldTown, FieldPhone, FieldEmail, FieldConsent, FieldKey
//
// FieldCount counts pieces, or grams where the material is weighed.
type Give struct {
	Frame
	Materials []Choice // code and name with its unit: "film-a4", "Feuilles transparentes A4"
	Needed    []Stuff  // what is short now
	Form      Form
}

func (Give) view() string { return "give" }

// GiftPage is the donor's page: what became of the gift.
//
//	GET /gift/{token}
type GiftPage struct {
	Frame
	Ref        string
	Status     fab.DonationStatus
	Pledged    Stuff
	Received   int64
	Used       int64 // of what was received, what is inside goods
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

// News names the sentence at the top: gift.news_<News>.
func (g GiftPage) News() string {
	switch {
	case len(g.Delivered) > 0 && g.Pledged.Material == "film-a4" && len(g.Delivered) == 1 && g.Delivered[0].Code == "visor":
		return "film"
	case len(g.Delivered) > 0:
		return "delivered"
	case g.Used > 0:
		return "used"
	case g.Status == fab.DonationReceived:
		return "received"
	case g.Status == fab.DonationRefused:
		return "refused"
	}
	return "pledged"
}

// Stops lists which of the four stations are behind.
func (g GiftPage) Stops() []bool {
	return []bool{true, g.Status == fab.DonationReceived, g.Used > 0, len(g.Delivered) > 0}
}

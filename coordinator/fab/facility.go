package fab

import "time"

// Kinds of facility.
const (
	FacilityCareHome   = "care_home"
	FacilityHospital   = "hospital"
	FacilityHealthPro  = "health_pro"
	FacilityShop       = "shop"
	FacilityTown       = "town"
	FacilityMember     = "member"
	FacilityOtherPlace = "other"
)

// FacilityKinds lists the kinds in the order in which the form shows them.
var FacilityKinds = [...]string{FacilityCareHome, FacilityHospital, FacilityHealthPro, FacilityShop, FacilityTown, FacilityMember, FacilityOtherPlace}

// FacilityStatus is where a place stands with the lab.
type FacilityStatus string

// The statuses of a facility.
const (
	FacilityKnown   FacilityStatus = ""    // somebody of the lab said that it is what it says
	FacilityNew     FacilityStatus = "new" // it asked; nobody looked yet
	FacilityRefused FacilityStatus = "refused"
)

// facilityMoves are the changes of status that may happen.
var facilityMoves = Table[FacilityStatus]{
	FacilityNew:     {FacilityKnown, FacilityRefused},
	FacilityRefused: {FacilityKnown},
	FacilityKnown:   {FacilityRefused},
}

// Move checks a change of status.
func (s FacilityStatus) Move(to FacilityStatus) error { return facilityMoves.Move("facility", s, to) }

// Facility is a place that asks. Contact data is personal data: it is shown to coordinators and to the driver of its
// delivery only.
type Facility struct {
	ID         FacilityID     `bun:"id,pk"`
	Name       string         `bun:"name"`
	Kind       string         `bun:"kind"`
	Address    string         `bun:"address"`
	Postcode   string         `bun:"postcode"`
	Town       string         `bun:"town"`
	Contact    string         `bun:"contact"`
	Phone      string         `bun:"phone"`
	Email      string         `bun:"email"`
	Access     string         `bun:"access"` // how to get in: which door, which bell
	Hours      Hours          `bun:"hours"`  // when somebody takes a delivery
	Status     FacilityStatus `bun:"status"`
	FinessET   string         `bun:"finess_et"` // number of the site in the FINESS register; "" where it is in none
	FinessEJ   string         `bun:"finess_ej"` // number of the legal entity that runs it
	LatE6      int64          `bun:"lat_e6"`    // WGS84, millionths of a degree; both zero: unknown
	LonE6      int64          `bun:"lon_e6"`
	Fictitious bool           `bun:"fictitious"`
	CreatedAt  time.Time      `bun:"created_at"`
}

// Spot is where the place's own address is.
func (f Facility) Spot() Spot {
	return Spot{Name: f.Name, Address: f.Address, Postcode: f.Postcode, Town: f.Town, Access: f.Access, Hours: f.Hours, Contact: f.Contact, Phone: f.Phone, LatE6: f.LatE6, LonE6: f.LonE6}
}

// Spot is where goods are to be brought, whatever it belongs to. Both coordinates zero: unknown.
type Spot struct {
	Name, Address, Postcode, Town string
	Access                        string
	Hours                         Hours
	Contact, Phone                string
	LatE6, LonE6                  int64
}

// Located reports whether the coordinates are known.
func (s Spot) Located() bool { return s.LatE6 != 0 || s.LonE6 != 0 }

// Rounded is the spot of a home as everybody but the coordinator may read it: to a hundredth of a degree, about a kilometre.
func (s Spot) Rounded() Spot {
	s.LatE6, s.LonE6 = rounded(s.LatE6), rounded(s.LonE6)
	return s
}

func rounded(e6 int64) int64 {
	const step = 10_000
	if e6 < 0 {
		return -rounded(-e6)
	}
	return (e6 + step/2) / step * step
}

// Check refuses texts of the spot that are too long, and hours that cannot be read. Name and town are for whoever knows
// whether they may be empty.
func (s Spot) Check() (errs Errors) {
	for _, one := range []struct{ field, value string }{{"address", s.Address}, {"postcode", s.Postcode}, {"access", s.Access}, {"contact", s.Contact}} {
		errs = append(errs, CheckLength(one.field, one.value, 200, "")...)
	}
	if _, err := s.Hours.Week("hours"); err != nil {
		more, _ := RefusalsOf(err)
		errs = append(errs, more...)
	}
	return errs
}

// FacilitySite is one more address of a facility where goods are brought: another building, a loading dock.
type FacilitySite struct {
	ID         SiteID     `bun:"id,pk"`
	FacilityID FacilityID `bun:"facility_id"`
	Name       string     `bun:"name"`
	Address    string     `bun:"address"`
	Postcode   string     `bun:"postcode"`
	Town       string     `bun:"town"`
	Access     string     `bun:"access"`
	Hours      Hours      `bun:"hours"`
	Contact    string     `bun:"contact"`
	Phone      string     `bun:"phone"`
	LatE6      int64      `bun:"lat_e6"`
	LonE6      int64      `bun:"lon_e6"`
	Closed     bool       `bun:"closed"` // nothing is brought there any more
	CreatedAt  time.Time  `bun:"created_at"`
}

// Spot is where the site is. What the site leaves out is its facility's.
func (s FacilitySite) Spot(of Facility) Spot {
	spot := Spot{Name: of.Name + " – " + s.Name, Address: s.Address, Postcode: s.Postcode, Town: s.Town, Access: s.Access, Hours: s.Hours, Contact: s.Contact, Phone: s.Phone, LatE6: s.LatE6, LonE6: s.LonE6}
	if spot.Town == "" {
		spot.Postcode, spot.Town = of.Postcode, of.Town
	}
	if spot.Hours == "" {
		spot.Hours = of.Hours
	}
	if spot.Contact == "" && spot.Phone == "" {
		spot.Contact, spot.Phone = of.Contact, of.Phone
	}
	return spot
}

// FacilityContact is a person at a facility beside the one who asked last.
type FacilityContact struct {
	ID         ContactID  `bun:"id,pk"`
	FacilityID FacilityID `bun:"facility_id"`
	Name       string     `bun:"name"`
	Role       string     `bun:"role"` // what he or she is for: orders, the loading dock, nights
	Phone      string     `bun:"phone"`
	Email      string     `bun:"email"`
	CreatedAt  time.Time  `bun:"created_at"`
}

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

// Facility is a place that asks. Contact data is personal data: it is shown to coordinators and to the driver of its
// delivery only.
type Facility struct {
	ID         FacilityID `bun:"id,pk"`
	Name       string     `bun:"name"`
	Kind       string     `bun:"kind"`
	Address    string     `bun:"address"`
	Postcode   string     `bun:"postcode"`
	Town       string     `bun:"town"`
	Contact    string     `bun:"contact"`
	Phone      string     `bun:"phone"`
	Email      string     `bun:"email"`
	Access     string     `bun:"access"` // how to get in: door, hours
	Fictitious bool       `bun:"fictitious"`
	CreatedAt  time.Time  `bun:"created_at"`
}

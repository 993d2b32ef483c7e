package ui

import "time"

// Deliveries leads from the bags that come in to the runs that go out.
//
//	GET  /desk/deliveries
//	POST /desk/bags/{lot}/settle   FieldGood, FieldBad, FieldReason (CountReasons) where they differ from the label,
//	                               FieldKit "yes": make kits of it at once
//	POST /desk/kits                FieldRequest, FieldProduct, FieldCount
//	POST /desk/boxes               FieldRequest
//	POST /desk/runs                FieldDriver, FieldPhone, FieldDay, FieldLeave, FieldVehicle, FieldBoxes, and of what it is for
//	                               FieldBox, FieldLot, FieldGift, FieldFetch (several each), FieldDrop+spool
//	POST /desk/hub                 FieldTown, FieldPostcode, FieldAt: where runs begin
//
// A refused form comes back with Form; Open names it: the lot's code, "kit", "box" or "run".
type Deliveries struct {
	Frame
	Bags    []Bag
	Kits    []KitRow
	Balance []KitBalance
	Boxes   []BoxRow
	Runs    []RunRow
	Away    []Bag // bags still at their makers'
	More    RunChoice
	Late    []LateMark
	Hub     Hub
	Open    string
	Form    Form
}

// Hub is where runs begin and end, as it was written down.
type Hub struct{ Town, Postcode, At string }

// Choice is the form of what a new run is for.
func (d Deliveries) Choice() runForm { return runForm{More: d.More, Form: d.Form, All: true} }

func (Deliveries) view() string { return "deliveries" }

// RunRow is one run.
type RunRow struct {
	ID     string
	Code   string
	Driver string
	Mobile string
	Day    time.Time
	State  string // StatePlanned, StateOnWay, StateDone
	Stops  int64
	Done   int64
	URL    string // the driver's link, shown once when the run was just made; "" after
}

package ui

import "time"

// Counter is the hub's counter: who comes when, what is handed out, and what comes back.
//
//	GET  /desk/counter
//	POST /desk/counter/slots              FieldDay, FieldFrom, FieldTo, FieldBoxes: opens a slot
//	POST /desk/counter/slots/{id}/close
//	POST /desk/counter/give               FieldRequest, FieldBox (several), FieldReceiver, FieldReserve, FieldKey
//	POST /desk/counter/back               FieldBox (a code), FieldLot, FieldCount, FieldReason (fab.DefectReasons), FieldNote
//
// Open names the form that was refused: "slot", "back", or the id of the request.
type Counter struct {
	Frame
	Slots   []CounterSlot
	Waiting []CounterRow
	Reasons []string
	Open    string
	Form    Form
}

func (Counter) view() string { return "counter" }

// CounterSlot is a time at which boxes may be fetched.
type CounterSlot struct {
	ID       string
	From, To time.Time
	Size     int64
	Free     int64
	Who      []string
}

// CounterRow is a request whose boxes lie here.
type CounterRow struct {
	Request string // id
	Place   string
	Town    string
	Own     bool // the lab's own members: counted, not named
	Boxes   []BoxRow
	At      time.Time // when somebody comes for them; zero: nobody said
}

// PickupPage lets a requester choose when to fetch the boxes.
//
//	GET  /track/{token}/pickup
//	POST /track/{token}/pickup    FieldSlot
//	POST /track/{token}/unbook
type PickupPage struct {
	Frame
	Token string
	Goods []Goods
	Slots []PickupSlot
	Form  Form
}

func (PickupPage) view() string { return "pickup" }

// Booked reports whether a slot is chosen.
func (p PickupPage) Booked() bool {
	for _, s := range p.Slots {
		if s.Mine {
			return true
		}
	}
	return false
}

// PickupSlot is one slot to choose.
type PickupSlot struct {
	ID       string
	From, To time.Time
	Free     int64
	Mine     bool
}

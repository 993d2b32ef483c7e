package paper

import (
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

func phone(number string) string { return locales.Phone(number) }

// clock is a time of day; "" for the zero time.
func (s *sheet) clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return locales.Clock(s.lang, at)
}

func (s *sheet) span(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return locales.Span(s.lang, from, to)
}

// Run is a tour on paper, for who has no network, and to be keyed in later.
type Run struct {
	Code    string
	Driver  string
	Phone   string
	Day     time.Time
	Leaves  time.Time
	Vehicle string
	Stops   []Stop
}

// Stop is one place on a run, in its order.
type Stop struct {
	Kind     string // fab.StopDeliver, …
	Gift     bool   // a gift is fetched
	Place    Place
	Expected time.Time // zero: nobody said
	Opens    time.Time // both zero: at any time
	Closes   time.Time
	Shut     bool          // closed all of that day
	Km       float64       // from the stop before, estimated; zero: not known
	Drive    time.Duration // the same way
	People   []Person      // to ask for beside the contact
	Note     string        // number of the delivery note
	Load     []Load
}

// Person is somebody to ask for.
type Person struct{ Name, Duty, Phone string }

// Load is one thing to carry: a box, a bag, a spool or a gift.
type Load struct {
	Code string
	What string
	Take Take // of a material; What is "" then
}

func (s *sheet) carried(l Load) string {
	switch {
	case l.What != "":
		return l.What
	case l.Take.Count == 0:
		return s.material(l.Take.Material)
	}
	return s.amount(l.Take) + " · " + s.taken(l.Take)
}

// RunSheet is what a driver takes along: what to load, every stop with boxes to tick, and the note that says why a
// volunteer is on the road.
func RunSheet(lang string, lab Lab, r Run) (ui.Document, error) {
	s := newSheet(lang, lab)
	s.code(r.Code, "", "driver", r.Driver, "phone", phone(r.Phone), "day", s.date(r.Day), "leaves", s.clock(r.Leaves), "vehicle", r.Vehicle, "stops", strconv.Itoa(len(r.Stops)))
	s.load(r)
	for i, stop := range r.Stops {
		s.stop(i+1, stop)
	}
	return document(lang, lab, s.say("run_title", "run", r.Code), false, s, travel(lang, lab, r))
}

// load lists what has to be in the vehicle before it leaves.
func (s *sheet) load(r Run) {
	var rows [][]string
	for i, stop := range r.Stops {
		if stop.Kind == fab.StopCollect {
			continue
		}
		for _, l := range stop.Load {
			rows = append(rows, []string{ui.TickBox, l.Code, s.carried(l), strconv.Itoa(i + 1)})
		}
	}
	if len(rows) == 0 {
		return
	}
	s.heading(s.say("to_load", "n", len(rows)))
	s.table([]column{{share: 7}, {code: "box", share: 18}, {code: "inside", share: 62}, {code: "stop", share: 13, right: true}}, rows)
}

func people(list []Person) string {
	var names []string
	for _, p := range list {
		names = append(names, joined(", ", p.Name, p.Duty, phone(p.Phone)))
	}
	return joined("; ", names...)
}

// way is how far it is from the stop before.
func (s *sheet) way(stop Stop) string {
	if stop.Drive == 0 {
		return ""
	}
	return s.say("way", "km", max(1, int64(stop.Km+0.5)), "drive", locales.Duration(s.lang, stop.Drive))
}

func (s *sheet) opening(stop Stop) string {
	if stop.Shut {
		return s.say("shut")
	}
	return s.span(stop.Opens, stop.Closes)
}

func (s *sheet) stop(n int, stop Stop) {
	kind := stop.Kind
	if stop.Gift {
		kind = "gift"
	}
	s.heading(strconv.Itoa(n) + ". " + joined(" · ", s.say("stop_"+kind), joined(", ", stop.Place.Name, stop.Place.Town)))
	s.fields("address", stop.Place.Address, "access", stop.Place.Access, "contact", joined(", ", stop.Place.Contact, phone(stop.Place.Phone)), "people", people(stop.People), "expected", joined(" · ", s.clock(stop.Expected), s.way(stop)), "opening", s.opening(stop), "note", stop.Note)
	if stop.Kind != fab.StopDeliver {
		var items []string
		for _, l := range stop.Load {
			items = append(items, joined(" · ", l.Code, s.carried(l)))
		}
		s.lines(items...)
		s.table([]column{{share: 6}, {code: "done", share: 44}, {share: 6}, {code: "not_done", share: 44}}, [][]string{{ui.TickBox, s.say("done_at"), ui.TickBox, s.say("why_not")}})
		return
	}
	var rows [][]string
	for _, l := range stop.Load {
		rows = append(rows, []string{l.Code, s.carried(l), ui.TickBox, ui.TickBox, ui.TickBox, ""})
	}
	s.table([]column{{code: "box", share: 14}, {code: "inside", share: 36}, {code: "given", share: 11}, {code: "refused", share: 11}, {code: "nobody", share: 12}, {code: "remark", share: 16}}, rows)
	s.blanks("receiver_blank", "taken_blank")
}

// travel says why a volunteer is on the road. It names towns and not people: it is shown to whoever asks.
func travel(lang string, lab Lab, r Run) *sheet {
	s := newSheet(lang, lab)
	s.Copy, s.Title = s.say("travel_copy"), s.say("travel_title")
	var towns []string
	seen := map[string]bool{}
	for _, stop := range r.Stops {
		if town := strings.TrimSpace(stop.Place.Town); town != "" && !seen[town] {
			seen[town] = true
			towns = append(towns, town)
		}
	}
	s.text(s.say("travel_who", "lab", lab.Name, "driver", r.Driver))
	s.fields("day", s.date(r.Day), "run", r.Code, "through", strings.Join(towns, ", "), "stops", strconv.Itoa(len(r.Stops)))
	s.text(s.say("travel_why"))
	s.text(s.say("travel_ask", "phone", phone(lab.Phone)))
	s.blanks("travel_sign", "travel_stamp")
	return s
}

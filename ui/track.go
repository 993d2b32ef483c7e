package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Track is the requester's page: where the goods are, in one sentence, five
// stations and five figures. It shows no address and no name.
//
//	GET  /track/{token}
//	GET  /track/{token}/change   the request form filled in; only linked with CanChange
//	GET  /track/{token}/cancel   TrackCancel, asks once more
//	POST /track/{token}/cancel   FieldReason, optional
//	POST /track/{token}/confirm  the requester has the goods
type Track struct {
	Frame
	Token    string
	Ref      string
	Status   fab.RequestStatus
	Why      fab.Reason // of a refusal or cancellation
	Channel  string
	Lines    []TrackLine
	Notes    []NoteLink
	Received time.Time
	Approved time.Time // zero until then
	// Gathered is when the last missing material came; zero while some is missing and Gift is zero.
	Gathered  bool
	Gift      Gift  // the gift that helped, if one did
	Makers    int64 // how many people make for this request now
	Packed    bool  // everything is checked and boxed
	CheckDay  time.Time
	From, To  time.Time // when it comes; zero while nobody can tell
	Ready     Outlook   // when everything will be made
	OnWay     bool
	Delivered time.Time // zero until then
	Confirmed bool      // the requester said that everything came
	Wait      fab.Reason
	CanFetch  bool      // the requester may fetch it: PickupPage
	Fetch     time.Time // when that was agreed; zero: nothing is
	FetchTo   time.Time
	CanChange bool // false offers a call instead
	CanCancel bool
	Still     StillNeeded
}

func (Track) view() string { return "track" }

// TrackLine is one product with its five quantities.
type TrackLine struct {
	Code, Name string
	Asked      int64
	Promised   int64
	Making     int64
	OnWay      int64
	Delivered  int64
	Made       int64 // pieces counted good so far, of Promised
}

// Gift is material that a donor gave.
type Gift struct {
	Material string
	Count    int64
	Town     string
}

// Total adds one quantity over the lines.
func (t Track) total(of func(TrackLine) int64) (n int64) {
	for _, l := range t.Lines {
		n += of(l)
	}
	return n
}

// Goods lists what was promised, or asked while nothing is.
func (t Track) Goods() []Goods {
	var out []Goods
	for _, l := range t.Lines {
		n := l.Promised
		if n == 0 {
			n = l.Asked
		}
		out = append(out, Goods{l.Code, l.Name, n})
	}
	return out
}

// Many reports whether the sentence about the goods is in the plural.
func (t Track) Many() int64 {
	return t.total(func(l TrackLine) int64 { return max(l.Asked, l.Promised) })
}

// Made and Promised are the pieces counted good and the pieces promised.
func (t Track) Made() int64 { return t.total(func(l TrackLine) int64 { return l.Made }) }

// Promised adds up what was promised.
func (t Track) Promised() int64 { return t.total(func(l TrackLine) int64 { return l.Promised }) }

// News names the sentence at the top: track.news_<News>.
func (t Track) News() string {
	switch {
	case t.Status == fab.RequestRefused:
		return "refused"
	case t.Status == fab.RequestCancelled:
		return "cancelled"
	case !t.Delivered.IsZero():
		return "delivered"
	case t.OnWay:
		return "on_way"
	case t.Approved.IsZero():
		return "received"
	case !t.From.IsZero():
		return "window"
	case t.Packed:
		return "packed"
	}
	return "making"
}

// Active reports whether the request is still on its way.
func (t Track) Active() bool {
	return t.Delivered.IsZero() && t.Status != fab.RequestRefused && t.Status != fab.RequestCancelled
}

// Stations lists the knots of the thread.
func (t Track) Stations() []Station {
	first := Station{State: StationDone, Title: fab.Because("track.st_received"),
		Detail: fab.Because("track.st_received_"+nonEmpty(t.Channel, fab.ChannelWeb), "at", t.Received)}
	switch t.Status {
	case fab.RequestRefused:
		return []Station{first, {State: StationStop, Title: fab.Because("track.st_refused"), Detail: t.Why}}
	case fab.RequestCancelled:
		return []Station{first, {State: StationStop, Title: fab.Because("track.st_cancelled"), Detail: t.Why}}
	}
	if t.Approved.IsZero() {
		first.State = StationHere
	}
	all := []Station{first, t.material(), t.making(), t.checking(), t.delivery()}
	here := false
	for i := range all {
		if all[i].State == StationDone {
			continue
		}
		all[i].State = StationAhead
		if !here && t.Active() {
			all[i].State, here = StationHere, true
		}
	}
	return all
}

func (t Track) material() Station {
	s := Station{Key: "track-material", Title: fab.Because("track.st_material")}
	if t.Gathered {
		s.State = StationDone
	}
	switch {
	case t.Gift.Count > 0:
		s.Detail = fab.Because("track.st_material_gift", "n", t.Gift.Count, "material", t.Gift.Material, "town", t.Gift.Town)
	case !t.Gathered && t.Wait.Code != "":
		s.Detail = t.Wait
	}
	return s
}

func (t Track) making() Station {
	s := Station{Key: "track-making", Title: fab.Because("track.st_making")}
	made, of := t.Made(), t.Promised()
	if !t.Approved.IsZero() && of > 0 {
		s.Title = fab.Because("track.st_making_of", "n", made, "of", of)
	}
	switch {
	case of > 0 && made >= of:
		s.State, s.Title = StationDone, fab.Because("track.st_made")
	case t.Makers > 0:
		s.Detail = fab.Because("track.st_makers", "n", t.Makers)
	}
	return s
}

func (t Track) checking() Station {
	s := Station{Key: "track-checking", Title: fab.Because("track.st_checking")}
	if t.Packed || t.OnWay || !t.Delivered.IsZero() {
		s.State = StationDone
	} else if !t.CheckDay.IsZero() {
		s.Detail = fab.Because("track.st_day", "at", t.CheckDay)
	}
	return s
}

func (t Track) delivery() Station {
	s := Station{Key: "track-delivery", Title: fab.Because("track.st_delivery")}
	switch {
	case !t.Delivered.IsZero():
		s.State, s.Detail = StationDone, fab.Because("track.st_delivered", "at", t.Delivered)
	case t.OnWay:
		s.Detail = fab.Because("track.st_on_way")
	case !t.From.IsZero():
		s.Detail = fab.Because("track.st_window", "from", t.From, "to", t.To)
	}
	return s
}

// TrackCancel asks once more before a request is cancelled.
//
//	GET  /track/{token}/cancel
//	POST /track/{token}/cancel
type TrackCancel struct {
	Frame
	Token string
	Ref   string
	Goods []Goods
	Form  Form
}

func (TrackCancel) view() string { return "track_cancel" }

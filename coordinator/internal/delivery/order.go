package delivery

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/route"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// stay is how long a stop takes: ringing, carrying, counting, a signature.
const stay = 10 * time.Minute

// The settings that say where runs begin and end.
const (
	SettingHubTown     = "hub_town"
	SettingHubPostcode = "hub_postcode"
	SettingHubLatE6    = "hub_lat_e6" // WGS 84, millionths of a degree
	SettingHubLonE6    = "hub_lon_e6"
)

// Times are what an order comes to, by the lab's clock; for its open stops only.
type Times struct {
	At   map[fab.StopID]time.Time
	Late map[fab.StopID]bool         // the stop has closed by then
	Open map[fab.StopID]fab.Interval // when it is open about then; none where hours are unknown
	Back time.Time
	Km   int64 // estimated, from a mean speed
}

// meanKmh is what Km is reckoned with.
const meanKmh = 45

// Propose puts the open stops of a run in a good order: those that are over stay in front.
func (d *Delivery) Propose(ctx context.Context, id fab.RunID) error {
	return d.change(ctx, id, func(tx *store.Tx, run fab.Run, _ []fab.Stop) error { return d.propose(tx, run) })
}

// Move moves an open stop one place up or down among the open stops. At the edge nothing changes.
func (d *Delivery) Move(ctx context.Context, id fab.RunID, no int64, up bool) error {
	return d.change(ctx, id, func(tx *store.Tx, _ fab.Run, stops []fab.Stop) error {
		open := openOf(stops)
		i := slices.IndexFunc(open, func(s fab.Stop) bool { return s.No == no })
		if i < 0 {
			return fab.Refuse(fab.Conflict, "stop_over", "")
		}
		j := i + 1
		if up {
			j = i - 1
		}
		if j < 0 || j >= len(open) {
			return nil
		}
		open[i], open[j] = open[j], open[i]
		return renumber(tx, stops, open)
	})
}

// TakeOff takes an open stop off a run: what is aboard for it comes back to the hub.
func (d *Delivery) TakeOff(ctx context.Context, id fab.RunID, no int64) error {
	return d.change(ctx, id, func(tx *store.Tx, run fab.Run, stops []fab.Stop) error {
		i := slices.IndexFunc(stops, func(s fab.Stop) bool { return s.No == no })
		if i < 0 {
			return fab.Refuse(fab.NotFound, "not_found", "", "what", "stop")
		}
		if stops[i].Status != fab.StopOpen {
			return fab.Refuse(fab.Conflict, "stop_over", "")
		}
		if err := unvisited(tx, run, stops[i], fab.StopTakenOff); err != nil {
			return err
		}
		return closeRun(tx, run)
	})
}

// change runs fn on a run that is not over.
func (d *Delivery) change(ctx context.Context, id fab.RunID, fn func(*store.Tx, fab.Run, []fab.Stop) error) error {
	return d.store.Update(ctx, func(tx *store.Tx) error {
		run, err := tx.Run(id)
		if err != nil {
			return err
		}
		if run.Status == fab.RunDone {
			return fab.Refuse(fab.Conflict, "run_over", "", "run", run.Code, "at", run.FinishedAt)
		}
		stops, err := tx.Stops(id)
		if err != nil {
			return err
		}
		if err := fn(tx, run, stops); err != nil {
			return err
		}
		return tx.Note(fab.Change{Code: "run_changed", Subject: string(id), Args: fab.Args{"run": run.Code}})
	})
}

func openOf(stops []fab.Stop) (open []fab.Stop) {
	for _, s := range stops {
		if s.Status == fab.StopOpen {
			open = append(open, s)
		}
	}
	return open
}

// renumber stores an order of the open stops behind those that are over.
func renumber(tx *store.Tx, stops, open []fab.Stop) error {
	var order []fab.Stop
	for _, s := range stops {
		if s.Status != fab.StopOpen {
			order = append(order, s)
		}
	}
	for i, s := range append(order, open...) {
		if s.Seq == int64(i+1) {
			continue
		}
		s.Seq = int64(i + 1)
		if err := tx.SetStop(&s); err != nil {
			return err
		}
	}
	return nil
}

// propose keeps the order as it is unless another is better by what is known of places and hours.
func (d *Delivery) propose(tx *store.Tx, run fab.Run) error {
	stops, err := tx.Stops(run.ID)
	if err != nil {
		return err
	}
	open := openOf(stops)
	tour, err := d.tour(tx, run, stops, open)
	if err != nil {
		return err
	}
	plan := route.Order(tour)
	if plan.Cost() >= tour.Follow(indices(len(open))).Cost() {
		return renumber(tx, stops, open)
	}
	sorted := make([]fab.Stop, len(open))
	for i, at := range plan.Order {
		sorted[i] = open[at]
	}
	return renumber(tx, stops, sorted)
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// times works the present order out.
func (d *Delivery) times(tx *store.Tx, run fab.Run, stops []fab.Stop) (Times, error) {
	open := openOf(stops)
	tour, err := d.tour(tx, run, stops, open)
	if err != nil {
		return Times{}, err
	}
	plan := tour.Follow(indices(len(open)))
	day := d.midnight(run)
	t := Times{At: map[fab.StopID]time.Time{}, Late: map[fab.StopID]bool{}, Open: map[fab.StopID]fab.Interval{}, Back: day.Add(plan.Back).Round(time.Minute), Km: int64(plan.Drive.Hours()*meanKmh + 0.5)}
	for i, s := range open {
		t.At[s.ID] = day.Add(plan.Arrive[i]).Round(time.Minute)
		windows := tour.Stops[i].Open
		if len(windows) == 0 {
			continue
		}
		w := slices.IndexFunc(windows, func(w route.Window) bool { return plan.Arrive[i] <= w.To })
		if t.Late[s.ID] = w < 0; w < 0 {
			w = len(windows) - 1
		}
		t.Open[s.ID] = fab.Interval{From: day.Add(windows[w].From), To: day.Add(windows[w].To)}
	}
	return t, nil
}

func (d *Delivery) midnight(run fab.Run) time.Time {
	y, m, day := run.Day.UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, d.zone)
}

// tour is what is still to drive: from the hub, or from the last stop that is over, through the open stops to the hub.
func (d *Delivery) tour(tx *store.Tx, run fab.Run, stops, open []fab.Stop) (route.Tour, error) {
	day := d.midnight(run)
	t := route.Tour{From: len(open), To: len(open), Leave: time.Duration(run.LeaveMin) * time.Minute}
	places := make([]route.Place, len(open), len(open)+2)
	for i, s := range open {
		spot, err := spotOf(tx, s)
		if err != nil {
			return t, err
		}
		if places[i], err = placeOf(tx, spot); err != nil {
			return t, err
		}
		one := route.Stop{Place: i, Stay: stay}
		if week, err := spot.Hours.Week("hours"); err == nil && len(week) > 0 {
			for _, w := range fab.Intervals(week, day, day.AddDate(0, 0, 1), d.zone) {
				one.Open = append(one.Open, route.Window{From: w.From.Sub(day), To: w.To.Sub(day)})
			}
		}
		t.Stops = append(t.Stops, one)
	}
	hub, err := hubPlace(tx)
	if err != nil {
		return t, err
	}
	places = append(places, hub)
	if last := lastDone(stops); last.ID != "" {
		spot, err := spotOf(tx, last)
		if err != nil {
			return t, err
		}
		here, err := placeOf(tx, spot)
		if err != nil {
			return t, err
		}
		places, t.From, t.Leave = append(places, here), len(places), max(t.Leave, last.DoneAt.Sub(day))
	}
	t.Travel = route.Travel(places)
	return t, nil
}

// lastDone is the stop that was visited last, the zero Stop when none was.
func lastDone(stops []fab.Stop) (last fab.Stop) {
	for _, s := range stops {
		visited := s.Status != fab.StopOpen && s.Why != fab.StopTakenOff && s.Why != fab.StopNotVisited
		if visited && (last.ID == "" || s.DoneAt.After(last.DoneAt)) {
			last = s
		}
	}
	return last
}

// spotOf is where a stop is, as its driver has to find it.
func spotOf(tx *store.Tx, s fab.Stop) (fab.Spot, error) {
	switch {
	case s.RequestID != "":
		r, err := tx.Request(s.RequestID)
		if err != nil {
			return fab.Spot{}, err
		}
		return tx.SpotOf(r)
	case s.DonationID != "":
		g, err := tx.Donation(s.DonationID)
		return fab.Spot{Name: g.Donor, Town: g.Town, Phone: g.Phone}, err
	case s.FetchID != "":
		f, err := tx.Fetch(s.FetchID)
		return fab.Spot{Name: f.Name, Town: f.Place, Phone: f.Phone}, err
	}
	m, err := tx.Maker(s.MakerID)
	if err != nil {
		return fab.Spot{}, err
	}
	if s.Kind == fab.StopCollect {
		m, err = hostOf(tx, m)
	}
	return fab.Spot{Name: m.Name, Postcode: m.Postcode, Town: m.Town, Phone: m.Phone}, err
}

// placeOf is where a spot lies for reckoning ways: its own position, else the middle of its town.
func placeOf(tx *store.Tx, spot fab.Spot) (route.Place, error) {
	p := route.Place{Town: fab.Folded(spot.Town)}
	if p.Town == "" {
		p.Town = spot.Postcode
	}
	lat, lon, known := spot.LatE6, spot.LonE6, spot.Located()
	if !known {
		var err error
		if lat, lon, known, err = tx.TownCentre(spot.Town, spot.Postcode); err != nil {
			return p, err
		}
	}
	p.At, p.Known = route.Point{Lat: float64(lat) / 1e6, Lon: float64(lon) / 1e6}, known
	return p, nil
}

// Hub is where runs begin and end, as far as it was said.
func (d *Delivery) Hub(ctx context.Context) (spot fab.Spot, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		spot, err = hubSpot(tx)
		return err
	})
	return spot, err
}

// SetHub notes where runs begin and end.
func (d *Delivery) SetHub(ctx context.Context, spot fab.Spot) error {
	town, postcode := fab.Line(spot.Town), fab.Line(spot.Postcode)
	if utf8.RuneCountInString(town) > maxName {
		return fab.Refuse(fab.Invalid, "too_long", "town", "max", maxName)
	}
	if len(postcode) > maxPhone {
		return fab.Refuse(fab.Invalid, "too_long", "postcode", "max", maxPhone)
	}
	return d.store.Update(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.SetSetting(SettingHubTown, town), tx.SetSetting(SettingHubPostcode, postcode),
			tx.SetSetting(SettingHubLatE6, strconv.FormatInt(spot.LatE6, 10)), tx.SetSetting(SettingHubLonE6, strconv.FormatInt(spot.LonE6, 10)),
		)
	})
}

func hubPlace(tx *store.Tx) (route.Place, error) {
	spot, err := hubSpot(tx)
	if err != nil {
		return route.Place{}, err
	}
	return placeOf(tx, spot)
}

func hubSpot(tx *store.Tx) (spot fab.Spot, err error) {
	said := map[string]string{}
	for _, key := range [...]string{SettingHubTown, SettingHubPostcode, SettingHubLatE6, SettingHubLonE6} {
		if said[key], err = tx.Setting(key); err != nil {
			return spot, err
		}
	}
	spot.Town, spot.Postcode = said[SettingHubTown], said[SettingHubPostcode]
	spot.LatE6, _ = strconv.ParseInt(said[SettingHubLatE6], 10, 64) // what was never set is not known
	spot.LonE6, _ = strconv.ParseInt(said[SettingHubLonE6], 10, 64)
	return spot, nil
}

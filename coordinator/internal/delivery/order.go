package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/route"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// stay is how long a stop takes: ringing, carrying, counting, a signature.
const stay = 10 * time.Minute

// Times are what an order comes to, by the lab's clock; for its open stops only.
type Times struct {
	Stops map[fab.StopID]Timed
	Home  Leg // from the last stop to the hub
	Back  time.Time
	Km    int64 // estimated, from a mean speed
}

// Timed is what an order comes to at one stop.
type Timed struct {
	At   time.Time
	Leg  Leg
	Sure string        // of Whereabouts: how well it is known where the stop is
	Open fab.Interval  // when it is open about then; none where hours are unknown
	Wait time.Duration // before it opens
	Late bool          // it has closed by then
	Shut bool          // it is closed all of that day
}

// Leg is the way to a stop from the one before it, estimated.
type Leg struct {
	Km    float64
	Drive time.Duration
}

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
	tour, _, err := d.tour(tx, run, stops, open)
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
	tour, known, err := d.tour(tx, run, stops, open)
	if err != nil {
		return Times{}, err
	}
	plan := tour.Follow(indices(len(open)))
	day := d.midnight(run)
	t := Times{Stops: map[fab.StopID]Timed{}, Back: day.Add(plan.Back).Round(time.Minute), Km: int64(route.Km(plan.Drive) + 0.5)}
	at := tour.From
	for i, s := range open {
		here := tour.Stops[i]
		one := Timed{At: day.Add(plan.Arrive[i]).Round(time.Minute), Leg: legOf(tour, at, here.Place), Sure: known[i].sure, Shut: known[i].shut}
		at = here.Place
		one.opening(day, plan.Arrive[i], here.Open)
		t.Stops[s.ID] = one
	}
	t.Home = legOf(tour, at, tour.To)
	return t, nil
}

// opening says how a stop stands that is reached at a time since midnight.
func (t *Timed) opening(day time.Time, reached time.Duration, windows []route.Window) {
	if t.Late = t.Shut; len(windows) == 0 {
		return
	}
	w := slices.IndexFunc(windows, func(w route.Window) bool { return reached <= w.To })
	if t.Late = w < 0; w < 0 {
		w = len(windows) - 1
	}
	t.Open = fab.Interval{From: day.Add(windows[w].From), To: day.Add(windows[w].To)}
	t.Wait = max(0, windows[w].From-reached).Round(time.Minute)
}

func legOf(t route.Tour, from, to int) Leg {
	drive := t.Travel[from][to]
	return Leg{Km: route.Km(drive), Drive: drive}
}

func (d *Delivery) midnight(run fab.Run) time.Time {
	y, m, day := run.Day.UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, d.zone)
}

// tour is what is still to drive: from the hub, or from the last stop that is over, through the open stops to the hub; and
// what is known of each open stop.
func (d *Delivery) tour(tx *store.Tx, run fab.Run, stops, open []fab.Stop) (route.Tour, []known, error) {
	day := d.midnight(run)
	t := route.Tour{From: len(open), To: len(open), Leave: time.Duration(run.LeaveMin) * time.Minute}
	m := newMap(tx)
	facts := make([]known, len(open))
	for i, s := range open {
		spot, err := m.stop(s, &facts[i])
		if err != nil {
			return t, nil, err
		}
		one := route.Stop{Place: i, Stay: stay}
		one.Open, facts[i].shut = d.windows(spot, day)
		t.Stops = append(t.Stops, one)
	}
	if err := m.hub(); err != nil {
		return t, nil, err
	}
	if last := lastDone(stops); last.ID != "" {
		if _, err := m.stop(last, &known{}); err != nil {
			return t, nil, err
		}
		t.From, t.Leave = len(open)+1, max(t.Leave, last.DoneAt.Sub(day))
	}
	t.Travel = route.Travel(m.places)
	return t, facts, nil
}

// windows are when a spot is open on a day, as far as its hours are known, and whether it is closed all day.
func (d *Delivery) windows(spot fab.Spot, day time.Time) (open []route.Window, shut bool) {
	week, err := spot.Hours.Week("hours")
	if err != nil || len(week) == 0 {
		return nil, false
	}
	for _, w := range fab.Intervals(week, day, day.AddDate(0, 0, 1), d.zone) {
		open = append(open, route.Window{From: w.From.Sub(day), To: w.To.Sub(day)})
	}
	return open, len(open) == 0
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

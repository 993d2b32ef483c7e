package schedule

import (
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// horizon is how far ahead hours are looked up; what lies beyond counts as open, so that every job ends somewhere.
const horizon = 28 * 24 * time.Hour

// never marks a worker that is not counted on, or a job that no opening is long enough for.
const never = time.Duration(-1)

// calendar is the openings of a worker from now on, in order; nil is always open.
type calendar []opening

type opening struct{ from, to time.Duration }

// calendars keeps each text of hours once: fifty printers share a few of them.
type calendars struct {
	now  time.Time
	zone *time.Location
	by   map[fab.Hours]calendar
}

// of gives the openings; hours that cannot be read, which no form accepts, count as always.
func (c *calendars) of(h fab.Hours) calendar {
	if h == "" {
		return nil
	}
	if cal, known := c.by[h]; known {
		return cal
	}
	var cal calendar
	if week, err := h.Week("hours"); err == nil && len(week) > 0 {
		for _, i := range fab.Intervals(week, c.now, c.now.Add(horizon), c.zone) {
			cal = append(cal, opening{i.From.Sub(c.now), i.To.Sub(c.now)})
		}
	}
	c.by[h] = cal
	return cal
}

// next is the first time at or after t that is open.
func (c calendar) next(t time.Duration) time.Duration {
	if len(c) == 0 || t >= horizon {
		return t
	}
	i, _ := slices.BinarySearchFunc(c, t, func(o opening, t time.Duration) int {
		if o.to <= t {
			return -1
		}
		return 1
	})
	if i == len(c) {
		return horizon
	}
	return max(t, c[i].from)
}

// alone is how long nobody is there in a stretch for which a pile is begun.
const alone = 2 * time.Hour

// leaves reports whether work that starts then runs into a stretch of some hours that is closed.
func (c calendar) leaves(start, takes time.Duration) bool {
	for i, o := range c {
		if start >= o.from && start < o.to {
			closed := i+1 == len(c) || c[i+1].from-o.to >= alone
			return closed && o.to < start+takes
		}
	}
	return false
}

// fit is the first time at or after t from which work of this length stays inside one opening, or never.
func (c calendar) fit(t, takes time.Duration) time.Duration {
	if len(c) == 0 || t >= horizon {
		return t
	}
	long := false
	for _, o := range c {
		long = long || o.to-o.from >= takes
		if start := max(t, o.from); o.to-start >= takes {
			return start
		}
	}
	if !long {
		return never
	}
	return horizon
}

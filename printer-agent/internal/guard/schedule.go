package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Schedule is the hours of every week in which something may be done, in the zone of the lab. The zero value is never.
type Schedule struct {
	zone  *time.Location
	hours []hours
}

// hours are a stretch of each of some days of the week. to is after from; above one day it reaches into the next one.
type hours struct {
	days     [7]bool // Sunday first, as time.Weekday counts
	from, to int     // minutes after midnight, by the clock on the wall
}

const (
	dayMinutes = 24 * 60
	horizon    = 9 // days looked ahead: every stretch comes back within a week
)

// dayNames are the names of days in both languages, by their first three letters.
var dayNames = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday,
	"sat": time.Saturday, "sun": time.Sunday,
	"lun": time.Monday, "mar": time.Tuesday, "mer": time.Wednesday, "jeu": time.Thursday, "ven": time.Friday,
	"sam": time.Saturday, "dim": time.Sunday,
}

// Daytime is the schedule of a printer whose owner set none: no night printing.
const Daytime = "daily 08:00-22:00"

// ParseSchedule reads stretches such as "mon-fri 08:00-20:00", "sat,sun 10:00-24:00", "fri 22:00-06:00" (until Saturday
// morning), "daily 08:00-22:00", or the single word "always" or "never". field names the setting in errors. No stretch at
// all is an error: whoever means never says so.
func ParseSchedule(field string, stretches []string, zone *time.Location) (Schedule, error) {
	s := Schedule{zone: zone}
	if len(stretches) == 0 {
		return Schedule{}, fmt.Errorf(`%s is empty: write hours such as "mon-fri 08:00-20:00", "always" or "never"`, field)
	}
	for _, text := range stretches {
		word := strings.ToLower(strings.Join(strings.Fields(text), " "))
		if word == "always" || word == "never" {
			if len(stretches) > 1 {
				return Schedule{}, fmt.Errorf("%s: %q stands alone, without other hours", field, word)
			}
			if word == "always" {
				s.hours = []hours{{days: [7]bool{true, true, true, true, true, true, true}, to: dayMinutes}}
			}
			return s, nil
		}
		h, err := parseHours(word)
		if err != nil {
			return Schedule{}, fmt.Errorf("%s: %q: %w", field, text, err)
		}
		s.hours = append(s.hours, h)
	}
	return s, nil
}

func parseHours(text string) (hours, error) {
	days, clock, ok := strings.Cut(text, " ")
	if !ok {
		return hours{}, fmt.Errorf(`want days and hours, such as "mon-fri 08:00-20:00"`)
	}
	var h hours
	if err := h.parseDays(days); err != nil {
		return hours{}, err
	}
	from, to, ok := strings.Cut(clock, "-")
	if !ok {
		return hours{}, fmt.Errorf(`hours %q: want a start and an end, such as "08:00-20:00"`, clock)
	}
	var err error
	if h.from, err = parseClock(from); err != nil {
		return hours{}, err
	}
	if h.to, err = parseClock(to); err != nil {
		return hours{}, err
	}
	switch {
	case h.from == h.to:
		return hours{}, fmt.Errorf(`hours %q end when they begin: a whole day is "00:00-24:00"`, clock)
	case h.from == dayMinutes:
		return hours{}, fmt.Errorf(`hours %q begin at 24:00: that is 00:00 of the next day`, clock)
	case h.to < h.from:
		h.to += dayMinutes
	}
	return h, nil
}

func (h *hours) parseDays(text string) error {
	if text == "daily" {
		h.days = [7]bool{true, true, true, true, true, true, true}
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, ok := dayNames[first]
		if !ok {
			return fmt.Errorf("day %q: want mon, tue, wed, thu, fri, sat, sun or daily", first)
		}
		to := from
		if isRange {
			if to, ok = dayNames[last]; !ok {
				return fmt.Errorf("day %q: want mon, tue, wed, thu, fri, sat or sun", last)
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			h.days[d] = true
			if d == to {
				break
			}
		}
	}
	return nil
}

// parseClock reads 08:00 to 24:00 into minutes.
func parseClock(text string) (int, error) {
	hour, minute, ok := strings.Cut(text, ":")
	hh, err1 := strconv.ParseUint(hour, 10, 8)
	mm, err2 := strconv.ParseUint(minute, 10, 8)
	if !ok || err1 != nil || err2 != nil || len(minute) != 2 || len(hour) > 2 || mm > 59 || hh*60+mm > dayMinutes {
		return 0, fmt.Errorf("time %q: want 00:00 to 24:00, with a colon", text)
	}
	return int(hh*60 + mm), nil
}

// stretch is one opening on one date.
type stretch struct{ from, to time.Time }

// around lists the openings near now in order, none touching another. By the clock on the wall: a day of 23 or 25 hours
// opens and closes at the hours written, and what is written for an hour that a change of the clock leaves out is left
// out too.
func (s Schedule) around(now time.Time) []stretch {
	if s.zone == nil {
		return nil
	}
	var all []stretch
	y, m, d := now.In(s.zone).Date()
	for day := d - 2; day <= d+horizon; day++ {
		weekday := time.Date(y, m, day, 12, 0, 0, 0, s.zone).Weekday()
		for _, h := range s.hours {
			if !h.days[weekday] {
				continue
			}
			from := time.Date(y, m, day, 0, h.from, 0, 0, s.zone)
			to := time.Date(y, m, day, 0, h.to, 0, 0, s.zone)
			if from.Before(to) {
				all = append(all, stretch{from, to})
			}
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return a.from.Compare(b.from) })
	merged := all[:0]
	for _, next := range all {
		if n := len(merged); n > 0 && !next.from.After(merged[n-1].to) {
			if next.to.After(merged[n-1].to) {
				merged[n-1].to = next.to
			}
			continue
		}
		merged = append(merged, next)
	}
	return merged
}

// Open says whether now is within the hours, and until when they last: at least nine days stands for always.
func (s Schedule) Open(now time.Time) (until time.Time, open bool) {
	for _, st := range s.around(now) {
		if !now.Before(st.from) && now.Before(st.to) {
			return st.to, true
		}
	}
	return time.Time{}, false
}

// Next is the first moment from now on at which the hours are open and stay so for length. ok is false when no opening
// within nine days is long enough.
func (s Schedule) Next(now time.Time, length time.Duration) (at time.Time, ok bool) {
	for _, st := range s.around(now) {
		from := st.from
		if from.Before(now) {
			from = now
		}
		if from.Before(st.to) && st.to.Sub(from) >= length {
			return from, true
		}
	}
	return time.Time{}, false
}

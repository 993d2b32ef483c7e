package fab

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are times of the week, as in "07:30-22:30" or "mo-fr 18:00-22:00; sa,su 09:00-22:30", read in the lab's zone. A
// span that ends before it begins goes on past midnight. The empty text means always.
type Hours string

// Span is a part of the week in minutes since Monday 00:00, From before To, To at most one week.
type Span struct{ From, To int }

// Interval is a part of real time.
type Interval struct{ From, To time.Time }

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

var weekdays = [...]string{"mo", "tu", "we", "th", "fr", "sa", "su"}

// Week reads the hours: spans in order that do not touch, nil for always. The error is an *Error of the field.
func (h Hours) Week(field string) ([]Span, error) {
	var spans []Span
	for rule := range strings.SplitSeq(string(h), ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		more, ok := readRule(strings.ToLower(strings.TrimSpace(rule)))
		if !ok {
			return nil, Refuse(Invalid, "hours_unreadable", field, "text", strings.TrimSpace(rule))
		}
		spans = append(spans, more...)
	}
	spans = joined(spans)
	if len(spans) == 1 && spans[0] == (Span{0, weekMinutes}) {
		return nil, nil
	}
	return spans, nil
}

// readRule reads "mo-fr 18:00-22:00" or "18:00-22:00, 06:00-08:00".
func readRule(rule string) (spans []Span, ok bool) {
	days := []int{0, 1, 2, 3, 4, 5, 6}
	if rule[0] < '0' || rule[0] > '9' {
		names, times, _ := strings.Cut(rule, " ")
		if days, ok = readDays(names); !ok {
			return nil, false
		}
		rule = times
	}
	for text := range strings.SplitSeq(rule, ",") {
		from, to, _ := strings.Cut(strings.TrimSpace(text), "-")
		a, okA := readClock(from)
		b, okB := readClock(to)
		if !okA || !okB || a == b || a == dayMinutes {
			return nil, false
		}
		if b < a {
			b += dayMinutes
		}
		for _, d := range days {
			spans = append(spans, Span{d*dayMinutes + a, d*dayMinutes + b})
		}
	}
	return spans, len(spans) > 0
}

func readDays(names string) (days []int, ok bool) {
	for name := range strings.SplitSeq(names, ",") {
		first, last, isRange := strings.Cut(name, "-")
		if !isRange {
			last = first
		}
		from, to := slices.Index(weekdays[:], first), slices.Index(weekdays[:], last)
		if from < 0 || to < 0 {
			return nil, false
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, d)
			if d == to {
				break
			}
		}
	}
	return days, true
}

func readClock(text string) (minutes int, ok bool) {
	hour, minute, found := strings.Cut(strings.TrimSpace(text), ":")
	if !found || len(minute) != 2 || len(hour) > 2 {
		return 0, false
	}
	h, errH := strconv.Atoi(hour)
	m, errM := strconv.Atoi(minute)
	ok = errH == nil && errM == nil && h >= 0 && m >= 0 && m < 60 && h*60+m <= dayMinutes
	return h*60 + m, ok
}

// joined sorts spans, wraps what goes past Sunday, and merges what touches.
func joined(spans []Span) []Span {
	for i, s := range spans {
		if s.To > weekMinutes {
			spans[i].To = weekMinutes
			spans = append(spans, Span{0, s.To - weekMinutes})
		}
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Intervals gives the parts of [from, to) that lie in the spans, joined where one week touches the next. Clocks that are
// put forward or back move the edges with them. No spans mean all of it.
func Intervals(week []Span, from, to time.Time, zone *time.Location) []Interval {
	if len(week) == 0 {
		return []Interval{{from, to}}
	}
	if zone == nil {
		zone = time.UTC
	}
	local := from.In(zone)
	monday := local.Day() - (int(local.Weekday())+6)%7
	var out []Interval
	for w := 0; ; w++ {
		for _, s := range week {
			a := time.Date(local.Year(), local.Month(), monday+7*w, 0, s.From, 0, 0, zone)
			b := time.Date(local.Year(), local.Month(), monday+7*w, 0, s.To, 0, 0, zone)
			if !a.Before(to) {
				return out
			}
			if !b.After(from) {
				continue
			}
			if n := len(out); n > 0 && !a.After(out[n-1].To) {
				out[n-1].To = earliest(b, to)
				continue
			}
			out = append(out, Interval{latest(a, from), earliest(b, to)})
		}
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// String names the span by its start and its length in minutes, for logs.
func (s Span) String() string {
	return fmt.Sprintf("%s %02d:%02d+%d", weekdays[s.From/dayMinutes], s.From%dayMinutes/60, s.From%60, s.To-s.From)
}

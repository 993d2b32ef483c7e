package fab

import "time"

// Outlook is when a batch, or all of a request, will be made, as of a plan. The zero Outlook knows nothing.
type Outlook struct {
	From, To time.Time // what people are told; both zero while nobody can tell
	Bound    time.Time // no plan ends sooner with printers that are as fast as they are known; zero while nobody could make it
	Due      time.Time // the end of the day by which it is needed; zero without one
	Why      Reason    // why there is no window
	Fix      []Reason  // what, each alone, would make it in time when it is late; empty when nothing known would
}

// Known reports whether there is a window to tell.
func (o Outlook) Known() bool { return !o.To.IsZero() }

// Late reports whether it will come too late even if nothing goes wrong.
func (o Outlook) Late() bool { return !o.Due.IsZero() && o.From.After(o.Due) }

// Tight reports whether it comes too late when about as much goes wrong as usually does.
func (o Outlook) Tight() bool { return !o.Due.IsZero() && !o.Late() && o.To.After(o.Due) }

// Missed reports whether no plan at all could make it in time with the printers and the people that the lab has.
func (o Outlook) Missed() bool { return !o.Due.IsZero() && o.Bound.After(o.Due) }

// And is the outlook of both together: the later end of each, and unknown when one of them is.
func (o Outlook) And(other Outlook) Outlook {
	both := Outlook{Bound: latest(o.Bound, other.Bound), Due: o.Due, Why: o.Why, Fix: append(append([]Reason{}, o.Fix...), other.Fix...)}
	if both.Why.Code == "" {
		both.Why = other.Why
	}
	if both.Due.IsZero() || !other.Due.IsZero() && other.Due.Before(both.Due) {
		both.Due = other.Due
	}
	if o.Known() && other.Known() {
		both.From, both.To = latest(o.From, other.From), latest(o.To, other.To)
	}
	return both
}

// Await is the outlook of a batch of which a partner makes a part: not before the end of the day that was agreed, and
// unknown once that went by.
func (o Outlook) Await(r Relay, now time.Time) Outlook {
	by := r.DueAt.AddDate(0, 0, 1)
	switch {
	case r.Overdue(now):
		o.From, o.To, o.Why = time.Time{}, time.Time{}, Because(WaitWithPartner, "partner", r.Partner, "until", r.DueAt)
	case o.Why.Code == "":
		o.From, o.To = latest(o.From, by), latest(o.To, by)
	}
	return o
}

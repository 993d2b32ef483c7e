package ui

import (
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Outlook is when something will be made. Requesters read its window and nothing else.
type Outlook struct {
	From, To time.Time    // by the lab's clock; zero while nobody can tell
	Bound    time.Time    // no plan is sooner; zero while somebody lacks who could make it
	Late     bool         // too late for its date although nothing went wrong yet
	Tight    bool         // too late for it when as much goes wrong as usually does
	Missed   bool         // no plan could make it in time
	Why      fab.Reason   // why there is no window
	Fix      []fab.Reason // what, each alone, would make it in time
	Now      time.Time

	ToldFrom, ToldTo time.Time    // the window that was told first; zero before
	Slips            bool         // it comes so much later than told that somebody should do something
	Moved            []fab.Reason // why it comes on other days than those that were told; empty when it does not
}

// Known reports whether there is a window.
func (o Outlook) Known() bool { return !o.To.IsZero() }

// After ends the names of the sentences that a requester reads: "_late" when it comes after the day that was asked for.
func (o Outlook) After() string {
	if o.Late {
		return "_late"
	}
	return ""
}

// News names the sentence that the coordinator reads about its date: outlook.<News>; "" when there is none to read.
func (o Outlook) News() string {
	switch {
	case o.Missed:
		return "missed"
	case o.Late:
		return "late"
	case o.Slips && o.Known():
		return "slips"
	case o.Tight:
		return "tight"
	case !o.Known() && o.Why.Code != "":
		return "unknown"
	}
	return ""
}

// Sooner reports whether it comes before the days that were told.
func (o Outlook) Sooner() bool { return len(o.Moved) > 0 && o.Known() && o.To.Before(o.ToldFrom) }

// Tone is that of the notice with News.
func (o Outlook) Tone() string {
	if o.Missed || o.Late || o.Slips {
		return "stop"
	}
	return "call"
}

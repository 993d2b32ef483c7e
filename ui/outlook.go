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
	case o.Tight:
		return "tight"
	case !o.Known() && o.Why.Code != "":
		return "unknown"
	}
	return ""
}

// Tone is that of the notice with News.
func (o Outlook) Tone() string {
	if o.Missed || o.Late {
		return "stop"
	}
	return "call"
}

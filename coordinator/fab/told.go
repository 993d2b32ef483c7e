package fab

import "time"

// Slack is by how much a forecast may leave what was told before a coordinator is warned: every plan moves it a little.
const Slack = 24 * time.Hour

// Tell keeps the window that was told of an approved request, once. It reports whether there was one to keep.
func (r *Request) Tell(o Outlook, now time.Time) bool {
	if r.Status != RequestApproved || r.Told() || !o.Known() {
		return false
	}
	r.ToldFrom, r.ToldTo, r.ToldAt = o.From, o.To, now
	return true
}

// Told reports whether a window was told.
func (r Request) Told() bool { return !r.ToldTo.IsZero() }

// Slips reports whether a forecast leaves what was told: more than Slack later, or nobody can say any more.
func (r Request) Slips(o Outlook) bool {
	if r.Status != RequestApproved || !r.Told() {
		return false
	}
	return o.To.After(r.ToldTo.Add(Slack)) || !o.Known() && o.Why.Code != ""
}

// Moves says on which side a forecast leaves the days that were told, in a zone: below 0 when it comes on an earlier day
// than all of them, above 0 when it may come on a later one, 0 when it stays within. A forecast without a window is later.
func (r Request) Moves(o Outlook, zone *time.Location) int {
	if r.Status != RequestApproved || !r.Told() {
		return 0
	}
	switch {
	case !o.Known() && o.Why.Code != "", o.Known() && dayOf(o.To, zone).After(dayOf(r.ToldTo, zone)):
		return 1
	case o.Known() && dayOf(o.To, zone).Before(dayOf(r.ToldFrom, zone)):
		return -1
	}
	return 0
}

func dayOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Setbacks are what came between since a window was told.
type Setbacks struct {
	Again    int64 // pieces to make once more: counted bad, or of attempts that failed
	Urgent   int64 // batches that came in later and go first
	Away     int64 // printers that fell silent, or are held
	Changed  bool  // the version was changed
	Paused   bool  // somebody stopped it for now
	Material bool  // something is short
}

// Reasons are the setbacks as requesters read them, without names: what weighs most first, at least one.
func (s Setbacks) Reasons() (list []Reason) {
	if s.Paused {
		list = append(list, Because("moved_paused"))
	}
	if s.Material {
		list = append(list, Because("moved_material"))
	}
	if s.Changed {
		list = append(list, Because("moved_version"))
	}
	if s.Urgent > 0 {
		list = append(list, Because("moved_urgent", "n", s.Urgent))
	}
	if s.Away > 0 {
		list = append(list, Because("moved_away", "n", s.Away))
	}
	if s.Again > 0 {
		list = append(list, Because("moved_again", "n", s.Again))
	}
	if len(list) == 0 {
		list = append(list, Because("moved_slower"))
	}
	return list
}

package fab

import "slices"

// Table lists, for each state, the states that may follow it.
type Table[S ~string] map[S][]S

// Move checks a change of state: nil when it is allowed or when nothing changes, else a Conflict naming both states.
func (t Table[S]) Move(what string, from, to S) error {
	if from == to || slices.Contains(t[from], to) {
		return nil
	}
	return Refuse(Conflict, "state_not_allowed", "", "what", what, "from", string(from), "to", string(to))
}

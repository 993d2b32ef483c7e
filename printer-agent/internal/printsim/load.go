package printsim

import "time"

// load is how hard the board was driven, and how often it had to wait for the
// host, in one run of the simulator.
type load struct {
	starved    int           // times the planner ran empty between two moves
	starvedFor time.Duration // how long it then stood
	inFlight   int           // most lines under way, in the ring and in the queue
	movedTill  time.Duration // when the last move ends; never: motion did not begin, or rests for a reason
}

// strayGap is the longest stop that counts outside an attempt's markers: a
// host that sends nothing for longer has nothing to send.
const strayGap = time.Second

// rest says that the machine stands for a reason of its own: a dwell, a
// heater, homing, a restart.
func (l *load) rest() { l.movedTill = never }

// move notes a move that starts at now and lasts until end.
func (l *load) move(now, end time.Duration, inAttempt bool) {
	gap := now - l.movedTill
	if l.movedTill != never && gap > 0 && (inAttempt || gap <= strayGap) {
		l.starved++
		l.starvedFor += gap
	}
	l.movedTill = end
}

// recordLoad writes the running sums.
func (b *Board) recordLoad() {
	b.record(Record{Kind: recordLoad, Load: &Load{
		Starved: b.load.starved, StarvedMS: float64(b.load.starvedFor.Microseconds()) / 1000,
		InFlight: b.load.inFlight, RingHigh: b.ring.high,
	}})
}

package link

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

const (
	probeLines = 40 // more than any board with small buffers takes
	probeShort = 14 // bytes of a line, line ending included, in the first burst
	probeLong  = 62 // and in the second
	// probeDwell keeps the board busy while a burst arrives: 2.5 KiB take 220 ms at 115200 baud.
	probeDwell = 1500 * time.Millisecond
	probeRest  = 1 * time.Second
	// probeHarmless is a command that does nothing on a machine at rest, and says nothing.
	probeHarmless = "M400"
)

// probe measures what the board can hold: behind a short dwell it is sent more harmless lines than it can take, and
// asked afterwards which it took. Lines lost in a receive ring are lost in silence (measured on Marlin 2.1.2), which is
// why nothing else tells.
type probe struct {
	size  int   // bytes of each line of this burst
	first int64 // number of the dwell
	at    time.Time
	asked bool
	last  int64 // what the board took last; none before it has said
	took  [2]int64
	ended chan struct{} // closed once the snapshot shows what was found
	err   error
	found Capacity
}

// Probe measures the capacity of an idle board, which takes about six seconds, and uses it from then on. It is refused
// with NotReady while anything runs, and by firmware that does not number lines or acknowledges them when it reads them.
func (l *Link) Probe(ctx context.Context) (Capacity, error) {
	p := &probe{size: probeShort, last: none, ended: make(chan struct{})}
	if err := l.steer(ctx, func() error { return l.beginProbe(p) }); err != nil {
		return Capacity{}, err
	}
	select {
	case <-p.ended:
		return p.found, p.err
	case <-l.done:
		return Capacity{}, &Failure{Reason: Unplugged}
	case <-ctx.Done():
		return Capacity{}, ctx.Err() // the probe ends by itself
	}
}

func (l *Link) beginProbe(p *probe) error {
	s := &l.s
	lines := l.dialect.Lines
	if s.state != Idle || s.probe != nil {
		return &Failure{Reason: NotReady, Detail: string(s.state)}
	}
	if !lines.Numbers || !lines.OkAtEnd || lines.Damaged != profiles.DamagedResend {
		return &Failure{Reason: Refused, Detail: "this firmware does not say which lines it took"}
	}
	s.probe = p
	return nil
}

// awaitQuiet begins the first burst once nothing is in flight.
func (l *Link) awaitQuiet() {
	s := &l.s
	if s.probe == nil || s.hist.inFlight() > 0 || s.hist.next < s.hist.head || len(s.queue) > 0 {
		return
	}
	s.state, s.dirty, s.pollAt = Probing, true, time.Time{}
	l.nextBurst(s.probe)
}

func (l *Link) nextBurst(p *probe) {
	if err := l.burst(p); err != nil {
		l.s.end = &Failure{Reason: Unplugged, Err: err}
	}
}

// burst sends the dwell and the lines behind it in one piece.
func (l *Link) burst(p *probe) error {
	p.first, p.last, p.asked = l.s.hist.head, none, false
	p.at = l.s.now.Add(probeDwell + probeRest)
	b := frame.Append(nil, p.first, []byte("G4 P"+strconv.FormatInt(probeDwell.Milliseconds(), 10)))
	for n := p.first + 1; n <= p.first+probeLines; n++ {
		b = appendPadded(b, n, p.size)
	}
	return l.write(b)
}

// appendPadded appends a numbered harmless line of size bytes: the number gets leading zeros, which firmware reads over.
func appendPadded(dst []byte, number int64, size int) []byte {
	digits := strconv.FormatInt(number, 10)
	for pad := size; ; pad-- {
		line := "N" + strings.Repeat("0", max(pad-len(digits), 0)) + digits + " " + probeHarmless
		full := line + "*" + strconv.Itoa(int(frame.Checksum([]byte(line)))) + "\n"
		if len(full) <= size || pad <= 0 {
			return append(dst, full...)
		}
	}
}

// probed takes a reply while a probe runs; it reports whether there is one.
func (l *Link) probed(r reply) bool {
	p := l.s.probe
	if p == nil || l.s.state != Probing {
		return false
	}
	switch r.class {
	case startReply, fatalReply, thermalReply:
		l.endProbe(&Failure{Reason: Reset, Detail: string(r.text)})
		return false
	case lineErrorReply:
		if p.asked && r.number != none {
			p.last = r.number
		}
	}
	return true
}

// tickProbe goes on when a burst has been dealt with: it asks, and with the answer begins the next.
func (l *Link) tickProbe() {
	s := &l.s
	p := s.probe
	switch {
	case p == nil || !due(p.at, s.now):
	case !p.asked:
		p.asked, p.at = true, s.now.Add(probeRest)
		if err := l.write(l.whereabouts()); err != nil {
			s.end = &Failure{Reason: Unplugged, Err: err}
		}
	case p.last == none || p.last < p.first:
		l.endProbe(&Failure{Reason: Silent, Detail: "no answer to the question which lines were taken"})
		l.connect()
	default:
		l.tookBurst(p)
	}
}

func (l *Link) tookBurst(p *probe) {
	s := &l.s
	s.hist.restart(p.last)
	if p.size == probeShort {
		p.took[0], p.size = p.last-p.first, probeLong
		l.nextBurst(p)
		return
	}
	p.took[1] = p.last - p.first
	p.found = capacityOf(p.took[0], p.took[1])
	l.capacity = p.found
	l.openWindow()
	l.endProbe(nil)
}

func (l *Link) endProbe(err error) {
	s := &l.s
	p := s.probe
	s.probe = nil
	if s.state == Probing {
		s.state = Idle
	}
	s.dirty = true
	s.pollAt = s.now.Add(l.timing.Poll)
	p.err = err
	s.closing = append(s.closing, p.ended)
}

// capacityOf tells slots from ring by how many lines of either length were taken behind the dwell, which has a slot too:
// slots hold lines of any length. Where several fit, the smallest is right in any case.
func capacityOf(short, long int64) Capacity {
	for _, ring := range [...]int64{64, 128, 256, 512, 1024, 2048} {
		a, b := short-(ring-1)/probeShort, long-(ring-1)/probeLong
		if a == b && a >= 1 && short < probeLines {
			return Capacity{Slots: int(a) + 1, Ring: int(ring)}
		}
	}
	slots := max(min(long, short), 1) // what was taken whatever the length lies in slots for sure
	return Capacity{Slots: int(slots) + 1, Ring: probeLong}
}

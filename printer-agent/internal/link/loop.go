package link

import (
	"context"
	"time"
)

// Two goroutines serve a link: one reads and acts at once on what it has read, the other acts when a moment comes, when lines
// of the file have been read ahead, or when somebody calls. Whoever acts has the turn. So an acknowledgement costs no handing
// over between threads, which is most of what a line takes on a small machine.

// serve lets the link live until the connection or ctx ends, and closes the connection.
func (l *Link) serve(ctx context.Context) error {
	l.turn <- struct{}{}
	l.start(time.Now())
	<-l.turn
	read := make(chan struct{})
	go func() { defer close(read); l.read() }()
	err := l.clock(ctx)
	l.conn.Close()
	l.turn <- struct{}{}
	if l.s.end == nil {
		l.s.end = err
	}
	<-l.turn
	<-read
	return err
}

// read acts on what the printer says until the connection fails or the link ends.
func (l *Link) read() {
	buf := make([]byte, 1024)
	for {
		n, err := l.conn.Read(buf)
		if (n > 0 || err != nil) && !l.heard(buf[:n], err) {
			return
		}
	}
}

// heard acts on what one read brought; false when nothing more is to be read.
func (l *Link) heard(b []byte, err error) bool {
	l.turn <- struct{}{}
	s := &l.s
	if s.end != nil {
		<-l.turn
		return false
	}
	s.now = time.Now()
	l.receive(b)
	if err != nil {
		s.end = &Failure{Reason: Unplugged, Err: err}
	} else {
		s.end = l.step()
	}
	ended := s.end != nil
	wake := ended || s.fed != l.wanted() || l.deadline().Before(s.alarm)
	<-l.turn
	if wake {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
	return !ended
}

// clock acts at every moment at which something is due, until the link ends.
func (l *Link) clock(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		job, feed, err := l.wind(timer)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.wake:
		case b := <-feed:
			l.act(func() {
				if l.s.job == job {
					job.take(b)
				}
			})
		case f := <-l.calls:
			l.act(f)
		case <-timer.C:
			l.act(func() {})
		}
	}
}

// wind sets the timer, and says from whom lines are wanted or what has ended the link.
func (l *Link) wind(timer *time.Timer) (*print, <-chan *batch, error) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	s := &l.s
	s.alarm, s.fed = l.deadline(), l.wanted()
	timer.Reset(max(time.Until(s.alarm), leastWait))
	return s.job, s.fed, s.end
}

// leastWait keeps a moment that nothing attends to from taking the whole processor.
const leastWait = time.Millisecond

// wanted is where the next lines of the file come from, nil when none are wanted.
func (l *Link) wanted() <-chan *batch {
	if p := l.s.job; p != nil && p.hungry() {
		return p.feed.full
	}
	return nil
}

// act does f and whatever is due then.
func (l *Link) act(f func()) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	l.s.now = time.Now()
	f()
	if l.s.end == nil {
		l.s.end = l.step()
	}
}

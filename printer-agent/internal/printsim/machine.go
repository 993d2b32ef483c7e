package printsim

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// Why a machine's port does not open.
var (
	ErrBusy   = errors.New("the port is open already")
	ErrPulled = errors.New("the cable is pulled")
)

// Machine is a simulated printer without a pseudo-terminal, for tests in one
// process: its connection blocks and answers as a serial port would, at the
// board's pace, by the clock of the goroutines that use it (the real one, or
// that of a testing/synctest bubble, in which the machine must then be made).
// It has no goroutine of its own: the board catches up with the clock whenever
// it is looked at. All methods are safe for concurrent use.
type Machine struct {
	mu      sync.Mutex
	begun   time.Time
	board   *Board
	conn    *machineConn
	dtr     bool // the control line is up
	pulls   int  // of the board, when last seen
	records []Record
	sum     *summary
}

// NewMachine switches a board on. Config.Record is called too if it is set; it
// must not call the machine.
func NewMachine(cfg Config) (*Machine, error) {
	m := &Machine{begun: time.Now(), sum: newSummary()}
	also := cfg.Record
	cfg.Record = func(r Record) {
		m.records = append(m.records, r)
		m.sum.add(r)
		if also != nil {
			also(r)
		}
	}
	board, err := NewBoard(cfg)
	if err != nil {
		return nil, err
	}
	m.board = board
	return m, nil
}

// Plug opens the port. What the board said while nobody listened is gone. A
// halted board starts anew, and with Config.DTRResets any board does on the
// first opening and on the first after Unplug: closing leaves the control line
// up. While a connection is open, or a fault keeps the cable pulled, the one it
// returns fails with ErrBusy or ErrPulled.
func (m *Machine) Plug() io.ReadWriteCloser {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.catchUp()
	if m.conn != nil {
		return &machineConn{m: m, err: ErrBusy}
	}
	if m.board.replugAt != never {
		return &machineConn{m: m, err: ErrPulled}
	}
	m.board.connect(true)
	m.board.Output(m.board.Now())
	if m.board.Halted() || m.board.cfg.DTRResets && !m.dtr {
		m.board.Restart()
	}
	m.dtr = true
	m.conn = &machineConn{m: m, wake: make(chan struct{}, 1)}
	return m.conn
}

// Unplug pulls the cable: the open connection fails from now on with
// os.ErrClosed, what was under way in either direction is lost, and the board
// lives on.
func (m *Machine) Unplug() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.catchUp()
	m.board.connect(false)
	m.dtr = false
	m.drop()
}

// Truth sums up what the board has executed by now.
func (m *Machine) Truth() Truth {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.catchUp()
	m.board.recordSums()
	return m.sum.truth()
}

// Records returns the truth records by now; the caller must not change them.
func (m *Machine) Records() []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.catchUp()
	return m.records[:len(m.records):len(m.records)]
}

// catchUp brings the board to the present.
func (m *Machine) catchUp() {
	m.board.Advance(time.Since(m.begun))
	if m.pulls != m.board.pulls {
		m.pulls, m.dtr = m.board.pulls, false
		m.drop()
	}
}

// drop ends the open connection.
func (m *Machine) drop() {
	if m.conn != nil {
		m.conn.err = os.ErrClosed
		m.conn.signal()
		m.conn = nil
	}
}

// machineConn is the host's end of an open port.
type machineConn struct {
	m    *Machine
	wake chan struct{} // something changed for a reader
	err  error         // it is not open any more
	rest []byte        // read and not fetched
}

func (c *machineConn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Read waits until the board has said something and returns it, or
// os.ErrClosed once the connection is closed or unplugged.
func (c *machineConn) Read(p []byte) (int, error) {
	for {
		n, wait, err := c.poll(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		c.sleep(wait)
	}
}

// poll takes what is there, or says how long nothing will be.
func (c *machineConn) poll(p []byte) (n int, wait time.Duration, err error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.err == nil {
		c.m.catchUp()
	}
	if c.err == nil {
		c.rest = append(c.rest, c.m.board.Output(c.m.board.Now())...)
	}
	if n = copy(p, c.rest); n > 0 {
		c.rest = c.rest[n:]
		return n, 0, nil
	}
	if c.err != nil {
		c.signal()
		return 0, 0, c.err
	}
	if next := c.m.board.Next(); next != never {
		return 0, next - c.m.board.Now(), nil
	}
	return 0, never, nil
}

func (c *machineConn) sleep(d time.Duration) {
	if d == never {
		<-c.wake
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.wake:
	}
}

// Write puts bytes on the wire, which takes no time: they reach the board at
// the wire's pace.
func (c *machineConn) Write(p []byte) (int, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.err == nil {
		c.m.catchUp()
	}
	if c.err != nil {
		return 0, c.err
	}
	c.m.board.Receive(p)
	c.signal()
	return len(p), nil
}

// Close ends a waiting Read; the port can be opened again.
func (c *machineConn) Close() error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.err == nil {
		c.m.drop()
	}
	return nil
}

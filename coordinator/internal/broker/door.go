package broker

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// acceptAgain is how long a listener rests after it could not take a connection.
const acceptAgain = 100 * time.Millisecond

// door is a listener that gives each connection a short time to introduce itself, and that knows its connections, so
// that closing it leaves none behind. The library's own listeners wait without end for a first packet.
type door struct {
	net.Listener
	name string
	most int // connections at a time
	log  *slog.Logger

	serving sync.WaitGroup
	mu      sync.Mutex
	open    map[*visitor]struct{}
	closed  bool
	gone    chan struct{} // closed with the door
}

// visitor is a connection; ended is closed when the broker has done with it, its last will included.
type visitor struct {
	net.Conn
	ended chan struct{}
}

func newDoor(name string, l net.Listener, most int, log *slog.Logger) *door {
	return &door{Listener: l, name: name, most: most, log: log, gone: make(chan struct{}), open: map[*visitor]struct{}{}}
}

// ID, Protocol, Address and Init serve the library.
func (d *door) ID() string { return d.name }

// Protocol names the transport.
func (d *door) Protocol() string { return "tcp" }

// Address is where the door is.
func (d *door) Address() string { return d.Addr().String() }

// Init has nothing left to do: the address is taken when the door is made.
func (d *door) Init(*slog.Logger) error { return nil }

// Serve hands connections to the library until the door is shut.
func (d *door) Serve(establish listeners.EstablishFn) {
	for {
		conn, err := d.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files, which passes
			d.log.Warn("accept MQTT connection", "error", err)
			select {
			case <-d.gone:
				return
			case <-time.After(acceptAgain):
			}
			continue
		}
		v := &visitor{Conn: conn, ended: make(chan struct{})}
		if !d.enter(v) {
			_ = conn.Close()
			continue
		}
		go func() {
			defer d.leave(v)
			_ = conn.SetDeadline(time.Now().Add(firstPacket)) // a closed connection shows on its first read
			if err := establish(d.name, v); err != nil {
				d.log.Debug("MQTT connection ended", "remote", conn.RemoteAddr().String(), "error", err)
			}
		}()
	}
}

// enter counts a connection in; false when the door is shut or the house full.
func (d *door) enter(v *visitor) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || len(d.open) >= d.most {
		return false
	}
	d.open[v] = struct{}{}
	d.serving.Add(1)
	return true
}

func (d *door) leave(v *visitor) {
	_ = v.Close()
	close(v.ended)
	d.mu.Lock()
	delete(d.open, v)
	d.mu.Unlock()
	d.serving.Done()
}

// Close serves the library; shut has done the work by then.
func (d *door) Close(listeners.CloseFn) {}

// shut stops listening, closes every connection and returns when the broker has done with them.
func (d *door) shut() {
	_ = d.Listener.Close() // nothing can be done about a listener that does not close
	d.mu.Lock()
	if !d.closed {
		close(d.gone)
	}
	d.closed = true
	for v := range d.open {
		_ = v.Close()
	}
	d.mu.Unlock()
	d.serving.Wait()
}

package agent_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// tap is a way to the broker that can be made to swallow everything while it stays open.
type tap struct {
	net.Listener
	mu    sync.Mutex
	stuck bool
}

func newTap(t *testing.T, to string) *tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &tap{Listener: l}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", to)
			if err != nil {
				_ = c.Close()
				continue
			}
			wg.Go(func() { p.copy(up, c) })
			wg.Go(func() { p.copy(c, up) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return p
}

func (p *tap) copy(to, from net.Conn) {
	defer to.Close() //nolint:errcheck // both ends go together
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		stuck := p.stuck
		p.mu.Unlock()
		if stuck {
			continue
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func (p *tap) stick(on bool) {
	p.mu.Lock()
	p.stuck = on
	p.mu.Unlock()
}

// short is a print of n moves that take a tenth of a second each: a stream that pauses starves it.
func short(n int) string {
	var b strings.Builder
	b.WriteString("G28\nG90\nM82\nM109 S180\nG92 E0\nG1 Z0.2 F3000\n")
	for i := range n {
		fmt.Fprintf(&b, "G1 X%d.%d Y%d E%.3f F1200\n", 100+2*(i%2), i%10, 100+i%7, float64(i+1)*0.01)
	}
	b.WriteString("M104 S0\nM107\nM84\n")
	return b.String()
}

// Ensure that a disk that writes nothing at all and a broker that swallows everything leave the stream alone: the print
// goes on to its end beside them, and is told when they are back. How often the printer ran dry is logged.
func TestNothingDelaysTheStream(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	way := newTap(t, l.host)
	b := newBoard(t, "marlin", 40)
	o := l.options(b, "marlin2")
	o.Config.Broker = "tcp://" + way.Addr().String()
	o.JournalEvery = 20 * time.Millisecond
	r := l.run(o)
	l.reach("tortue", wire.StateReady)
	require.Equal(t, wire.AnswerAccepted, l.order(start("c1", "a1", l.file(short(800)))).Answer)
	l.reach("tortue", wire.StatePrinting)
	way.stick(true)
	free := make(chan struct{})
	release := sync.OnceFunc(func() { close(free) })
	t.Cleanup(release)
	held := make(chan error, 1)
	// Nothing else is written while facts are being changed.
	go func() { held <- r.store.SetFacts("tortue", func(*spool.Facts) { <-free }) }()
	l.until("the end of it", func() bool { a := truthOf(t, b).Attempts; return len(a) == 1 && a[0].Ended })
	require.Empty(t, held, "the disk is held still")
	release()
	require.NoError(t, <-held)
	way.stick(false)
	require.Equal(t, []wire.EventKind{wire.EventStarted, wire.EventFinished}, kinds(l.ends("a1")))
	b.off()
	load := truthOf(t, b).Load
	t.Logf("the planner ran dry %d times, %.0f ms in all, of %d s", load.Starved, load.StarvedMS/40, 800/10/40)
}

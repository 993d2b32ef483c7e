package agent

import (
	"maps"
	"slices"
	"sync"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// keptAcks bounds the answers that wait while there is no connection. The coordinator asks again about a lost one.
const keptAcks = 256

// tray holds what waits to be sent and is not kept on disk: the latest state and telemetry of each printer, and the
// answers to commands. Putting something in never blocks, however long the connection is away.
type tray struct {
	mu        sync.Mutex
	states    map[string]wire.State // latest of each printer
	fresh     map[string]bool       // whether that one is still to be sent
	telemetry map[string]wire.Telemetry
	acks      []wire.CommandAck
	status    bool
	wake      chan struct{}
}

func newTray() *tray {
	return &tray{
		states: map[string]wire.State{}, fresh: map[string]bool{}, telemetry: map[string]wire.Telemetry{},
		wake: make(chan struct{}, 1),
	}
}

// nudge wakes the sender, as when there is a new event in the outbox.
func (t *tray) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *tray) putState(printer string, s wire.State) {
	t.mu.Lock()
	t.states[printer], t.fresh[printer] = s, true
	t.mu.Unlock()
	t.nudge()
}

// putTelemetry replaces what was not sent yet; it wakes nobody, the sender comes by in its own time.
func (t *tray) putTelemetry(printer string, m wire.Telemetry) {
	t.mu.Lock()
	t.telemetry[printer] = m
	t.mu.Unlock()
}

func (t *tray) putAck(a wire.CommandAck) {
	t.mu.Lock()
	t.acks = append(t.acks, a)
	t.acks = t.acks[max(0, len(t.acks)-keptAcks):]
	t.mu.Unlock()
	t.nudge()
}

// putStatus asks for the status to be sent again, with what is known of the printers now.
func (t *tray) putStatus() {
	t.mu.Lock()
	t.status = true
	t.mu.Unlock()
	t.nudge()
}

// connected makes every state fresh: a broker that restarted has lost what it retained.
func (t *tray) connected() {
	t.mu.Lock()
	for printer := range t.states {
		t.fresh[printer] = true
	}
	t.mu.Unlock()
	t.nudge()
}

// takeStates returns the states to send, by printer.
func (t *tray) takeStates() map[string]wire.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]wire.State{}
	for printer := range t.fresh {
		out[printer] = t.states[printer]
	}
	clear(t.fresh)
	return out
}

// takeTelemetry returns the pending telemetry of the printers for which due says yes.
func (t *tray) takeTelemetry(due func(printer string, m wire.Telemetry) bool) map[string]wire.Telemetry {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]wire.Telemetry{}
	for _, printer := range slices.Collect(maps.Keys(t.telemetry)) {
		if m := t.telemetry[printer]; due(printer, m) {
			out[printer] = m
			delete(t.telemetry, printer)
		}
	}
	return out
}

func (t *tray) takeAcks() []wire.CommandAck {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.acks
	t.acks = nil
	return out
}

// returnAcks puts back, in front, what could not be sent.
func (t *tray) returnAcks(list []wire.CommandAck) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acks = append(slices.Clone(list), t.acks...)
}

func (t *tray) takeStatus() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.status
	t.status = false
	return was
}

package fleet_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// device is a printer that keeps the truth: what it executed, how often, and what lies on its bed.
type device struct {
	key     string
	runs    string // the attempt that it executes
	until   time.Time
	fails   bool
	clear   bool
	lines   map[string]int64
	started map[string]int
	ended   map[string]bool // attempts that came off well
	word    wire.StateWord  // as it said last
}

// player is an agent that follows a script of mishaps: it repeats itself, answers late or twice or not at all, says
// nothing for longer than the lab bears, loses its connection and dies. What a real agent keeps on disk it keeps.
type player struct {
	t    testing.TB
	addr string
	id   string
	r    *rand.Rand

	mu       sync.Mutex // the devices are looked at by the person beside them
	devices  []*device
	outbox   []wire.Event
	stored   int64
	answered map[string]wire.CommandAck
	calm     bool // no more mishaps
	rests    bool // starts nothing more

	client   paho.Client
	epoch    string
	commands chan wire.Command
	acks     chan wire.EventAck
	silent   time.Time // says nothing before
	mishaps  int
}

// troupe is all of them.
type troupe []*player

func (t troupe) each(tell func(*player)) {
	for _, p := range t {
		p.mu.Lock()
		tell(p)
		p.mu.Unlock()
	}
}

func newPlayer(t testing.TB, addr, id string, seed uint64, keys ...string) *player {
	p := &player{t: t, addr: addr, id: id, r: rand.New(rand.NewPCG(seed, uint64(len(id))+uint64(id[len(id)-1]))), answered: map[string]wire.CommandAck{}}
	for _, key := range keys {
		p.devices = append(p.devices, &device{key: key, clear: true, lines: map[string]int64{}, started: map[string]int{}, ended: map[string]bool{}})
	}
	return p
}

// one reports whether something happens that does once in n times.
func (p *player) one(n int) bool { return !p.calm && p.r.IntN(n) == 0 }

// play lives until done is closed, and lets go of the broker.
func (p *player) play(done <-chan struct{}) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			p.leave(true)
			return
		case <-tick.C:
		}
		p.mu.Lock()
		p.live(time.Now())
		p.mu.Unlock()
	}
}

// live is one moment: machines go on whatever happens to the agent.
func (p *player) live(now time.Time) {
	for _, d := range p.devices {
		p.work(d, now)
	}
	if p.client == nil || !p.client.IsConnectionOpen() {
		if p.calm || p.one(4) {
			p.connect()
		}
		return
	}
	switch {
	case p.one(60):
		p.mishaps++
		p.leave(p.one(2))
		return
	case p.one(50):
		p.mishaps++
		p.silent = now.Add(time.Duration(200+p.r.IntN(1600)) * time.Millisecond)
	}
	if !p.calm && now.Before(p.silent) {
		return
	}
	p.listen()
	p.speak()
}

// connect comes with a new epoch. A broker that does not answer is tried again.
func (p *player) connect() {
	p.leave(false)
	p.epoch = fmt.Sprintf("%s-%d", p.id, p.r.Uint64())
	p.commands, p.acks = make(chan wire.Command, 500), make(chan wire.EventAck, 500)
	commands, acks := p.commands, p.acks
	will, err := json.Marshal(wire.Status{Epoch: p.epoch, Wires: []int{wire.Version}})
	if err != nil {
		p.t.Error(err)
	}
	o := paho.NewClientOptions().AddBroker("tcp://"+p.addr).SetClientID(p.id).SetUsername(p.id).SetPassword(p.id).SetAutoReconnect(false).
		SetBinaryWill(wire.Topic{Agent: p.id, Kind: wire.KindStatus}.String(), will, 1, true)
	p.client = paho.NewClient(o)
	if token := p.client.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		return
	}
	filters := map[string]byte{}
	for _, f := range wire.AgentFilter(p.id) {
		filters[f] = 1
	}
	token := p.client.SubscribeMultiple(filters, func(_ paho.Client, m paho.Message) {
		topic, err := wire.ParseTopic(m.Topic())
		if err != nil {
			return
		}
		if topic.Kind == wire.KindCommand {
			var c wire.Command
			if json.Unmarshal(m.Payload(), &c) == nil {
				select {
				case commands <- c:
				default:
				}
			}
			return
		}
		var ack wire.EventAck
		if json.Unmarshal(m.Payload(), &ack) == nil {
			select {
			case acks <- ack:
			default:
			}
		}
	})
	if !token.WaitTimeout(patience) || token.Error() != nil {
		return
	}
	p.say(wire.KindStatus, "", wire.Status{Online: true, Epoch: p.epoch, Version: "1", Wires: []int{wire.Version}})
	for _, d := range p.devices {
		d.word = ""
	}
}

// leave closes the connection, politely or not; impolitely the broker speaks the last will.
func (p *player) leave(politely bool) {
	if p.client == nil {
		return
	}
	if politely && p.client.IsConnectionOpen() {
		p.say(wire.KindStatus, "", wire.Status{Epoch: p.epoch, Wires: []int{wire.Version}})
	}
	p.client.Disconnect(0)
	p.client = nil
}

func (p *player) say(kind wire.Kind, printer string, payload any) {
	raw, err := json.Marshal(payload)
	if err != nil {
		p.t.Error(err)
		return
	}
	rule := wire.RuleOf(kind)
	p.client.Publish(wire.Topic{Agent: p.id, Printer: printer, Kind: kind}.String(), rule.QoS, rule.Retained, raw).WaitTimeout(patience)
}

// listen takes what came: orders are answered once, late, or not.
func (p *player) listen() {
	for {
		select {
		case c := <-p.commands:
			ack, again := p.answered[c.ID]
			switch {
			case again:
				ack.Answer = wire.AnswerDuplicate
			case c.Epoch != p.epoch:
				ack = wire.CommandAck{ID: c.ID, Answer: wire.AnswerStale}
			default:
				ack = wire.CommandAck{ID: c.ID, Answer: wire.AnswerAccepted, Reason: p.obey(c)}
				if ack.Reason != "" {
					ack.Answer = wire.AnswerRefused
				}
				p.answered[c.ID] = ack
			}
			if p.one(5) {
				continue // the answer is lost
			}
			for range 1 + p.r.IntN(2) {
				p.say(wire.KindCommandAck, "", ack)
			}
		case ack := <-p.acks:
			p.stored = max(p.stored, ack.Seq)
		default:
			return
		}
	}
}

// obey gives the reason of a refusal.
func (p *player) obey(c wire.Command) string {
	i := slices.IndexFunc(p.devices, func(d *device) bool { return d.key == c.Printer })
	d := p.devices[i]
	switch {
	case c.Kind == wire.CommandClear && d.runs != "":
		return wire.ReasonBusy
	case c.Kind == wire.CommandClear:
		d.clear = true
	case c.Kind == wire.CommandCancel && d.runs == c.Attempt:
		p.note(d, wire.EventStopped, wire.ReasonCancelled)
		d.runs = ""
	case c.Kind != wire.CommandStart:
		return wire.ReasonOtherAttempt
	case d.started[c.Attempt] > 0:
		return wire.ReasonStartedBefore
	case d.runs != "", p.rests:
		return wire.ReasonBusy
	case !d.clear:
		return wire.ReasonNotClear
	default:
		d.runs, d.clear, d.fails = c.Attempt, false, p.one(6)
		d.started[c.Attempt]++
		d.until = time.Now().Add(time.Duration(10+p.r.IntN(80)) * time.Millisecond)
	}
	return ""
}

// work is a moment of a machine.
func (p *player) work(d *device, now time.Time) {
	if d.runs == "" {
		return
	}
	d.lines[d.runs] += int64(1 + p.r.IntN(9))
	switch {
	case now.After(d.until) && d.fails:
		p.note(d, wire.EventFailed, wire.ReasonHalted)
		d.runs = ""
	case now.After(d.until):
		p.note(d, wire.EventFinished, "")
		d.ended[d.runs] = true
		d.runs = ""
	case p.r.IntN(3) == 0:
		p.note(d, []wire.EventKind{wire.EventProgress, wire.EventPaused, wire.EventResumed}[p.r.IntN(3)], "")
	case p.r.IntN(9) == 0:
		p.note(d, wire.EventStarted, "")
	}
}

// note puts a report into the outbox, where it stays until it is stored.
func (p *player) note(d *device, kind wire.EventKind, reason string) {
	p.outbox = append(p.outbox, wire.Event{Outbox: "box", Seq: int64(len(p.outbox) + 1), At: time.Now(), Kind: kind, Printer: d.key, Attempt: d.runs, Reason: reason, Lines: d.lines[d.runs]})
}

// speak says what the devices do, and repeats what is not stored: in any order, with gaps, some of it twice, and some of
// what was stored long ago.
func (p *player) speak() {
	for _, d := range p.devices {
		word := wire.StateReady
		switch {
		case d.runs != "":
			word = wire.StatePrinting
		case !d.clear:
			word = wire.StateClear
		}
		if word != d.word || p.one(40) {
			d.word = word
			p.say(wire.KindState, d.key, wire.State{At: time.Now(), Word: word, Attempt: d.runs})
		}
	}
	if !p.calm && p.r.IntN(3) > 0 {
		return
	}
	rest := slices.Clone(p.outbox[min(p.stored, int64(len(p.outbox))):])
	rest = rest[:min(len(rest), 40)]
	if !p.calm {
		p.r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		if p.stored > 0 && p.one(4) {
			rest = append(rest, p.outbox[p.r.Int64N(p.stored)])
		}
	}
	for _, e := range rest {
		for range 1 + p.r.IntN(2) {
			if !p.one(4) {
				p.say(wire.KindEvent, "", e)
			}
		}
	}
}

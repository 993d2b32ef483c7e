package printsim

import "time"

// usualLine is where firmware stops storing a line (MAX_CMD_SIZE).
const usualLine = 95

// costs is what the processor spends on a line beside the bytes it prints.
type costs struct{ read, command, move, extrude time.Duration }

// costsOf an ATmega2560 at 16 MHz were measured: 190 short moves a second with
// extrusion. Those of a 32-bit board come to 40 µs a line.
func costsOf(processor string) costs {
	if processor == "fast" {
		return costs{5 * time.Microsecond, 10 * time.Microsecond, 10 * time.Microsecond, 15 * time.Microsecond}
	}
	return costs{200 * time.Microsecond, 700 * time.Microsecond, 1800 * time.Microsecond, 2500 * time.Microsecond}
}

// sendBuffer is how many bytes a 32-bit board hands to its port without
// waiting; an 8-bit one waits for each.
const sendBuffer = 1024

// haltM112 is the cause of a halt that the host asked for; others are named by
// their FaultKind.
const haltM112 = "M112"

// entry is an accepted line waiting for its turn.
type entry struct {
	command
	number   int // its own, or what M110 sets
	given    int // its own
	numbered bool
	acked    bool
	summed   bool      // the line had a checksum
	from     *original // what the host had sent, where the cable hurt it
}

// activity is a command that takes time. It is called when the command
// starts and at each wake it asks for, until it says done.
type activity func(now time.Duration) (wake time.Duration, done bool)

// firmware is what differs between firmwares; it acts through its board.
type firmware interface {
	banner()
	heard(line string)  // a whole line reached the port, read or not
	accept(line string) // the main loop read a line
	mayRead() bool
	begun(e *entry) bool // the command's turn has come; false if a fault struck
	ack(e *entry)        // the command was executed
	unknown(c command)
	temperatures(e *entry)               // the answer to M105
	report() string                      // an unsolicited temperature report
	heating(settle time.Duration) string // a report while a command waits for heat
	heatingReports() (first, period time.Duration)
	position() string
	info()
	settings()
	busy() string
	cold() string
	targetSet(h *heater)
	homed()
	shifted()
	halted(why string)
	dies() bool                                     // a halt is for good, and silent
	particular(e *entry) (act activity, taken bool) // a command that other firmware does not have or does otherwise
	powerFails()                                    // the last words of a firmware that sees its supply fail
	idleAt() time.Duration
	idle()
}

// Board is one printer's electronics on virtual time: bytes in, bytes out, no
// clock and no goroutine of its own. It is not safe for concurrent use.
type Board struct {
	cfg           Config
	fw            firmware
	now           time.Duration
	cpu           time.Duration // the processor is taken until then
	tx            time.Duration // the line to the host is taken until then
	cost          costs
	wire          wire
	ring          ring
	port          []byte            // the line arriving at the port
	maxLine       int               // where the firmware stops storing a line
	splits, ascii bool              // a longer line becomes two; bytes from 0x80 are passed over
	line          []byte            // the line the main loop is reading
	lineAt        time.Duration     // when it read the last byte of that
	from          *original         // what that line was, if the cable hurt it
	eats          func(c byte) bool // takes a byte as it arrives, before the ring; may be nil
	found         func()            // called when the main loop comes to the ring; may be nil
	usb           adapter           // the way to the host
	load          load

	pulled   bool          // no cable
	pulls    int           // times a fault pulled it
	replugAt time.Duration // when it is plugged in again after a fault
	powerAt  time.Duration // when a failed supply comes back
	quiet    bool          // what is printed goes nowhere

	queue   []entry
	running bool
	ready   bool // no other line was there when the last was read: its turn comes at once
	act     activity
	wake    time.Duration

	plan      planner
	motion    motion
	hotend    heater
	bed       heater
	residency time.Duration // how long a temperature must hold before a wait ends
	settles   bool          // a wait for heat also waits for a hotter heater to cool
	lastN     int
	dead      bool // halted: silent until it restarts
	skipHot   bool // M108 was heard
	coldOK    bool // filament may be pushed cold

	busyAt       time.Duration
	reportAt     time.Duration
	reportPeriod time.Duration

	faults  *injector
	print   int // attempts marked so far
	lines   int // counted lines of this attempt
	attempt string
}

// NewBoard switches a board on at virtual time zero.
func NewBoard(cfg Config) (*Board, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	b := &Board{cfg: cfg, replugAt: never, powerAt: never, faults: newInjector(cfg.Faults, cfg.Seed), print: cfg.Prints}
	b.wire.byteTime, b.wire.window, b.ring.size = byteTime(cfg.Baud), cfg.Ring/2, cfg.Ring-1
	b.usb.byteTime, b.usb.latency = b.wire.byteTime, cfg.Latency
	b.cost, b.plan.slots = costsOf(cfg.Processor), cfg.Planner
	b.maxLine, b.residency = usualLine, 10*time.Second
	b.fw = models()[cfg.Firmware].make(b)
	b.restart(startBoot)
	return b, nil
}

// byteTime is how long ten bits take.
func byteTime(baud int) time.Duration { return 10 * time.Second / time.Duration(baud) }

// Restart resets the processor: queues, modes and the position are lost, heat
// stays, the banner is printed.
func (b *Board) Restart() { b.restart(startReopen) }

func (b *Board) restart(cause startCause) {
	b.heat()
	b.stopMoves()
	b.wire.clear()
	b.ring.clear()
	b.port, b.line, b.from, b.queue = nil, nil, nil, nil
	b.load.rest()
	b.running, b.act, b.dead, b.coldOK = false, nil, false, false
	b.motion = newMotion(b.cfg.Bed)
	b.hotend.target, b.bed.target = 0, 0
	b.lastN, b.attempt = 0, ""
	b.busyAt, b.reportAt, b.reportPeriod = never, never, 0
	b.cpu, b.tx = b.now, b.now
	b.record(Record{Kind: recordStart, Why: string(cause), Firmware: b.cfg.Firmware})
	b.powerAt = never
	b.quiet = cause == startBrownout
	b.fw.banner()
	b.quiet = false
}

// powerFails lets the supply fail for a while: the board does nothing and
// hears nothing until it starts anew.
func (b *Board) powerFails(d time.Duration) {
	b.fw.powerFails()
	b.heat()
	b.hotend.target, b.bed.target = 0, 0
	b.stopMoves()
	b.queue, b.running, b.act = nil, false, nil
	b.dead, b.powerAt = true, b.now+d
	b.recordSums()
}

// Halted says whether the firmware has stopped for good.
func (b *Board) Halted() bool { return b.dead && b.powerAt == never }

// Receive puts bytes from the host on the wire at the present virtual time.
func (b *Board) Receive(p []byte) {
	if b.pulled {
		return
	}
	out, met := b.faults.incoming(p)
	for _, kind := range met {
		b.record(Record{Kind: recordFault, Why: string(kind)})
	}
	b.wire.put(b.now, out)
	if !b.dead {
		b.load.inFlight = max(b.load.inFlight, b.wire.lines()+b.ring.lines()+len(b.queue))
	}
}

// Now is the board's virtual time.
func (b *Board) Now() time.Duration { return b.now }

// Advance lets everything happen that happens up to a virtual time.
func (b *Board) Advance(to time.Duration) {
	for {
		at := b.next()
		if at > to {
			break
		}
		b.now = max(b.now, at)
		b.step()
	}
	b.now = max(b.now, to)
}

// Next is when something will happen next, or a very late time if nothing will
// before more input.
func (b *Board) Next() time.Duration {
	return min(b.next(), b.usb.next())
}

// Output removes and returns what has reached the host by now.
func (b *Board) Output(now time.Duration) []byte { return b.usb.take(now) }

func (b *Board) next() time.Duration {
	at := min(b.wire.next(), b.replugAt, b.powerAt)
	if b.dead {
		return at
	}
	work := never
	switch {
	case len(b.ring.bytes) > 0 && b.fw.mayRead(), !b.running && len(b.queue) > 0:
		work = b.now
	case b.running:
		work = min(b.wake, b.busyAt)
	}
	work = min(work, b.reportAt, b.fw.idleAt())
	if work < never {
		work = max(work, b.cpu)
	}
	return min(at, work)
}

// step does one thing that is due.
func (b *Board) step() {
	b.hear(b.now)
	if b.now >= b.replugAt {
		b.connect(true)
	}
	if b.now >= b.powerAt {
		b.restart(startPower)
	}
	if b.dead || b.now < b.cpu {
		return
	}
	b.plan.drop(b.now)
	switch {
	case b.running && b.now >= b.busyAt:
		b.chatter()
	case b.running && b.now >= b.wake:
		b.poll()
	case b.ready && !b.running && len(b.queue) > 0:
		b.begin()
	case b.read():
	case !b.running && len(b.queue) > 0:
		b.begin()
	default:
		b.chatter()
	}
}

// hear moves bytes that have arrived into the ring. A main loop that waits
// drains it meanwhile.
func (b *Board) hear(now time.Duration) {
	lost := b.ring.lost
	defer func() {
		if n := b.ring.lost - lost; n > 0 {
			b.record(Record{Kind: recordLost, N: &n})
		}
	}()
	for {
		c, ok := b.wire.take(now)
		if !ok {
			return
		}
		if b.dead || b.eats != nil && b.eats(c.c) {
			continue
		}
		b.ring.push(c, c.at >= b.cpu && b.fw.mayRead())
		if !endsLine(c.c) {
			b.port = append(b.port, c.c)
			continue
		}
		if line := string(b.port); line != "" {
			b.port = b.port[:0]
			b.fw.heard(line)
		}
	}
}

// read takes bytes from the ring up to the end of one line and says whether it
// found one.
func (b *Board) read() bool {
	if !b.fw.mayRead() {
		return false
	}
	if b.found != nil {
		b.found()
	}
	for {
		c, ok := b.ring.pop()
		if !ok {
			return false
		}
		if c.from != nil && b.from == nil {
			b.from = c.from
		}
		if b.ascii && c.c >= 0x80 {
			continue
		}
		full := b.splits && len(b.line) == b.maxLine
		if full {
			b.ring.unpop(c)
		}
		if full || endsLine(c.c) {
			line := string(b.line)
			b.line = b.line[:0]
			b.spend(b.cost.read)
			b.fw.accept(line)
			b.from = nil
			b.ready = !b.running && b.ring.lines() == 0
			return true
		}
		if b.lineAt = b.now; len(b.line) < b.maxLine {
			b.line = append(b.line, c.c)
		}
	}
}

// flush forgets what has arrived by the time the processor is free again.
func (b *Board) flush() {
	b.hear(max(b.now, b.cpu))
	b.ring.clear()
	b.line, b.from = b.line[:0], nil
}

// newEntry parses a line that the main loop has read.
func (b *Board) newEntry(line string) entry {
	given, _ := checksum(line)
	return entry{command: parseCommand(bare(line)), summed: given, from: b.from}
}

func (b *Board) spend(d time.Duration) { b.cpu = max(b.now, b.cpu) + d }

// println sends one line; the processor waits for the port.
func (b *Board) println(line string) {
	if b.quiet {
		return
	}
	text, late, met := b.faults.outgoing(line)
	for _, kind := range met {
		b.record(Record{Kind: recordFault, Why: string(kind)})
	}
	if text == "" {
		return
	}
	b.tx = max(b.tx, b.cpu, b.now) + time.Duration(len(text))*b.wire.byteTime
	if b.cfg.Processor == "fast" {
		b.cpu = max(b.cpu, b.tx-sendBuffer*b.wire.byteTime)
	} else {
		b.cpu = b.tx
	}
	switch {
	case b.pulled:
	case late > 0:
		b.usb.delay(b.tx+late, text)
	default:
		b.usb.put(b.tx, text)
	}
}

// connect plugs the cable in or pulls it, with what is under way in it.
func (b *Board) connect(plugged bool) {
	b.pulled, b.replugAt = !plugged, never
	if b.pulled {
		b.wire.clear()
		b.usb.cut()
	}
}

// begin starts the first command of the queue.
func (b *Board) begin() {
	b.running, b.ready = true, false
	e := &b.queue[0]
	if !b.fw.begun(e) {
		return
	}
	b.spend(b.cost.command)
	b.busyAt = b.now + b.period(busyPeriod)
	b.act = b.execute(e)
	b.wake = b.now
	if b.dead || !b.running {
		return
	}
	b.poll()
}

func (b *Board) poll() {
	if b.act != nil {
		wake, done := b.act(b.now)
		if !done {
			b.wake = max(wake, b.now+1)
			return
		}
	}
	if b.dead || !b.running {
		return
	}
	e := b.queue[0]
	b.running, b.act, b.busyAt = false, nil, never
	b.queue = b.queue[1:]
	b.fw.ack(&e)
}

// busyPeriod is the firmwares' default keep-alive (M113 S2).
const busyPeriod = 2 * time.Second

// chatterFloor is the real time under a repeated message, so that a fast clock
// neither floods the host nor leaves it no moment of quiet.
const chatterFloor = 500 * time.Millisecond

// period is how often a message comes that real firmware repeats every d.
func (b *Board) period(d time.Duration) time.Duration {
	return max(d, time.Duration(float64(min(d, chatterFloor))*b.cfg.speed))
}

// chatter prints what nobody asked for.
func (b *Board) chatter() {
	switch {
	case b.running && b.now >= b.busyAt:
		b.busyAt = b.now + b.period(busyPeriod)
		if text := b.fw.busy(); text != "" {
			b.println(text)
		}
	case b.now >= b.reportAt:
		b.reportAt = b.now + b.period(b.reportPeriod)
		b.heat()
		b.println(b.fw.report())
	case b.now >= b.fw.idleAt():
		b.fw.idle()
	}
}

// halt stops the firmware for good: heaters off, motors off, silence.
func (b *Board) halt(why string) {
	b.fw.halted(why)
	b.heat()
	b.hotend.target, b.bed.target = 0, 0
	b.stopMoves()
	b.act, b.wake = nil, b.now
	if b.dead = b.fw.dies(); b.dead {
		b.queue, b.running = nil, false
	}
	b.record(Record{Kind: recordHalt, Why: why})
	b.recordSums()
}

func (b *Board) stopMoves() {
	if at, moving := b.plan.stop(b.now); moving {
		b.motion.at = at
	}
}

// heat brings the heaters to the present.
func (b *Board) heat() {
	b.hotend.advance(b.now)
	b.bed.advance(b.now)
}

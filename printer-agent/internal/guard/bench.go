package guard

import (
	"fmt"
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// Subject is what a bench test is about.
type Subject struct {
	Printer     profiles.Printer
	Dialect     profiles.Dialect
	Firmware    string // FIRMWARE_NAME as the board gave it; empty when it gave none
	Fingerprint string
	Who         string // does the test
}

// phase is where a test stands.
type phase uint8

const (
	askStart phase = iota
	look           // step 1
	warmNozzle
	warmBed
	coolDown
	move // step 3
	askMoved
	over
)

// Bench is the test of three steps before a printer may print alone: who it is and whether its temperatures can be true;
// a little warmth, seen to come and to go in the right place; home and a small square in the air, seen by a person. The
// caller repeats: Next, send the commands it gives, Sent; passes readings and answers as they come; asks Result. Heaters
// are turned off whatever way it ends.
type Bench struct {
	subject Subject
	phase   phase
	since   time.Time            // of the phase
	out     []string             // to be sent
	pending bool                 // sent, and not all acknowledged
	temps   map[string]float64   // by part
	seenAt  map[string]time.Time // when each was read
	start   map[string]float64   // at the beginning of step 1
	before  map[string]float64   // at the beginning of the phase
	warm    map[string]float64   // when the heaters were turned off
	result  Result
}

// NewBench begins a test with the question whether the plate is empty.
func NewBench(now time.Time, s Subject) *Bench {
	return &Bench{subject: s, since: now, temps: map[string]float64{}, seenAt: map[string]time.Time{}, result: Result{
		Format: BenchFormat, Who: s.Who, Firmware: s.Firmware, Profile: s.Fingerprint,
	}}
}

// Next returns the commands to send now, each one once and in order; nil when there are none. It also watches the time,
// and so is called every second or so.
func (b *Bench) Next(now time.Time) []string {
	b.judge(now)
	if len(b.out) == 0 {
		return nil
	}
	out := b.out
	b.out, b.pending = nil, b.phase != over
	return out
}

// Sent tells that the commands of the last Next were all acknowledged, or that one was not.
func (b *Bench) Sent(now time.Time, acknowledged bool) {
	if !b.pending {
		return
	}
	b.pending = false
	switch {
	case !acknowledged:
		b.fail(now, BenchRefused, "")
	case b.phase == move:
		b.enter(now, askMoved)
	}
}

// Observe takes one report of temperatures.
func (b *Bench) Observe(now time.Time, report []Reading) {
	for _, r := range report {
		switch r.Sensor {
		case "T", "T0", "B":
			part := partOf(r.Sensor)
			if r.Valid {
				b.temps[part], b.seenAt[part] = r.Actual, now
			}
		}
	}
	b.judge(now)
}

// Answer is what the person says to Question.
func (b *Bench) Answer(now time.Time, yes bool) {
	switch {
	case b.phase == askStart && yes:
		b.result.Step = 1
		b.enter(now, look)
	case b.phase == askStart:
		b.fail(now, BenchInterrupted, "")
	case b.phase == askMoved && yes:
		b.finish(now, true)
	case b.phase == askMoved:
		b.fail(now, BenchNotSeen, "")
	}
}

// Abort ends the test: the person stopped it, or the connection was lost.
func (b *Bench) Abort(now time.Time) {
	if b.phase != over {
		b.fail(now, BenchInterrupted, "")
	}
}

// Question is what the person is asked now, empty when nothing is.
func (b *Bench) Question() Code {
	switch b.phase {
	case askStart:
		return BenchAskStart
	case askMoved:
		return BenchAskMoved
	}
	return ""
}

// Doing is what is going on, for the person who waits.
func (b *Bench) Doing() Code {
	switch b.phase {
	case askStart, look:
		return BenchStepLook
	case warmNozzle, warmBed, coolDown:
		return BenchStepWarm
	case move, askMoved:
		return BenchStepMove
	}
	if b.result.Passed {
		return BenchStepSuccess
	}
	return b.result.Code
}

// Args are the arguments of the sentences of Question, Doing and the result.
func (b *Bench) Args() map[string]any { return b.result.Args() }

// Args are the arguments of the sentence of the result's code.
func (r Result) Args() map[string]any {
	sensor := map[string]string{"bed": "B"}[r.Part]
	args := Verdict{Sensor: sensor, Actual: r.Actual, Target: r.Target}.Args()
	if r.Code == "" {
		args["target"] = int64(nozzleWarm)
	}
	return args
}

// Result is how the test ended; ok is false while it goes on.
func (b *Bench) Result() (r Result, ok bool) { return b.result, b.phase == over }

func (b *Bench) hasBed() bool { return b.subject.Printer.Heat.BedMax > 0 }

// parts are the heaters of the machine.
func (b *Bench) parts() []string {
	if b.hasBed() {
		return []string{"nozzle", "bed"}
	}
	return []string{"nozzle"}
}

// enter begins a phase.
func (b *Bench) enter(now time.Time, p phase) {
	b.phase, b.since = p, now
	b.before = map[string]float64{}
	for part, c := range b.temps {
		b.before[part] = c
	}
	switch p {
	case warmNozzle:
		b.result.Step = 2
		b.out = []string{fmt.Sprintf("M104 S%d", b.target("nozzle"))}
	case warmBed:
		b.out = []string{"M104 S0", fmt.Sprintf("M140 S%d", b.target("bed"))}
	case coolDown:
		b.warm = b.before
		b.out = append([]string(nil), b.subject.Dialect.Commands.Cool...)
	case move:
		b.result.Step = 3
		b.out = b.moves()
	}
}

// target is how warm a part is to become: a little, and clearly above the room.
func (b *Bench) target(part string) int {
	if part == "bed" {
		return max(bedWarm, int(b.start[part])+bedAbove)
	}
	return max(nozzleWarm, int(b.start[part])+nozzleAbove)
}

// moves are home, up, and a square in the middle of the bed.
func (b *Bench) moves() []string {
	bed := b.subject.Printer.Bed
	half := min(square, bed.MaxX-bed.MinX, bed.MaxY-bed.MinY) / 2
	x, y := (bed.MinX+bed.MaxX)/2, (bed.MinY+bed.MaxY)/2
	lines := []string{"G21", "G90", "G28", fmt.Sprintf("G1 Z%s F300", mm(min(lift, bed.Height/2)))}
	for _, corner := range [][2]int64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}} {
		lines = append(lines, fmt.Sprintf("G1 X%s Y%s F2400", mm(x+corner[0]*half), mm(y+corner[1]*half)))
	}
	if finish := b.subject.Dialect.Commands.Finish; finish != "" {
		lines = append(lines, finish)
	}
	return lines
}

func mm(um int64) string { return fmt.Sprintf("%.2f", float64(um)/1000) }

func (b *Bench) fail(now time.Time, code Code, part string) {
	b.result.Code, b.result.Part = code, part
	if part != "" {
		b.result.Actual = b.temps[part]
	}
	b.finish(now, false)
}

func (b *Bench) finish(now time.Time, passed bool) {
	b.result.Passed, b.result.At = passed, now.UTC()
	b.phase, b.pending = over, false
	b.out = append([]string(nil), b.subject.Dialect.Commands.Cool...)
}

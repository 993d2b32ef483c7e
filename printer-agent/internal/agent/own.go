package agent

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

const (
	// handsFor is how long after a person's last order the lab gives a printer nothing: their hands are in it.
	handsFor = 5 * time.Minute
	// taken is how long an order of a person is waited for; what goes on longer, as homing does, was taken.
	taken = 3 * time.Second
	// longestDeed bounds one order of a person: homing and filament changes are the longest.
	longestDeed = 10 * time.Minute
	showEvery   = time.Second
	lastWord    = 5 * time.Second // for turning the heat off before the agent ends
)

// own is what the maker does with a printer by the local page, and what that page is told. The printer's goroutine alone
// touches it, but for the pointers.
type own struct {
	asks  chan asked
	view  atomic.Pointer[local.View] // for the page
	plan  atomic.Pointer[plan]       // of the file that is printed
	tuned atomic.Pointer[local.Diagnosis]

	facts   spool.Facts
	busy    bool      // commands of a person are under way
	hands   time.Time // until then their hands are in it
	hot     bool      // heated by hand
	seen    bool      // the board was found idle once
	masked  bool      // the lab was told that the printer is its maker's
	head    head
	tune    local.Tuning
	notice  local.Reason // what the watch over the heat found; until the next print or a person's word
	notedOf string       // attempt
	history map[string][]local.Sample
	eta     *gcode.ETA
	etaOf   string // attempt
	planOf  string // file that a plan was asked for
	shownAt time.Time
	last    link.Snapshot
	trial   *Trial // the bench test that is under way
	prompt  int64  // number of the question
	asking  string
}

// plan is what is known of a file that is being printed.
type plan struct {
	sha   string
	index *gcode.Index
}

// asked is a deed for the printer's own goroutine, which ends with open.
type asked func(open context.Context, wg *sync.WaitGroup)

// load reads what was known of the printer before.
func (p *printer) loadOwn() error {
	facts, err := p.agent.spool.Facts(p.Key)
	if err != nil {
		return err
	}
	p.own.asks = make(chan asked)
	p.own.facts, p.own.history = facts, map[string][]local.Sample{}
	p.own.tune = local.Tuning{Flow: 100, Speed: 100}
	p.useCapacity(facts.Capacity)
	p.own.view.Store(&local.View{Name: p.Name, Model: p.Kind.Name, State: local.StateUnknown, Chain: local.ChainNone})
	return nil
}

// ask has the printer's goroutine do something, and waits for its word.
func (p *printer) ask(ctx context.Context, do func(open context.Context, wg *sync.WaitGroup) error) error {
	answer := make(chan error, 1)
	deed := func(open context.Context, wg *sync.WaitGroup) {
		err := do(open, wg)
		p.show(time.Now())
		answer <- err
	}
	select {
	case p.own.asks <- deed:
		return <-answer // it never waits for anything itself
	case <-p.closed:
		return local.Refuse(local.CodeAway, "")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// idle refuses what needs a printer that does nothing else.
func (p *printer) idle() error {
	switch {
	case p.job != nil || p.own.busy || p.closing:
		return local.Refuse(local.CodeBusy, "")
	case p.up == nil || p.state.Word == wire.StateOffline || p.state.Word == wire.StateConnect:
		return local.Refuse(local.CodeAway, "")
	case p.state.Word == wire.StateError:
		return local.Refuse(local.CodeHalted, "")
	case p.state.Word != wire.StateReady && p.state.Word != wire.StateClear && p.state.Word != wire.StateNotNow:
		return local.Refuse(local.CodeBusy, "")
	}
	return nil
}

// running refuses what needs a print.
func (p *printer) running() error {
	switch {
	case p.job == nil:
		return local.Refuse(local.CodeIdle, "")
	case p.up == nil:
		return local.Refuse(local.CodeAway, "")
	}
	return nil
}

// byHand carries out an order of a person: may is asked in the printer's own goroutine; work speaks with the board
// outside it, so that nothing waits for it, and what it returns is for that goroutine again.
func (p *printer) byHand(ctx context.Context, may func() error, work func(context.Context, *link.Link) (func(), error)) error {
	done := make(chan error, 1)
	err := p.ask(ctx, func(open context.Context, wg *sync.WaitGroup) error {
		if err := may(); err != nil {
			return err
		}
		p.own.busy = true
		p.remask()
		l := p.up
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(open, longestDeed)
			defer cancel()
			then, err := work(ctx, l)
			p.worked(then)
			done <- worded(err)
		})
		return nil
	})
	if err != nil {
		return err
	}
	late := time.NewTimer(taken)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return nil
	}
}

// worked ends an order of a person.
func (p *printer) worked(then func()) {
	deed := func(context.Context, *sync.WaitGroup) {
		p.own.busy = false
		if p.job == nil {
			p.own.hands = time.Now().Add(handsFor)
		}
		if then != nil {
			then()
		}
		p.remask()
		p.show(time.Now())
	}
	select {
	case p.own.asks <- deed:
	case <-p.closed:
	}
}

// say sends commands one after another.
func say(ctx context.Context, l *link.Link, commands ...string) error {
	for _, c := range commands {
		if _, err := l.Send(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// worded turns a failure of the link into what a person is told.
func worded(err error) error {
	var f *link.Failure
	if !errors.As(err, &f) {
		return err
	}
	switch f.Reason {
	case link.NotReady:
		return local.Refuse(local.CodeBusy, "")
	case link.Refused:
		return local.Refuse(local.CodeNotOffer, "")
	case link.Silent:
		return local.Refuse(local.CodeSilent, "")
	case link.Halted, link.Thermal, link.Stopped, link.Reset:
		return local.Refuse(local.CodeHalted, "")
	case link.Unplugged:
		return local.Refuse(local.CodeAway, "")
	}
	return err
}

// mine says whether the printer is its maker's now, so that the lab gives it nothing.
func (p *printer) mine(now time.Time) bool {
	if p.job != nil {
		return p.job.Owner == spool.OwnerMaker
	}
	return p.own.facts.OffChain || p.own.busy || now.Before(p.own.hands)
}

// toLab is the state as the lab is told: of what its maker does with the printer, only that they do.
func (p *printer) toLab(s wire.State) wire.State {
	p.own.masked = p.mine(time.Now())
	if !p.own.masked {
		return s
	}
	switch s.Word {
	case wire.StateOffline, wire.StateConnect, wire.StateError:
	default:
		s.Word, s.Reason = wire.StateForeignOp, ""
	}
	s.Attempt, s.Prompt = "", nil
	return s
}

// remask tells the lab when the printer has become its maker's, or the lab's again.
func (p *printer) remask() {
	if p.mine(time.Now()) != p.own.masked {
		p.publish()
	}
}

// alone says whether there is no lab to tell of anything.
func (a *Agent) alone() bool { return a.config.Alone() }

// keepFacts changes what is known of the printer, on disk and here.
func (p *printer) keepFacts(change func(*spool.Facts)) error {
	if err := p.agent.spool.SetFacts(p.Key, change); err != nil {
		p.log.Error("keep facts", "err", err)
		return kept(err)
	}
	change(&p.own.facts)
	return nil
}

// kept is what a person is told of a failure to write.
func kept(err error) error {
	if errors.Is(err, spool.ErrDiskFull) {
		return local.Refuse(local.CodeDiskFull, "")
	}
	return err
}

// here says whether somebody promised to be beside the printer now.
func (p *printer) here(now time.Time) bool { return p.own.facts.Here.After(now) }

// inherit takes heat for a person's that an agent before this one may have turned on for them.
func (p *printer) inherit(s link.Snapshot) {
	if p.own.seen || s.State != link.Idle || p.job != nil {
		return
	}
	p.own.seen = true
	for _, r := range s.Temps {
		p.own.hot = p.own.hot || r.Target > 0 && !p.own.facts.Here.IsZero()
	}
}

// coolByHand turns off, at the end of the agent, what was heated by hand: nobody would watch it any more.
func (p *printer) coolByHand(ctx context.Context) {
	if !p.own.hot || p.job != nil || p.up == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastWord)
	defer cancel()
	if err := say(ctx, p.up, p.dialect().Commands.Cool...); err != nil {
		p.log.Error("the heaters may be on", "err", err)
	}
}

// attend does what is due by the clock for the maker: what was heated by hand is turned off when they are gone.
func (p *printer) attend(now time.Time, wg *sync.WaitGroup) {
	if p.own.hot && !p.here(now) && p.job == nil && !p.own.busy {
		p.log.Warn("nobody is beside the printer any more: the heaters are turned off")
		p.own.hot, p.hot = false, true
	}
	if p.job != nil {
		p.own.hot = false // the print's own heat from here on
		p.own.head = head{}
	}
	p.watchTrial(now)
	p.readPlan(wg)
	p.remask()
	if now.Sub(p.own.shownAt) >= showEvery {
		p.show(now)
	}
}

// readPlan has the plan of a print read that went on after a restart; for others the check has read it.
func (p *printer) readPlan(wg *sync.WaitGroup) {
	if p.job == nil || p.job.Started.IsZero() || p.own.planOf == p.job.File.SHA256 {
		return
	}
	file := p.job.File
	p.own.planOf = file.SHA256
	if known := p.own.plan.Load(); known != nil && known.sha == file.SHA256 {
		return
	}
	wg.Go(func() {
		path, err := p.agent.spool.Lookup(file.SHA256)
		if err == nil {
			_, err = p.check(path, file, profiles.Overlay{})
		}
		if err != nil {
			p.log.Warn("read the plan of the print", "err", err)
		}
	})
}

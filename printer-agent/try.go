package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/ui/locales"
)

// testCmd leads a person beside a printer through the test that it has to pass before it may print alone, where its
// configuration asks for that. The agent of the folder must not run meanwhile.
type testCmd struct {
	Printer string `arg:"" help:"Key of the printer in the folder's configuration."`
	State   string `required:"" placeholder:"DIR" help:"Folder that enrol or local made; stop its agent first."`
	Who     string `placeholder:"NAME" help:"Who stands beside the printer; noted with the result."`
	JSON    bool   `name:"json" help:"Print the result as one JSON object on standard output."`

	stdin  io.Reader
	stdout io.Writer
}

// AfterApply takes the streams of the conversation.
func (c *testCmd) AfterApply(stdout io.Writer) error {
	c.stdin, c.stdout = os.Stdin, stdout
	return nil
}

const (
	trialBeat = 250 * time.Millisecond
	greetTime = 40 * time.Second
	sendTime  = 5 * time.Minute // for one command of the test; homing is the longest
)

var errNotPassed = errors.New("the printer has not passed its test")

// Run does the test and stores its result, passed or not. The heaters are off afterwards, also after an interrupt.
func (c *testCmd) Run(ctx context.Context, log *slog.Logger) (err error) {
	config, _, err := agent.LoadConfig(c.State)
	if err != nil {
		return err
	}
	machines, err := machinesOf(config, log)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(machines, func(m agent.Machine) bool { return m.Key == c.Printer })
	if at < 0 {
		return fmt.Errorf("no printer %q in %s", c.Printer, c.State)
	}
	store, err := spool.Open(c.State, spool.Limits{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, live, err := store.Live(c.Printer); err != nil || live {
		return errors.Join(err, fmt.Errorf("printer %s is in the middle of a print: let its agent end that first", c.Printer))
	}
	result, err := c.try(ctx, machines[at], log)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if err := store.SetFacts(c.Printer, func(f *spool.Facts) { f.Bench = raw }); err != nil {
		return err
	}
	return c.tell(result, raw)
}

func (c *testCmd) tell(r guard.Result, raw []byte) error {
	if c.JSON {
		fmt.Fprintf(c.stdout, "%s\n", raw)
	}
	if r.Passed {
		c.speak(guard.BenchStepSuccess, nil)
		return nil
	}
	c.speak(r.Code, r.Args())
	return errNotPassed
}

// try connects to the printer and does the test.
func (c *testCmd) try(ctx context.Context, m agent.Machine, log *slog.Logger) (guard.Result, error) {
	conn, err := m.Open(nil)
	if err != nil {
		return guard.Result{}, err
	}
	o := m.Link
	o.Log = log
	own, hang := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer hang()
	l := link.New(conn, o)
	wg.Go(func() { _ = l.Run(own) }) // why it ended is in what the test sees
	late := time.NewTimer(greetTime)
	defer late.Stop()
	select {
	case <-l.Ready():
	case <-ctx.Done():
		return guard.Result{}, ctx.Err()
	case <-l.Done():
		return guard.Result{}, fmt.Errorf("greet the printer: %w", port.ErrUnplugged)
	case <-late.C:
		return guard.Result{}, errors.New("the printer does not answer")
	}
	mark, err := guard.Fingerprint(m.Kind, m.Link.Dialect)
	if err != nil {
		return guard.Result{}, err
	}
	t := &trial{cmd: c, link: l, answers: c.listen()}
	t.bench = guard.NewBench(time.Now(), guard.Subject{
		Printer: m.Kind, Dialect: m.Link.Dialect, Firmware: l.Snapshot().Identity.Firmware, Fingerprint: mark, Who: c.Who,
	})
	return t.run(ctx), nil
}

// listen passes on what the person types, line by line; it ends with the stream, which only the end of the program
// closes where it is a terminal.
func (c *testCmd) listen() <-chan bool {
	answers := make(chan bool)
	go func() {
		defer close(answers)
		for lines := bufio.NewScanner(c.stdin); lines.Scan(); {
			word := strings.ToLower(strings.TrimSpace(lines.Text()))
			answers <- word == "y" || word == "yes" || word == "o" || word == "oui"
		}
	}()
	return answers
}

// speak says a sentence of the catalogue on standard error, where questions do not end up in a result.
func (c *testCmd) speak(code guard.Code, args map[string]any) {
	out := io.Writer(os.Stderr)
	if !c.JSON {
		out = c.stdout
	}
	fmt.Fprintln(out, locales.Text(language(), code.Key(), args))
}

// language is that of the person's terminal.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if lang, _, _ := strings.Cut(v, "_"); locales.Known(lang) {
				return lang
			}
			break
		}
	}
	return locales.English
}

// trial is one test on a link.
type trial struct {
	cmd     *testCmd
	link    *link.Link
	bench   *guard.Bench
	answers <-chan bool
	asked   guard.Code
	doing   guard.Code
	reports int64
	sent    chan error // of the commands under way; nil when none are
}

// run goes on until there is a result. An interrupt breaks the test off; what it turned on is turned off first.
func (t *trial) run(ctx context.Context) guard.Result {
	beat := time.NewTicker(trialBeat)
	defer beat.Stop()
	done := ctx.Done()
	for {
		t.step(time.Now())
		if r, ok := t.bench.Result(); ok && t.sent == nil {
			t.send(t.bench.Next(time.Now()))
			if t.sent != nil {
				<-t.sent
			}
			return r
		}
		var answers <-chan bool
		if t.asked != "" {
			answers = t.answers
		}
		select {
		case <-done:
			done = nil
			t.bench.Abort(time.Now())
		case <-t.link.Done():
			t.bench.Abort(time.Now())
		case err := <-t.sent:
			t.sent = nil
			t.bench.Sent(time.Now(), err == nil)
		case yes, open := <-answers:
			if !open {
				t.answers = nil
			}
			t.asked = ""
			t.bench.Answer(time.Now(), yes)
		case <-beat.C:
		}
	}
}

// step shows what is to be seen, and sends what is to be sent.
func (t *trial) step(now time.Time) {
	if s := t.link.Snapshot(); s.Reports != t.reports {
		t.reports = s.Reports
		var list []guard.Reading
		for _, r := range s.Temps {
			list = append(list, guard.Reading{Sensor: r.Sensor, Actual: r.Actual, Target: r.Target, Valid: r.Valid})
		}
		t.bench.Observe(now, list)
	}
	if t.sent == nil {
		t.send(t.bench.Next(now))
	}
	if d := t.bench.Doing(); d != t.doing && d != "" {
		t.doing = d
		t.cmd.speak(d, t.bench.Args())
	}
	if q := t.bench.Question(); q != t.asked && q != "" {
		t.asked = q
		t.cmd.speak(q, t.bench.Args())
		if t.answers == nil { // nobody can
			t.asked = ""
			t.bench.Answer(now, false)
		}
	}
}

// send sends commands beside the loop, so that temperatures are seen meanwhile.
func (t *trial) send(commands []string) {
	if len(commands) == 0 {
		return
	}
	sent := make(chan error, 1)
	t.sent = sent
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), sendTime)
		defer cancel()
		for _, c := range commands {
			if _, err := t.link.Send(ctx, c); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
}

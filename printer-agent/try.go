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
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
	"github.com/mailleur/mailleur/ui/locales"
)

// testCmd leads a person beside a printer through the test that it has to pass before it may print alone, where its
// configuration asks for that. The agent of the folder must not run meanwhile: while it does, the test is on its page.
type testCmd struct {
	Printer  string `arg:"" optional:"" help:"Key of the printer in the folder's configuration; may be left out where there is but one."`
	State    string `placeholder:"DIR" help:"Folder that enrol or local made, where the result is kept; stop its agent first, or do the test on its page."`
	Port     string `placeholder:"PORT" help:"Instead of a folder: the serial port, best by its name under /dev/serial/by-id. The result is not kept."`
	Model    string `placeholder:"NAME" help:"With --port: the printer's profile, as in firmware-profiles/printers."`
	Baud     int    `placeholder:"N" help:"With --port: its speed; by default the profile's."`
	Firmware string `placeholder:"NAME" help:"With --port: the dialect the printer speaks; by default the one that fits its answer to M115."`
	Who      string `placeholder:"NAME" help:"Who stands beside the printer; noted with the result."`
	JSON     bool   `name:"json" help:"Print the result as one JSON object on standard output, and the questions on standard error."`

	answers *os.File         // nil: standard input
	lang    string           // empty: that of the terminal
	clock   func() time.Time // nil: time.Now
}

var errNotPassed = errors.New("the printer has not passed its test")

// testReport is the result as JSON.
type testReport struct {
	guard.Result
	Capacity *spool.Capacity `json:"capacity,omitempty"` // as measured
	Kept     bool            `json:"kept"`
}

// Run does the test and fails unless it was passed. An interrupt stops it and turns the heaters off.
func (c *testCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	if c.answers == nil {
		c.answers = os.Stdin
	}
	if c.lang == "" {
		c.lang = language()
	}
	m, err := c.machine(log)
	if err != nil {
		return err
	}
	if c.State == "" {
		report, err := c.try(ctx, m, "", log, stdout)
		if err != nil {
			return err
		}
		return c.tell(report, stdout)
	}
	store, err := spool.Open(c.State, spool.Limits{})
	if errors.Is(err, spool.ErrInUse) {
		return fmt.Errorf("%w: stop the agent first, or do the test on its page", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	report, err := c.trySafely(ctx, m, store, log, stdout)
	if err != nil {
		return err
	}
	return c.tell(report, stdout)
}

// trySafely tests a printer that has no print to go on with, and keeps the result.
func (c *testCmd) trySafely(ctx context.Context, m agent.Machine, store *spool.Spool, log *slog.Logger, stdout io.Writer) (testReport, error) {
	_, live, err := store.Live(m.Key)
	if err != nil {
		return testReport{}, err
	}
	if live {
		return testReport{}, fmt.Errorf("printer %s is in the middle of a print: let its agent end that first", m.Key)
	}
	facts, err := store.Facts(m.Key)
	if err != nil {
		return testReport{}, err
	}
	report, err := c.try(ctx, m, facts.Capacity.Firmware, log, stdout)
	if err != nil {
		return testReport{}, err
	}
	return report, keepTrial(store, m.Key, &report)
}

// machine is the printer to test.
func (c *testCmd) machine(log *slog.Logger) (agent.Machine, error) {
	set, err := profiles.Load()
	if err != nil {
		return agent.Machine{}, fmt.Errorf("load profiles: %w", err)
	}
	p := agent.Printer{Key: commandLine, Model: c.Model, Port: c.Port, Baud: c.Baud, Firmware: c.Firmware}
	switch {
	case c.State != "" && c.Port+c.Model+c.Firmware != "", c.State != "" && c.Baud != 0:
		return agent.Machine{}, errors.New("test: what --state holds says port, model, speed and firmware: leave --port, --model, --baud and --firmware out")
	case c.State != "":
		if p, err = c.configured(); err != nil {
			return agent.Machine{}, err
		}
	case c.Port == "" || c.Model == "":
		return agent.Machine{}, errors.New("test: give --state with a configured printer, or --port and --model")
	}
	return machineOf(set, p, log)
}

// configured is the printer of the state folder that is meant.
func (c *testCmd) configured() (agent.Printer, error) {
	config, _, err := agent.LoadConfig(c.State)
	if err != nil {
		return agent.Printer{}, err
	}
	var found []agent.Printer
	var keys []string
	for _, p := range config.Printers {
		keys = append(keys, p.Key)
		if c.Printer == "" || c.Printer == p.Key {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return agent.Printer{}, fmt.Errorf("test: name one printer of %s: %q", c.State, keys)
	}
	return found[0], nil
}

// try connects and carries the test out; a board whose firmware is not the one measured before is measured after it.
func (c *testCmd) try(ctx context.Context, m agent.Machine, measured string, log *slog.Logger, stdout io.Writer) (testReport, error) {
	conn, err := connect(ctx, m.Port, m.Rate, m.Link, port.Identity{})
	if err != nil {
		return testReport{}, err
	}
	defer func() { _ = conn.close(log) }() // it logs what there is to say
	s := conn.link.Snapshot()
	dialect := m.Link.Dialect
	if d, ok := m.Named(s.Dialect); ok {
		dialect = d
	}
	mark, err := guard.Fingerprint(m.Kind, dialect)
	if err != nil {
		return testReport{}, err
	}
	t := agent.NewTrial(agent.TrialOptions{Link: conn.link, Clock: c.clock, Log: log, Subject: guard.Subject{
		Printer: m.Kind, Dialect: dialect, Firmware: s.Identity.Firmware, Fingerprint: mark, Who: c.Who,
	}})
	var report testReport
	var wg sync.WaitGroup
	wg.Go(func() { report.Result = t.Run(ctx) })
	c.ask(t, log, stdout)
	wg.Wait()
	if report.Passed && (measured == "" || measured != report.Firmware) {
		if found := agent.Measure(ctx, conn.link, log); found.Slots > 0 {
			report.Capacity = &found
		}
	}
	return report, nil
}

// ask shows how the test goes and passes on what is answered, until it has ended.
func (c *testCmd) ask(t *agent.Trial, log *slog.Logger, stdout io.Writer) {
	if c.JSON {
		stdout = os.Stderr
	}
	lines := bufio.NewReader(c.answers)
	var doing, asked guard.Code
	for {
		select {
		case <-t.Done():
			return
		default:
		}
		step := t.Step()
		if step.Doing != doing {
			doing = step.Doing
			fmt.Fprintln(stdout, locales.Text(c.lang, doing.Key(), step.Args))
		}
		if step.Question != asked {
			if asked = step.Question; asked != "" {
				// What was typed before it is asked for is no answer.
				_ = unix.IoctlSetInt(int(c.answers.Fd()), unix.TCFLSH, unix.TCIFLUSH) // no terminal: nothing was typed
				fmt.Fprintf(stdout, "%s [%s] ", locales.Text(c.lang, asked.Key(), step.Args), locales.Text(c.lang, "machine.bench_letters"))
			}
		}
		unclear, err := c.hear(t, lines, asked)
		if unclear {
			asked = ""
		}
		if err != nil {
			log.Warn("nobody is there to answer: the test is stopped", "err", err)
			t.Abort()
			<-t.Done()
			return
		}
	}
}

// hear waits a moment for an answer; one that is neither yes nor no is unclear.
func (c *testCmd) hear(t *agent.Trial, lines *bufio.Reader, asked guard.Code) (unclear bool, err error) {
	const moment = 100 // ms
	if asked == "" {
		select {
		case <-t.Done():
		case <-time.After(moment * time.Millisecond):
		}
		return false, nil
	}
	if lines.Buffered() == 0 {
		poll := []unix.PollFd{{Fd: int32(c.answers.Fd()), Events: unix.POLLIN}} //nolint:gosec // a descriptor is small
		n, err := unix.Poll(poll, moment)
		if n == 0 || errors.Is(err, unix.EINTR) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("wait for an answer: %w", err)
		}
	}
	line, err := lines.ReadString('\n')
	if err != nil {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes", "o", "oui":
		t.Answer(true)
	case "n", "no", "non":
		t.Answer(false)
	default:
		return true, nil
	}
	return false, nil
}

// keepTrial keeps what the test has shown as the agent does.
func keepTrial(store *spool.Spool, key string, r *testReport) error {
	raw, err := json.Marshal(r.Result)
	if err != nil {
		return fmt.Errorf("keep the result: %w", err)
	}
	err = store.SetFacts(key, func(f *spool.Facts) {
		f.Bench = raw
		if r.Capacity != nil {
			f.Capacity = *r.Capacity
		}
	})
	r.Kept = err == nil
	return err
}

func (c *testCmd) tell(r testReport, stdout io.Writer) error {
	if c.JSON {
		if err := json.NewEncoder(stdout).Encode(r); err != nil {
			return fmt.Errorf("print result: %w", err)
		}
	}
	if !r.Passed {
		return fmt.Errorf("%w: %s", errNotPassed, locales.Text(c.lang, r.Code.Key(), r.Args()))
	}
	if !c.JSON {
		fmt.Fprintln(stdout, locales.Text(c.lang, guard.BenchStepSuccess.Key()))
	}
	return nil
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

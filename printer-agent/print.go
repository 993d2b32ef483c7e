package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// printCmd prints one file. Naming the file on the command line stands for being there: nobody else is asked.
type printCmd struct {
	File     string `arg:"" type:"existingfile" help:"G-code to print."`
	Port     string `required:"" placeholder:"PORT" help:"Serial port, best by its name under /dev/serial/by-id."`
	Baud     int    `placeholder:"N" help:"Speed of the port; by default the dialect's usual one."`
	Firmware string `placeholder:"NAME" help:"Dialect the printer speaks, as in firmware-profiles/dialects; by default the one that fits its answer to M115."`
	Token    string `placeholder:"NAME" help:"Name of the attempt, shown on the printer's display around the print."`
	State    string `placeholder:"DIR" help:"Folder in which the print is noted, so that resume can continue it after this program was killed."`
	Discard  bool   `help:"Forget a print in the folder that was interrupted and not resumed."`
	Checks   checks `embed:""`
	JSON     bool   `name:"json" help:"Print the result as one JSON object on standard output."`
}

// commandLine is the printer's key in a state folder of the command line.
const commandLine = "command-line"

// Run prints the file and fails unless the last line was acknowledged and the motion has ended. An interrupt cancels the
// print and turns the heaters off.
func (c *printCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	options, err := loadDialect(c.Firmware)
	if err != nil {
		return err
	}
	options.Log = log
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	if err := c.Checks.pass(file, log); err != nil {
		return err
	}
	s := &stream{port: c.Port, baud: c.Baud, options: options, job: link.Job{Token: c.Token}, log: log}
	if c.State == "" {
		return c.print(ctx, s, file, stdout)
	}
	n, err := openNote(c.State)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	stored, err := n.begin(c, file)
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }() // only read
	n.noteOn(s)
	err = c.print(ctx, s, stored, stdout)
	return errors.Join(err, n.end())
}

func (c *printCmd) print(ctx context.Context, s *stream, file *os.File, stdout io.Writer) error {
	if err := s.take(file); err != nil {
		return err
	}
	result, snapshot, err := s.run(ctx)
	if err != nil {
		return err
	}
	return reportOf(result, snapshot).tell(c.JSON, s.log, stdout)
}

// take makes a file the source of the stream.
func (s *stream) take(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	s.job.Source, err = link.NewFile(file, info.Size())
	return err
}

// note is what a state folder keeps of the one print of the command line.
type note struct {
	spool *spool.Spool
	track *spool.Track
	entry spool.Print
}

func openNote(dir string) (*note, error) {
	s, err := spool.Open(dir, spool.Limits{})
	if err != nil {
		return nil, err
	}
	track, err := spool.OpenTrack(dir, commandLine)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &note{spool: s, track: track}, nil
}

func (n *note) close() error { return errors.Join(n.track.Close(), n.spool.Close()) }

// begin stores the file and notes the print, and returns the stored file.
func (n *note) begin(c *printCmd, file io.Reader) (*os.File, error) {
	live, ok, err := n.spool.Live(commandLine)
	if err != nil {
		return nil, err
	}
	if ok && !c.Discard {
		return nil, fmt.Errorf("--state %s: the print of %s was interrupted at line %d or later: continue it with printer-agent resume, or give --discard", c.State, live.Name, live.Lines)
	}
	if ok {
		if err := errors.Join(n.spool.End(commandLine, live.Attempt, false), n.spool.Cooled(commandLine)); err != nil {
			return nil, err
		}
	}
	stored, err := n.spool.PutLocal(filepath.Base(c.File), file)
	if err != nil {
		return nil, fmt.Errorf("store G-code in %s: %w", c.State, err)
	}
	now := time.Now().UTC()
	n.entry = spool.Print{
		Printer: commandLine, Attempt: rand.Text(), Owner: spool.OwnerMaker, Name: stored.Name, Dialect: c.Firmware,
		File: wire.File{SHA256: stored.SHA256, Bytes: stored.Bytes, Title: c.Token}, Word: wire.StatePrinting, Taken: now, Updated: now,
	}
	if err := errors.Join(n.track.Reset(n.head()), n.spool.Begin("", n.entry)); err != nil {
		return nil, err
	}
	return n.open()
}

func (n *note) head() spool.TrackHead {
	return spool.TrackHead{
		Attempt: spool.TokenHash(n.entry.Attempt), File: n.entry.File.SHA256, Bytes: n.entry.File.Bytes,
		Dialect: n.entry.Dialect, Started: n.entry.Taken,
	}
}

// open opens the stored file, checked against its hash.
func (n *note) open() (*os.File, error) {
	path, err := n.spool.Lookup(n.entry.File.SHA256)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open G-code: %w", err)
	}
	return file, nil
}

// noteOn has a stream note where it is. The mapping survives a kill by itself; written back now and then, it survives a
// reboot too.
func (n *note) noteOn(s *stream) {
	s.job.Track, s.met = n.track, n.meet
	s.beat = func() {
		if err := n.track.Sync(); err != nil {
			s.log.Warn("the print could not be continued after a reboot", "err", err)
		}
	}
}

// meet notes what board the print is on: one that is asked where it is cannot be asked what it is.
func (n *note) meet(s link.Snapshot) error {
	n.entry.Dialect, n.entry.Firmware, n.entry.Caps = s.Dialect, s.Identity.Firmware, s.Identity.Caps
	return n.spool.Update(n.entry)
}

// end forgets a print that has ended, one way or another.
func (n *note) end() error {
	return errors.Join(n.spool.End(commandLine, n.entry.Attempt, false), n.track.Clear())
}

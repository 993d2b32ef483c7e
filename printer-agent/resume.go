package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// resumeCmd continues a print that was interrupted by the end of this program. It is exact or it does not happen: the
// board says which line it took last, and the folder knows where in the file that line lies.
type resumeCmd struct {
	Port     string `required:"" placeholder:"PORT" help:"Serial port, best by its name under /dev/serial/by-id."`
	Baud     int    `placeholder:"N" help:"Speed of the port; by default the dialect's usual one."`
	Firmware string `placeholder:"NAME" help:"Dialect the printer speaks; by default as when the print began."`
	State    string `required:"" placeholder:"DIR" help:"Folder in which print has noted the print."`
	JSON     bool   `name:"json" help:"Print the result as one JSON object on standard output."`
}

var errNothingToResume = errors.New("no print was interrupted in this folder")

// Run continues the print and fails unless the last line was acknowledged and the motion has ended. A board that was
// reset has lost its place, and so has one that another program has used: then nothing is printed.
func (c *resumeCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) (err error) {
	n, err := openNote(c.State)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	s, err := c.stream(n, log)
	if err != nil {
		return err
	}
	file, err := n.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	if err := s.take(file); err != nil {
		return err
	}
	result, snapshot, err := s.run(ctx)
	if err != nil {
		return err // the folder keeps the print: the port may only be missing
	}
	return errors.Join(reportOf(result, snapshot).tell(c.JSON, log, stdout), n.end())
}

// stream is the interrupted print, ready to go on.
func (c *resumeCmd) stream(n *note, log *slog.Logger) (*stream, error) {
	entry, ok, err := n.spool.Live(commandLine)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("--state %s: %w", c.State, errNothingToResume)
	}
	n.entry = entry
	if head, ok := n.track.Head(); !ok || head.Attempt != spool.TokenHash(entry.Attempt) {
		return nil, fmt.Errorf("--state %s: %w: the folder does not know which lines of %s were sent", c.State, errNothingToResume, entry.Name)
	}
	firmware := c.Firmware
	if firmware == "" {
		firmware = entry.Dialect
	}
	options, err := loadDialect(firmware)
	if err != nil {
		return nil, err
	}
	if !options.Dialect.Lines.Numbers {
		return nil, fmt.Errorf("--firmware %s: this firmware does not number lines, so that nobody knows where it is: the print cannot be continued", firmware)
	}
	options.Resume, options.Log = true, log
	options.Known = link.Identity{Firmware: entry.Firmware, Caps: entry.Caps}
	s := &stream{port: c.Port, baud: c.Baud, options: options, job: link.Job{Token: entry.File.Title, Continue: true}, log: log}
	n.noteOn(s)
	return s, nil
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// replugPatience is how long a port that has gone may stay away in a print.
const replugPatience = 60 * time.Second

// stream is one print from the command line, over as many connections as it takes.
type stream struct {
	port    string
	baud    int
	options link.Options
	job     link.Job
	device  port.Identity             // what the print is on, once it has been opened
	met     func(link.Snapshot) error // called when the board has answered; nil for none
	beat    func()                    // called every few seconds while lines are sent; nil for none
	log     *slog.Logger
}

// run prints until the attempt has ended. A port that goes is waited for: a board that lived on meanwhile is asked where
// it is, and the print goes on there.
func (s *stream) run(ctx context.Context) (link.Result, link.Snapshot, error) {
	var total link.Result
	var last link.Snapshot
	for {
		c, err := s.connect(ctx)
		if err != nil {
			if total.Reason == link.Unplugged { // it never came back
				return total, last, nil
			}
			return total, last, err
		}
		last, s.device = c.link.Snapshot(), c.device
		if s.met != nil {
			if err := s.met(last); err != nil {
				return total, last, errors.Join(err, c.close(s.log))
			}
		}
		s.options.Known = last.Identity
		result := s.print(ctx, c.link)
		if err := c.close(s.log); err != nil {
			return total, last, err
		}
		if total.Reason != "" {
			result = total.Then(result)
		}
		total = result
		if total.Reason != link.Unplugged || s.job.Track == nil || ctx.Err() != nil {
			return total, last, nil
		}
		s.log.Warn("the port has gone: waiting for it", "port", s.port, "lines", total.LinesAcked)
		s.options.Resume, s.job.Continue = true, true
	}
}

func (s *stream) connect(ctx context.Context) (*connection, error) {
	return connect(ctx, s.port, s.baud, s.options, s.device)
}

// print is the part of the print on one connection. An interrupt cancels it and turns the heaters off.
func (s *stream) print(ctx context.Context, l *link.Link) link.Result {
	stop := context.AfterFunc(ctx, func() { s.log.Warn("interrupted: cancelling the print; interrupt again to leave at once") })
	defer stop()
	tell, quiet := context.WithCancel(context.WithoutCancel(ctx))
	told := make(chan struct{})
	go func() { defer close(told); s.tellProgress(tell, l) }()
	result := l.Print(ctx, s.job)
	quiet()
	<-told
	return result
}

// tellInterval is how often progress is told on standard error.
const tellInterval = 10 * time.Second

func (s *stream) tellProgress(ctx context.Context, l *link.Link) {
	tick := time.NewTicker(tellInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.beat != nil {
			s.beat()
		}
		if now := l.Snapshot(); now.Job != nil {
			s.log.Info("printing", "state", now.State, "line", now.Job.LinesDone, "of", now.Job.LinesTotal, "temperatures", now.Temps)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

// printCmd prints one file. Naming the file on the command line stands for being there: nobody else is asked.
type printCmd struct {
	File     string `arg:"" type:"existingfile" help:"G-code to print."`
	Port     string `required:"" placeholder:"PORT" help:"Serial port, best by its name under /dev/serial/by-id."`
	Baud     int    `placeholder:"N" help:"Speed of the port; by default the dialect's usual one."`
	Firmware string `default:"marlin2" placeholder:"NAME" help:"Dialect the printer speaks, as in firmware-profiles/dialects."`
	Token    string `placeholder:"NAME" help:"Name of the attempt, shown on the printer's display around the print."`
	JSON     bool   `name:"json" help:"Print the result as one JSON object on standard output."`
}

// printReport is what --json prints.
type printReport struct {
	Result   link.Reason `json:"result"`
	Detail   string      `json:"detail,omitempty"`
	Lines    int64       `json:"lines"`       // lines of the file that the printer acknowledged
	Total    int64       `json:"lines_total"` // lines of the file
	Bytes    int64       `json:"bytes"`       // bytes written
	Seconds  float64     `json:"seconds"`
	Resends  int64       `json:"resends"`
	Rewrites int64       `json:"rewrites"`
	Probes   int64       `json:"probes"`
	Damaged  int64       `json:"damaged_answers"`
	Firmware string      `json:"firmware"`
}

// Run prints the file and fails unless the last line was acknowledged and the motion has ended. An interrupt cancels the
// print and turns the heaters off.
func (c *printCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	dialect, err := findDialect(c.Firmware)
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	source, err := link.NewFile(file, info.Size())
	if err != nil {
		return err
	}
	conn, err := connect(ctx, c.Port, c.Baud, dialect, log)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { log.Warn("interrupted: cancelling the print; interrupt again to leave at once") })
	defer stop()
	tell, quiet := context.WithCancel(context.WithoutCancel(ctx))
	told := make(chan struct{})
	go func() { defer close(told); tellProgress(tell, conn.link, log) }()
	result := conn.link.Print(ctx, link.Job{Source: source, Token: c.Token})
	quiet()
	<-told
	firmware := conn.link.Snapshot().Identity.Firmware
	if err := conn.close(); err != nil {
		log.Debug("link ended", "err", err)
	}
	return c.report(result, firmware, log, stdout)
}

func (c *printCmd) report(r link.Result, firmware string, log *slog.Logger, stdout io.Writer) error {
	if c.JSON {
		if err := json.NewEncoder(stdout).Encode(printReport{
			Result: r.Reason, Detail: r.Detail, Lines: r.LinesAcked, Total: r.LinesTotal, Bytes: r.BytesSent,
			Seconds: r.Elapsed().Round(time.Millisecond).Seconds(), Resends: r.Resends, Rewrites: r.Rewrites,
			Probes: r.Probes, Damaged: r.Damaged, Firmware: firmware,
		}); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
	}
	if !r.OK() {
		return fmt.Errorf("print ended: %w", &link.Failure{Reason: r.Reason, Detail: r.Detail})
	}
	log.Info("printed", "lines", r.LinesAcked, "seconds", r.Elapsed().Seconds(), "resends", r.Resends)
	return nil
}

// tellInterval is how often progress is told on standard error.
const tellInterval = 10 * time.Second

func tellProgress(ctx context.Context, l *link.Link, log *slog.Logger) {
	tick := time.NewTicker(tellInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s := l.Snapshot(); s.Job != nil {
			log.Info("printing", "state", s.State, "line", s.Job.LinesDone, "of", s.Job.LinesTotal, "temperatures", s.Temps)
		}
	}
}

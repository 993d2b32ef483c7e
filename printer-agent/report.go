package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

// printReport is what --json prints.
type printReport struct {
	Result    link.Reason `json:"result"`
	Detail    string      `json:"detail,omitempty"`
	Lines     int64       `json:"lines"`       // lines of the file that the printer acknowledged
	Total     int64       `json:"lines_total"` // lines of the file
	Bytes     int64       `json:"bytes"`       // bytes written
	Seconds   float64     `json:"seconds"`
	Resends   int64       `json:"resends"`
	Rewrites  int64       `json:"rewrites"`
	Probes    int64       `json:"probes"`
	Damaged   int64       `json:"damaged_answers"`
	Overflows int64       `json:"overflows"`
	BadCable  bool        `json:"bad_cable,omitempty"`
	AckP50    float64     `json:"ack_p50_ms"`
	AckP99    float64     `json:"ack_p99_ms"`
	WindowMax int64       `json:"window_max"` // most lines of the file in flight at once
	CPU       float64     `json:"cpu_seconds"`
	MaxRSS    int64       `json:"max_rss_kib"`
	Firmware  string      `json:"firmware"`
	Dialect   string      `json:"dialect"`
}

// reportOf joins how a print ended to what the process took for it.
func reportOf(r link.Result, s link.Snapshot) printReport {
	p := printReport{
		Result: r.Reason, Detail: r.Detail, Lines: r.LinesAcked, Total: r.LinesTotal, Bytes: r.BytesSent,
		Seconds: r.Elapsed().Round(time.Millisecond).Seconds(), Resends: r.Resends, Rewrites: r.Rewrites,
		Probes: r.Probes, Damaged: r.Damaged, Overflows: r.Overflows, BadCable: r.BadCable,
		AckP50: milliseconds(r.AckP50), AckP99: milliseconds(r.AckP99), WindowMax: r.WindowMax,
		Firmware: s.Identity.Firmware, Dialect: s.Dialect,
	}
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) == nil {
		p.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
		p.MaxRSS = int64(usage.Maxrss) // KiB on Linux
	}
	return p
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// tell writes the report, and returns an error unless the print ended as it should.
func (p printReport) tell(asJSON bool, log *slog.Logger, stdout io.Writer) error {
	if asJSON {
		if err := json.NewEncoder(stdout).Encode(p); err != nil {
			return fmt.Errorf("write result: %w", err)
		}
	}
	if p.Result != link.Done {
		return fmt.Errorf("print ended: %w", &link.Failure{Reason: p.Result, Detail: p.Detail})
	}
	log.Info("printed", "lines", p.Lines, "seconds", p.Seconds, "resends", p.Resends)
	return nil
}

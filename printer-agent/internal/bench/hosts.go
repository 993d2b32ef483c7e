package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/port"
)

// HostsOptions are one file for many printers.
type HostsOptions struct {
	File  string
	Baud  int
	Ports []string
}

// HostsReport is what a process took that drove many printers.
type HostsReport struct {
	CPU    float64 `json:"cpu_seconds"`
	MaxRSS int64   `json:"max_rss_kib"`
}

// Hosts prints one file on many printers at once, as an agent does: a port, a link and a source for each. It fails unless
// every print ended as it should.
func Hosts(ctx context.Context, o HostsOptions) (HostsReport, error) {
	set, err := profiles.Load()
	if err != nil {
		return HostsReport{}, fmt.Errorf("load profiles: %w", err)
	}
	dialect, ok := set.Dialect("marlin2")
	if !ok {
		return HostsReport{}, errors.New("there is no dialect marlin2")
	}
	failed := make([]error, len(o.Ports))
	var wg sync.WaitGroup
	for i, name := range o.Ports {
		wg.Go(func() {
			if err := printOn(ctx, name, o, dialect); err != nil {
				failed[i] = fmt.Errorf("print on %s: %w", name, err)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return HostsReport{}, err
	}
	return taken()
}

// printOn prints on one printer and waits until all that it started has ended.
func printOn(ctx context.Context, name string, o HostsOptions, dialect profiles.Dialect) error {
	file, err := os.Open(o.File)
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open G-code: %w", err)
	}
	source, err := link.NewFile(file, info.Size())
	if err != nil {
		return err
	}
	p, err := port.Open(name, o.Baud)
	if err != nil {
		return err
	}
	own, stop := context.WithCancel(ctx)
	l := link.New(p, link.Options{Dialect: dialect})
	ended := make(chan error, 1)
	go func() { ended <- l.Run(own) }()
	var result link.Result
	select {
	case <-l.Ready():
		result = l.Print(ctx, link.Job{Source: source, Token: token})
	case <-l.Done():
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return err
	}
	if !result.OK() {
		return &link.Failure{Reason: result.Reason, Detail: result.Detail}
	}
	return nil
}

// taken is what this process has taken so far. The kernel's count for the parent would hold the parent's own memory, too.
func taken() (HostsReport, error) {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return HostsReport{}, fmt.Errorf("ask for processor time: %w", err)
	}
	kib, err := highestMemory()
	return HostsReport{CPU: time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds(), MaxRSS: kib}, err
}

// highestMemory is the most memory that was ever resident, in KiB (proc(5), VmHWM).
func highestMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("ask for memory: %w", err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := strings.CutPrefix(string(line), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("ask for memory: %w", err)
			}
			return kib, nil
		}
	}
	return 0, errors.New("ask for memory: the kernel does not tell")
}

package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// hardware is what stands in the makers' homes: printers and the small computers beside them. The printers are
// simulated behind real pseudo-terminals; everything else is real.
type hardware struct {
	program string // printer-agent
	dir     string
	speed   float64
	alive   time.Duration // between signs of life of a print
	crew    *crew

	mu     sync.Mutex
	agents map[string]*child // by login of their maker
	boards map[string]board  // by key
	truths []string
}

func (h *hardware) port(p printer) string  { return filepath.Join(h.dir, p.key+".port") }
func (h *hardware) truth(p printer) string { return filepath.Join(h.dir, p.key+".truth") }
func (h *hardware) state(v volunteer) string {
	return filepath.Join(h.dir, "agent-"+v.printers[0].key)
}

// plugIn switches the printers of a maker on.
func (h *hardware) plugIn(ctx context.Context, v volunteer) error {
	for i, p := range v.printers {
		args := []string{
			"simulate", "--pty", h.port(p), "--firmware", p.firmware, "--bed", p.bed, "--truth", h.truth(p),
			"--speed", strconv.FormatFloat(h.speed, 'f', -1, 64), "--seed", strconv.Itoa(i + 1),
		}
		for _, f := range p.faults {
			args = append(args, "--fault", f)
		}
		ch, err := h.crew.start("printer-"+p.key, h.program, args...)
		if err != nil {
			return err
		}
		h.mu.Lock()
		h.boards[p.key] = board{child: ch, args: args}
		h.truths = append(h.truths, h.truth(p))
		h.mu.Unlock()
		if err := h.await(ctx, h.port(p)); err != nil {
			return err
		}
	}
	return nil
}

// board is a printer that is switched on.
type board struct {
	child *child
	args  []string
}

// powerCut switches a printer off and on again: it has forgotten everything.
func (h *hardware) powerCut(ctx context.Context, p printer) error {
	h.mu.Lock()
	b := h.boards[p.key]
	h.mu.Unlock()
	if err := b.child.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-b.child.ended
	if err := os.Remove(h.port(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("switch %s off: %w", p.key, err)
	}
	ch, err := h.crew.start("printer-"+p.key, h.program, b.args...)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.boards[p.key] = board{child: ch, args: b.args}
	h.mu.Unlock()
	return h.await(ctx, h.port(p))
}

func (h *hardware) await(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not appear", filepath.Base(path))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// enrol joins the maker's computer to the lab with the code that the coordinator read out, and starts its agent.
func (h *hardware) enrol(ctx context.Context, v volunteer, url, code string) error {
	args := []string{"enrol", url, code, "--state", h.state(v), "--name", v.printers[0].key, "--progress-every", h.alive.String(), "--listen", "off"}
	for _, p := range v.printers {
		args = append(args, "--printer", fmt.Sprintf("key=%s,name=%s,model=%s,port=%s,allow_pty=true", p.key, p.name, p.model, h.port(p)))
	}
	out, err := exec.CommandContext(ctx, h.program, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("enrol the agent of %s: %w: %s", v.name, err, bytes.TrimSpace(out))
	}
	return h.run(v)
}

// run starts the agent of an enrolled maker.
func (h *hardware) run(v volunteer) error {
	ch, err := h.crew.start("agent-"+v.printers[0].key, h.program, "run", "--state", h.state(v))
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.agents[v.login] = ch
	return nil
}

// kill ends the agent of a maker without a word, as a power cut does.
func (h *hardware) kill(login string) error {
	h.mu.Lock()
	ch := h.agents[login]
	h.mu.Unlock()
	if ch == nil {
		return fmt.Errorf("no agent of %s", login)
	}
	err := ch.signal(syscall.SIGKILL)
	<-ch.ended
	return err
}

// freeze stops the agent of a maker in its tracks, as a computer does that swaps or loses its card; thaw lets it go on.
func (h *hardware) freeze(login string) error { return h.signal(login, syscall.SIGSTOP) }
func (h *hardware) thaw(login string) error   { return h.signal(login, syscall.SIGCONT) }

func (h *hardware) signal(login string, s syscall.Signal) error {
	h.mu.Lock()
	ch := h.agents[login]
	h.mu.Unlock()
	if ch == nil {
		return fmt.Errorf("no agent of %s", login)
	}
	return ch.signal(s)
}

// Truth is what the simulators themselves wrote down.
type Truth struct {
	LinesExecuted int64 `json:"lines_executed"`
	Resends       int64 `json:"resends"`
	Attempts      []struct {
		ID       string `json:"id"`
		Lines    int64  `json:"lines"`
		Ended    bool   `json:"ended"`
		Halted   bool   `json:"halted"`   // the board has stopped itself
		Repeated int64  `json:"repeated"` // lines executed twice
		Skipped  int64  `json:"skipped"`  // lines left out
	} `json:"attempts"`
}

// sum adds up the ground truth of all printers.
func (h *hardware) sum(ctx context.Context) (total Truth, err error) {
	h.mu.Lock()
	truths := h.truths
	h.mu.Unlock()
	for _, path := range truths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		one, err := h.read(ctx, path)
		if err != nil {
			return total, err
		}
		total.LinesExecuted += one.LinesExecuted
		total.Resends += one.Resends
		total.Attempts = append(total.Attempts, one.Attempts...)
	}
	return total, nil
}

// read adds up the ground truth of one printer.
func (h *hardware) read(ctx context.Context, path string) (t Truth, err error) {
	out, err := exec.CommandContext(ctx, h.program, "simulate", "--sum", path).Output()
	if err != nil {
		return t, fmt.Errorf("add up %s: %w", filepath.Base(path), err)
	}
	if err := json.Unmarshal(out, &t); err != nil {
		return t, fmt.Errorf("add up %s: %w", filepath.Base(path), err)
	}
	return t, nil
}

// printing reports whether a printer is well into an attempt.
func (h *hardware) printing(ctx context.Context, p printer) bool {
	truth, err := h.read(ctx, h.truth(p))
	if err != nil || len(truth.Attempts) == 0 {
		return false
	}
	last := truth.Attempts[len(truth.Attempts)-1]
	return !last.Ended && last.Lines > 100
}

package demo

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// child is one program that this one started, in a process group of its own. It ends when its parent ends, even when
// that is killed.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	log   string
	asked atomic.Bool // to end, by a signal from here
}

// crew starts children and ends them all.
type crew struct {
	dir string // of the log files
	log *slog.Logger

	mu       sync.Mutex
	children []*child
}

// start runs a program with its output in a log file called name.
func (c *crew) start(name, program string, args ...string) (*child, error) {
	path := filepath.Join(c.dir, name+".log")
	out, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer out.Close() //nolint:errcheck // the child holds its own
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	ch := &child{cmd: cmd, ended: make(chan struct{}), log: path}
	if err := ch.launch(c.tell); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.children = append(c.children, ch)
	return ch, nil
}

// launch starts and awaits the program on one thread that lives as long: the kernel sends the parent-death signal when
// the starting thread ends, and the slicer's threads end in this process while it runs.
func (ch *child) launch(end func(*child)) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := ch.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		defer close(ch.ended)
		_ = ch.cmd.Wait() //nolint:errcheck // how it ended stands in its state
		end(ch)
	}()
	return <-started
}

// tell logs an end that nobody asked for.
func (c *crew) tell(ch *child) {
	if !ch.asked.Load() {
		c.log.Error("a program of the sample lab ended by itself", "how", ch.cmd.ProcessState, "log", ch.log)
	}
}

// signal reaches the whole group.
func (ch *child) signal(s syscall.Signal) error {
	if s == syscall.SIGKILL || s == syscall.SIGTERM {
		ch.asked.Store(true)
	}
	err := syscall.Kill(-ch.cmd.Process.Pid, s)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// stop asks first and kills after a while.
func (ch *child) stop() {
	_ = ch.signal(syscall.SIGCONT) //nolint:errcheck // it may have ended
	_ = ch.signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
	select {
	case <-ch.ended:
	case <-time.After(3 * time.Second):
		_ = ch.signal(syscall.SIGKILL) //nolint:errcheck // it may have ended
		<-ch.ended
	}
}

// stop ends all children, the last started first.
func (c *crew) stop() {
	c.mu.Lock()
	children := c.children
	c.children = nil
	c.mu.Unlock()
	var all sync.WaitGroup
	for _, ch := range children {
		all.Go(ch.stop)
	}
	all.Wait()
}

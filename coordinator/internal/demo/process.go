package demo

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// child is one program that this one started, in a process group of its own. It ends when its parent ends, even when
// that is killed.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	log   string
}

// crew starts children and ends them all.
type crew struct {
	dir string // of the log files

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
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	ch := &child{cmd: cmd, ended: make(chan struct{}), log: path}
	go func() {
		defer close(ch.ended)
		_ = cmd.Wait() //nolint:errcheck // how it ended stands in its log
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.children = append(c.children, ch)
	return ch, nil
}

// signal reaches the whole group.
func (ch *child) signal(s syscall.Signal) error {
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

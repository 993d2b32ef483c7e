package testkit

import (
	"bytes"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// stopGrace is how long a program may take to end after SIGTERM before its whole group is killed.
	stopGrace = 5 * time.Second
	// outputGrace is how long Wait listens to children that outlive the program and hold its output open.
	outputGrace = 500 * time.Millisecond
)

// Process is a program that a test started. It runs in a process group of its own, so that ending it ends what it
// started too, and the kernel kills it when the test process dies. Its methods may be called from any goroutine.
type Process struct {
	cmd    *exec.Cmd
	output *buffer
	ended  chan struct{}
	err    error // of Wait, to be read once ended is closed
}

// Start starts the command and ends it with the test. Output goes to cmd.Stdout and cmd.Stderr where the caller set
// them; what is left nil is kept and shown if the test fails.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{cmd: cmd, output: &buffer{}, ended: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = p.output
	}
	if cmd.Stderr == nil {
		cmd.Stderr = p.output
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.WaitDelay = outputGrace
	if err := p.launch(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("output of %s:\n%s", cmd.Path, p.Output())
		}
	})
	return p
}

// launch starts and awaits the command on one thread that lives as long: the parent-death signal is sent when the
// starting thread ends, not when the process does.
func (p *Process) launch() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return <-started
}

// Pid is the process id, and the id of the process group.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Output is what the program has said so far on the streams that the caller left to Start.
func (p *Process) Output() string { return p.output.String() }

// Wait returns when the program has ended, with the error of exec.Cmd.Wait.
func (p *Process) Wait() error {
	<-p.ended
	return p.err
}

// Ended is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Signal sends a signal to the whole group; to one that is gone it does nothing.
func (p *Process) Signal(signal syscall.Signal) {
	_ = syscall.Kill(-p.Pid(), signal)
}

// Kill ends the group at once, as a power cut would, and waits.
func (p *Process) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.ended
}

// Stop asks the program to end, waits, and kills whatever is left of its group.
func (p *Process) Stop() {
	select {
	case <-p.ended:
	default:
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	select {
	case <-p.ended:
	case <-time.After(stopGrace):
	}
	p.Kill()
}

// buffer is a bytes.Buffer for one writer and other readers.
type buffer struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.data.String()
}

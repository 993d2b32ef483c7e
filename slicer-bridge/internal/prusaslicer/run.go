// Package prusaslicer runs one PrusaSlicer process on one model with one flat
// set of settings, within limits of time, memory and size, and tells how it
// ended. It trusts neither the exit code nor that a setting was understood.
package prusaslicer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Limits bound one process. All are required.
type Limits struct {
	Time   time.Duration // on the wall
	CPU    time.Duration
	Memory uint64 // bytes of address space
	File   uint64 // bytes of any file it writes
}

// DefaultLimits fit the heaviest plate seen, ten stacked visors of 1.1 million
// lines, four times over on a slow machine.
var DefaultLimits = Limits{Time: 10 * time.Minute, CPU: 15 * time.Minute, Memory: 6 << 30, File: 1 << 30}

// Job is what one run works on. Dir is a folder of the run's own; the run
// leaves its files there and never removes it.
type Job struct {
	Program  string
	Dir      string
	Model    []byte // a 3MF, placed where it is to be printed
	Settings []byte // key = value lines
	Limits   Limits
	CPU      int // the one processor to run on, as in CPUs; less than 0 leaves it to the system

	// Progress is told 0 to 1000 as the slicer counts, always rising; from another
	// goroutine, but not after Run has returned. It may be nil.
	Progress func(permille int)
}

// Outcome is a run that ended well: a complete file with layers and plastic.
type Outcome struct {
	GCode    string // path in Dir
	Footer   Footer
	Warnings []string // what the slicer said, in its words
}

// Failure is a run that did not. Exactly one of Exit, Signal and Limit says
// how, or none when the process could not be run or left no usable file.
type Failure struct {
	Exit   int
	Signal string // as in "aborted"
	Limit  string // time, cpu, memory or file
	Detail string // the slicer's last words, or what is wrong with its file
}

func (f *Failure) Error() string {
	switch {
	case f.Limit != "":
		return fmt.Sprintf("slicer stopped by its %s limit", f.Limit)
	case f.Signal != "":
		return fmt.Sprintf("slicer died: %s: %s", f.Signal, f.Detail)
	case f.Exit != 0:
		return fmt.Sprintf("slicer exited with %d: %s", f.Exit, f.Detail)
	}
	return "slicer result refused: " + f.Detail
}

var versionLine = regexp.MustCompile(`PrusaSlicer-(\S+)`)

// Version asks the program who it is, as in "2.5.0+UNKNOWN".
func Version(ctx context.Context, program string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, program, "--help")
	cmd.Env = environment(os.TempDir())
	out, err := cmd.CombinedOutput()
	if m := versionLine.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	if err != nil {
		return "", fmt.Errorf("ask %s its version: %w", program, err)
	}
	return "", fmt.Errorf("ask %s its version: it is not PrusaSlicer", program)
}

// environment is all the process sees. The decimal point must not follow the
// machine's language.
func environment(dir string) []string {
	return []string{"HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C", "PATH=/usr/bin:/bin"}
}

// Run slices. When ctx ends, the whole process group is killed and ctx's error
// returned; every other end but success is a *Failure.
func Run(ctx context.Context, j Job) (Outcome, error) {
	model, settings := filepath.Join(j.Dir, "plate.3mf"), filepath.Join(j.Dir, "settings.ini")
	if err := errors.Join(os.WriteFile(model, j.Model, 0o600), os.WriteFile(settings, j.Settings, 0o600)); err != nil {
		return Outcome{}, fmt.Errorf("write slicer input: %w", err)
	}
	out := filepath.Join(j.Dir, "plate.gcode")
	limited, stop := context.WithTimeout(ctx, j.Limits.Time)
	defer stop()
	cmd := exec.CommandContext(limited, j.Program, "--export-gcode", "--dont-arrange",
		"--load", settings, "--datadir", filepath.Join(j.Dir, "data"), "--output", out, model)
	said, err := execute(cmd, j)
	if ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	if err != nil {
		return Outcome{}, failure(err, limited.Err() != nil, said)
	}
	return accept(out, j.Settings, said)
}

// execute runs the command in a process group of its own that dies with this
// process. The thread that starts it must live as long as it does: the kernel
// ties the parent-death signal to the thread. It is not unlocked, so that it ends
// with its goroutine: nobody else shall inherit its one processor.
func execute(cmd *exec.Cmd, j Job) (said []byte, err error) {
	ours, theirs, err := terminal()
	if err != nil {
		return nil, fmt.Errorf("listen to slicer: %w", err)
	}
	defer ours.Close()
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = j.Dir, environment(j.Dir), theirs, theirs
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = lastWordsTime
	words := tail{progress: j.Progress}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		_, _ = io.Copy(&words, ours) // ends in an error when the last writer is gone
	}()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		steady(j.CPU)
		done <- startAndWait(cmd, theirs, j.Limits)
	}()
	err = <-done
	select {
	case <-heard:
	case <-time.After(time.Second): // it left somebody behind who holds its output
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = ours.SetReadDeadline(time.Now().Add(lastWordsTime))
		<-heard
	}
	return words.bytes(), err
}

// lastWordsTime bounds how long somebody whom the slicer left behind, and who
// cannot be ended, may keep its output open.
const lastWordsTime = 5 * time.Second

func startAndWait(cmd *exec.Cmd, output *os.File, l Limits) error {
	err := cmd.Start()
	if err = errors.Join(err, output.Close()); err != nil {
		return err
	}
	if err := confine(cmd.Process.Pid, l); err != nil && !errors.Is(err, syscall.ESRCH) {
		killErr := cmd.Cancel()
		return errors.Join(fmt.Errorf("limit slicer: %w", err), killErr, cmd.Wait())
	}
	return cmd.Wait()
}

func failure(err error, timedOut bool, said []byte) error {
	f := &Failure{Detail: lastWords(said)}
	var exit *exec.ExitError
	switch {
	case timedOut:
		f.Limit = "time"
	case errors.As(err, &exit):
		status, ok := exit.Sys().(syscall.WaitStatus)
		switch {
		case ok && status.Signaled() && status.Signal() == syscall.SIGXCPU:
			f.Limit = "cpu"
		case ok && status.Signaled() && status.Signal() == syscall.SIGXFSZ:
			f.Limit = "file"
		case strings.Contains(f.Detail, "bad_alloc"):
			f.Limit = "memory"
		case ok && status.Signaled():
			f.Signal = status.Signal().String()
		default:
			f.Exit = exit.ExitCode()
		}
	default:
		f.Detail = err.Error()
	}
	return f
}

// accept takes a file only if it is complete, holds plastic, and shows in its
// own list of settings every key it was given: an unknown one is dropped by the
// slicer in silence.
func accept(path string, settings, said []byte) (Outcome, error) {
	footer, err := readFooter(path)
	if err != nil {
		return Outcome{}, &Failure{Detail: err.Error()}
	}
	for _, key := range keys(settings) {
		if _, ok := footer.Settings[key]; !ok {
			return Outcome{}, &Failure{Detail: "setting not understood: " + key}
		}
	}
	switch {
	case footer.Layers == 0:
		return Outcome{}, &Failure{Detail: "no layers"}
	case footer.FilamentMG == 0 || footer.FilamentUM == 0:
		return Outcome{}, &Failure{Detail: "no filament used"}
	case footer.Seconds == 0:
		return Outcome{}, &Failure{Detail: "no printing time"}
	}
	return Outcome{GCode: path, Footer: footer, Warnings: warnings(said)}, nil
}

func keys(settings []byte) []string {
	var out []string
	for line := range strings.Lines(string(settings)) {
		if key, _, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(key, "#") {
			out = append(out, strings.TrimSpace(key))
		}
	}
	return out
}

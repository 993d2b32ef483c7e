//go:build !linux

package prusaslicer

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// confine leaves memory and CPU to the system; the limit of time holds.
func confine(int, Limits) error { return nil }

func steady(int) {}

// CPUs lists the processors that this process may use; nil where that is not known.
func CPUs() []int { return nil }

// terminal is a pipe: progress is told late.
func terminal() (ours, theirs *os.File, err error) { return os.Pipe() }

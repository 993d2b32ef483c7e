package prusaslicer

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// confine sets the limits on a process that has just started.
func confine(pid int, l Limits) error {
	seconds := uint64((l.CPU + time.Second - 1) / time.Second)
	for _, r := range []struct {
		what       int
		soft, hard uint64
	}{
		{unix.RLIMIT_AS, l.Memory, l.Memory},
		{unix.RLIMIT_CPU, seconds, seconds + 5},
		{unix.RLIMIT_FSIZE, l.File, l.File},
		{unix.RLIMIT_CORE, 0, 0},
	} {
		limit := unix.Rlimit{Cur: r.soft, Max: r.hard}
		if err := unix.Prlimit(pid, r.what, &limit, nil); err != nil {
			return err
		}
	}
	return nil
}

package prusaslicer

import (
	"errors"
	"os"
	"strconv"
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

// addrNoRandomize is ADDR_NO_RANDOMIZE of <sys/personality.h>.
const addrNoRandomize = 0x0040000

// steady makes what this thread starts run alike each time, and behind all else: on one processor, at the same addresses,
// with little claim on processors. The slicer
// spreads its work over as many threads as it sees processors, and what it writes depends on their order and on the
// order of addresses. Where the system forbids either, the plate is as good but may differ from run to run. The thread
// must end with the process it started: nothing puts it back.
func steady(cpu int) {
	if cpu >= 0 {
		var one unix.CPUSet
		one.Set(cpu)
		_ = unix.SchedSetaffinity(0, &one) // forbidden at worst
	}
	unix.Syscall(unix.SYS_PERSONALITY, addrNoRandomize, 0, 0)
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, background) // of this thread, which its children take over
}

// background is how far plates stand back when the processors are wanted by others: prints that are being streamed, and
// people who wait for a page (nice value, 0 to 19).
const background = 10

// CPUs lists the processors that this process may use.
func CPUs() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil
	}
	var out []int
	for i := range len(set) * strconv.IntSize {
		if set.IsSet(i) {
			out = append(out, i)
		}
	}
	return out
}

// terminal opens a pair of ends: what is written to theirs is read from ours. It is a pseudo-terminal, to which a
// program writes line by line; where the system has none, a pipe.
func terminal() (ours, theirs *os.File, err error) {
	ours, theirs, err = pseudoTerminal()
	if err != nil {
		return os.Pipe()
	}
	return ours, theirs, nil
}

func pseudoTerminal() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	raw, err := ours.SyscallConn()
	if err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	number := 0
	control := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err = errors.Join(control, err); err == nil {
		theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	return ours, theirs, nil
}

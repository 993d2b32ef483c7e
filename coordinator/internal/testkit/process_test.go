package testkit_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Ending a process ends what it started, even what ignores the polite signal.
func TestStopEndsTheWholeGroup(t *testing.T) {
	p := testkit.Start(t, exec.Command("sh", "-c", `trap "" TERM; sleep 600 & echo $!; exit 0`))
	if err := p.Wait(); !errors.Is(err, exec.ErrWaitDelay) {
		t.Fatalf("got %v, want the child to hold the output open", err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(p.Output()))
	if err != nil {
		t.Fatalf("read the child's id: %v", err)
	}
	p.Stop()
	testkit.Eventually(t, 10*time.Second, func() bool { return !runs(child) })
}

// A program that ends by itself is reported with its exit status and its last words.
func TestWaitReportsStatusAndOutput(t *testing.T) {
	p := testkit.Start(t, exec.Command("sh", "-c", "echo out; echo err >&2; exit 3"))
	var exit *exec.ExitError
	if err := p.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("got %v, want exit status 3", err)
	}
	if got := p.Output(); !strings.Contains(got, "out") || !strings.Contains(got, "err") {
		t.Fatalf("output %q lacks a stream", got)
	}
}

// A program ends with the test that started it, even when the test process is killed.
func TestStartedProgramDiesWithAKilledTest(t *testing.T) {
	victim := exec.Command(os.Args[0], "-test.run=^TestVictimWithChild$")
	victim.Env = append(os.Environ(), victimVariable+"=1")
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	lines := bufio.NewScanner(out)
	for child == 0 && lines.Scan() {
		_, _ = fmt.Sscanf(lines.Text(), "child %d", &child)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	if child == 0 {
		t.Fatal("the victim ended before it named its child")
	}
	testkit.Eventually(t, 10*time.Second, func() bool { return !runs(child) })
}

// TestVictimWithChild is the process that TestStartedProgramDiesWithAKilledTest kills.
func TestVictimWithChild(t *testing.T) {
	if os.Getenv(victimVariable) == "" {
		return
	}
	p := testkit.Start(t, exec.Command("sleep", "600"))
	fmt.Println("child", p.Pid())
	<-t.Context().Done()
}

// runs reports whether a process is alive; a zombie that nobody has awaited is not.
func runs(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

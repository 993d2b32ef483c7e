package demo

import (
	"log/slog"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that programs of the lab outlive the threads that come and go in this process, as those do that start slicers.
func TestAProgramOutlivesThreads(t *testing.T) {
	c := &crew{dir: t.TempDir(), log: slog.New(slog.DiscardHandler)}
	defer c.stop()
	var children []*child
	for range 8 {
		ch, err := c.start("sleeper", "sleep", "60")
		require.NoError(t, err)
		children = append(children, ch)
		endThreads(16)
	}
	for _, ch := range children {
		select {
		case <-ch.ended:
			t.Fatalf("ended: %v", ch.cmd.ProcessState)
		default:
		}
		require.NoError(t, ch.signal(syscall.SIGKILL))
		<-ch.ended
		require.True(t, ch.asked.Load())
	}
}

// endThreads takes idle threads and ends them: a goroutine that keeps its thread takes it along.
func endThreads(n int) {
	var all, here sync.WaitGroup
	here.Add(n)
	for range n {
		all.Go(func() {
			runtime.LockOSThread()
			here.Done()
			here.Wait()
		})
	}
	all.Wait()
}

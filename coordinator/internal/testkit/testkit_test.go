package testkit_test

import (
	"testing"
	"time"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// Eventually returns as soon as the look succeeds.
func TestEventuallyReturnsOnSuccess(t *testing.T) {
	looks := 0
	testkit.Eventually(t, time.Minute, func() bool { looks++; return looks == 3 })
	if looks != 3 {
		t.Fatalf("looked %d times, want 3", looks)
	}
}

// Eventually fails the test whose condition never comes true, and looks even when the limit is nothing.
func TestEventuallyFailsAfterTheLimit(t *testing.T) {
	looks := 0
	failed := fatally(t, func(tb testing.TB) {
		testkit.Eventually(tb, 0, func() bool { looks++; return false })
	})
	if !failed || looks != 1 {
		t.Fatalf("failed=%v after %d looks, want a failure after one", failed, looks)
	}
}

// fatal is a test that notes its failure instead of ending.
type fatal struct {
	testing.TB
	failed bool
}

type stopped struct{}

func (f *fatal) Helper() {}

func (f *fatal) Fatalf(string, ...any) {
	f.failed = true
	panic(stopped{})
}

// fatally reports whether run ends in Fatalf.
func fatally(t *testing.T, run func(testing.TB)) (failed bool) {
	f := &fatal{TB: t}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stopped); !ok {
				panic(r)
			}
		}
		failed = f.failed
	}()
	run(f)
	return f.failed
}

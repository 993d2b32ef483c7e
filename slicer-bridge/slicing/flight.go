package slicing

import (
	"context"
	"sync"
)

// flights let equal requests share one run.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
}

// flight is one run and those who wait for it.
type flight struct {
	done    chan struct{}
	stop    context.CancelFunc
	waiting int
	result  Result
	err     error
}

// do runs work once for all callers with the same key. The run goes on while
// anyone waits, whoever came first; the last to give up stops it and waits
// until it has ended.
func (f *flights) do(ctx context.Context, key string, work func(context.Context) (Result, error)) (Result, error) {
	one := f.join(ctx, key, work)
	select {
	case <-one.done:
		f.leave(one)
		return one.result, one.err
	case <-ctx.Done():
		if f.leave(one) {
			<-one.done
		}
		return Result{}, ctx.Err()
	}
}

func (f *flights) join(ctx context.Context, key string, work func(context.Context) (Result, error)) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one, ok := f.running[key]; ok && one.waiting > 0 {
		one.waiting++
		return one
	}
	shared, stop := context.WithCancel(context.WithoutCancel(ctx))
	one := &flight{done: make(chan struct{}), stop: stop, waiting: 1}
	f.running[key] = one
	go func() {
		defer close(one.done)
		one.result, one.err = work(shared)
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.running[key] == one {
			delete(f.running, key)
		}
	}()
	return one
}

// leave says whether the caller was the last one.
func (f *flights) leave(one *flight) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	one.waiting--
	if one.waiting == 0 {
		one.stop()
	}
	return one.waiting == 0
}

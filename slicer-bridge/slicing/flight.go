package slicing

import (
	"context"
	"slices"
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

	telling   sync.Mutex
	permille  int
	listeners []*listener
}

// listener is one who waits and wants to know how far it is.
type listener struct{ tell func(permille int) }

// do runs work once for all callers with the same key. The run goes on while
// anyone waits, whoever came first; the last to give up stops it and waits
// until it has ended. What work tells, each caller's tell hears, from where the
// run is when it joins until it leaves; tell may be nil.
func (f *flights) do(ctx context.Context, key string, tell func(int), work func(ctx context.Context, tell func(int)) (Result, error)) (Result, error) {
	one := f.join(ctx, key, work)
	defer one.listen(tell)()
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

func (f *flights) join(ctx context.Context, key string, work func(context.Context, func(int)) (Result, error)) *flight {
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
		one.result, one.err = work(shared, one.tell)
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

// listen makes tell hear the flight until the function it gives is called; then
// it is never called again.
func (one *flight) listen(tell func(int)) (forget func()) {
	if tell == nil {
		return func() {}
	}
	me := &listener{tell}
	one.telling.Lock()
	defer one.telling.Unlock()
	one.listeners = append(one.listeners, me)
	if one.permille > 0 {
		tell(one.permille)
	}
	return func() {
		one.telling.Lock()
		defer one.telling.Unlock()
		one.listeners = slices.DeleteFunc(one.listeners, func(l *listener) bool { return l == me })
	}
}

// tell passes on what is more than before.
func (one *flight) tell(permille int) {
	one.telling.Lock()
	defer one.telling.Unlock()
	if permille <= one.permille {
		return
	}
	one.permille = permille
	for _, l := range one.listeners {
		l.tell(permille)
	}
}

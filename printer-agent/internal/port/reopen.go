package port

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// retryInterval is how often a port is looked for that is not there: a look is a few file names read.
const retryInterval = 100 * time.Millisecond

// Await opens the port as soon as it is there and free, until ctx ends; then it returns why it last could not.
func Await(ctx context.Context, name string, baud int) (*Port, error) {
	return retry(ctx, func() (*Port, error) { return Open(name, baud) })
}

// Reopen waits until the device is back under its lasting name and opens it, until ctx ends; then it returns why it last
// could not. The kernel may give it another number meanwhile. A device of another make or serial number in its place is
// never written to, nor opened where that can be known before: the error is ErrOther, unless the right one comes in time.
// The target of a link that leads to a pseudo-terminal may change. Close the old Port before.
func Reopen(ctx context.Context, id Identity, baud int) (*Port, error) {
	return host().reopen(ctx, id, baud)
}

func (s system) reopen(ctx context.Context, id Identity, baud int) (*Port, error) {
	return retry(ctx, func() (*Port, error) { return s.openSame(id, baud) })
}

// OpenSame is one attempt of Reopen, for those who wait in a way of their own.
func OpenSame(id Identity, baud int) (*Port, error) { return host().openSame(id, baud) }

// openSame looks before it opens, since opening resets many boards, and again at what it has opened.
func (s system) openSame(id Identity, baud int) (*Port, error) {
	name := id.Lasting
	if name == "" {
		name = id.Name
	}
	if now := s.expect(name); now.Device != "" && !id.Same(now) {
		return nil, fmt.Errorf("open %s: %w", name, ErrOther)
	}
	p, err := s.open(name, baud)
	if err != nil {
		return nil, err
	}
	if !id.Same(p.identity) {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, ErrOther), p.Close())
	}
	return p, nil
}

func retry(ctx context.Context, open func() (*Port, error)) (*Port, error) {
	tick := time.NewTicker(retryInterval)
	defer tick.Stop()
	for {
		p, err := open()
		if err == nil {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		case <-tick.C:
		}
	}
}

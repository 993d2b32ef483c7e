package agent

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff doubles from min to max, each time spread by a half either way, so that a room full of agents does not come
// back in step.
type backoff struct {
	min, max time.Duration
	now      time.Duration
}

func (b *backoff) next() time.Duration {
	b.now = min(max(2*b.now, b.min), b.max)
	spread := time.Duration(rand.Int64N(int64(b.now)+1)) - b.now/2
	return min(b.now+spread, b.max)
}

func (b *backoff) reset() { b.now = 0 }

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package link

import (
	"context"
	"errors"
	"io"
)

const (
	// batchLines is how many lines are read ahead at once.
	batchLines = 256
	// batches is how many such batches exist: one being sent, one waiting, one being read.
	batches = 3
)

// batch is a run of commands read ahead, in one piece of memory.
type batch struct {
	text []byte
	cuts []cut
	next int
	seek int   // how often the feeder had been sent elsewhere when it read this
	err  error // io.EOF or what the source said, behind the last cut
}

// cut is where one command of a batch ends, and the file offset behind it.
type cut struct {
	end    int
	offset int64
}

func (b *batch) empty() bool { return b == nil || b.next >= len(b.cuts) }

// take is the next command; it stays valid until the batch is refilled.
func (b *batch) take() ([]byte, int64) {
	from := 0
	if b.next > 0 {
		from = b.cuts[b.next-1].end
	}
	c := b.cuts[b.next]
	b.next++
	return b.text[from:c.end], c.offset
}

func (b *batch) fill(s Source) {
	b.text, b.cuts, b.next, b.err = b.text[:0], b.cuts[:0], 0, nil
	for len(b.cuts) < batchLines {
		line, err := s.Next()
		if err != nil {
			b.err = err
			return
		}
		b.text = append(b.text, line.Command...)
		b.cuts = append(b.cuts, cut{end: len(b.text), offset: line.End})
	}
}

// failed is the source's error, unless it simply ended.
func (b *batch) failed() error {
	if b.err == nil || errors.Is(b.err, io.EOF) {
		return nil
	}
	return b.err
}

// feeder reads a source ahead of the stream, so that the stream never waits for a disk.
type feeder struct {
	full  chan *batch
	free  chan *batch
	seeks chan place // has room for one
	sent  int        // how often it was sent elsewhere; the loop's
}

func newFeeder() *feeder {
	f := &feeder{full: make(chan *batch, batches), free: make(chan *batch, batches), seeks: make(chan place, 1)}
	for range batches {
		f.free <- &batch{}
	}
	return f
}

// run fills batches until ctx ends. Behind the end of the source it waits to be sent elsewhere.
func (f *feeder) run(ctx context.Context, s Source) {
	free, seeks := f.free, 0
	var lost error
	for {
		select {
		case <-ctx.Done():
			return
		case to := <-f.seeks:
			seeks++
			lost = seekTo(s, to)
			free = f.free
		case b := <-free:
			b.seek = seeks
			if b.fill(s); lost != nil {
				b.cuts, b.err = b.cuts[:0], lost
			}
			f.full <- b
			if b.err != nil {
				free = nil
			}
		}
	}
}

// send has the feeder go on elsewhere; batches read before that are stale. It reports whether it could be told.
func (f *feeder) send(to place) bool {
	select {
	case f.seeks <- to:
		f.sent++
		return true
	default:
		return false
	}
}

func seekTo(s Source, to place) error {
	if err := s.Rewind(to.offset); err != nil {
		return err
	}
	for range to.skip {
		if _, err := s.Next(); err != nil {
			return err
		}
	}
	return nil
}

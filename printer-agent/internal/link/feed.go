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

// feeder reads a source ahead of the stream, so that the stream never waits for a disk.
type feeder struct {
	full chan *batch
	free chan *batch
}

func newFeeder() *feeder {
	f := &feeder{full: make(chan *batch, batches), free: make(chan *batch, batches)}
	for range batches {
		f.free <- &batch{}
	}
	return f
}

// run fills batches until the source ends or ctx does.
func (f *feeder) run(ctx context.Context, s Source) {
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-f.free:
			b.fill(s)
			f.full <- b
			if b.err != nil {
				return
			}
		}
	}
}

// failed is the source's error, unless it simply ended.
func (b *batch) failed() error {
	if b.err == nil || errors.Is(b.err, io.EOF) {
		return nil
	}
	return b.err
}

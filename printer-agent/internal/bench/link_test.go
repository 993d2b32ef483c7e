package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
	"github.com/mailleur/mailleur/printer-agent/internal/link"
)

// yes is a board in memory that answers each line with ok at once: no wire, no pace.
type yes struct {
	answers chan []byte // has room for more than any window
	rest    []byte
	ok, hot []byte
}

func newYes() *yes {
	return &yes{answers: make(chan []byte, 256), ok: []byte("ok\n"), hot: []byte("ok T:25.00 /0.00 B:25.00 /0.00 @:0 B@:0\n")}
}

func (y *yes) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		switch {
		case len(line) < 2:
			continue
		case bytes.Contains(line, []byte("M105")):
			y.answers <- y.hot
		default:
			y.answers <- y.ok
		}
	}
	return len(p), nil
}

func (y *yes) Read(p []byte) (int, error) {
	if len(y.rest) == 0 {
		answer, open := <-y.answers
		if !open {
			return 0, io.EOF
		}
		y.rest = answer
	}
	n := copy(p, y.rest)
	y.rest = y.rest[n:]
	return n, nil
}

func (y *yes) Close() error {
	close(y.answers)
	return nil
}

// BenchmarkLink is one line of a print through a link whose window is three lines.
func BenchmarkLink(b *testing.B) {
	set, err := profiles.Load()
	if err != nil {
		b.Fatal(err)
	}
	dialect, ok := set.Dialect("marlin2")
	if !ok {
		b.Fatal("no dialect marlin2")
	}
	ctx, stop := context.WithCancel(context.Background())
	l := link.New(newYes(), link.Options{Dialect: dialect})
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	<-l.Ready()
	body := text(arcs(b.N, feed), false)
	source, err := link.NewFile(strings.NewReader(body), int64(len(body)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	result := l.Print(ctx, link.Job{Source: source, Token: token})
	b.StopTimer()
	if !result.OK() {
		b.Fatal(result.Reason, result.Detail)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		b.Fatal(err)
	}
}

// BenchmarkBareSender is the bound: a sender with the same window that numbers lines, counts acknowledgements and does nothing
// else.
func BenchmarkBareSender(b *testing.B) {
	conn := newYes()
	lines := strings.NewReader(text(arcs(b.N, feed), false))
	b.ReportAllocs()
	b.ResetTimer()
	if err := countingSender(conn, lines, 3); err != nil {
		b.Fatal(err)
	}
}

func countingSender(conn io.ReadWriter, file io.Reader, window int) error {
	source, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	var wire []byte
	answer := make([]byte, 1024)
	number, inFlight := int64(0), 0
	for line := range bytes.Lines(source) {
		number++
		wire = frame.Append(wire[:0], number, bytes.TrimSpace(line))
		if _, err := conn.Write(wire); err != nil {
			return err
		}
		for inFlight++; inFlight >= window; {
			n, err := conn.Read(answer)
			if err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
			inFlight -= bytes.Count(answer[:n], []byte("ok"))
		}
	}
	return nil
}

package link

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// shipped loads the profiles once, for the patterns take long to compile.
var shipped = sync.OnceValues(profiles.Load)

// board is a firmware that checks numbers and checksums as Marlin 2 or Repetier do, with hooks to go wrong.
type board struct {
	conn     net.Conn
	repetier bool
	last     int64
	executed []string // commands executed in order
	raw      []string // lines as they arrived
	halted   bool
	lines    chan string

	in   func(line string) (string, bool) // what arrives of a line; false: nothing does
	out  func(line string) (string, bool) // what leaves of an answer
	run  func(command string) bool        // true: it sends its own answers
	hold time.Duration                    // how long each file line takes
}

func (b *board) say(lines ...string) {
	for _, line := range lines {
		if b.out != nil {
			var leaves bool
			if line, leaves = b.out(line); !leaves {
				continue
			}
		}
		if b.repetier {
			line += "\r"
		}
		if _, err := b.conn.Write([]byte(line + "\n")); err != nil {
			return
		}
	}
}

// serve reads until the connection closes. Answers are written by another goroutine, for a pipe has no buffer.
func (b *board) serve() {
	lines := b.lines
	done := make(chan struct{})
	go func() {
		defer close(done)
		for line := range lines {
			b.take(line)
		}
	}()
	var a assembler
	buf := make([]byte, 256)
	for {
		n, err := b.conn.Read(buf)
		if err != nil {
			break
		}
		a.add(buf[:n], func(line []byte) { lines <- string(line) })
	}
	close(lines)
	<-done
}

func (b *board) take(line string) {
	b.raw = append(b.raw, line)
	if b.in != nil {
		var arrives bool
		if line, arrives = b.in(line); !arrives {
			return
		}
	}
	if line == "" || b.halted {
		return
	}
	command := line
	if line[0] == 'N' {
		var ok bool
		if command, ok = b.check(line); !ok {
			return
		}
	}
	b.execute(command)
}

// check verifies number and checksum, and refuses as the firmware does.
func (b *board) check(line string) (string, bool) {
	body, sum, _ := strings.Cut(line, "*")
	number, command, _ := strings.Cut(body[1:], " ")
	n, _ := strconv.ParseInt(number, 10, 64)
	switch {
	case sum != strconv.Itoa(int(frame.Checksum([]byte(body)))):
		b.refuse("checksum mismatch", "Wrong checksum")
	case strings.HasPrefix(command, "M110"):
		b.last = n
		return command, true
	case n == b.last && b.repetier:
		b.say(fmt.Sprintf("skip %d", n), "ok")
	case n == b.last:
	case n != b.last+1:
		b.refuse("Line Number is not Last Line Number+1", fmt.Sprintf("expected line %d got %d", b.last+1, n))
	default:
		b.last = n
		return command, true
	}
	return "", false
}

func (b *board) refuse(marlin, repetier string) {
	if b.repetier {
		b.say("Error:"+repetier, "", fmt.Sprintf("Resend:%d", b.last+1), "ok")
		return
	}
	b.say(fmt.Sprintf("Error:%s, Last Line: %d", marlin, b.last), fmt.Sprintf("Resend: %d", b.last+1), "ok")
}

func (b *board) execute(command string) {
	if b.run != nil && b.run(command) {
		return
	}
	ok := "ok"
	if b.repetier {
		ok = fmt.Sprintf("ok %d", b.last)
	}
	switch word, _, _ := strings.Cut(command, " "); word {
	case "M112":
		if b.repetier {
			b.last = 0
			b.say("start", "Free RAM:3593")
			return
		}
		b.halted = true
		b.say("echo:M112 Shutdown", "Error:Printer halted. kill() called!")
		return
	case "M115":
		b.say("FIRMWARE_NAME:Test 1 (08:36:10) MACHINE_TYPE:Big Rig UUID:abc", "Cap:AUTOREPORT_TEMP:1", ok)
	case "M105":
		if b.repetier {
			b.say(ok, "T:21.0 /0 B:20.5 /60 @:0")
		} else {
			b.say(ok + " T:21.0 /0.00 B:20.5 /60.00 @:0")
		}
	case "M110", "M117", "M155", "M400":
		b.say(ok)
	default:
		if !strings.ContainsAny(word[:1], "GMT") {
			b.say(`echo:Unknown command: "`+command+`"`, ok)
			return
		}
		time.Sleep(b.hold)
		b.executed = append(b.executed, command)
		b.say(ok)
	}
}

// rig is a link with a board behind it, inside a bubble of virtual time.
type rig struct {
	*Link
	board *board
	ended chan error
	stop  context.CancelFunc
}

// bench runs f with a link of the dialect that has been greeted.
func bench(t *testing.T, dialect string, f func(t *testing.T, r *rig)) {
	t.Helper()
	benchWith(t, dialect, Options{}, f)
}

// benchWith is bench with more than a dialect.
func benchWith(t *testing.T, dialect string, o Options, f func(t *testing.T, r *rig)) {
	t.Helper()
	set, err := shipped()
	require.NoError(t, err)
	d, ok := set.Dialect(dialect)
	require.True(t, ok)
	synctest.Test(t, func(t *testing.T) {
		host, printer := net.Pipe()
		r := &rig{board: &board{conn: printer, lines: make(chan string, 100), repetier: dialect == "repetier"}, ended: make(chan error, 1)}
		o.Dialect = d
		r.Link = New(host, o)
		go r.board.serve()
		ctx, stop := context.WithCancel(t.Context())
		r.stop = stop
		go func() { r.ended <- r.Run(ctx) }()
		select {
		case <-r.Ready():
		case err := <-r.ended:
			t.Fatalf("no greeting: %v", err)
		}
		synctest.Wait()
		f(t, r)
		stop()
		<-r.ended
		printer.Close()
		synctest.Wait()
	})
}

// gcode makes a file source.
func gcode(t *testing.T, text string) Source {
	t.Helper()
	f, err := NewFile(bytes.NewReader([]byte(text)), int64(len(text)))
	require.NoError(t, err)
	return f
}

// moves is n distinct moves.
func moves(n int) (text string, commands []string) {
	var b strings.Builder
	for i := range n {
		c := fmt.Sprintf("G1 X%d.5 Y2", i+1)
		commands = append(commands, c)
		b.WriteString(c + "\n")
	}
	return b.String(), commands
}

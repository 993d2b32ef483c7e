package link

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/frame"
)

// wireCase is something that goes wrong on a wire in the middle of a print, and what the link does about it: word for
// word what it sends, and what of that a board executes. Behind the script the board behaves.
type wireCase struct {
	dialect  string
	caps     []string // that the board announces
	numbers  bool     // its oks tell the lines' numbers and what is free
	inFlight int      // lines at once; 0: as many as the dialect allows
	first    int64    // number of the first line of the file; 0: whichever comes
	file     string   // the job, one command a line
	wire     string   // see wire.play
	reason   Reason   // how the attempt ends; empty: Done
	executed []string // what the board executes; nil: the lines of the file
	resends  int64    // lines written again
	probes   int64    // questions asked
	then     func(w *wire, r Result)
}

// check runs the case.
func (c wireCase) check(t *testing.T) {
	t.Helper()
	onWire(t, c.dialect, c.options(), c.caps, func(w *wire) {
		w.numbers = c.numbers
		w.number(c.first)
		w.begin(c.file)
		w.play(c.wire)
		w.serve()
		r := w.end()
		if c.reason == "" {
			c.reason = Done
		}
		require.Equal(w, c.reason, r.Reason, r.Detail)
		if c.executed == nil {
			c.executed = strings.Split(strings.TrimSpace(c.file), "\n")
		}
		require.Equal(w, c.executed, w.executed)
		require.Equal(w, c.resends, r.Resends, "lines written again")
		require.Equal(w, c.probes, r.Probes, "questions asked")
		if c.then != nil {
			c.then(w, r)
		}
	})
}

func (c wireCase) options() Options {
	if c.inFlight == 0 {
		return Options{}
	}
	return Options{Capacity: Capacity{Slots: c.inFlight + 1}}
}

// wire is a link with a scripted board at the other end, in a bubble of virtual time.
type wire struct {
	*testing.T
	*Link
	dialect  profiles.Dialect
	caps     []string
	numbers  bool // acknowledgements tell their lines
	split    bool // temperatures come on a line of their own, before the ok
	mute     bool // acknowledgements go elsewhere
	conn     net.Conn
	in       chan string // lines that have arrived
	writes   []string    // as they were written
	last     int64       // number of the last line taken
	executed []string    // commands taken in order, without what the link sends on its own account
	results  chan Result
	ended    chan error
	hang     context.CancelFunc
}

// onWire runs f with a link that has greeted a board which behaves.
func onWire(t *testing.T, dialect string, o Options, caps []string, f func(w *wire)) {
	t.Helper()
	onRawWire(t, dialect, o, caps, func(w *wire) {
		select {
		case <-w.Ready():
		case err := <-w.ended:
			w.Fatalf("no greeting: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
		w.interrupt()
		f(w)
	})
}

// onRawWire runs f with a link that begins to greet; the board answers as it should until w.interrupt.
func onRawWire(t *testing.T, dialect string, o Options, caps []string, f func(w *wire)) {
	t.Helper()
	set, err := shipped()
	require.NoError(t, err)
	d, ok := set.Dialect(dialect)
	require.True(t, ok, dialect)
	synctest.Test(t, func(t *testing.T) {
		host, printer := net.Pipe()
		o.Dialect = d
		w := &wire{
			T: t, Link: New(host, o), dialect: d, caps: append([]string{"AUTOREPORT_TEMP"}, caps...), conn: printer,
			in: make(chan string, 4096), results: make(chan Result, 1), ended: make(chan error, 1),
		}
		ctx, hang := context.WithCancel(t.Context())
		w.hang = hang
		read := make(chan struct{})
		go func() { defer close(read); w.read() }()
		t.Cleanup(func() {
			hang()
			printer.Close()
			<-w.Done()
			<-read
			synctest.Wait()
		})
		w.serve()
		go func() { w.ended <- w.Link.Run(ctx) }()
		f(w)
	})
}

// read takes lines off the wire until it is cut.
func (w *wire) read() {
	defer close(w.in)
	var a assembler
	buf := make([]byte, 256)
	for {
		n, err := w.conn.Read(buf)
		if err != nil {
			return
		}
		w.writes = append(w.writes, string(buf[:n])) // a pipe gives what one call has written
		a.add(buf[:n], func(line []byte) { w.in <- string(line) })
	}
}

// number has the next line be the given one, as if all before it were long done.
func (w *wire) number(first int64) {
	if first == 0 {
		require.NoError(w, w.call(w.Context(), func() { first = w.s.hist.head }))
	}
	require.NoError(w, w.call(w.Context(), func() { w.s.hist.restart(first - 1) }))
	w.last = first - 1
}

// begin starts to print a file.
func (w *wire) begin(file string) {
	source := gcode(w.T, file)
	go func() { w.results <- w.Print(w.Context(), Job{Source: source}) }()
}

// end waits for the attempt to end.
func (w *wire) end() Result {
	w.Helper()
	select {
	case r := <-w.results:
		synctest.Wait()
		return r
	case <-time.After(4 * time.Hour):
		w.Fatal("the attempt does not end")
		return Result{}
	}
}

// play follows a script, one step a line:
//
//	> N71 G1 X1   the link sends this line next, within a minute, and the board takes it; the checksum is added
//	x N71 G1 X1   the same, but the board does not execute it
//	< ok          the board says this; Go escapes are read, and its line ending is added
//	<- ok         the same without line ending
//	= 300ms       the link sends nothing for so long
//	by 50ms       it sends what follows within so long, instead of a minute
//
// The link must send exactly what the script says, in its order.
func (w *wire) play(script string) {
	w.Helper()
	limit := time.Minute
	for i, step := range strings.Split(script, "\n") {
		if step = strings.TrimSpace(step); step == "" || step[0] == '#' {
			continue
		}
		verb, text, _ := strings.Cut(step, " ")
		switch verb {
		case ">", "x":
			line, ok := w.next(limit)
			limit = time.Minute
			require.True(w, ok, "step %d: %s: nothing was sent", i, step)
			require.Equal(w, w.framed(text), line, "step %d", i)
			if verb == ">" {
				w.execute(line)
			}
		case "<":
			w.say(text)
		case "<-":
			w.put(text)
		case "by", "=":
			d, err := time.ParseDuration(text)
			require.NoError(w, err)
			if verb == "by" {
				limit = d
				continue
			}
			line, ok := w.next(d)
			require.False(w, ok, "step %d: %s was sent", i, line)
		default:
			w.Fatalf("step %d: %s", i, step)
		}
	}
	synctest.Wait()
}

// from has the board take commands one after the other, the first of them with the given number.
func (w *wire) from(first int64, commands []string, ok string) {
	w.Helper()
	for i, command := range commands {
		line, _ := w.next(time.Minute)
		want := w.framed(fmt.Sprintf("N%d %s", first+int64(i), command))
		if line != want { // require is slow
			require.Equal(w, want, line)
		}
		w.execute(line)
		w.say(ok)
	}
}

// next is the next line that arrives within d.
func (w *wire) next(d time.Duration) (string, bool) {
	select {
	case line, ok := <-w.in:
		return line, ok
	case <-time.After(d):
		return "", false
	}
}

// quiet ensures that nothing arrives for d.
func (w *wire) quiet(d time.Duration) {
	w.Helper()
	line, ok := w.next(d)
	require.False(w, ok, "%s was sent", line)
}

// framed adds the checksum to a numbered line that has none.
func (w *wire) framed(text string) string {
	number, command, ok := numbered(text)
	if !ok || strings.Contains(text, "*") {
		return text
	}
	return strings.TrimSuffix(string(w.format().Append(nil, number, []byte(command))), "\n")
}

func (w *wire) format() frame.Format {
	f, err := frame.ParseFormat(string(w.dialect.Lines.Checksum))
	require.NoError(w, err)
	return f
}

// numbered takes the number off a line.
func numbered(line string) (number int64, command string, ok bool) {
	if !strings.HasPrefix(line, "N") {
		return 0, line, false
	}
	digits, command, _ := strings.Cut(line[1:], " ")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, command, err == nil
}

// execute notes a line that the board takes.
func (w *wire) execute(line string) {
	body, _, _ := strings.Cut(line, "*")
	n, command, ok := numbered(body)
	if ok {
		w.last = n
	}
	if command != "" && (!HostOwned([]byte(command)) || command == "M114") && command != w.dialect.Commands.Finish {
		w.executed = append(w.executed, command)
	}
}

// say sends one line, put just its bytes. Go escapes are read.
func (w *wire) say(lines ...string) {
	for _, line := range lines {
		if w.mute && strings.HasPrefix(line, "ok") {
			continue
		}
		if w.dialect.Name == "repetier" {
			line += `\r`
		}
		w.put(line + `\n`)
	}
}

func (w *wire) put(text string) {
	raw, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	require.NoError(w, err, text)
	_, _ = w.conn.Write([]byte(raw)) // a link that has gone reads no more
}

// serve has the board take whatever comes as its firmware would, until interrupt.
func (w *wire) serve() {
	go func() {
		for line := range w.in {
			if line == interrupted {
				return
			}
			w.take(line)
		}
	}()
}

// interrupt ends serve once the board has caught up.
func (w *wire) interrupt() {
	synctest.Wait()
	w.in <- interrupted
	synctest.Wait()
}

// interrupted is a line that no link sends.
const interrupted = "\x00"

// take checks one line and answers it.
func (w *wire) take(line string) {
	if line == "" {
		if w.dialect.Lines.BlankOk {
			w.say("ok")
		}
		return
	}
	n, command, ok := numbered(line)
	command, _, _ = strings.Cut(command, "*")
	switch {
	case ok && line != w.framed(fmt.Sprintf("N%d %s", n, command)):
		w.refuse("checksum mismatch", "Wrong checksum")
		return
	case ok && !strings.HasPrefix(command, "M110") && w.dialect.Lines.Numbers && n != w.last+1:
		w.outOfOrder(n)
		return
	}
	w.execute(line)
	w.answer(command)
}

func (w *wire) outOfOrder(n int64) {
	switch {
	case n == w.last && w.dialect.Lines.Duplicate == profiles.DuplicateSilent:
	case n == w.last && w.dialect.Lines.Duplicate == profiles.DuplicateSkip:
		w.say(fmt.Sprintf("skip %d", n), "ok")
	default:
		w.refuse("Line Number is not Last Line Number+1", fmt.Sprintf("expected line %d got %d", w.last+1, n))
	}
}

func (w *wire) refuse(text, repetier string) {
	switch w.dialect.Name {
	case "repetier":
		w.say("Error:"+repetier, "", fmt.Sprintf("Resend:%d", w.last+1), "ok")
	case "smoothieware":
		w.say(fmt.Sprintf("rs N%d", w.last+1))
	default:
		w.say(fmt.Sprintf("Error:%s, Last Line: %d", text, w.last), fmt.Sprintf("Resend: %d", w.last+1), "ok")
	}
}

// answer acknowledges a command that was taken.
func (w *wire) answer(command string) {
	ok := "ok"
	if w.dialect.Name == "repetier" {
		ok = fmt.Sprintf("ok %d", w.last)
	}
	switch string(frame.Word([]byte(command))) {
	case "M105":
		if w.dialect.Name == "repetier" {
			w.say(ok, "T:21.0 /0 B:20.5 /60 @:0")
			return
		}
		switch {
		case w.split:
			w.say(" T:21.0 /0.00 B:20.5 /60.00 @:0", "ok")
		case w.dialect.Name == "klipper":
			w.say("ok B:20.5 /60.0 T0:21.0 /0.0")
		default:
			w.say(ok + " T:21.0 /0.00 B:20.5 /60.00 @:0")
		}
		return
	case "M115":
		w.say("FIRMWARE_NAME:Test 1 MACHINE_TYPE:Rig UUID:abc")
		for _, c := range w.caps {
			w.say("Cap:" + c + ":1")
		}
	}
	if w.numbers {
		ok = fmt.Sprintf("ok N%d P15 B3", w.last)
	}
	w.say(ok)
}

package link

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/firmware-profiles"
)

// replies are what boards, cables and other programs have been seen to say.
var replies = []string{
	"ok\n", "ok N3 P14 B3\n", "ok 7\r\n", "ok T:21.30 /0.00 B:21.30 /60.00 @:64 B@:0\n", " T:185.20 /210.00 @:127 W:?\n",
	"Error:checksum mismatch, Last Line: 6\nResend: 7\nok\n", "Error:checkrum mismatch, Last Line: 4514\n", "Resend: -5\nok\n",
	"Resend: 99999999999999999999\n", "rs N5\n", "skip 12\r\nok\r\n", "\nResend:2767304\nok\n", "wait\n", "start\n", "\x00start\n",
	"echo:busy: processing\n", "echo:busy: paused for user\n", "//action:prompt_begin <b>\n//action:prompt_show\n", "// action:cancel\n",
	"!! Move out of range\nok\n", "fatal:Heater/sensor error\n", "Error:Printer halted. kill() called!\n", "INT4\n//action:uvlo_recovery_ready\n",
	"T:inf /nan B:-15 C:\n", "FIRMWARE_NAME:Marlin 2 SOURCE_CODE_URL:x UUID:y\nCap:EMERGENCY_PARSER:1\n", "\x80\xff\xfe~f\n", "okok\n", "o", "k\n",
	"Full RX Buffer\n", "Error:Line Number is not Last Line Number+1, Last Line: 0\n",
}

// FuzzReply holds the parser of answers to what it promises for any bytes: the same whether they come whole or in two
// pieces, no line longer than the bound, and a temperature that is valid only within its range.
func FuzzReply(f *testing.F) {
	set, err := profiles.Load()
	require.NoError(f, err)
	dialects := set.Dialects()
	for i, text := range replies {
		f.Add(uint8(i), uint8(3), []byte(text))
	}
	f.Fuzz(func(t *testing.T, which, at uint8, text []byte) {
		d := dialects[int(which)%len(dialects)]
		parse := func(pieces ...[]byte) (all []reply) {
			var a assembler
			for _, piece := range pieces {
				a.add(piece, func(line []byte) {
					require.LessOrEqual(t, len(line), longestReply)
					r := classify(&d.Replies, line)
					for _, reading := range readTemperatures(&d.Replies, line, nil) {
						require.True(t, !reading.Valid || reading.Actual >= coldest && reading.Actual <= hottest)
					}
					r.text = bytes.Clone(r.text)
					all = append(all, r)
				})
			}
			return all
		}
		cut := min(int(at), len(text))
		require.Equal(t, parse(text), parse(text[:cut], text[cut:]))
	})
}

// sink takes what is written, and says nothing.
type sink struct{ written bytes.Buffer }

func (s *sink) Read([]byte) (int, error)    { return 0, io.EOF }
func (s *sink) Write(b []byte) (int, error) { return s.written.Write(b) }
func (s *sink) Close() error                { return nil }

// FuzzSession has a link in the middle of a print hear any bytes, with any time between them: it must not panic, its
// books must stay in order, and it must not write without bound.
func FuzzSession(f *testing.F) {
	set, err := profiles.Load()
	require.NoError(f, err)
	dialects := set.Dialects()
	for i, text := range replies {
		f.Add(uint8(i), []byte(text+"ok\nok\n"+text))
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		if len(text) > 4096 {
			return
		}
		conn := &sink{}
		l := New(conn, Options{Dialect: dialects[int(which)%len(dialects)]})
		now := time.Unix(1_600_000_000, 0)
		l.start(now)
		l.agree()
		l.acknowledge(l.s.hist.next - 1)
		l.s.state = Idle
		source := gcode(t, circle(30))
		feed := newFeeder()
		p := newPrint(Job{Source: source, Token: "t"}, feed, 0, 0, 34)
		l.begin(p)
		b := <-feed.free
		b.fill(source)
		p.take(b)
		rounds := 0
		for len(text) > 0 && l.s.end == nil {
			n := min(1+int(text[0])%29, len(text))
			now = now.Add(time.Duration(text[0]) * 40 * time.Millisecond)
			l.s.now = now
			l.receive(text[:n])
			l.s.end = l.step()
			text = text[n:]
			rounds++
			h := &l.s.hist
			require.LessOrEqual(t, h.acked, h.next-1, "no more is acknowledged than was written")
			require.LessOrEqual(t, h.next, h.head)
			require.LessOrEqual(t, p.result.LinesAcked, p.result.LinesSent)
			require.GreaterOrEqual(t, p.result.LinesAcked, int64(0))
		}
		require.Less(t, conn.written.Len(), 4096+rounds*4096, "what is written is bounded by what was heard")
	})
}

package link

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// memory is a Tracker in memory.
type memory struct {
	mu      sync.Mutex
	offsets map[int64]int64
}

func (m *memory) Sent(number, offset int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offsets[number] = offset
}

func (m *memory) Offset(number int64) (int64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	offset, ok := m.offsets[number]
	return offset, ok
}

// circle is n short moves behind a start, with what changes the state of a machine in between.
func circle(n int) string {
	var b strings.Builder
	b.WriteString("G28\nG90\nM83\nG1 Z0.2 F3000\n")
	for i := range n {
		fmt.Fprintf(&b, "G1 X%.3f Y%.3f E0.0066\n", 100+30*math.Cos(float64(i)/60), 100+30*math.Sin(float64(i)/60))
	}
	return b.String()
}

// workbench is a simulated machine and the links to it, one after another.
type workbench struct {
	*testing.T
	machine *printsim.Machine
	options Options
	track   *memory
	text    string
}

// machine runs f with a simulated machine inside a bubble of virtual time.
func onMachine(t *testing.T, cfg printsim.Config, dialect, text string, f func(w *workbench)) {
	t.Helper()
	set, err := shipped()
	require.NoError(t, err)
	d, ok := set.Dialect(dialect)
	require.True(t, ok)
	synctest.Test(t, func(t *testing.T) {
		m, err := printsim.NewMachine(cfg)
		require.NoError(t, err)
		f(&workbench{T: t, machine: m, options: Options{Dialect: d}, track: &memory{offsets: map[int64]int64{}}, text: text})
	})
}

// plug opens a link, waits for its greeting and returns it with the way to end it.
func (w *workbench) plug(conn io.ReadWriteCloser) (l *Link, hang func() error) {
	w.Helper()
	l = New(conn, w.options)
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	select {
	case <-l.Ready():
	case err := <-ended:
		w.Fatalf("no greeting: %v", err)
	}
	return l, func() error { cancel(); return <-ended }
}

func (w *workbench) job() Job {
	return Job{Source: gcode(w.T, w.text), Token: "t", Track: w.track, Continue: w.options.Resume}
}

// exact checks that the board has executed the file, each line once and in order.
func (w *workbench) exact() printsim.Truth {
	w.Helper()
	truth := w.machine.Truth()
	require.Len(w, truth.Attempts, 1)
	want, got := strings.Split(strings.TrimSpace(w.text), "\n"), truth.Executed("t")
	for i := range min(len(want), len(got)) {
		require.Equal(w, want[i], got[i], "line %d", i+1)
	}
	require.Len(w, got, len(want))
	require.Zero(w, truth.Attempts[0].Repeated+truth.Attempts[0].Skipped)
	return truth
}

// Ensure that as many lines are in flight as the board is known to hold, and not one more.
func TestWindowIsWhatTheBoardHolds(t *testing.T) {
	for name, c := range map[string]struct {
		cfg     printsim.Config
		dialect string
		least   int64
		most    int64
	}{
		"a slot stays free":                          {printsim.Config{Firmware: "marlin"}, "marlin2", 3, 3},
		"more slots are seen in the answers":         {printsim.Config{Firmware: "marlin", Slots: 8, AdvancedOK: true}, "marlin2", 7, 7},
		"the ring too, with a parser at the port":    {printsim.Config{Firmware: "marlin", EmergencyParser: true}, "marlin2", 6, 8},
		"the ring alone, where reading acknowledges": {printsim.Config{Firmware: "repetier"}, "repetier", 2, 4},
	} {
		t.Run(name, func(t *testing.T) {
			onMachine(t, c.cfg, c.dialect, circle(400), func(w *workbench) {
				l, hang := w.plug(w.machine.Plug())
				r := l.Print(w.Context(), w.job())
				require.Equal(w, Done, r.Reason, r.Detail)
				require.GreaterOrEqual(w, r.WindowMax, c.least)
				require.LessOrEqual(w, r.WindowMax, c.most)
				truth := w.exact()
				require.Zero(w, truth.BytesLost, "nothing overflowed")
				require.Zero(w, r.Resends)
				require.Positive(w, r.AckP50)
				require.GreaterOrEqual(w, r.AckP99, r.AckP50)
				_ = hang()
			})
		})
	}
}

// Ensure that a board that holds less than it is taken to hold is noticed, and served one line at a time.
func TestOverflowNarrowsTheWindow(t *testing.T) {
	cfg := printsim.Config{Firmware: "marlin", EmergencyParser: true, Ring: 64}
	onMachine(t, cfg, "marlin2", circle(600), func(w *workbench) {
		l, hang := w.plug(w.machine.Plug())
		r := l.Print(w.Context(), w.job())
		require.Equal(w, Done, r.Reason, r.Detail)
		require.EqualValues(w, 1, r.Overflows)
		require.Positive(w, w.exact().BytesLost)
		_ = hang()
	})
}

// Ensure that an idle board's capacity is measured as it is, and used.
func TestProbeMeasuresTheBoard(t *testing.T) {
	for _, want := range []Capacity{{4, 128}, {8, 128}, {4, 256}, {16, 128}, {2, 64}} {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			cfg := printsim.Config{Firmware: "marlin", Slots: want.Slots, Ring: want.Ring, Baud: 250000}
			onMachine(t, cfg, "marlin2", circle(100), func(w *workbench) {
				l, hang := w.plug(w.machine.Plug())
				got, err := l.Probe(w.Context())
				require.NoError(w, err)
				require.Equal(w, want, got)
				require.Equal(w, want, l.Snapshot().Window)
				r := l.Print(w.Context(), w.job())
				require.Equal(w, Done, r.Reason, r.Detail)
				require.EqualValues(w, max(want.Slots-1, 1), r.WindowMax)
				w.exact()
				_ = hang()
			})
		})
	}
}

// Ensure that a print goes on exactly where it was after the port has gone and come back, with the board alive, and
// after the whole program was killed in the middle of a line.
func TestPrintSurvivesItsLink(t *testing.T) {
	for _, firmware := range []string{"marlin", "repetier"} {
		dialect := map[string]string{"marlin": "marlin2", "repetier": "repetier"}[firmware]
		for name, half := range map[string]string{"between lines": "", "in the middle of a line": "N151 G1 X10", "behind a number": "N1"} {
			t.Run(firmware+" "+name, func(t *testing.T) {
				onMachine(t, printsim.Config{Firmware: firmware}, dialect, circle(4000), func(w *workbench) {
					var total Result
					for range 4 {
						conn := w.machine.Plug()
						l, hang := w.plug(conn)
						results := make(chan Result, 1)
						go func() { results <- l.Print(w.Context(), w.job()) }()
						time.Sleep(8 * time.Second)
						_, err := conn.Write([]byte(half))
						require.NoError(w, err)
						w.machine.Unplug()
						_ = hang()
						total = <-results
						require.Equal(w, Unplugged, total.Reason, total.Detail)
						time.Sleep(3 * time.Second)
						w.options.Resume = true
					}
					l, hang := w.plug(w.machine.Plug())
					require.True(w, l.Snapshot().Continues)
					r := total.Then(l.Print(w.Context(), w.job()))
					require.Equal(w, Done, r.Reason, r.Detail)
					require.EqualValues(w, 4004, r.LinesAcked)
					w.exact()
					_ = hang()
				})
			})
		}
	}
}

// Ensure that a board that was reset meanwhile is not printed on: it has lost its place.
func TestResetBoardIsNotContinued(t *testing.T) {
	onMachine(t, printsim.Config{Firmware: "marlin", DTRResets: true}, "marlin2", circle(1500), func(w *workbench) {
		l, hang := w.plug(w.machine.Plug())
		results := make(chan Result, 1)
		go func() { results <- l.Print(w.Context(), w.job()) }()
		time.Sleep(20 * time.Second)
		w.machine.Unplug()
		_ = hang()
		require.Equal(w, Unplugged, (<-results).Reason)
		w.options.Resume = true
		l, hang = w.plug(w.machine.Plug())
		require.False(w, l.Snapshot().Continues)
		require.Equal(w, CannotContinue, l.Print(w.Context(), w.job()).Reason)
		require.Equal(w, Idle, l.Snapshot().State, "and it can be used")
		_ = hang()
	})
}

// Ensure that a long command that runs while the program is away is waited for, and nothing is taken for done early.
func TestResumeDuringALongCommand(t *testing.T) {
	text := "G28\nM104 S0\nG4 S60\nG1 X1\nG1 X2\n"
	onMachine(t, printsim.Config{Firmware: "marlin"}, "marlin2", text, func(w *workbench) {
		l, hang := w.plug(w.machine.Plug())
		results := make(chan Result, 1)
		go func() { results <- l.Print(w.Context(), w.job()) }()
		time.Sleep(20 * time.Second)
		w.machine.Unplug()
		_ = hang()
		<-results
		w.options.Resume = true
		l, hang = w.plug(w.machine.Plug())
		r := l.Print(w.Context(), w.job())
		require.Equal(w, Done, r.Reason, r.Detail)
		w.exact()
		_ = hang()
	})
}

// Ensure that the place in the file of any line can be found again, with lines in between that are not the file's.
func TestPastFindsEveryLine(t *testing.T) {
	var p past
	p.begin(7, 100)
	places := map[int64]int64{} // number -> file lines up to it
	lines, offset := int64(0), int64(100)
	for n := int64(8); n < 700; n++ {
		if ofFile := n%13 != 0; ofFile {
			lines++
			offset += 10
			p.add(n, true, offset)
		} else {
			p.add(n, false, offset)
		}
		places[n] = lines
	}
	for n, want := range places {
		at, ok := p.before(n)
		require.True(t, ok)
		require.Equal(t, want, (at.offset-100)/10+at.skip, "line %d", n)
	}
	_, ok := p.before(6)
	require.False(t, ok)
	p.cut(300)
	at, ok := p.before(300)
	require.True(t, ok)
	require.Equal(t, places[300], (at.offset-100)/10+at.skip)
}

// Ensure that quantiles are within an eighth of what was counted.
func TestLatencies(t *testing.T) {
	var a latencies
	require.Zero(t, a.quantile(0.5))
	for i := range 1000 {
		a.add(time.Duration(i+1) * time.Millisecond)
	}
	require.InEpsilon(t, 500, a.quantile(0.5).Milliseconds(), 0.13)
	require.InEpsilon(t, 990, a.quantile(0.99).Milliseconds(), 0.13)
	a.add(time.Hour)
	require.Positive(t, a.quantile(1))
}

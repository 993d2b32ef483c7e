package agent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
	"github.com/mailleur/mailleur/ui/locales"
)

// Ensure that the page says why a printer waits in words that there are, and the more exact ones where the watch over the
// heat has some.
func TestTheReasonOnThePage(t *testing.T) {
	hot := guard.Verdict{Code: guard.NoRise, Sensor: "T", Actual: 24, Target: 200, Since: 45 * time.Second}
	notice := local.Reason{Code: hot.Code.Key(), Args: hot.Args()}
	for _, c := range []struct {
		reason string
		notice local.Reason
		want   string
	}{
		{"", local.Reason{}, ""},
		{"", notice, "guard.no_rise"},
		{wire.ReasonThermal, notice, "guard.no_rise"},
		{wire.ReasonThermal, local.Reason{}, "why.ended_thermal"},
		{wire.ReasonStopNow, notice, "why.ended_stop_now"},
		{wire.ReasonUnconfirmed, local.Reason{}, "why.ended_stop_unconfirmed"},
		{string(guard.NobodyHere), local.Reason{}, "guard.nobody_here"},
		{string(guard.BreakerQueue), local.Reason{}, "guard.breaker_queue"},
	} {
		p := &printer{state: wire.State{Reason: c.reason}, own: own{notice: c.notice}}
		got := p.reason()
		require.Equal(t, c.want, got.Code)
		if c.want != "" {
			require.NotEqual(t, c.want, locales.Text("fr", got.Code, got.Args), "a sentence")
		}
	}
}

// Ensure that where the head stands is read out of what firmware answers to M114, and nothing out of half an answer.
func TestWhereTheHeadStands(t *testing.T) {
	var h guard.Head
	require.NoError(t, readHead([]string{"echo:busy", "X:10.00 Y:-2.50 Z:0.20 E:0.00 Count X:800 Y:-200 Z:80"}, &h))
	require.Equal(t, guard.Head{X: 10_000, Y: -2_500, Z: 200}, h)
	require.NoError(t, readHead([]string{"X: 1.00 Y: 2.00 Z: 3.00 E: 0.0"}, &h))
	require.Equal(t, guard.Head{X: 1_000, Y: 2_000, Z: 3_000}, h)
	require.ErrorIs(t, readHead([]string{"X:10.00 Y:5.00 Count Z:80", "ok"}, &h), errNoPosition)
}

// Ensure that the course of the temperatures reaches back ten minutes and no further, and that a view which was given is
// never written again.
func TestTheCourseOfTemperatures(t *testing.T) {
	p := &printer{}
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var first []local.Sample
	for i := range 2 * samplesKept {
		all := p.remember(at, []local.Heater{{Code: "nozzle", Known: true, Milli: int64(i)}})
		require.Equal(t, all, p.remember(at.Add(time.Second), nil), "not more often")
		if i == 10 {
			first = all["nozzle"]
		}
		at = at.Add(sampleEvery)
	}
	last := p.own.history["nozzle"]
	require.Len(t, last, samplesKept)
	require.LessOrEqual(t, last[len(last)-1].At.Sub(last[0].At), local.HistorySpan)
	require.Len(t, first, 11)
	require.EqualValues(t, 10, first[10].Milli)
}

package guard

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/ui/locales"
)

func TestFlowAndSpeedStayWithinTheirLimits(t *testing.T) {
	require.Equal(t, Change{Value: 100, Field: FieldFlow, Min: 75, Max: 125}, Flow(100))
	require.Equal(t, Change{Value: 75, Code: Clamped, Field: FieldFlow, Min: 75, Max: 125}, Flow(0))
	require.Equal(t, Change{Value: 150, Code: Clamped, Field: FieldSpeed, Min: 30, Max: 150}, Speed(math.Inf(1)))
	require.Equal(t, NotANumber, Speed(math.NaN()).Code)
	require.False(t, Speed(math.NaN()).OK())
	require.Equal(t, "Flow: brought to the limit, 75 to 125.", locales.Text(locales.English, Flow(7).Code.Key(), Flow(7).Args()))
}

// However often it is asked for, the nozzle moves by a tenth of a millimetre at most, and two in all; back is always open.
func TestBabystepsStayWithinTheirRange(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	total := int64(0)
	for range 20_000 {
		asked := rnd.Int64N(1000) - 400
		c := Babystep(total, asked)
		step := int64(math.Round(c.Value * 1000))
		require.LessOrEqual(t, step*step, int64(BabystepStep*BabystepStep))
		require.LessOrEqual(t, step*step, asked*asked)
		require.GreaterOrEqual(t, step*asked, int64(0), "never the other way")
		require.Equal(t, c.Code == "", step == asked)
		total += step
		require.LessOrEqual(t, total*total, int64(BabystepRange*BabystepRange))
	}
	require.Equal(t, BabystepSpent, Babystep(2000, 10).Code)
	require.False(t, Babystep(2000, 10).OK())
	require.InDelta(t, -0.1, Babystep(2100, -500).Value, 1e-9)
	require.InDelta(t, 0.05, Babystep(1950, 80).Value, 1e-9)
}

func TestTemperaturesStayWithinMachineAndFilament(t *testing.T) {
	p := ender(t)
	require.InDelta(t, 255, NozzleTarget(300, p, nil).Value, 0)
	pla := &profiles.Filament{NozzleMax: 235}
	require.Equal(t, Clamped, NozzleTarget(250, p, pla).Code)
	require.InDelta(t, 235, NozzleTarget(250, p, pla).Value, 0)
	require.Equal(t, Change{Value: 0, Field: FieldNozzle, Max: 235}, NozzleTarget(-5, p, pla), "off")
	require.Equal(t, Change{Value: 0, Code: NotANumber, Field: FieldNozzle, Max: 235}, NozzleTarget(math.NaN(), p, pla))
	require.InDelta(t, 60, BedTarget(60, p).Value, 0)
	require.Equal(t, Clamped, BedTarget(500, p).Code)
	p.Heat.BedMax = 0
	require.Equal(t, NoBedHeater, BedTarget(60, p).Code)
	require.Zero(t, BedTarget(60, p).Value)
	require.True(t, BedTarget(0, p).OK())
}

func TestTheHeadIsMovedOnlyWhereItMayGo(t *testing.T) {
	p := ender(t)
	home := Head{Homed: [3]bool{true, true, true}, X: 100_000, Y: 100_000, Z: 10_000}
	require.InDelta(t, 10, Jog(home, p, "x", 10_000).Value, 0)
	require.InDelta(t, -10, Jog(home, p, "Z", -50_000).Value, 0, "not into the bed")
	require.Equal(t, Clamped, Jog(home, p, "Z", -50_000).Code)
	require.InDelta(t, 100, Jog(home, p, "Y", 1_000_000).Value, 0)
	require.Equal(t, JogAxis, Jog(home, p, "E", 1000).Code, "plastic is not moved with this")
	at := home
	at.Busy = true
	require.Equal(t, JogBusy, Jog(at, p, "X", 1000).Code)
	at = home
	at.Homed[1] = false
	require.Equal(t, JogNotHomed, Jog(at, p, "Y", 1000).Code)
	require.True(t, Jog(at, p, "X", 1000).OK())
	at = home
	at.X = p.Bed.MaxX
	require.Equal(t, JogTooFar, Jog(at, p, "X", 1000).Code)
	at.X = p.Bed.MinX - 5_000
	require.InDelta(t, 1, Jog(at, p, "X", 1000).Value, 0, "back from where it parks")
	require.Equal(t, JogTooFar, Jog(at, p, "X", -1000).Code)
}

package guard

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

func TestBreakerHeatsOneAfterTheOther(t *testing.T) {
	b, now := NewBreaker(600), epoch
	require.Equal(t, Yes(), b.Ask(now, "a", 300))
	require.Equal(t, Yes(), b.Ask(now, "a", 300), "a yes stays one")
	require.Equal(t, Yes(), b.Ask(now, "b", 300))
	require.Equal(t, No(BreakerFull), b.Ask(now, "c", 300))
	require.Equal(t, No(BreakerQueue), b.Ask(now, "d", 10), "nobody overtakes")
	require.EqualValues(t, 600, b.Drawn())
	b.Hot("a")
	b.Hot("unknown")
	b.Release("unknown")
	require.Equal(t, No(BreakerFull), b.Ask(now, "c", 300))
	b.Hot("b")
	require.EqualValues(t, 300, b.Drawn())
	require.Equal(t, Yes(), b.Ask(now, "c", 300))
	require.Equal(t, No(BreakerFull), b.Ask(now, "d", 10))
	b.Release("c")
	require.Equal(t, Yes(), b.Ask(now, "d", 10))
}

// Where nobody knows what the circuit bears, one heats at a time.
func TestBreakerWithoutALimit(t *testing.T) {
	b := NewBreaker(0)
	require.True(t, b.Ask(epoch, "a", 5000).OK)
	require.False(t, b.Ask(epoch, "b", 1).OK)
	b.Hot("a")
	require.True(t, b.Ask(epoch, "b", 1).OK)
}

// A printer that asked and went away, or that never gets hot, holds nobody up.
func TestBreakerDoesNotWaitForTheLost(t *testing.T) {
	b := NewBreaker(500)
	require.True(t, b.Ask(epoch, "a", 400).OK)
	require.False(t, b.Ask(epoch, "gone", 400).OK)
	require.False(t, b.Ask(epoch, "c", 200).OK)
	later := epoch.Add(AskPatience / 2)
	require.False(t, b.Ask(later, "c", 200).OK)
	require.Equal(t, No(BreakerFull), b.Ask(epoch.Add(AskPatience+time.Second), "c", 200), "first in the queue now")
	require.True(t, b.Ask(epoch.Add(HeatPatience+time.Second), "c", 200).OK)
}

// Whatever printers ask, get hot, end or vanish: the circuit bears what is drawn, unless one printer alone draws more; and
// as prints end, whoever keeps asking gets to heat.
func TestBreakerIsNeverOverdrawnAndNeverStuck(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		limit := int64(rnd.IntN(4)) * 400
		b, now := NewBreaker(limit), epoch
		type printer struct {
			watts       int64
			on          bool
			asked, left time.Duration
		}
		all := map[string]*printer{}
		for i := range 2 + rnd.IntN(7) {
			all[fmt.Sprint(i)] = &printer{watts: 50 + rnd.Int64N(600)}
		}
		for range 2000 {
			now = now.Add(5 * time.Second)
			for name, p := range all {
				switch {
				case !p.on && b.Ask(now, name, p.watts).OK:
					p.on, p.asked, p.left = true, 0, time.Duration(rnd.Int64N(int64(20*time.Minute)))
				case !p.on:
					p.asked += 5 * time.Second
					if p.asked > 3*time.Hour {
						require.Fail(t, "waits for ever", "seed %d: %s", seed, name)
					}
				case p.left <= 0:
					b.Release(name)
					p.on = false
				case rnd.IntN(40) == 0:
					b.Hot(name)
				}
				p.left -= 5 * time.Second
			}
			on := 0
			for _, u := range b.users {
				if u.on {
					on++
				}
			}
			if limit > 0 && on > 1 && b.Drawn() > limit {
				require.Fail(t, "overdrawn", "seed %d: %d W", seed, b.Drawn())
			}
		}
	}
}

func TestWattsComeFromTheBed(t *testing.T) {
	p := ender(t)
	require.InDelta(t, 270, DefaultWatts(p), 40)
	p.Heat.BedMax = 0
	require.EqualValues(t, 60, DefaultWatts(p))
}

// Only a person makes a plate clear, and every ending makes it occupied, from whatever state.
func TestPlatesAreClearOnlyWhenSomebodySaysSo(t *testing.T) {
	for _, p := range []Plate{"", PlateMaybe, PlateClear, PlateFull} {
		for e := AttemptTaken; e <= MachineExchanged; e++ {
			after := p.After(e)
			require.Equal(t, e == ConfirmedClear, after == PlateClear, "%s after %d", p, e)
			require.Equal(t, e == ConfirmedClear, after.MayStart(false).OK)
		}
		require.Equal(t, PlateFull, p.After(AttemptEnded))
		require.True(t, p.MayStart(true).OK)
	}
	require.Equal(t, No(PlateUnknown), Plate("").MayStart(false))
	require.Equal(t, No(PlateOccupied), PlateFull.MayStart(false))
}

func TestInactivityIsArmedInPrintsAndDisarmedAtEveryEnding(t *testing.T) {
	marlin := profiles.Commands{Inactivity: "M85 S{seconds}"}
	i := NewInactivity(marlin, false)
	require.Equal(t, "M85 S900", i.At(PrintBegins))
	require.Empty(t, i.At(PrintBegins), "once")
	require.Equal(t, "M85 S0", i.At(PersonAwaited), "a person may take longer")
	require.Empty(t, i.At(PersonAwaited))
	require.Equal(t, "M85 S900", i.At(PersonCame))
	require.Equal(t, "M85 S0", i.At(PrintEnds))
	require.Equal(t, "M85 S0", i.At(PrintEnds), "the file may have armed it")
	require.Equal(t, "M85 S0", NewInactivity(marlin, true).At(BoardFound))
	require.Equal(t, "M85 S3600", NewInactivity(marlin, true).At(PrintBegins))
	klipper := NewInactivity(profiles.Commands{}, false)
	for m := PrintBegins; m <= BoardFound; m++ {
		require.Empty(t, klipper.At(m))
	}
	require.Empty(t, new(Inactivity).At(PrintBegins))
}

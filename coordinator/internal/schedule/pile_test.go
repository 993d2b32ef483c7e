package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// piledLab has plates of four, and piles of twelve of the same pieces that take as long each, for twelve jobs.
func piledLab(piles bool, there fab.Hours) Snapshot {
	s := sizedLab(12, 4, 12)
	s.Plates[1].Pile = 3
	w := printer("a", 1000)
	w.Piles, w.ClearHours, w.GoodPieces = piles, there, 100_000
	s.Workers = []fab.Worker{w}
	return s
}

// Ensure that a pile is begun where its maker lets it and nobody will be there for hours before it ends: in the evening, and
// not in the morning, nor where somebody is always there, nor for a short break, nor when it may not be hot so long.
func TestAPileIsForWhenNobodyIsThere(t *testing.T) {
	evening, morning := time.Date(2020, 4, 3, 20, 0, 0, 0, time.UTC), time.Date(2020, 4, 3, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		s    Snapshot
		at   time.Time
		want int64
	}{
		"before the night":    {piledLab(true, "07:30-22:30"), evening, 12},
		"without leave":       {piledLab(false, "07:30-22:30"), evening, 4},
		"in the morning":      {piledLab(true, "07:30-22:30"), morning, 4},
		"before work":         {piledLab(true, "06:00-08:30,18:00-22:00"), morning, 12},
		"over lunch":          {piledLab(true, "06:00-12:00,13:00-23:00"), morning, 4},
		"somebody always":     {piledLab(true, ""), evening, 4},
		"cold at midnight":    {func() Snapshot { s := piledLab(true, "07:30-22:30"); s.Workers[0].HeatHours = "06:00-24:00"; return s }(), evening, 4},
		"two jobs are so few": {func() Snapshot { s := piledLab(true, "07:30-22:30"); s.Jobs = s.Jobs[:1]; return s }(), evening, 4},
	} {
		plan := Make(c.s, c.at)
		require.Len(t, plan.Assign, 1, name)
		require.Equal(t, c.want, plan.Assign[0].Copies, name)
		if c.want == 12 {
			require.Equal(t, WhyPile, plan.Assign[0].Why.Code, name)
			require.Len(t, plan.Assign[0].Absorbs, 2, name)
		}
	}
}

// Ensure that of a flat plate and a pile with as many pieces the flat one is taken, and that a machine for which there are
// piles alone waits for a flat one.
func TestAFlatPlateIsBetterThanAPile(t *testing.T) {
	s := piledLab(true, "07:30-22:30")
	s.Plates[1].Copies, s.Plates[1].Pile = 4, 2
	plan := Make(s, now)
	require.Equal(t, fab.PlateID("p-4"), plan.Assign[0].Plate)
	s.Plates = s.Plates[1:]
	require.Empty(t, Make(s, now).Assign)
}

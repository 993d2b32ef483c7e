package fab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Ensure that the first job of a part starts from what the worker does otherwise, and that nothing untimed is learned.
func TestAPaceStartsFromTheWorker(t *testing.T) {
	var p Pace
	p.Learn(2000, 0, time.Hour)
	require.Zero(t, p.FactorPM)
	require.EqualValues(t, 700, p.YieldPM(700), "nothing is known of the part")
	p.Learn(2000, time.Hour, time.Hour)
	require.EqualValues(t, 1300, p.FactorPM)
	p.Learn(4000, time.Hour, time.Hour)
	require.EqualValues(t, (7*1000+3*1300)/10, p.FactorPM)
	require.EqualValues(t, 2, p.Jobs)
}

// Ensure that the yield of a part is that of the printers which may get work, and that a new part has theirs.
func TestTheYieldOfTheLab(t *testing.T) {
	workers := []Worker{
		{ID: "a", Kind: WorkerPrinter, GoodPieces: 80, BadPieces: 20},
		{ID: "resting", Kind: WorkerPrinter, Paused: true, BadPieces: 1000},
		{ID: "hands", Kind: WorkerHand, BadPieces: 1000},
	}
	require.EqualValues(t, 950, LabYieldPM(nil, nil, "visor", "band"))
	require.EqualValues(t, 825, LabYieldPM(workers, nil, "visor", "band"))
	paces := []Pace{
		{WorkerID: "a", Product: "visor", Part: "band", Good: 60, Bad: 20}, {WorkerID: "a", Product: "hook", Part: "hook", Bad: 50},
		{WorkerID: "resting", Product: "visor", Part: "band", Bad: 50},
	}
	require.EqualValues(t, (60_000+20*825+50)/100, LabYieldPM(workers, paces, "visor", "band"))
}

// Ensure that what is wanted covers what lacks in whole plates, that a worse yield never wants less, and that nothing is
// wanted of what is there.
func TestWantedCoversWhatLacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := PartCount{Needed: rapid.Int64Range(0, 500).Draw(t, "needed"), Good: rapid.Int64Range(0, 500).Draw(t, "good")}
		part := Part{How: ByPrint, PerPlate: rapid.Int64Range(0, 9).Draw(t, "per plate")}
		better := rapid.Int64Range(1, 1000).Draw(t, "yield")
		worse := rapid.Int64Range(1, better).Draw(t, "worse")
		wanted := c.Wanted(part, better)
		require.GreaterOrEqual(t, wanted, c.Needed-c.Good)
		require.Zero(t, wanted%max(1, part.PerPlate))
		require.GreaterOrEqual(t, c.Wanted(part, worse), wanted)
		require.Equal(t, c.Good >= c.Needed, wanted == 0)
		part.How = ByHand
		require.Equal(t, max(0, c.Needed-c.Good), c.Wanted(part, worse))
	})
}

package schedule

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// mixedLab draws a lab in which every product takes another time on every machine, so that the search has work.
func mixedLab(seed uint64) Snapshot {
	r := rand.New(rand.NewPCG(seed, 6))
	s := lab()
	s.Batches, s.Plates, s.Designs = nil, nil, nil
	machines := 2 + r.IntN(6)
	for i := range machines {
		w := printer(fab.WorkerID(fmt.Sprintf("w%02d", i)), 1000)
		w.Model = fmt.Sprintf("m%02d", i)
		s.Workers = append(s.Workers, w)
	}
	for d := range 3 + r.IntN(10) {
		id := fab.DesignVersionID(fmt.Sprintf("d%02d", d))
		s.Designs = append(s.Designs, fab.DesignVersion{ID: id, Status: fab.DesignTrialled, BOM: fab.BOM{Parts: []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1}}}})
		for i := range machines {
			p := plate(fmt.Sprintf("m%02d", i), int64(600+r.IntN(12_000)))
			p.ID, p.DesignID = fab.PlateID(fmt.Sprintf("p%02d-%02d", d, i)), id
			s.Plates = append(s.Plates, p)
		}
		batch := fab.BatchID(fmt.Sprintf("b%02d", d))
		s.Batches = append(s.Batches, fab.Batch{ID: batch, DesignID: id, Quantity: 5, Status: fab.BatchOpen, DueAt: now.Add(time.Duration(1+r.IntN(60)) * time.Hour)})
		bands(&s, batch, 1+r.IntN(4))
	}
	return s
}

// Ensure that what people read about a choice is true where a search made it: nobody is said to end first who does not,
// and nobody to be the only one who could.
func TestReasonsAreTrueAfterASearch(t *testing.T) {
	whole := 0
	for seed := range uint64(200) {
		s := mixedLab(seed)
		for _, a := range Make(s, now).Assign {
			switch a.Why.Code {
			case WhyEarliest:
				require.False(t, a.Why.Args["other_finish"].(time.Time).Before(a.Finish), "seed %d: %s by %s", seed, a.Job, a.Worker) //nolint:forcetypeassert // or the test fails
			case WhyOnlyFit:
				t.Fatalf("seed %d: every printer could make %s", seed, a.Job)
			case WhyWhole:
				whole++
			}
		}
	}
	require.Positive(t, whole)
}

package schedule

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// bigLab draws printers of ten models at work or free, and batches of twenty products that want ten plates each.
func bigLab(printers, batches int) Snapshot {
	r := rand.New(rand.NewPCG(7, uint64(printers)))
	s := lab()
	s.Batches, s.Plates, s.Designs = nil, nil, nil
	for d := range 20 {
		design := fab.DesignVersion{ID: fab.DesignVersionID(fmt.Sprintf("d%02d", d)), Product: fmt.Sprintf("p%02d", d), Status: fab.DesignTrialled,
			BOM: fab.BOM{Parts: []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1}}}}
		s.Designs = append(s.Designs, design)
		for m := range 10 {
			p := plate(fmt.Sprintf("m%d", m), int64(1800+r.IntN(12000)))
			p.ID, p.DesignID = fab.PlateID(fmt.Sprintf("p-%d-%d", d, m)), design.ID
			s.Plates = append(s.Plates, p)
		}
	}
	for i := range printers {
		w := printer(fab.WorkerID(fmt.Sprintf("w%05d", i)), int64(500+r.IntN(1500)))
		w.Model = fmt.Sprintf("m%d", i%10)
		if r.IntN(4) > 0 {
			w = printing(&s, w, time.Duration(r.IntN(120))*time.Minute)
			s.Attempts[len(s.Attempts)-1].PlateID = fab.PlateID(fmt.Sprintf("p-%d-%d", r.IntN(20), i%10))
		}
		s.Workers = append(s.Workers, w)
	}
	for b := range batches {
		id := fab.BatchID(fmt.Sprintf("b%04d", b))
		s.Batches = append(s.Batches, fab.Batch{ID: id, DesignID: s.Designs[b%20].ID, Quantity: 10, Status: fab.BatchOpen, DueAt: now.Add(time.Duration(r.IntN(200)) * time.Hour)})
		bands(&s, id, 10)
	}
	return s
}

// choosing adds plates of four and of ten pieces, and hours.
func choosing(s Snapshot) Snapshot {
	for _, p := range s.Plates[:len(s.Plates):len(s.Plates)] {
		for _, n := range []int64{4, 10} {
			p.ID, p.Copies, p.Seconds = p.ID+"x", n, p.Seconds*n/p.Copies
			s.Plates = append(s.Plates, p)
		}
	}
	for i := range s.Workers {
		s.Workers[i].ClearHours = "07:30-22:30"
	}
	return s
}

func BenchmarkDecision(b *testing.B) {
	for _, size := range []struct {
		printers, batches int
		sizes             bool
	}{{200, 20, false}, {200, 20, true}, {10_000, 2_000, false}, {10_000, 2_000, true}} {
		b.Run(fmt.Sprintf("printers=%d/batches=%d/sizes=%v", size.printers, size.batches, size.sizes), func(b *testing.B) {
			s := bigLab(size.printers, size.batches)
			if size.sizes {
				s = choosing(s)
			}
			b.ReportAllocs()
			for b.Loop() {
				Make(s, now)
			}
		})
	}
}

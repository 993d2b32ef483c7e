package schedule

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// admit holds back the jobs that may not run yet whoever is free: of paused batches, and those whose pieces could not
// be completed with the material on hand and pledged. Material goes to the earliest due date first.
func (p *planner) admit() {
	queues := map[fab.BatchID][]*job{}
	for _, j := range p.jobs {
		queues[j.BatchID] = append(queues[j.BatchID], j)
	}
	leased := map[fab.BatchID]map[string]int64{}
	for _, j := range p.Jobs {
		if j.Status == fab.JobLeased {
			if leased[j.BatchID] == nil {
				leased[j.BatchID] = map[string]int64{}
			}
			leased[j.BatchID][j.Part] += j.Copies
		}
	}
	stock := map[string]int64{}
	for m, n := range p.Stock {
		stock[m] = n
	}
	hub := maps.Clone(p.AtHub)
	for _, b := range slices.SortedFunc(slices.Values(p.Batches), byDueDate) {
		p.line(b, queues[b.ID], leased[b.ID])
		p.gate(b, queues[b.ID], leased[b.ID], stock)
		p.gateWorks(b, queues[b.ID], hub)
		delete(queues, b.ID)
	}
	for _, orphans := range queues {
		hold(orphans, fab.Because(WaitPaused))
	}
}

func byDueDate(a, b fab.Batch) int {
	return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(b.Priority, a.Priority), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
}

// line puts the jobs of a batch into the order in which they complete products evenly, the longer first.
func (p *planner) line(b fab.Batch, queue []*job, leased map[string]int64) {
	done := map[string]int64{}
	for _, j := range queue {
		part, _ := p.designs[b.DesignID].BOM.Part(j.Part)
		pieces := p.Made[b.ID].Good[j.Part] + leased[j.Part] + done[j.Part]
		j.before = pieces * 1_000_000 / max(1, part.PerUnit)
		done[j.Part] += j.Copies
	}
	slices.SortStableFunc(queue, inLine)
}

// gate holds what exceeds the products that the batch can still complete, and takes the material for them from stock.
func (p *planner) gate(b fab.Batch, queue []*job, leased, stock map[string]int64) {
	design := p.designs[b.DesignID]
	switch {
	case b.Status != fab.BatchOpen:
		hold(queue, fab.Because(WaitPaused))
		return
	case slices.Contains(p.Stale, b.ID):
		hold(queue, fab.Because(WaitReconfirm))
		return
	case design.Status == fab.DesignWithdrawn && design.Dangerous:
		hold(queue, fab.Because(WaitWithdrawn))
		return
	}
	made := p.Made[b.ID]
	left := max(0, b.Quantity-made.Kitted)
	possible, short := allot(design.BOM.Without(p.Supplied[b.ID]), left, made.Ready, stock)
	limit := (made.Kitted + possible) * 1_000_000
	whole := (made.Kitted + left) * 1_000_000
	for _, j := range queue {
		part, _ := design.BOM.Part(j.Part)
		over := made.Over[j.Part] * 1_000_000 / max(1, part.PerUnit)
		switch {
		case j.before >= whole+over:
			j.held = fab.Because(WaitEnough, "part", j.Part)
		case possible < left && j.before >= limit:
			j.held = short
		}
	}
}

// allot takes the material for as many of n products as it allows, and names what runs short first. What the ready works
// hold is not needed again.
func allot(bom fab.BOM, n int64, ready, stock map[string]int64) (possible int64, short fab.Reason) {
	possible = n
	var missing string
	var lacks int64
	for _, m := range bom.Materials {
		if can := held(bom, m, ready) + max(0, stock[m.Material])/max(1, m.PerUnit); m.PerUnit > 0 && can < possible {
			possible, missing, lacks = can, m.Material, (n-can)*m.PerUnit-max(0, stock[m.Material])%m.PerUnit
		}
	}
	if missing != "" {
		short = fab.Because(WaitMaterial, "material", missing, "short", lacks, "possible", possible)
	}
	for _, m := range bom.Materials {
		stock[m.Material] -= max(0, possible-held(bom, m, ready)) * m.PerUnit
	}
	return possible, short
}

// held is the number of products whose share of a material is in ready works.
func held(bom fab.BOM, m fab.BOMMaterial, ready map[string]int64) (n int64) {
	for _, w := range bom.Works {
		if w.Covers([]fab.Input{{Item: fab.MaterialItem(m.Material)}}) {
			n += ready[w.Code] / max(1, w.PerUnit)
		}
	}
	return n
}

// gateWorks holds the works whose parts and material do not all lie at the hub, and sets aside what the others take.
func (p *planner) gateWorks(b fab.Batch, queue []*job, hub map[fab.Item]int64) {
	bom := p.designs[b.DesignID].BOM
	for _, j := range queue {
		work, is := bom.Work(j.Part)
		if !is || j.held.Code != "" {
			continue
		}
		recipes := bom.Recipes(work.Of, work.Code)
		before := maps.Clone(hub)
		if _, left := fab.Split(j.Copies, recipes, hub); left > 0 {
			item, have, need := fab.Scarce(j.Copies, recipes, before)
			j.held = fab.Because(WaitParts, "item", string(item), "have", have, "need", need)
			maps.Copy(hub, before)
		}
	}
}

func hold(queue []*job, why fab.Reason) {
	for _, j := range queue {
		j.held = why
	}
}

package store

import "github.com/mailleur/mailleur/coordinator/fab"

// products is the key under which a Tally keeps how many products of a batch with works are in kits.
const products = ""

func (t Tally) putInside(r inWork) {
	if t[r.BatchID] == nil {
		t[r.BatchID] = map[string]fab.PartCount{}
	}
	c := t[r.BatchID][r.Part]
	switch r.Kind {
	case "used":
		c.Used = r.Pieces
	case "packed":
		c.Packed = r.Pieces
	case "kitted":
		c.Good = r.Pieces
	}
	t[r.BatchID][r.Part] = c
}

// Counts are the counts of a batch of the tally, one for each part that it makes: see fab.BOM.PartsOf. A part that was
// spoilt in a work is made again; one inside a good work counts. A work that was done at the hub after all, because a kit
// took the parts, is not asked for any more.
func (t Tally) Counts(b fab.Batch, bom fab.BOM) []fab.PartCount {
	of := t[b.ID]
	parts := bom.PartsOf(b)
	counts := make([]fab.PartCount, len(parts))
	for i, p := range parts {
		c := of[p.Code]
		c.Part, c.Needed = p.Code, p.PerUnit*b.Quantity
		c.Ready = max(0, c.Good-c.Used-c.Packed)
		if len(p.Of) > 0 {
			c.Good += bypassed(of, bom, p)
		}
		c.Good += within(of, bom, p) - c.Used
		counts[i] = c
	}
	return counts
}

// within is how many pieces of a part are inside good works.
func within(of map[string]fab.PartCount, bom fab.BOM, p fab.Part) (n int64) {
	for _, w := range bom.Works {
		n += perPiece(w, p) * (of[w.Code].Good - of[w.Code].Used)
	}
	return n
}

// perPiece is how many pieces of a part, or of a smaller work, one piece of a work holds or stands for.
func perPiece(w, p fab.Part) int64 {
	if w.Code == p.Code {
		return 0
	}
	for _, i := range w.Of {
		switch {
		case i.Item == fab.PartItem(p.Code):
			return i.Per
		case len(p.Of) > 0 && p.Of[0].Item == i.Item && w.Covers(p.Of):
			return i.Per / max(1, p.Of[0].Per)
		}
	}
	return 0
}

// bypassed is how many pieces of a work the kits did without.
func bypassed(of map[string]fab.PartCount, bom fab.BOM, p fab.Part) int64 {
	n := of[products].Good*p.PerUnit - of[p.Code].Packed
	for _, w := range bom.Works {
		n -= perPiece(w, p) * of[w.Code].Packed
	}
	return max(0, n)
}

package production

import (
	"slices"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// supplyJobs makes the jobs that open batches lack, and some over for what will fail; drops those that nobody needs any
// more, and closes batches that lack nothing. A done batch opens again when it lacks pieces after all, because a lot was
// counted short or recalled; once its request is delivered, a recall makes replacements only on demand.
func supplyJobs(tx *store.Tx) error {
	batches, err := tx.BatchesToSupply()
	if err != nil {
		return err
	}
	tally, err := tallyOf(tx, batches)
	if err != nil {
		return err
	}
	know, err := readKnown(tx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		design, err := know.design(tx, b.DesignID)
		if err != nil {
			return err
		}
		if err := supply(tx, b, design, tally.Counts(b, design.BOM), know); err != nil {
			return err
		}
	}
	return nil
}

// known is what the need for jobs is judged by.
type known struct {
	workers []fab.Worker
	paces   []fab.Pace
	designs map[fab.DesignVersionID]fab.DesignVersion
}

func readKnown(tx *store.Tx) (k known, err error) {
	k.designs = map[fab.DesignVersionID]fab.DesignVersion{}
	if k.workers, err = tx.Workers(); err != nil {
		return k, err
	}
	k.paces, err = tx.Paces()
	return k, err
}

func (k known) design(tx *store.Tx, id fab.DesignVersionID) (d fab.DesignVersion, err error) {
	d, read := k.designs[id]
	if !read {
		d, err = tx.Design(id)
		k.designs[id] = d
	}
	return d, err
}

// wanted is how many pieces of a part should be on open jobs.
func (k known) wanted(product string, part fab.Part, c fab.PartCount) int64 {
	return c.Wanted(part, fab.LabYieldPM(k.workers, k.paces, product, part.Code))
}

func supply(tx *store.Tx, b fab.Batch, design fab.DesignVersion, counts []fab.PartCount, know known) error {
	var jobs []fab.Job
	whole, dropped := true, 0
	for _, c := range counts {
		part, _ := design.BOM.Part(c.Part)
		whole = whole && c.Good >= c.Needed
		wanted := know.wanted(b.Product, part, c)
		jobs = append(jobs, jobsFor(tx, b, part, wanted-c.Open)...)
		if c.Open > wanted {
			n, err := dropOver(tx, b.ID, c, wanted)
			if err != nil {
				return err
			}
			dropped += n
		}
	}
	if b.Status == fab.BatchDone {
		if len(jobs) == 0 || design.Dangerous {
			return nil
		}
		b.Status, b.DoneAt = fab.BatchOpen, time.Time{}
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
	}
	if err := tx.AddJobs(jobs); err != nil {
		return err
	}
	switch {
	case len(jobs) > 0:
		return note(tx, b, "jobs_planned", "jobs", len(jobs))
	case whole && b.Status == fab.BatchOpen:
		b.Status, b.DoneAt = fab.BatchDone, tx.Now()
		if err := tx.SetBatch(&b); err != nil {
			return err
		}
		return note(tx, b, "batch_done", "quantity", b.Quantity)
	case dropped > 0:
		return note(tx, b, "jobs_dropped", "jobs", dropped)
	}
	return nil
}

// note tells of a batch.
func note(tx *store.Tx, b fab.Batch, code string, pairs ...any) error {
	because := fab.Because(code, append([]any{"product", b.Product}, pairs...)...)
	return tx.Note(fab.Change{Code: because.Code, Subject: string(b.ID), Request: b.RequestID, Args: because.Args})
}

// dropOver cancels waiting jobs of a part that nobody needs, the newest first. What is under way goes on.
func dropOver(tx *store.Tx, id fab.BatchID, c fab.PartCount, wanted int64) (dropped int, err error) {
	jobs, err := tx.JobsOf(id)
	if err != nil {
		return 0, err
	}
	for _, j := range slices.Backward(jobs) {
		if j.Part != c.Part || j.Status != fab.JobWaiting || j.RelayID != "" || c.Open-j.Copies < wanted {
			continue
		}
		if err := dropJob(tx, j); err != nil {
			return dropped, err
		}
		c.Open -= j.Copies
		dropped++
	}
	return dropped, nil
}

// jobsFor cuts missing pieces into whole plates or portions. Overshoot goes to stock.
func jobsFor(tx *store.Tx, b fab.Batch, part fab.Part, missing int64) []fab.Job {
	var jobs []fab.Job
	for _, copies := range part.Portions(missing) {
		jobs = append(jobs, fab.Job{
			ID: store.NewID[fab.JobID](tx), BatchID: b.ID, Part: part.Code, How: part.How, Copies: copies,
			Status: fab.JobWaiting, CreatedAt: tx.Now(),
		})
	}
	return jobs
}

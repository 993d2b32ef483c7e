package report_test

import (
	"errors"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// workTamperings are edits of what was handed out to be put together.
func workTamperings() []tampering {
	return []tampering{
		{"more was handed out than was noted", "UPDATE handouts SET quantity = quantity + 1 WHERE item = 'part:visor-band'", "audit_work_given", "put part:visor-band", nil},
		{"a handout vanishes", "DELETE FROM handouts WHERE item = 'material:film-a4'", "audit_work_given", "put material:film-a4", []string{"audit_work_used", "audit_work_back"}},
		{"fewer were put into it", "UPDATE handouts SET used = used - 1 WHERE item = 'part:visor-band'", "audit_work_used", "put part:visor-band", nil},
		{"more came back", "UPDATE handouts SET back = back + 1 WHERE item = 'material:film-a4'", "audit_work_back", "put material:film-a4", []string{"audit_work_over"}},
		{"more was used than was given", "UPDATE handouts SET used = 5 WHERE item = 'part:visor-band'", "audit_work_over", "put part:visor-band", []string{"audit_work_used"}},
		{"it was put together of nothing", "UPDATE handouts SET used = 0", "audit_work_empty", "V-8", []string{"audit_work_used"}},
		{"a bag is blocked and what holds its pieces is not", "UPDATE lots SET status = 'blocked' WHERE id = 'bands'", "audit_work_leak", "V-8 part:visor-band", nil},
		{"goods were handed out for nobody's work", "UPDATE stock_moves SET subject = 'nobody' WHERE why = 'handed_out' AND item = 'part:visor-band'", "audit_work_given", "nobody part:visor-band", nil},
	}
}

// soundWorks is two visors that somebody put together of four bands and films: one of the rest came back, one did not.
func soundWorks(tx *store.Tx) error {
	now := tx.Now()
	bands, put := attempt("bands-attempt", fab.AttemptDone, now), attempt("put", fab.AttemptDone, now)
	bands.JobID, bands.BatchID, put.JobID, put.BatchID, put.Part, put.Copies = "bands-job", "stock", "put-job", "stock", "visor-whole", 2
	bands.WorkerID, put.WorkerID = "galet", "galet"
	failed := errors.Join(
		tx.AddDesign(&fab.DesignVersion{ID: "design-3", Product: "visor", Hash: "v3", Status: fab.DesignTrialled, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "galet-home", Kind: fab.LocationMaker, CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "galet", LocationID: "galet-home", CreatedAt: now}),
		tx.AddWorker(&fab.Worker{ID: "galet", Kind: fab.WorkerHand, MakerID: "galet", CreatedAt: now, UpdatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "stock", DesignID: "design-3", Product: "visor", Quantity: 4, DueAt: now, Status: fab.BatchOpen, Works: []string{"visor-whole"}, CreatedAt: now}),
		tx.AddJobs([]fab.Job{{ID: "bands-job", BatchID: "stock", Part: "visor-band", How: fab.ByPrint, Copies: 5, Status: fab.JobDone, CreatedAt: now},
			{ID: "put-job", BatchID: "stock", Part: "visor-whole", How: fab.ByHand, Copies: 2, Status: fab.JobDone, CreatedAt: now}}),
		tx.AddAttempt(bands), tx.AddAttempt(put),
		tx.AddLot(&fab.Lot{ID: "bands", Code: "V-7", AttemptID: "bands-attempt", BatchID: "stock", DesignID: "design-3", Part: "visor-band", WorkerID: "galet", MakerID: "galet",
			Declared: 4, Good: 4, Status: fab.LotReady, CreatedAt: now, SettledAt: now}),
		tx.AddLot(&fab.Lot{ID: "whole", Code: "V-8", AttemptID: "put", BatchID: "stock", DesignID: "design-3", Part: "visor-whole", WorkerID: "galet", MakerID: "galet",
			Declared: 2, Status: fab.LotMade, CreatedAt: now}),
		tx.AddInspection(&fab.Inspection{ID: "bands-inspection", LotID: "bands", Good: 4, Reason: "ok", At: now}),
		tx.AddDonation(&fab.Donation{ID: "film", Ref: "FILM", Material: "film-a4", Pledged: 4, Received: 4, Status: fab.DonationReceived, SubmitKey: "f", CreatedAt: now}),
		tx.Post(
			move(fab.MaterialItem("film-a4"), "film", fab.OutsideGiven, fab.TheHub, 4, "received", "film"),
			move(fab.PartItem("visor-band"), "bands", fab.OutsideMade, "galet-home", 4, "made", "bands-attempt"),
			move(fab.PartItem("visor-band"), "bands", "galet-home", fab.TheHub, 4, "settled", "bands"),
			move(fab.PartItem("visor-whole"), "whole", fab.OutsideMade, "galet-home", 2, "made", "put"),
		),
	)
	for item, source := range map[fab.Item]string{fab.PartItem("visor-band"): "bands", fab.MaterialItem("film-a4"): "film"} {
		failed = errors.Join(failed, tx.AddHandout(&fab.Handout{AttemptID: "put", Item: item, Source: source, Quantity: 4, Used: 2, Back: 2, At: now}), tx.Post(
			move(item, source, fab.TheHub, "galet-home", 4, fab.MoveHandedOut, "put"),
			move(item, source, "galet-home", fab.OutsideUsed, 2, fab.MoveAssembled, "put"),
			move(item, source, "galet-home", fab.TheHub, 1, fab.MoveTakenBack, "put"),
			move(item, source, "galet-home", fab.OutsideMissing, 1, fab.MoveNotBack, "put")))
	}
	return failed
}

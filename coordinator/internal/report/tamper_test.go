package report_test

import (
	"errors"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// tampering is what somebody does to the books, the rule that must find it, what its sentence must name, and the rules that
// it breaks besides.
type tampering struct {
	what, sql   string
	rule, names string
	also        []string
}

const columns = "id, at, item, source, from_location, to_location, quantity, unit, why, subject, note, reverses"

// tamperings are edits of every table that the audit looks at.
func tamperings() []tampering {
	return []tampering{
		{"a balance is raised", "UPDATE balances SET quantity = quantity + 1 WHERE location = 'hub' AND item = 'material:film-a4'",
			"audit_balance_differs", "hub material:film-a4 gift", []string{"audit_items_not_zero"}},
		{"two balances are changed alike", "UPDATE balances SET quantity = quantity + CASE WHEN location = 'hub' THEN 5 ELSE -5 END WHERE item = 'material:film-a4' AND location IN ('hub', 'outside-given')",
			"audit_balance_differs", "hub material:film-a4 gift", nil},
		{"a balance is taken out", "DELETE FROM balances WHERE location = 'outside-given' AND item = 'material:film-a4'",
			"audit_items_not_zero", "material:film-a4 gift", []string{"audit_balance_differs"}},
		{"a balance is made up", "INSERT INTO balances (location, item, source, quantity) VALUES ('there', 'material:film-a4', 'gift', 3)",
			"audit_balance_differs", "there material:film-a4 gift", []string{"audit_items_not_zero"}},
		{"a balance is below zero", "UPDATE balances SET quantity = -1 WHERE location = 'home' AND item = 'material:petg'",
			"audit_stock_negative", "home material:petg spool", []string{"audit_balance_differs", "audit_items_not_zero"}},
		{"a move is raised", "UPDATE stock_moves SET quantity = quantity + 1 WHERE why = 'loaded' AND subject = 'box'",
			"audit_balance_differs", "van kit:visor kit", nil},
		{"a move is taken out", "DELETE FROM stock_moves WHERE why = 'loaded' AND subject = 'away'",
			"audit_balance_differs", "van2 kit:visor kit-away", nil},
		{"a move is made up", "INSERT INTO stock_moves (" + columns + ") SELECT 'fake', at, item, source, 'home', 'hub', 4, unit, 'moved', '', '', NULL FROM stock_moves WHERE why = 'printed'",
			"audit_balance_differs", "hub material:petg spool", nil},
		{"goods come out of what was used up", "UPDATE balances SET quantity = CASE WHEN location = 'outside-used' THEN -1 ELSE 996 END WHERE item = 'material:petg' AND location IN ('outside-used', 'home')",
			"audit_outside_sign", "outside-used material:petg spool", []string{"audit_balance_differs", "audit_items_not_zero"}},
		{"more is held back than was reserved", "UPDATE balances SET reserved = reserved + 1 WHERE location = 'hub' AND item = 'material:film-a4'",
			"audit_reserved", "hub material:film-a4 gift", nil},
		{"a reservation is taken out", "DELETE FROM reservations", "audit_reserved", "hub material:film-a4 gift", nil},
		{"more is kept than there is", "UPDATE balances SET reserved = 70 WHERE location = 'hub' AND item = 'material:film-a4'",
			"audit_reserved_over", "hub material:film-a4 gift", []string{"audit_reserved"}},
		{"something is kept for who needs nothing", "UPDATE reservations SET request_id = 'request'", "audit_reservation_closed", "REQUEST", nil},
		{"a move has another unit", "UPDATE stock_moves SET unit = 'mg' WHERE why = 'received' AND subject = 'gift'",
			"audit_move_unit", "material:film-a4", nil},
		{"a material has another unit", "UPDATE materials SET unit = 'piece' WHERE code = 'petg'", "audit_move_unit", "material:petg", nil},
		{"a move is of no kind", "UPDATE stock_moves SET why = 'eaten' WHERE why = 'settled'", "audit_move_rule", "eaten part:visor-band", []string{"audit_lot_settled"}},
		{"a move goes where its kind does not", "UPDATE stock_moves SET why = 'made' WHERE why = 'loaded' AND subject = 'away'",
			"audit_move_rule", "made kit:visor", []string{"audit_move_subject"}},
		{"a partner sent more than its bags hold", "UPDATE relay_parts SET sent = 3", "audit_relay_sent", "R-001 visor-band", nil},
		{"a bag of a partner is of no relay", "DELETE FROM relay_lots", "audit_relay_stranger", "V-9", []string{"audit_relay_sent"}},
		{"more left for another lab than was noted", "UPDATE favour_lots SET quantity = 2", "audit_favour_sent", "sending", nil},
		{"what a partner makes is given out", "UPDATE relays SET status = 'returned'", "audit_relay_given", "R-001", nil},
		{"a bag vanishes", "DELETE FROM lots WHERE id = 'lot'", "audit_move_source", "part:visor-band lot", []string{"audit_attempt_uncounted"}},
		{"a gift vanishes", "DELETE FROM donations WHERE id = 'gift'", "audit_move_source", "material:film-a4 gift", nil},
		{"a bag becomes one of something else", "UPDATE lots SET part = 'hook' WHERE id = 'lot'", "audit_source_item", "V-1 part:visor-band", []string{"audit_lot_origin"}},
		{"a kit becomes one of something else", "UPDATE kits SET product = 'hook' WHERE id = 'kit-here'", "audit_source_item", "kit-here kit:visor", []string{"audit_box_here"}},
		{"a spool becomes one of something else", "UPDATE spools SET filament = 'pla'", "audit_source_item", "F-1 material:petg", nil},
		{"filament was printed by nobody", "UPDATE stock_moves SET subject = 'nobody' WHERE why = 'printed'", "audit_move_subject", "printed material:petg", nil},
		{"a kit is of nobody", "UPDATE stock_moves SET subject = 'nobody' WHERE why = 'kitted' AND item LIKE 'material:%' AND subject = 'kit-away'",
			"audit_move_subject", "kitted material:film-a4", nil},
		{"what was taken back was more", "UPDATE stock_moves SET quantity = 2 WHERE id = (SELECT reverses FROM stock_moves WHERE why = 'undone')",
			"audit_undone", "material:film-a4", []string{"audit_balance_differs"}},
		{"a move is taken back again", "INSERT INTO stock_moves (" + columns + ") SELECT 'again', at, item, source, from_location, to_location, quantity, unit, why, subject, note, reverses FROM stock_moves WHERE why = 'undone'",
			"audit_undone_twice", "", []string{"audit_balance_differs"}},
		{"a count is written over", "UPDATE stock_take_lines SET counted = counted + 1", "audit_stock_take", "material:film-a4 gift", nil},
		{"a weighing is written over", "UPDATE weighings SET gross_mg = gross_mg + 7", "audit_weighing", "F-1", nil},
		{"a spool came with more", "UPDATE spools SET initial_mg = initial_mg + 1", "audit_spool_came", "F-1", nil},
		{"a gift was more", "UPDATE donations SET received = received - 1 WHERE id = 'gift'", "audit_gift_received", "GIFT", []string{"audit_gift_status"}},
		{"a gift came that was refused", "UPDATE donations SET status = 'refused' WHERE id = 'gift'", "audit_gift_status", "GIFT refused", nil},
		{"a gift came of which nothing came", "UPDATE donations SET status = 'received' WHERE id = 'pledge'", "audit_gift_status", "PLEDGE received", nil},
		{"a gift becomes one of something else", "UPDATE donations SET material = 'petg' WHERE id = 'gift'", "audit_gift_material", "GIFT material:film-a4", nil},
		{"a gift is closed before the rest is given up", "UPDATE donations SET pledged = pledged + 1 WHERE id = 'gift'", "audit_gift_status", "GIFT received", nil},
		{"more unknown goods came", "UPDATE blocked_lots SET quantity = quantity + 1 WHERE id = 'parcel'", "audit_blocked_came", "Q-1", []string{"audit_blocked_here", "audit_blocked_gift"}},
		{"unknown goods are called thrown away", "UPDATE blocked_lots SET status = 'scrapped' WHERE id = 'parcel'", "audit_blocked_here", "Q-1 scrapped", nil},
		{"unknown goods are known all at once", "UPDATE blocked_lots SET status = 'identified', material = 'elastic', became = 9 WHERE id = 'parcel'",
			"audit_blocked_became", "Q-1 elastic", []string{"audit_blocked_here"}},
		{"unknown goods became more", "UPDATE blocked_lots SET became = became + 1 WHERE id = 'known'", "audit_blocked_became", "Q-2 elastic", nil},
		{"unknown goods went to a place of care", "INSERT INTO stock_moves (" + columns + ") SELECT 'leak', at, item, source, 'hub', 'there', 1, unit, 'moved', '', '', NULL FROM stock_moves WHERE why = 'blocked' AND source = 'parcel'",
			"audit_blocked_taken", "moved blocked:goods parcel", []string{"audit_balance_differs", "audit_move_rule"}},
		{"unknown plastic is inside a kit", "UPDATE stock_moves SET source = 'parcel' WHERE why = 'kitted' AND item LIKE 'material:%' AND subject = 'kit-away'",
			"audit_blocked_taken", "kitted material:film-a4 parcel", []string{"audit_balance_differs"}},
		{"a device is called given", "UPDATE devices SET status = 'given' WHERE id = 'tablet-here'", "audit_device_here", "D-1 given", []string{"audit_device_wiped"}},
		{"a device left as its donor had it", "UPDATE devices SET wiped_at = NULL WHERE id = 'tablet-gone'", "audit_device_wiped", "D-2", nil},
		{"a kit of devices has one less", "UPDATE devices SET kit_id = NULL WHERE id = 'tablet-gone'", "audit_device_kit", "kit-tablet tablet", nil},
		{"a device vanishes", "DELETE FROM devices WHERE id = 'tablet-here'", "audit_move_source", "device:tablet tablet-here", nil},
		{"a gift of something else was more", "UPDATE donations SET received = received + 1 WHERE id = 'odd'", "audit_blocked_gift", "ODD", nil},
		{"a print takes filament again", "INSERT INTO stock_moves (" + columns + ") SELECT 'again', at, item, source, from_location, to_location, 1, unit, why, subject, note, NULL FROM stock_moves WHERE why = 'printed'",
			"audit_filament_twice", "attempt", []string{"audit_balance_differs"}},
		{"a plate weighs less", "UPDATE plates SET filament_mg = filament_mg - 1", "audit_filament_more", "attempt", nil},
		{"a print had another spool", "UPDATE attempts SET spool_id = NULL WHERE id = 'attempt'", "audit_filament_spool", "attempt spool", []string{"audit_lot_origin"}},
		{"a bag declares more", "UPDATE lots SET declared = declared + 1 WHERE id = 'lot'", "audit_lot_made", "V-1", []string{"audit_lot_over"}},
		{"a bag declares more than its plate", "UPDATE attempts SET copies = copies - 1 WHERE id = 'attempt'", "audit_lot_over", "V-1", nil},
		{"a bag was worth less", "UPDATE lots SET good = good - 1 WHERE id = 'lot'", "audit_lot_settled", "V-1", []string{"audit_lot_inspected"}},
		{"a count at the hub is written over", "UPDATE inspections SET good = good - 1", "audit_lot_inspected", "V-1", nil},
		{"a bag was made by others", "UPDATE lots SET batch_id = 'other' WHERE id = 'lot'", "audit_lot_origin", "V-1", nil},
		{"an attempt was counted twice", `INSERT INTO lots (id, code, attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, declared, bad, good, status, created_at, settled_at)
			SELECT 'twin', 'V-2', attempt_id, batch_id, design_id, part, worker_id, maker_id, spool_id, 0, 0, 0, 'made', created_at, NULL FROM lots WHERE id = 'lot'`, "audit_lot_twice", "attempt", nil},
		{"a batch got pieces that were not there", "INSERT INTO lot_gives (id, lot_id, from_batch, to_batch, quantity, at) SELECT 'give', id, 'other', batch_id, 1, created_at FROM lots WHERE id = 'lot'",
			"audit_lot_given", "V-1 other", nil},
		{"an attempt is called done", "UPDATE attempts SET status = 'done' WHERE id = 'failed'", "audit_attempt_uncounted", "failed", nil},
		{"a job is called given away", "UPDATE jobs SET status = 'leased', attempt_id = 'failed' WHERE id = 'job'", "audit_job_without_attempt", "job", nil},
		{"a kit took from a bag that rested", "UPDATE lots SET rests_until = '2100-01-01 00:00:00+00:00' WHERE id = 'lot'", "audit_kit_rested", "V-1 kit-here", nil},
		{"a kit holds more of a bag", "UPDATE kit_lots SET quantity = quantity + 1 WHERE kit_id = 'kit-here'", "audit_kit_parts", "kit-here", nil},
		{"a kit holds more products", "UPDATE kits SET quantity = quantity + 1 WHERE id = 'kit-loose'", "audit_kit_made", "kit-loose", nil},
		{"a kit took what its place was to add", `UPDATE kits SET supplied = '["film-a4"]' WHERE id = 'kit-here'`, "audit_kit_supplied", "kit-here material:film-a4", nil},
		{"an empty kit stands in a box", "UPDATE kits SET box_id = 'here' WHERE id = 'kit-apart'", "audit_kit_empty", "kit-apart", nil},
		{"a kit keeps what was taken out of it", "UPDATE kits SET quantity = 1 WHERE id = 'kit-apart'", "audit_kit_made", "kit-apart", nil},
		{"a kit goes into another's box", "UPDATE kits SET box_id = 'box' WHERE id = 'kit-loose'", "audit_kit_request", "B-1", []string{"audit_delivered", "audit_box_still_here"}},
		{"trial pieces went elsewhere", "UPDATE lots SET trial_id = 'trial' WHERE id = 'lot'", "audit_trial_left", "V-1 REQUEST", nil},
		{"less was promised", "UPDATE request_lines SET promised = promised - 1 WHERE id = 'line'", "audit_over_delivered", "REQUEST", nil},
		{"a spool is recalled and its bags are not", "UPDATE spools SET recalled = (1 = 1)", "audit_spool_leak", "V-1 F-1", nil},
		{"a version is dangerous and its bags are not blocked", "UPDATE design_versions SET dangerous = (1 = 1)", "audit_design_leak", "V-1 visor", nil},
		{"a bag is blocked and its boxes are not marked", "UPDATE lots SET status = 'blocked' WHERE id = 'lot'", "audit_box_unmarked", "B-1 V-1", nil},
		{"a box held less", "UPDATE kits SET quantity = quantity - 1 WHERE id = 'kit'", "audit_delivered", "B-1", []string{"audit_kit_made", "audit_request_closed"}},
		{"a proof vanishes", "DELETE FROM proofs", "audit_delivery_unproved", "stop", nil},
		{"a box is back that is away", "UPDATE boxes SET status = 'packed' WHERE id = 'away'", "audit_box_here", "B-3", nil},
		{"a box is away that is here", "UPDATE boxes SET status = 'loaded', stop_id = 'stop2' WHERE id = 'here'", "audit_box_loaded", "B-2", nil},
		{"a box is delivered that is in the van", "UPDATE boxes SET status = 'delivered' WHERE id = 'away'", "audit_box_still_here", "B-3 van2", []string{"audit_delivered"}},
		{"a request is closed too soon", "UPDATE requests SET status = 'delivered' WHERE id = 'open'", "audit_request_closed", "OPEN", []string{"audit_reservation_closed"}},
		{"a run is closed too soon", "UPDATE runs SET status = 'done' WHERE id = 'run2'", "audit_run_open", "T-2", nil},
		{"a delivery note vanishes", "DELETE FROM delivery_notes WHERE no = 1", "audit_note_gap", "BL", nil},
		{"numbers begin again", "UPDATE counters SET value = 1 WHERE name = 'delivery-note'", "audit_counter_behind", "delivery-note", nil},
	}
}

// soundBooks writes the way of visors from a gift and a print to a signature, with one box packed, one on its way, a count,
// a weighing, a move taken back and a reservation.
func soundBooks(tx *store.Tx) error {
	return errors.Join(soundPeople(tx), soundWork(tx), soundRelay(tx), soundBoxes(tx), soundMoves(tx), soundCounts(tx), soundBlocked(tx), soundDevices(tx), soundWorks(tx))
}

func soundPeople(tx *store.Tx) error {
	now := tx.Now()
	return errors.Join(
		tx.AddFacility(&fab.Facility{ID: "place", Name: "EHPAD", Kind: fab.FacilityCareHome, Town: "Rue", CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "home", Kind: fab.LocationMaker, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "van", Kind: fab.LocationVehicle, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "van2", Kind: fab.LocationVehicle, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "there", Kind: fab.LocationFacility, CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "maker", LocationID: "home", CreatedAt: now}),
		tx.AddMaterial(&fab.Material{Code: "film-a4", Unit: fab.UnitPiece}),
		tx.AddMaterial(&fab.Material{Code: "petg", Unit: fab.UnitMG}),
		tx.AddDonation(&fab.Donation{ID: "gift", Ref: "GIFT", Material: "film-a4", Pledged: 9, Received: 9, Status: fab.DonationReceived, SubmitKey: "k", CreatedAt: now}),
		tx.AddDonation(&fab.Donation{ID: "pledge", Ref: "PLEDGE", Material: "film-a4", Pledged: 9, Status: fab.DonationPledged, SubmitKey: "l", CreatedAt: now}),
		tx.AddSpool(&fab.Spool{ID: "spool", Code: "F-1", Filament: "petg", InitialMG: 1000, CreatedAt: now}),
		tx.AddWorker(&fab.Worker{ID: "worker", Kind: fab.WorkerPrinter, MakerID: "maker", CreatedAt: now, UpdatedAt: now}),
		tx.AddRequest(&fab.Request{ID: "request", Ref: "REQUEST", FacilityID: "place", NeedBy: now, Status: fab.RequestDelivered, SubmitKey: "k", CreatedAt: now},
			[]fab.RequestLine{{ID: "line", RequestID: "request", Product: "visor", Asked: 2, Promised: 2}}),
		tx.AddRequest(&fab.Request{ID: "open", Ref: "OPEN", FacilityID: "place", NeedBy: now, Status: fab.RequestApproved, SubmitKey: "o", CreatedAt: now},
			[]fab.RequestLine{{ID: "line2", RequestID: "open", Product: "visor", Asked: 9, Promised: 9}}),
	)
}

func soundWork(tx *store.Tx) error {
	now := tx.Now()
	good := attempt("attempt", fab.AttemptDone, now)
	good.PlateID, good.SpoolID = "plate", "spool"
	return errors.Join(
		tx.AddDesign(&fab.DesignVersion{ID: "design", Product: "visor", Hash: "v1", Status: fab.DesignTrialled, CreatedAt: now}),
		tx.AddTrial(&fab.Trial{ID: "trial", Code: "E-001", DesignID: "design", Status: fab.TrialRunning, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "other", DesignID: "design", Product: "visor", Quantity: 1, DueAt: now, Status: fab.BatchDone, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "batch", RequestID: "request", DesignID: "design", Product: "visor", Quantity: 5, DueAt: now, Status: fab.BatchDone, CreatedAt: now}),
		tx.AddPlate(&fab.Plate{ID: "plate", DesignID: "design", Part: "visor-band", Copies: 5, Status: fab.PlateReady, FilamentMG: 20, CreatedAt: now}),
		tx.AddJobs([]fab.Job{{ID: "job", BatchID: "batch", Part: "visor-band", How: fab.ByPrint, Copies: 5, Status: fab.JobDone, CreatedAt: now}}),
		tx.AddAttempt(attempt("failed", fab.AttemptFailed, now)), tx.AddAttempt(good),
		tx.AddLot(&fab.Lot{ID: "lot", Code: "V-1", AttemptID: "attempt", BatchID: "batch", DesignID: "design", Part: "visor-band", WorkerID: "worker", MakerID: "maker", SpoolID: "spool",
			Declared: 5, Good: 5, Status: fab.LotReady, CreatedAt: now, SettledAt: now}),
		tx.AddInspection(&fab.Inspection{ID: "inspection", LotID: "lot", Good: 5, Reason: "ok", At: now}),
	)
}

func soundBoxes(tx *store.Tx) error {
	now := tx.Now()
	failed := errors.Join(
		tx.AddRun(&fab.Run{ID: "run", Code: "T-1", Day: now, VehicleID: "van", Status: fab.RunDone, CreatedAt: now},
			[]fab.Stop{{ID: "stop", RunID: "run", Seq: 1, Kind: fab.StopDeliver, FacilityID: "place", RequestID: "request", Status: fab.StopDone}}),
		tx.AddRun(&fab.Run{ID: "run2", Code: "T-2", Day: now, VehicleID: "van2", Status: fab.RunPlanned, CreatedAt: now},
			[]fab.Stop{{ID: "stop2", RunID: "run2", Seq: 1, Kind: fab.StopDeliver, FacilityID: "place", RequestID: "open", Status: fab.StopOpen}}),
		tx.AddBox(&fab.Box{ID: "box", Code: "B-1", RequestID: "request", StopID: "stop", Status: fab.BoxDelivered, CreatedAt: now}),
		tx.AddBox(&fab.Box{ID: "here", Code: "B-2", RequestID: "open", Status: fab.BoxPacked, CreatedAt: now}),
		tx.AddBox(&fab.Box{ID: "away", Code: "B-3", RequestID: "open", StopID: "stop2", Status: fab.BoxLoaded, CreatedAt: now}),
	)
	for _, k := range []fab.Kit{{ID: "kit", RequestID: "request", Quantity: 2, BoxID: "box"}, {ID: "kit-here", RequestID: "open", Quantity: 1, BoxID: "here"},
		{ID: "kit-away", RequestID: "open", Quantity: 1, BoxID: "away"}, {ID: "kit-loose", RequestID: "open", Quantity: 1}} {
		k.Product, k.DesignID, k.CreatedAt = "visor", "design", now
		failed = errors.Join(failed, tx.AddKit(&k, []fab.KitLot{{KitID: k.ID, LotID: "lot", Quantity: k.Quantity}}))
	}
	failed = errors.Join(failed, tx.AddKit(&fab.Kit{ID: "kit-apart", RequestID: "open", Product: "visor", DesignID: "design", CreatedAt: now}, nil))
	for no, stop := range []fab.StopID{"stop", "stop2"} {
		_, err := tx.Next("delivery-note")
		failed = errors.Join(failed, err, tx.AddNote(&fab.DeliveryNote{ID: fab.NoteID(stop), No: int64(no + 1), StopID: stop, RequestID: "request", CreatedAt: now}))
	}
	return errors.Join(failed, tx.AddProof(&fab.Proof{ID: "proof", StopID: "stop", Kind: "name", Name: "Accueil", At: now}))
}

// soundRelay is a partner that makes three bands and has sent two.
func soundRelay(tx *store.Tx) error {
	now := tx.Now()
	made := attempt("nord-attempt", fab.AttemptDone, now)
	made.JobID, made.BatchID, made.WorkerID, made.Copies = "nord-job", "theirs", "nord-worker", 2
	return errors.Join(
		tx.AddDesign(&fab.DesignVersion{ID: "design-2", Product: "visor", Hash: "v2", Status: fab.DesignTrialled, CreatedAt: now}),
		tx.AddBatch(&fab.Batch{ID: "theirs", DesignID: "design-2", Product: "visor", Quantity: 3, DueAt: now, Status: fab.BatchOpen, CreatedAt: now}),
		tx.AddLocation(&fab.Location{ID: "nord-home", Kind: fab.LocationMaker, CreatedAt: now}),
		tx.AddMaker(&fab.Maker{ID: "nord", LocationID: "nord-home", Partner: true, CreatedAt: now}),
		tx.AddWorker(&fab.Worker{ID: "nord-worker", Kind: fab.WorkerHand, MakerID: "nord", RetiredAt: now, CreatedAt: now, UpdatedAt: now}),
		tx.AddRelay(&fab.Relay{ID: "relay", Code: "R-001", BatchID: "theirs", DesignID: "design-2", Partner: "Nord", Quantity: 3, Accepted: 3, DueAt: now,
			Status: fab.RelayAccepted, MakerID: "nord", WorkerID: "nord-worker", CreatedAt: now}, []fab.RelayPart{{RelayID: "relay", Part: "visor-band", PerUnit: 1, Pieces: 3, Sent: 2}}),
		tx.AddJobs([]fab.Job{{ID: "nord-job", BatchID: "theirs", Part: "visor-band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting, RelayID: "relay", CreatedAt: now}}),
		tx.AddAttempt(made),
		tx.AddLot(&fab.Lot{ID: "nord-lot", Code: "V-9", AttemptID: "nord-attempt", BatchID: "theirs", DesignID: "design-2", Part: "visor-band", WorkerID: "nord-worker", MakerID: "nord",
			Declared: 2, Status: fab.LotMade, CreatedAt: now}),
		tx.AddRelayLot(&fab.RelayLot{LotID: "nord-lot", RelayID: "relay", Key: "1", At: now}),
		tx.AddFavour(&fab.Favour{ID: "favour", Lab: "Sud", BatchID: "theirs", Quantity: 1, DueAt: now, Status: fab.FavourOpen, CreatedAt: now}),
		tx.AddFavourLot(&fab.FavourLot{ID: "sending", FavourID: "favour", LotID: "nord-lot", Part: "visor-band", Quantity: 1, At: now}),
		tx.Post(move(fab.PartItem("visor-band"), "nord-lot", fab.OutsideMade, "nord-home", 2, "made", "nord-attempt"),
			move(fab.PartItem("visor-band"), "nord-lot", "nord-home", fab.OutsideUsed, 1, "relayed", "sending")),
	)
}

func soundMoves(tx *store.Tx) error {
	petg, film, band, kit := fab.MaterialItem("petg"), fab.MaterialItem("film-a4"), fab.PartItem("visor-band"), fab.KitItem("visor")
	failed := tx.Post(
		move(film, "gift", fab.OutsideGiven, fab.TheHub, 9, "received", "gift"),
		move(petg, "spool", fab.OutsideGiven, "home", 1000, "received", "spool"),
		move(petg, "spool", "home", fab.OutsideUsed, 20, "printed", "attempt"),
		move(band, "lot", fab.OutsideMade, "home", 5, "made", "attempt"),
		move(band, "lot", "home", fab.TheHub, 5, "settled", "lot"),
	)
	for id, n := range map[string]int64{"kit": 2, "kit-here": 1, "kit-away": 1, "kit-loose": 1} {
		failed = errors.Join(failed, tx.Post(
			move(band, "lot", fab.TheHub, fab.OutsideUsed, n, "kitted", id),
			move(film, "gift", fab.TheHub, fab.OutsideUsed, n, "kitted", id),
			move(kit, id, fab.OutsideMade, fab.TheHub, n, "kitted", id)))
	}
	failed = errors.Join(failed, tx.Post( // a kit taken apart again
		move(film, "gift", fab.TheHub, fab.OutsideUsed, 1, "kitted", "kit-apart"), move(kit, "kit-apart", fab.OutsideMade, fab.TheHub, 1, "kitted", "kit-apart"),
		move(kit, "kit-apart", fab.TheHub, fab.OutsideMade, 1, "unpacked", "kit-apart"), move(film, "gift", fab.OutsideUsed, fab.TheHub, 1, "unpacked", "kit-apart"),
	))
	return errors.Join(failed, tx.Post(
		move(kit, "kit", fab.TheHub, "van", 2, "loaded", "box"),
		move(kit, "kit", "van", "there", 2, "delivered", "box"),
		move(kit, "kit-away", fab.TheHub, "van2", 1, "loaded", "away"),
	))
}

func soundCounts(tx *store.Tx) error {
	film, petg, now := fab.MaterialItem("film-a4"), fab.MaterialItem("petg"), tx.Now()
	failed := errors.Join(
		tx.AddStockTake(&fab.StockTake{ID: "take", Location: fab.TheHub, Note: "damp", SubmitKey: "k", At: now},
			[]fab.StockTakeLine{{StockTakeID: "take", Item: film, Source: "gift", Booked: 4, Counted: 3}}),
		tx.AddWeighing(&fab.Weighing{ID: "weighing", SpoolID: "spool", TareMG: 200, GrossMG: 1175, BookedMG: 980, At: now}),
		tx.Post(
			move(film, "gift", fab.TheHub, fab.OutsideMissing, 1, "lost", "take"),
			move(petg, "spool", "home", fab.OutsideUsed, 5, "lighter", "weighing"),
			move(film, "gift", fab.TheHub, "home", 1, "moved", ""),
		),
	)
	last, err := tx.LatestMoves(film, "", 1)
	if failed = errors.Join(failed, err); failed != nil {
		return failed
	}
	return errors.Join(tx.Reverse(last[0].ID, "wrong bag", ""), tx.Reserve(&fab.Reservation{Location: fab.TheHub, Item: film, Source: "gift", Quantity: 2, RequestID: "open"}))
}

// soundBlocked is a gift of three parcels without a label, and one that turned out to be elastic.
func soundBlocked(tx *store.Tx) error {
	elastic, now := fab.MaterialItem("elastic"), tx.Now()
	return errors.Join(
		tx.AddMaterial(&fab.Material{Code: "elastic", Unit: fab.UnitPiece}),
		tx.AddDonation(&fab.Donation{ID: "odd", Ref: "ODD", Words: "parcels", Pledged: 4, Received: 4, Status: fab.DonationReceived, SubmitKey: "odd", CreatedAt: now}),
		tx.AddBlocked(&fab.BlockedLot{ID: "parcel", Code: "Q-1", DonationID: "odd", Words: "parcels", Quantity: 3, Status: fab.BlockedHere, SubmitKey: "p", CreatedAt: now}),
		tx.AddBlocked(&fab.BlockedLot{ID: "known", Code: "Q-2", DonationID: "odd", Words: "parcel", Quantity: 1, Status: fab.BlockedIdentified, Material: "elastic", Became: 5, SubmitKey: "q", CreatedAt: now, EndedAt: now}),
		tx.Post(
			move(fab.BlockedItem, "parcel", fab.OutsideGiven, fab.TheHub, 3, "blocked", "parcel"),
			move(fab.BlockedItem, "known", fab.OutsideGiven, fab.TheHub, 1, "blocked", "known"),
			move(fab.BlockedItem, "known", fab.TheHub, fab.OutsideGiven, 1, "identified", "known"),
			move(elastic, "odd", fab.OutsideGiven, fab.TheHub, 5, "identified", "known"),
		),
	)
}

// soundDevices is a gift of two tablets, one of them in a kit.
func soundDevices(tx *store.Tx) error {
	tablet, now := fab.DeviceItem("tablet"), tx.Now()
	return errors.Join(
		tx.AddDonation(&fab.Donation{ID: "tablets", Ref: "TABLETS", Device: "tablet", Pledged: 2, Received: 2, Status: fab.DonationReceived, SubmitKey: "tablets", CreatedAt: now}),
		tx.AddDesign(&fab.DesignVersion{ID: "given", Product: "tablet", Hash: "given", Status: fab.DesignTrialled, Given: true, CreatedAt: now}),
		tx.AddRequest(&fab.Request{ID: "asked", Ref: "ASKED", FacilityID: "place", NeedBy: now, Status: fab.RequestApproved, SubmitKey: "asked", CreatedAt: now},
			[]fab.RequestLine{{ID: "line3", RequestID: "asked", Product: "tablet", Asked: 1, Promised: 1}}),
		tx.AddKit(&fab.Kit{ID: "kit-tablet", RequestID: "asked", Product: "tablet", DesignID: "given", Quantity: 1, CreatedAt: now}, nil),
		tx.AddDevice(&fab.Device{ID: "tablet-here", Code: "D-1", DonationID: "tablets", Kind: "tablet", Status: fab.DeviceHere, CreatedAt: now}),
		tx.AddDevice(&fab.Device{ID: "tablet-gone", Code: "D-2", DonationID: "tablets", Kind: "tablet", Status: fab.DeviceGiven, WipedAt: now, RequestID: "asked", KitID: "kit-tablet", CreatedAt: now, EndedAt: now}),
		tx.Post(
			move(tablet, "tablet-here", fab.OutsideGiven, fab.TheHub, 1, "received", "tablets"),
			move(tablet, "tablet-gone", fab.OutsideGiven, fab.TheHub, 1, "received", "tablets"),
			move(tablet, "tablet-gone", fab.TheHub, fab.OutsideUsed, 1, "kitted", "kit-tablet"),
			move(fab.KitItem("tablet"), "kit-tablet", fab.OutsideMade, fab.TheHub, 1, "kitted", "kit-tablet"),
		),
	)
}

func attempt(id fab.AttemptID, status fab.AttemptStatus, at time.Time) *fab.Attempt {
	return &fab.Attempt{ID: id, JobID: "job", BatchID: "batch", WorkerID: "worker", Part: "visor-band", Copies: 5, Status: status, LeaseUntil: at, CreatedAt: at}
}

func move(item fab.Item, source string, from, to fab.LocationID, n int64, why, subject string) fab.StockMove {
	return fab.StockMove{Item: item, Source: source, From: from, To: to, Quantity: n, Why: why, Subject: subject}
}

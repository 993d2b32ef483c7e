package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

var now = time.Date(2020, 4, 3, 8, 0, 0, 0, time.UTC)

// lab is a snapshot with a visor of one band, one batch and printers made by the helpers below.
func lab() Snapshot {
	visor := fab.DesignVersion{ID: "d-visor", Product: "visor", Status: fab.DesignTrialled, BOM: fab.BOM{
		Parts:     []fab.Part{{Code: "band", How: fab.ByPrint, PerUnit: 1}},
		Materials: []fab.BOMMaterial{{Material: "film", PerUnit: 1}},
	}}
	mask := fab.DesignVersion{ID: "d-mask", Product: "mask", Status: fab.DesignTrialled, BOM: fab.BOM{
		Parts: []fab.Part{{Code: "mask", How: fab.ByHand, PerUnit: 1, Step: "sew", StepMS: 600_000}},
	}}
	return Snapshot{
		Designs:  []fab.DesignVersion{visor, mask},
		Batches:  []fab.Batch{{ID: "b", DesignID: "d-visor", Quantity: 1000, Status: fab.BatchOpen, DueAt: now.Add(72 * time.Hour)}},
		Agents:   []fab.Agent{{ID: "agent", Online: true}},
		Plates:   []fab.Plate{plate("ender3", 3600)},
		Stock:    map[string]int64{"film": 10_000},
		Made:     map[fab.BatchID]Made{},
		Left:     map[fab.WorkerID]time.Time{},
		Resting:  map[fab.WorkerID]time.Time{},
		Settings: Defaults(),
	}
}

func plate(model string, seconds int64) fab.Plate {
	return fab.Plate{ID: fab.PlateID("p-" + model), DesignID: "d-visor", Part: "band", Copies: 1, Model: model, NozzleUM: 400, Filament: "pla",
		Status: fab.PlateReady, Seconds: seconds}
}

func printer(id fab.WorkerID, factor int64) fab.Worker {
	return fab.Worker{ID: id, Name: string(id), Kind: fab.WorkerPrinter, AgentID: "agent", Model: "ender3", NozzleUM: 400, Filament: "pla",
		PlateClear: true, State: "ready", TimeFactorPM: factor}
}

func hands(id fab.WorkerID, quota int64, steps ...string) fab.Worker {
	return fab.Worker{ID: id, Name: string(id), Kind: fab.WorkerHand, Steps: steps, Quota: quota}
}

func bands(s *Snapshot, batch fab.BatchID, n int) {
	for i := range n {
		s.Jobs = append(s.Jobs, fab.Job{ID: fab.JobID(fmt.Sprintf("%s-%03d", batch, i)), BatchID: batch, Part: "band", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting})
	}
}

// printing puts a worker to work, since a time ago.
func printing(s *Snapshot, w fab.Worker, since time.Duration) fab.Worker {
	w.AttemptID, w.State, w.PlateClear = fab.AttemptID("a-"+w.ID), "printing", false
	s.Attempts = append(s.Attempts, fab.Attempt{ID: w.AttemptID, BatchID: "b", WorkerID: w.ID, PlateID: "p-ender3", Part: "band", Copies: 1,
		Status: fab.AttemptPrinting, CreatedAt: now.Add(-since), StartedAt: now.Add(-since)})
	return w
}

func given(p Plan) map[fab.WorkerID]fab.JobID {
	got := map[fab.WorkerID]fab.JobID{}
	for _, a := range p.Assign {
		got[a.Worker] = a.Job
	}
	return got
}

// Ensure that in the middle of a batch every printer works, and each job says when it would end and who is next best.
func TestEverybodyWorksWhileThereIsPlenty(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("fast", 500), printer("slow", 2000)}
	bands(&s, "b", 12)
	plan := Make(s, now)
	require.Equal(t, map[fab.WorkerID]fab.JobID{"fast": "b-000", "slow": "b-003"}, given(plan))
	require.Equal(t, WhyEarliest, plan.Assign[0].Why.Code)
	require.Equal(t, "slow", plan.Assign[0].Why.Args["other"])
	require.True(t, plan.Assign[0].Finish.After(now))
	require.Equal(t, WaitPrintersBusy, plan.Jobs["b-001"].Code)
	require.True(t, plan.Finish["b"].After(plan.Assign[0].Finish))
}

// Ensure that the last piece does not go to a slow printer when a fast one ends sooner although it is busy now.
func TestASlowPrinterIsSparedAtTheEnd(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printing(&s, printer("fast", 500), 20*time.Minute), printer("slow", 4000)}
	bands(&s, "b", 1)
	plan := Make(s, now)
	require.Empty(t, plan.Assign)
	require.Equal(t, WaitSparedSlow, plan.Jobs["b-000"].Code)
	require.Equal(t, "slow", plan.Jobs["b-000"].Args["slow"])
	require.Equal(t, "fast", plan.Jobs["b-000"].Args["worker"])
	require.Equal(t, IdleSparedSlow, plan.Workers["slow"].Code)
}

// Ensure that no more bands are printed than film can complete, and that the job names what is short by how much; a
// gift that covers it makes the wait disappear.
func TestNoMoreIsPrintedThanMaterialCompletes(t *testing.T) {
	s := lab()
	s.Batches[0].Quantity = 34
	s.Stock["film"] = 10
	s.Made["b"] = Made{Good: map[string]int64{"band": 8}}
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 1000), printer("c", 1000)}
	bands(&s, "b", 26)
	plan := Make(s, now)
	require.Len(t, plan.Assign, 2, "8 bands are there, film is there for 10")
	require.Empty(t, cmp.Diff(fab.Because(WaitMaterial, "material", "film", "short", int64(24), "possible", int64(10)), plan.Jobs["b-010"]))
	require.Equal(t, IdleMaterial, plan.Workers["c"].Code)

	s.Stock["film"] = 60
	plan = Make(s, now)
	require.Len(t, plan.Assign, 3)
	require.Equal(t, WaitPrintersBusy, plan.Jobs["b-010"].Code)
}

// Ensure that film which the place adds itself holds nothing back and takes none from others.
func TestSuppliedMaterialIsNotWaitedFor(t *testing.T) {
	s := lab()
	s.Batches[0].Quantity, s.Stock["film"], s.Supplied = 34, 2, map[fab.BatchID][]string{"b": {"film"}}
	s.Batches = append(s.Batches, fab.Batch{ID: "later", DesignID: "d-visor", Quantity: 2, Status: fab.BatchOpen, DueAt: now.Add(100 * time.Hour)})
	s.Workers = []fab.Worker{printer("a", 1000)}
	bands(&s, "b", 34)
	bands(&s, "later", 2)
	plan := Make(s, now)
	for _, job := range []fab.JobID{"b-030", "later-001"} {
		require.NotEqual(t, WaitMaterial, plan.Jobs[job].Code, job)
	}
}

// Ensure that film which kits have used already is not asked for again, and that it goes to the earliest due date.
func TestMaterialIsSharedByDueDate(t *testing.T) {
	s := lab()
	s.Batches[0].Quantity, s.Stock["film"] = 10, 3
	s.Made["b"] = Made{Good: map[string]int64{"band": 8}, Kitted: 8}
	s.Batches = append(s.Batches, fab.Batch{ID: "later", DesignID: "d-visor", Quantity: 5, Status: fab.BatchOpen, DueAt: now.Add(100 * time.Hour)})
	s.Workers = []fab.Worker{printer("a", 1000), printer("b", 1000), printer("c", 1000), printer("d", 1000)}
	bands(&s, "b", 2)
	bands(&s, "later", 5)
	plan := Make(s, now)
	require.Len(t, plan.Assign, 3)
	require.Equal(t, int64(4), plan.Jobs["later-001"].Args["short"])
}

// Ensure that a batch with less time left goes first, and that priority and age settle what time does not.
func TestBatchesGoByUrgency(t *testing.T) {
	s := lab()
	urgent := s.Batches[0]
	urgent.ID, urgent.DueAt = "urgent", now.Add(10*time.Hour)
	s.Batches = append(s.Batches, urgent)
	s.Workers = []fab.Worker{printer("a", 1000)}
	bands(&s, "b", 3)
	bands(&s, "urgent", 3)
	require.Equal(t, fab.JobID("urgent-000"), given(Make(s, now))["a"])
	s.Batches[1].DueAt = s.Batches[0].DueAt
	s.Batches[0].Priority = 1
	require.Equal(t, fab.JobID("b-000"), given(Make(s, now))["a"])
	s.Batches[0].Priority, s.Batches[0].CreatedAt = 0, now.Add(time.Second)
	require.Equal(t, fab.JobID("urgent-000"), given(Make(s, now))["a"])
}

// Ensure that the parts of a product are made evenly, so that kits can be completed early.
func TestPartsAreMadeEvenly(t *testing.T) {
	s := lab()
	s.Designs[0].BOM.Parts = append(s.Designs[0].BOM.Parts, fab.Part{Code: "clip", How: fab.ByPrint, PerUnit: 2})
	clip := plate("ender3", 600)
	clip.ID, clip.Part = "p-clip", "clip"
	s.Plates = append(s.Plates, clip)
	s.Made["b"] = Made{Good: map[string]int64{"band": 3, "clip": 2}}
	bands(&s, "b", 4)
	s.Jobs = append(s.Jobs, fab.Job{ID: "clip-0", BatchID: "b", Part: "clip", How: fab.ByPrint, Copies: 1, Status: fab.JobWaiting})
	s.Workers = []fab.Worker{printer("a", 1000)}
	require.Equal(t, fab.JobID("clip-0"), given(Make(s, now))["a"])
}

// Ensure that nothing is given to a worker that cannot start, and that worker and job say why.
func TestWhoCannotStartGetsNothing(t *testing.T) {
	cases := map[string]struct {
		change func(*Snapshot, *fab.Worker)
		job    string
		worker string
	}{
		"agent offline":         {func(s *Snapshot, _ *fab.Worker) { s.Agents[0].Online = false }, WaitPrintersOff, IdleOffline},
		"agent revoked":         {func(s *Snapshot, _ *fab.Worker) { s.Agents[0].Revoked = true }, WaitPrintersOff, IdleOffline},
		"board offline":         {func(_ *Snapshot, w *fab.Worker) { w.State = "offline" }, WaitPrintersOff, IdleOffline},
		"never reported":        {func(_ *Snapshot, w *fab.Worker) { w.State = "" }, WaitPrintersOff, IdleOffline},
		"error":                 {func(_ *Snapshot, w *fab.Worker) { w.State = "error" }, WaitPrinterError, IdleError},
		"own print":             {func(_ *Snapshot, w *fab.Worker) { w.State = "own_print" }, WaitOwnPrint, IdleOwnPrint},
		"paused":                {func(_ *Snapshot, w *fab.Worker) { w.Paused = true }, WaitWorkersPaused, IdlePaused},
		"plate never confirmed": {func(_ *Snapshot, w *fab.Worker) { w.PlateClear = false }, WaitPlateNotClear, IdlePlateNotClear},
		"plate left a while ago": {func(s *Snapshot, w *fab.Worker) {
			w.PlateClear, s.Left[w.ID] = false, now.Add(-time.Minute)
		}, WaitPlateNotClear, IdlePlateNotClear},
		"agent says not clear": {func(_ *Snapshot, w *fab.Worker) { w.State = "to_clear" }, WaitPlateNotClear, IdlePlateNotClear},
		"spool recalled":       {func(s *Snapshot, w *fab.Worker) { w.SpoolID, s.Recalled = "r", []fab.SpoolID{"r"} }, WaitSpoolRecalled, IdleSpoolRecalled},
		"resting":              {func(s *Snapshot, w *fab.Worker) { s.Resting[w.ID] = now.Add(time.Minute) }, WaitWorkersResting, IdleResting},
		"other filament":       {func(_ *Snapshot, w *fab.Worker) { w.Filament = "petg" }, WaitNoPrinter, IdleOtherFilament},
		"other nozzle":         {func(_ *Snapshot, w *fab.Worker) { w.NozzleUM = 600 }, WaitNoPrinter, IdleNothingFits},
		"being sliced":         {func(s *Snapshot, _ *fab.Worker) { s.Plates[0].Status = fab.PlatePending }, WaitSlicing, IdleSlicing},
		"impossible":           {func(s *Snapshot, _ *fab.Worker) { s.Plates[0].Status = fab.PlateImpossible }, WaitNoPrinter, IdleNothingFits},
		"batch paused":         {func(s *Snapshot, _ *fab.Worker) { s.Batches[0].Status = fab.BatchPaused }, WaitPaused, IdleNothingFits},
		"withdrawn": {func(s *Snapshot, _ *fab.Worker) {
			s.Designs[0].Status, s.Designs[0].Dangerous = fab.DesignWithdrawn, true
		}, WaitWithdrawn, IdleNothingFits},
		"enough made": {func(s *Snapshot, _ *fab.Worker) { s.Made["b"] = Made{Good: map[string]int64{"band": 1000}} }, WaitEnough, IdleNothingFits},
	}
	for name, c := range cases {
		s := lab()
		w := printer("a", 1000)
		c.change(&s, &w)
		s.Workers = []fab.Worker{w}
		bands(&s, "b", 1)
		plan := Make(s, now)
		require.Empty(t, plan.Assign, name)
		require.Equal(t, c.job, plan.Jobs["b-000"].Code, name)
		require.Equal(t, c.worker, plan.Workers["a"].Code, name)
	}
}

// Ensure that a printer whose plate nobody clears does not keep a job from a slower one that is ready.
func TestAPlateLeftUnclearedDoesNotHoldUpTheWork(t *testing.T) {
	s := lab()
	uncleared := printer("fast", 500)
	uncleared.PlateClear, uncleared.State = false, "to_clear"
	s.Workers = []fab.Worker{uncleared, printer("slow", 2000)}
	s.Left["fast"] = now.Add(-5 * time.Minute)
	bands(&s, "b", 1)
	require.Empty(t, Make(s, now).Assign)
	s.Left["fast"] = now.Add(-3 * time.Hour)
	require.Equal(t, map[fab.WorkerID]fab.JobID{"slow": "b-000"}, given(Make(s, now)))
}

// Ensure that hand work is offered to who has the skill and the quota, and printing also to an SD-card maker.
func TestHandWorkIsOffered(t *testing.T) {
	s := lab()
	s.Batches = append(s.Batches, fab.Batch{ID: "m", DesignID: "d-mask", Quantity: 40, Status: fab.BatchOpen, DueAt: now.Add(90 * time.Hour)})
	s.Jobs = []fab.Job{{ID: "m-0", BatchID: "m", Part: "mask", How: fab.ByHand, Copies: 10, Status: fab.JobWaiting}}
	plan := Make(s, now)
	require.Empty(t, cmp.Diff(fab.Because(WaitNoMaker, "part", "mask", "step", "sew"), plan.Jobs["m-0"]))

	s.Workers = []fab.Worker{printer("p", 1000), hands("small", 4, "sew"), hands("cutter", 99, "cut")}
	require.Equal(t, WaitQuota, Make(s, now).Jobs["m-0"].Code)

	sd := hands("sd", 10, "print")
	sd.Model, sd.NozzleUM, sd.Filament = "ender3", 400, "pla"
	s.Workers = append(s.Workers, hands("sewer", 20, "sew"), sd)
	bands(&s, "b", 5)
	plan = Make(s, now)
	require.Equal(t, map[fab.WorkerID]fab.JobID{"sewer": "m-0", "p": "b-000", "sd": "b-001"}, given(plan))
	for _, a := range plan.Assign {
		require.Equal(t, a.Worker != "p", a.Offer)
		require.Equal(t, a.Worker == "sewer", a.Plate == "")
	}
	require.Equal(t, IdleNothingFits, plan.Workers["cutter"].Code)

	s.Workers[len(s.Workers)-1].Model = "" // a machine that the lab does not know: its maker slices the part
	plan = Make(s, now)
	require.Contains(t, given(plan), fab.WorkerID("sd"))
	for _, a := range plan.Assign {
		require.Equal(t, a.Worker != "p", a.Plate == "")
	}
}

func TestNoWorkIsSaidToEveryIdleWorker(t *testing.T) {
	s := lab()
	s.Workers = []fab.Worker{printer("a", 1000)}
	require.Equal(t, map[fab.WorkerID]fab.Reason{"a": fab.Because(IdleNoWork)}, Make(s, now).Workers)
}

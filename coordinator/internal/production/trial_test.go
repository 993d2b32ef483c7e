package production

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// prototype is the next version of the visor, which nobody has tried.
func (l *lab) prototype(version string) fab.DesignVersion {
	l.t.Helper()
	d := l.adopt("visor", version)
	l.update(func(tx *store.Tx) error {
		d.Status, d.TrialledAt, d.Claim = fab.DesignPrototype, time.Time{}, "anti-projection"
		return tx.SetDesign(&d)
	})
	return d
}

func nurse(id fab.TrialID, count string) NewTester {
	return NewTester{Trial: id, Kind: fab.TesterCare, Function: "infirmière", Place: "EHPAD Les Tilleuls", Town: "Rue", Contact: "03 00 00 00 00", Count: count}
}

// trial is a running trial with one nurse.
func (l *lab) trial(d fab.DesignVersion, count string) (fab.Trial, fab.Tester) {
	l.t.Helper()
	trial, err := l.p.PlanTrial(l.t.Context(), d.ID, "Tient-elle une journée ?", "")
	require.NoError(l.t, err)
	who, err := l.p.AddTester(l.t.Context(), nurse(trial.ID, count))
	require.NoError(l.t, err)
	require.NoError(l.t, l.p.StartTrial(l.t.Context(), trial.ID, time.Now().UTC().Format("2006-01-02")))
	return trial, l.tester(who.ID)
}

func (l *lab) tester(id fab.TesterID) (who fab.Tester) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { who, err = tx.Tester(id); return err })
	return who
}

func (l *lab) designOf(id fab.DesignVersionID) (d fab.DesignVersion) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { d, err = tx.Design(id); return err })
	return d
}

// arrive plays the rest of the chain for one tester.
func (l *lab) arrive(who fab.Tester) {
	l.t.Helper()
	l.update(func(tx *store.Tx) error {
		trial, err := tx.Trial(who.TrialID)
		require.NoError(l.t, err)
		b := fab.Box{ID: store.NewID[fab.BoxID](tx), Code: "B-" + string(who.ID), RequestID: who.RequestID, Status: fab.BoxDelivered, CreatedAt: tx.Now()}
		k := fab.Kit{ID: store.NewID[fab.KitID](tx), RequestID: who.RequestID, Product: "visor", DesignID: trial.DesignID, Quantity: who.Quantity, BoxID: b.ID, CreatedAt: tx.Now()}
		return errors.Join(tx.AddBox(&b), tx.AddKit(&k, nil))
	})
}

// Ensure that a trial makes one batch and a request for each tester, that ordinary requests get nothing of it, that its
// makers are asked by what they made, and that what was answered stays when it is closed while contacts go.
func TestATrialFromItsPlanToItsEnd(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		w := l.printer("tortue", "ender-3", 1_000_000)
		d := l.prototype("v2")
		trial, who := l.trial(d, "3")
		require.NoError(t, l.p.StartTrial(ctx, trial.ID, ""), "started twice")
		l.ready()
		l.view(func(tx *store.Tx) error {
			batches, err := tx.Batches()
			require.Len(t, batches, 1, "the tester's request opens none of its own")
			require.Equal(t, []any{trial.ID, d.ID, int64(3), fab.RequestID("")}, []any{batches[0].TrialID, batches[0].DesignID, batches[0].Quantity, batches[0].RequestID})
			r, failed := tx.Request(who.RequestID)
			require.Equal(t, []any{trial.ID, fab.RequestApproved, fab.ChannelTrial}, []any{r.TrialID, r.Status, r.Channel})
			return errors.Join(err, failed)
		})
		lot := l.printed(w)
		require.Equal(t, []any{trial.ID, d.ID}, []any{lot.TrialID, lot.DesignID})
		l.keep()
		l.keep()
		var made []fab.Tester
		l.view(func(tx *store.Tx) (err error) { made, err = tx.TestersBy(l.maker.ID); return err })
		require.Len(t, made, 1, "the maker is asked once")

		token, err := l.p.TesterLink(ctx, who.ID)
		require.NoError(t, err)
		refused(t, l.p.Judge(ctx, token, Answer{Use: 4}), fab.Conflict, "trial_not_arrived")
		l.arrive(who)
		require.NoError(t, l.p.Judge(ctx, token, Answer{Use: 2, Making: 5, Remark: "trop\x00 serrée"}))
		require.NoError(t, l.p.Judge(ctx, token, Answer{Use: 4, Cleaning: 5, Remark: "mieux", Named: true}))
		who = l.tester(who.ID)
		require.Equal(t, []any{int64(0), int64(4), int64(5), "mieux", true}, []any{who.Making, who.Use, who.Cleaning, who.Remark, who.Named})
		require.NoError(t, l.p.JudgeMade(ctx, made[0].ID, l.maker.ID, Answer{Making: 3, Use: 5}))
		require.Zero(t, l.tester(made[0].ID).Use, "a maker judges the making")

		require.NoError(t, l.p.CloseTrial(ctx, trial.ID))
		require.NoError(t, l.p.CloseTrial(ctx, trial.ID))
		who = l.tester(who.ID)
		require.Equal(t, []any{"", int64(4)}, []any{who.Contact, who.Use})
		refused(t, l.p.Judge(ctx, token, Answer{Use: 1}), fab.Conflict, "trial_closed")
		l.keep()
		require.Zero(t, l.jobs()[fab.JobWaiting], "its batch ends")
	})
}

// Ensure that what is wrong with a trial, a tester or an answer is refused by its field, and that nobody answers for another.
func TestTrialsThatCannotBe(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	d := l.prototype("v2")
	var tried fab.DesignVersion
	l.view(func(tx *store.Tx) (err error) { tried, err = tx.DesignByHash("visorv1"); return err })
	_, err := l.p.PlanTrial(ctx, tried.ID, "", "")
	refused(t, err, fab.Conflict, "trial_not_prototype")
	trial, err := l.p.PlanTrial(ctx, d.ID, "", "")
	require.NoError(t, err)
	refused(t, l.p.StartTrial(ctx, trial.ID, "2020-04-03"), fab.Invalid, "date_past")
	refused(t, l.p.StartTrial(ctx, trial.ID, time.Now().Format("02/01/2006")), fab.Conflict, "trial_nobody")
	for code, change := range map[string]func(*NewTester){
		"tester_kind": func(n *NewTester) { n.Kind = fab.TesterMaker }, "tester_function": func(n *NewTester) { n.Function = " \u200b" },
		"tester_place": func(n *NewTester) { n.Place = "" }, "town_missing": func(n *NewTester) { n.Town = "" }, "tester_contact": func(n *NewTester) { n.Contact = "" },
		"not_a_number": func(n *NewTester) { n.Count = "0" }, "quantity_too_large": func(n *NewTester) { n.Count = "201" },
		"too_long": func(n *NewTester) { n.Function = strings.Repeat("é", 81) },
	} {
		n := nurse(trial.ID, "2")
		change(&n)
		_, err := l.p.AddTester(ctx, n)
		refused(t, err, fab.Invalid, code)
	}
	n := nurse(trial.ID, "2")
	n.Facility = "nowhere"
	_, err = l.p.AddTester(ctx, n)
	refused(t, err, fab.NotFound, "not_found")
	first, err := l.p.AddTester(ctx, nurse(trial.ID, "2"))
	require.NoError(t, err)
	second, err := l.p.AddTester(ctx, nurse(trial.ID, "1"))
	require.NoError(t, err)
	require.Equal(t, first.FacilityID, second.FacilityID, "the same place is no second place")
	require.NoError(t, l.p.DropTester(ctx, second.ID))
	require.NoError(t, l.p.StartTrial(ctx, trial.ID, time.Now().UTC().Format("2006-01-02")))
	_, err = l.p.AddTester(ctx, nurse(trial.ID, "2"))
	refused(t, err, fab.Conflict, "trial_started")
	refused(t, l.p.DropTester(ctx, first.ID), fab.Conflict, "trial_started")

	token, err := l.p.TesterLink(ctx, first.ID)
	require.NoError(t, err)
	l.arrive(l.tester(first.ID))
	for _, a := range []Answer{{}, {Use: 6}, {Use: -1}, {Use: 3, Cleaning: 9}} {
		refused(t, l.p.Judge(ctx, token, a), fab.Invalid, "score_missing")
	}
	refused(t, l.p.Judge(ctx, token, Answer{Use: 3, Remark: strings.Repeat("é", 1001)}), fab.Invalid, "too_long")
	refused(t, l.p.Judge(ctx, string(first.ID), Answer{Use: 3}), fab.NotFound, "not_found")
	refused(t, l.p.JudgeMade(ctx, first.ID, l.maker.ID, Answer{Making: 5}), fab.NotFound, "not_found")
	refused(t, l.p.JudgeMade(ctx, first.ID, "", Answer{Making: 5}), fab.NotFound, "not_found")
	require.False(t, l.tester(first.ID).Answered())
}

// Ensure that a decision rests on a tester's answer or on a written reason, that carers are named only when one answered,
// and that the older version can leave in the same step, its running batch with it.
func TestADecisionRestsOnEvidence(t *testing.T) {
	onBoth(t, func(l *lab) {
		t, ctx := l.t, l.t.Context()
		w := l.printer("tortue", "ender-3", 1_000_000)
		var old fab.DesignVersion
		l.view(func(tx *store.Tx) (err error) { old, err = tx.CurrentDesign("visor"); return err })
		l.request("visor", 6)
		l.ready()
		under := l.lease(w)
		d := l.prototype("v2")
		_, who := l.trial(d, "1")
		refused(t, l.p.Decide(ctx, Decision{Design: d.ID, Why: "bof"}), fab.Invalid, "evidence_missing")
		refused(t, l.p.Decide(ctx, Decision{Design: d.ID, Why: "tried at the lab", Claim: fab.ClaimTriedByCare}), fab.Invalid, "claim_unproved")
		l.arrive(who)
		token, err := l.p.TesterLink(ctx, who.ID)
		require.NoError(t, err)
		require.NoError(t, l.p.Judge(ctx, token, Answer{Use: 4}))
		refused(t, l.p.Decide(ctx, Decision{Design: d.ID, Claim: "anti-covid"}), fab.Invalid, "claim_unknown")
		refused(t, l.p.Decide(ctx, Decision{Design: d.ID, Replace: d.ID}), fab.Invalid, "replace_wrong")
		require.Equal(t, fab.DesignPrototype, l.designOf(d.ID).Status)
		require.NoError(t, l.p.Decide(ctx, Decision{Design: d.ID, Claim: fab.ClaimTriedByCare, Replace: old.ID, Move: true}))
		require.Equal(t, []any{fab.DesignTrialled, fab.ClaimTriedByCare}, []any{l.designOf(d.ID).Status, l.designOf(d.ID).Claim})
		require.Equal(t, fab.DesignWithdrawn, l.designOf(old.ID).Status)
		require.True(t, l.designOf(old.ID).Tried(), "what was begun with it may still leave")

		l.report(under, fab.ReportFinished, 100)
		lot, err := l.p.Count(ctx, under.ID, 2, 0)
		require.NoError(t, err)
		require.Equal(t, old.ID, lot.DesignID, "what was on the bed is of the version that it was printed after")
		l.ready()
		l.view(func(tx *store.Tx) error {
			b, err := tx.Batch(lot.BatchID)
			require.Equal(t, []any{d.ID, old.ID}, []any{b.DesignID, b.MovedFrom})
			return err
		})
		require.Equal(t, d.ID, l.printed(w).DesignID)
	})
}

// Ensure that withdrawing says before what it reaches, closes trials, and leaves a batch without a next version alone.
func TestWhatAWithdrawalReaches(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	w := l.printer("tortue", "ender-3", 1_000_000)
	var old fab.DesignVersion
	l.view(func(tx *store.Tx) (err error) { old, err = tx.CurrentDesign("visor"); return err })
	l.request("visor", 6)
	l.ready()
	l.printed(w)
	l.lease(w)
	got, err := l.p.Touched(ctx, old.ID)
	require.NoError(t, err)
	require.Equal(t, Touched{Batches: 1, UnderWay: 1, AtMakers: 1}, got)
	refused(t, l.p.Supersede(ctx, old.ID, true, ""), fab.Conflict, "move_nowhere")
	require.Equal(t, fab.DesignTrialled, l.designOf(old.ID).Status, "refused as a whole")

	d := l.prototype("v2")
	trial, who := l.trial(d, "1")
	require.NoError(t, l.p.Withdraw(ctx, d.ID, true, ""))
	l.view(func(tx *store.Tx) error {
		trial, err := tx.Trial(trial.ID)
		require.Equal(t, fab.TrialClosed, trial.Status)
		r, failed := tx.Request(who.RequestID)
		require.Equal(t, fab.RequestCancelled, r.Status)
		return errors.Join(err, failed)
	})
	l.sound()
}

// Ensure that words are kept with their date, that what may not be said is refused by its field, and that a claim needs
// its evidence here too.
func TestWordsOfAVersion(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	d := l.prototype("v2")
	set := func(fr, en, claim string) error {
		return l.p.SetWords(ctx, Words{Design: d.ID, Claim: claim, Notices: map[string]string{"fr": fr, "en": en}})
	}
	refused(t, set("# Visière\n\nElle protège.", "# Visor", ""), fab.Invalid, "word_unsayable")
	refused(t, set("# Visière", " ", ""), fab.Invalid, "notice_missing")
	refused(t, set("# Visière", strings.Repeat("x", maxNotice+1), ""), fab.Invalid, "too_long")
	refused(t, set("# Visière", "# Visor", fab.ClaimTried), fab.Invalid, "claim_unproved")
	require.NoError(t, set("# Visière\r\n\r\nSe lave.", "# Visor\n\nWashable.", ""))
	d = l.designOf(d.ID)
	require.Equal(t, "# Visière\n\nSe lave.", d.Notices["fr"])
	require.False(t, d.WordsAt.IsZero())
	require.Equal(t, "anti-projection", d.Claim)
}

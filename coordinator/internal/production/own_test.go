package production

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// Ensure that a maker's own file is judged, kept for that machine alone, and takes the place of the one before; and that a
// file which must not be printed changes nothing.
func TestAMakersOwnFile(t *testing.T) {
	onBoth(t, func(l *lab) {
		w := l.printer("tortue", "ender-3", 1_000_000)
		d := l.design()
		ctx := l.t.Context()
		require.NoError(l.t, l.p.SetSlicesSelf(ctx, w.ID, true))
		l.keep()
		require.Empty(l.t, l.plates(), "the lab slices nothing for it")
		judged, err := l.p.OwnGCode(ctx, w.ID, d.ID, "visor-band", 3, "", strings.NewReader("M302 P1"))
		require.NoError(l.t, err)
		require.False(l.t, judged.Safe)
		require.NotEmpty(l.t, judged.Findings)
		require.Empty(l.t, l.plates())

		judged, err = l.p.OwnGCode(ctx, w.ID, d.ID, "visor-band", 3, "", strings.NewReader("; mine"))
		require.NoError(l.t, err)
		require.True(l.t, judged.Safe)
		_, err = l.p.OwnGCode(ctx, w.ID, d.ID, "visor-band", 3, "", strings.NewReader("; better"))
		require.NoError(l.t, err)
		require.Equal(l.t, map[fab.PlateStatus]int{fab.PlateReady: 1, fab.PlateCancelled: 1}, l.stands())
		for _, p := range l.plates() {
			require.Equal(l.t, w.ID, p.WorkerID)
			require.Equal(l.t, fab.PlateByMaker, p.Source)
			if p.Status == fab.PlateReady {
				require.Equal(l.t, fab.HashToken("; better"), p.GCodeHash)
				require.Equal(l.t, int64(3), p.Copies)
				require.Equal(l.t, "petg", p.Filament)
			} else {
				require.Equal(l.t, fab.WhyPlateReplaced, p.Why.Code)
				refused(l.t, l.p.RetryPlate(ctx, p.ID), fab.Conflict, "plate_not_ours")
			}
		}
		l.keep()
		_, ok := l.claim()
		require.False(l.t, ok)
		for code, try := range map[string]struct {
			worker fab.WorkerID
			part   string
			copies int64
		}{
			"not_found":             {w.ID, "nose-clip", 1},
			"quantity_not_positive": {w.ID, "visor-band", 0},
			"too_many":              {w.ID, "visor-band", maxOwnCopies + 1},
		} {
			_, err := l.p.OwnGCode(ctx, try.worker, d.ID, try.part, try.copies, "", strings.NewReader("; x"))
			refusals, _ := fab.RefusalsOf(err)
			require.NotEmpty(l.t, refusals, "%v", err)
			require.Equal(l.t, code, refusals[0].Code)
		}
		_, err = l.p.OwnGCode(ctx, "nobody", d.ID, "visor-band", 1, "", strings.NewReader("; x"))
		require.Equal(l.t, fab.NotFound, fab.ClassOf(err))
	})
}

// design is the newest version of the visor.
func (l *lab) design() (d fab.DesignVersion) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { d, err = tx.CurrentDesign("visor"); return err })
	return d
}

// Ensure that a version is made from the one before with other models, gets its plates, and is what requests are made
// after once it is trialled, not before.
func TestANewVersionOfAProduct(t *testing.T) {
	onBoth(t, func(l *lab) {
		l.printer("tortue", "ender-3", 1_000_000)
		ctx, before := l.t.Context(), l.design()
		n := NewVersion{Product: "visor", From: before.ID, Version: " 2 ", Files: map[string]Files{"visor-band": {Model: []byte("solid two"), Kind: "model/stl"}}}
		d, err := l.p.AddVersion(ctx, n)
		require.NoError(l.t, err)
		require.Equal(l.t, "2", d.Version)
		require.Equal(l.t, fab.DesignPrototype, d.Status)
		part, _ := d.BOM.Part("visor-band")
		old, _ := before.BOM.Part("visor-band")
		require.NotEqual(l.t, old.ModelHash, part.ModelHash)
		require.Equal(l.t, old.PerPlate, part.PerPlate)
		require.Equal(l.t, before.ID, l.design().ID, "requests go on with what was tried")
		l.keep()
		require.Equal(l.t, 2, l.slice(), "each version for the machine")

		_, err = l.p.AddVersion(ctx, n)
		refused(l.t, err, fab.Invalid, "version_taken")
		n.Version, n.Files = strings.Repeat("x", maxVersion+1), map[string]Files{"mask-sewn": {Model: []byte("x")}}
		_, err = l.p.AddVersion(ctx, n)
		refusals, _ := fab.RefusalsOf(err)
		require.Len(l.t, refusals, 2)
		n.Product = "mask"
		_, err = l.p.AddVersion(ctx, n)
		refused(l.t, err, fab.NotFound, "not_found")

		require.NoError(l.t, l.p.Decide(ctx, Decision{Design: d.ID, Why: "tried for a day"}))
		require.NoError(l.t, l.p.Decide(ctx, Decision{Design: d.ID, Why: "tried for a day"}))
		require.Equal(l.t, d.ID, l.design().ID)
		require.NoError(l.t, l.p.Withdraw(ctx, d.ID, false, ""))
		refused(l.t, l.p.Decide(ctx, Decision{Design: d.ID, Why: "tried for a day"}), fab.Conflict, "state_not_allowed")
		require.Equal(l.t, before.ID, l.design().ID)
	})
}

// Ensure that a new model which is larger than the one before asks for no more copies than the beds hold, and that a bed
// which holds none does not decide.
func TestTheBedsDecideHowManyCopies(t *testing.T) {
	l := open(t)
	for _, model := range []string{"ender-3", "mk3s", "tiny"} {
		l.printer(model, model, 1_000_000)
	}
	holds, before := map[string]int{"ender-3": 9, "mk3s": 1, "tiny": 0}, l.design()
	l.p.maxCopies = func(r slicing.Request, limit int) (int, error) { return min(limit, holds[r.Printer]), nil }
	add := func(version string) int64 {
		d, err := l.p.AddVersion(t.Context(), NewVersion{Product: "visor", From: before.ID, Version: version, Files: map[string]Files{"visor-band": {Model: []byte(version), Kind: "model/stl"}}})
		require.NoError(t, err)
		part, _ := d.BOM.Part("visor-band")
		return part.PerPlate
	}
	require.EqualValues(t, 1, add("2"))
	holds["mk3s"] = 7
	require.EqualValues(t, 2, add("3"), "no more than the part wishes")
	l.update(func(tx *store.Tx) error { before.BOM.Parts[0].PerPlate = 0; return tx.SetDesign(&before) })
	require.EqualValues(t, 7, add("4"), "the bed decides")
}

// Ensure that what the coordinator was slicing when it was killed is sliced at once when it starts again.
func TestAKilledCoordinatorSlicesOn(t *testing.T) {
	l := open(t)
	l.printer("tortue", "ender-3", 1_000_000)
	l.keep()
	_, ok, err := l.p.Claim(t.Context(), "", 0)
	require.NoError(t, err)
	require.True(t, ok)
	require.Zero(t, l.slice())
	require.NoError(t, l.p.reclaim(t.Context()))
	require.Equal(t, 1, l.slice())
}

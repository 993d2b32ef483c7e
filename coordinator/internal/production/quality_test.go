package production

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// unload leases, finishes and counts a plate of two.
func (l *lab) unload(w fab.Worker, good int64) fab.Lot {
	l.t.Helper()
	a := l.lease(w)
	l.report(a, fab.ReportFinished, 100)
	lot, err := l.p.Unload(l.t.Context(), Unloading{Attempt: a.ID, Good: good, Bad: a.Copies - good, Why: "warped"})
	require.NoError(l.t, err)
	return lot
}

func (l *lab) worker(id fab.WorkerID) (w fab.Worker) {
	l.t.Helper()
	l.view(func(tx *store.Tx) (err error) { w, err = tx.Worker(id); return err })
	return w
}

// Ensure that a machine of which two plates in a row fail is held, that somebody's word releases it, and that only what
// it makes from then on is held against it.
func TestAMachineThatFailsTwiceIsHeld(t *testing.T) {
	onBoth(t, func(l *lab) {
		t := l.t
		w := l.printer("tortue", "ender-3", 1_000_000)
		l.request("visor", 20)
		l.ready()
		l.unload(w, 2)
		a := l.lease(w)
		l.report(a, fab.ReportFailed, 50)
		require.Empty(t, l.worker(w.ID).Hold.Code)
		refused(t, l.p.TryOut(t.Context(), w.ID), fab.Conflict, "not_held")
		l.unload(w, 0)
		require.Equal(t, fab.HoldTwoFailed, l.worker(w.ID).Hold.Code)
		require.True(t, l.worker(w.ID).Held())
		refused(t, l.p.Release(t.Context(), w.ID, " "), fab.Invalid, "word_missing")
		require.NoError(t, l.p.Release(t.Context(), w.ID, "buse changée"))
		require.False(t, l.worker(w.ID).Held())
		l.unload(w, 0)
		require.False(t, l.worker(w.ID).Held(), "the plates before count no more")
		l.unload(w, 0)
		require.True(t, l.worker(w.ID).Held())
		l.sound()
	})
}

// Ensure that a held machine is released by a good trial plate and by no other.
func TestATrialPlateReleasesAMachine(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 20)
	l.ready()
	l.unload(w, 0)
	l.unload(w, 0)
	require.NoError(t, l.p.TryOut(t.Context(), w.ID))
	require.False(t, l.worker(w.ID).Held(), "it may get one plate")
	l.unload(w, 1)
	require.Equal(t, fab.HoldTrialFailed, l.worker(w.ID).Hold.Code)
	require.NoError(t, l.p.TryOut(t.Context(), w.ID))
	l.unload(w, 2)
	require.Empty(t, l.worker(w.ID).Hold.Code)
	l.sound()
}

// Ensure that a machine is held whose last twenty pieces are worse than agreed, also when the hub finds out.
func TestAMachineIsHeldForItsYield(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 60)
	l.ready()
	var last fab.Lot
	for range 4 {
		l.unload(w, 2)
		last = l.unload(w, 1)
	}
	l.unload(w, 1)
	l.unload(w, 1)
	require.Empty(t, l.worker(w.ID).Hold.Code, "14 of 20")
	before := l.worker(w.ID)
	require.NoError(t, l.p.Settle(t.Context(), Inspection{Lot: last.ID, Bad: 1, Reason: "stringing"}))
	after := l.worker(w.ID)
	require.Equal(t, []int64{before.GoodPieces - 1, before.BadPieces + 1}, []int64{after.GoodPieces, after.BadPieces})
	l.unload(w, 1)
	l.unload(w, 1)
	l.unload(w, 0)
	require.Equal(t, fab.HoldYield, l.worker(w.ID).Hold.Code)
	l.sound()
}

// Ensure that the reason and the photo of bad pieces stay with the lot, that the photo is kept small and as a JPEG without
// what came with it, and that what is no photo is refused.
func TestBadPiecesHaveAReasonAndAPhoto(t *testing.T) {
	l := open(t)
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 4)
	l.ready()
	a := l.lease(w)
	l.report(a, fab.ReportFinished, 100)
	var sent bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 2000, 500))
	for x := range 2000 {
		img.SetGray(x, 3, color.Gray{255})
	}
	require.NoError(t, png.Encode(&sent, img))
	photo := append(sent.Bytes(), []byte("GPS 50.27 1.66")...)
	u := Unloading{Attempt: a.ID, Good: 1, Bad: 1, Why: "moonlight", Photo: photo}
	_, err := l.p.Unload(t.Context(), u)
	refused(t, err, fab.Invalid, "reason_missing")
	u.Why, u.Photo = "stringing", []byte("\xff\xd8\xffno photo")
	_, err = l.p.Unload(t.Context(), u)
	refused(t, err, fab.Invalid, "photo_unreadable")
	u.Photo = make([]byte, fab.MaxPhoto+1)
	_, err = l.p.Unload(t.Context(), u)
	refused(t, err, fab.Invalid, "photo_too_large")
	u.Photo = photo
	lot, err := l.p.Unload(t.Context(), u)
	require.NoError(t, err)
	require.Equal(t, "stringing", lot.BadWhy)
	blob, err := l.store.Blob(t.Context(), lot.Photo)
	require.NoError(t, err)
	require.Equal(t, "image/jpeg", blob.Kind)
	kept, err := fab.CleanPhoto(photo, photoSide, photoBytes, fieldPhoto)
	require.NoError(t, err)
	require.EqualValues(t, len(kept), blob.Size)
	require.NotContains(t, string(kept), "GPS")
	size, format, err := image.DecodeConfig(bytes.NewReader(kept))
	require.NoError(t, err)
	require.Equal(t, []any{1280, 320, "jpeg"}, []any{size.Width, size.Height, format})
}

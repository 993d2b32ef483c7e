package production

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that a recall is told to who made some of it and to who gave its spool though nothing was delivered; that each is
// told once, whatever the desk presses afterwards; and that nonsense is refused by its field.
func TestWhoIsToldOfARecall(t *testing.T) {
	l := open(t)
	ctx := t.Context()
	w := l.printer("tortue", "ender-3", 1_000_000)
	l.request("visor", 4)
	l.ready()
	l.printed(w)
	r, err := l.p.Recall(ctx, fab.RecallSpool, string(w.SpoolID), "brittle", "")
	require.NoError(t, err)
	told, err := l.p.Telling(ctx, r.Recall.ID)
	require.NoError(t, err)
	var maker Told
	for _, one := range told.Told {
		require.NotEqual(t, fab.ToldFacility, one.Kind, "nothing left the lab")
		if one.Kind == fab.ToldMaker {
			maker = one
		}
	}
	require.Equal(t, string(w.MakerID), maker.Subject)
	require.Len(t, maker.Lots, 1, "what lies at home")
	require.NoError(t, l.p.TellRecall(ctx, r.Recall.ID, fab.ToldMaker, maker.Subject, fab.ToldByCall, ""))
	require.NoError(t, l.p.TellRecall(ctx, r.Recall.ID, "", "", fab.ToldByLetter, ""))
	told, err = l.p.Telling(ctx, r.Recall.ID)
	require.NoError(t, err)
	for _, one := range told.Told {
		require.False(t, one.Notice.ToldAt.IsZero())
	}
	maker, _ = told.Find(fab.ToldMaker, maker.Subject)
	require.Equal(t, fab.ToldByCall, maker.Notice.How, "the first time counts")
	require.False(t, maker.Done(), "some of it is there still")

	refused(t, l.p.TellRecall(ctx, r.Recall.ID, fab.ToldFacility, "nobody", fab.ToldByCall, ""), fab.NotFound, "not_found")
	refused(t, l.p.TellRecall(ctx, r.Recall.ID, "", "", "pigeon", ""), fab.Invalid, "told_how")
	refused(t, l.p.WordRecall(ctx, r.Recall.ID, RecallWords{Way: "pigeon"}), fab.Invalid, "recall_way")
	refused(t, l.p.WordRecall(ctx, r.Recall.ID, RecallWords{Way: fab.RecallFetch}), fab.Invalid, "date_wrong")
	refused(t, l.p.WordRecall(ctx, r.Recall.ID, RecallWords{Way: fab.RecallFetch, FetchOn: time.Now().AddDate(0, 0, -3).Format(time.DateOnly)}), fab.Invalid, "date_past")
	refused(t, l.p.AnswerRecall(ctx, r.Recall.ID, fab.ToldMaker, maker.Subject, RecallAnswer{Gone: "-1"}, ""), fab.Invalid, "not_a_number")
	require.NoError(t, l.p.AnswerRecall(ctx, r.Recall.ID, fab.ToldMaker, maker.Subject, RecallAnswer{Aside: "2"}, ""))
	require.NoError(t, l.p.AnswerRecall(ctx, r.Recall.ID, fab.ToldMaker, maker.Subject, RecallAnswer{Aside: "1", Gone: "1"}, ""), "corrected")
	told, err = l.p.Telling(ctx, r.Recall.ID)
	require.NoError(t, err)
	maker, _ = told.Find(fab.ToldMaker, maker.Subject)
	require.Equal(t, []int64{1, 1}, []int64{maker.Notice.Aside, maker.Notice.Gone})
	require.True(t, maker.Done())
}

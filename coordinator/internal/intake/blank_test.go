package intake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
)

// Ensure that a printed form becomes one request, however its code is typed, and that a code keyed in twice, one that was
// never printed and one of another form are each said.
func TestAPrintedFormIsKeyedInOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		forms, err := i.PrintBlanks(t.Context(), fab.BlankRequest, 2, "")
		require.NoError(t, err)
		require.Len(t, forms, 2)
		typed := form("")
		typed.Channel = fab.ChannelPhone
		typed.Facility.Town = ""
		_, err = i.KeyIn(t.Context(), forms[0].Code, typed)
		require.Equal(t, [2]string{"town_missing", "town"}, refusal(t, err))
		typed.Facility.Town = "Rue"
		first, err := i.KeyIn(t.Context(), " "+fab.FormatReference(forms[0].Code), typed)
		require.NoError(t, err)
		_, err = i.KeyIn(t.Context(), forms[0].Code, typed)
		require.Equal(t, [2]string{"form_keyed", "code"}, refusal(t, err))
		refusals, _ := fab.RefusalsOf(err)
		require.Equal(t, fab.FormatReference(first.Request.Ref), refusals[0].Args["ref"])
		bags, err := i.PrintBlanks(t.Context(), fab.BlankBag, 1, "")
		require.NoError(t, err)
		_, err = i.KeyIn(t.Context(), bags[0].Code, typed)
		require.Equal(t, "form_code_other", refusal(t, err)[0])
		_, err = i.KeyIn(t.Context(), first.Request.Ref, typed)
		require.Equal(t, "form_code_unknown", refusal(t, err)[0])
		_, err = i.KeyIn(t.Context(), "12", typed)
		require.Equal(t, "form_code_wrong", refusal(t, err)[0])
		for _, n := range []int64{0, -1, 51} {
			_, err = i.PrintBlanks(t.Context(), fab.BlankRequest, n, "")
			require.Equal(t, [2]string{"form_count_wrong", "count"}, refusal(t, err))
		}
		list, _ := requests(t, s)
		require.Len(t, list, 1)
	})
}

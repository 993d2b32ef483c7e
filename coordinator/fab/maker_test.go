package fab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ensure that everybody but the coordinator reads of a maker's place the town, or of a postcode alone the department.
func TestAPlaceIsRounded(t *testing.T) {
	require.Equal(t, "Rue", Maker{Town: "Rue", Postcode: "80120"}.Around())
	require.Equal(t, "80", Maker{Postcode: "80120"}.Around())
	require.Empty(t, Maker{}.Around())
	require.Equal(t, "80120 Rue", Maker{Town: "Rue", Postcode: "80120"}.Where())
}

// Ensure that who left does not come back as the same row, and that nobody is asked twice.
func TestAMakerMovesOneWay(t *testing.T) {
	require.NoError(t, MakerPending.Move(MakerActive))
	require.NoError(t, MakerRefused.Move(MakerActive))
	for _, to := range []MakerStatus{MakerActive, MakerPending, MakerRefused} {
		require.Equal(t, Conflict, ClassOf(MakerGone.Move(to)))
	}
	require.Error(t, MakerActive.Move(MakerPending))
}

func TestHandWorkIsDueInTwoWeeksUnlessTheMakerSaysOtherwise(t *testing.T) {
	now := time.Date(2020, 4, 3, 8, 0, 0, 0, time.UTC)
	require.Equal(t, now.AddDate(0, 0, 14), Worker{}.HandIn(now))
	require.Equal(t, now.AddDate(0, 0, 3), Worker{Days: 3}.HandIn(now))
	require.Equal(t, now.AddDate(0, 0, 3), Worker{Days: 3}.HandInBefore(now, time.Time{}))
	day := time.Date(2020, 4, 5, 0, 0, 0, 0, time.UTC)
	require.Equal(t, day.AddDate(0, 0, 1), Worker{}.HandInBefore(now, day), "by the end of the day on which the batch is due")
	require.Equal(t, now.AddDate(0, 0, 1), Worker{}.HandInBefore(now, day.AddDate(0, -1, 0)), "late work gets a day")
}

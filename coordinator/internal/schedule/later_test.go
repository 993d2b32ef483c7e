package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that pieces which are left for the end of a batch, because other plates make the rest, are said to be begun when
// somebody is there: not at an hour of the night, nor in a second from now again and again.
func TestWhatIsLeftForLaterKeepsToTheHours(t *testing.T) {
	told := 0
	for hour := range 48 {
		at := time.Date(2020, 4, 3, hour, 20, 0, 0, time.UTC)
		for jobs := 1; jobs < 9; jobs++ {
			s := sizedLab(jobs, 1, 4, 8)
			for i, hours := range []fab.Hours{"09:00-22:00", "18:00-23:00", "06:00-10:00"} {
				w := printer(fab.WorkerID(fmt.Sprint(i)), int64(600+500*i))
				w.ClearHours = hours
				s.Workers = append(s.Workers, w)
			}
			plan := Make(s, at)
			for i, w := range s.Workers {
				why := plan.Workers[w.ID]
				if why.Code != IdleHours {
					continue
				}
				told++
				until, is := why.Args["until"].(time.Time)
				require.True(t, is)
				week, err := s.Workers[i].ClearHours.Week("hours")
				require.NoError(t, err)
				there := fab.Intervals(week, until, until.Add(time.Minute), time.UTC)
				require.True(t, len(there) > 0 && there[0].From.Equal(until), "at %s with %d jobs: %s begins at %s", at, jobs, w.ID, until)
			}
		}
	}
	require.Positive(t, told)
}

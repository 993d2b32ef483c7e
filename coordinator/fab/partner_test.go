package fab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A batch is not told ready before its partner's day is over, is told later when the lab itself is later, and has no date
// once the partner's went by.
func TestABatchAwaitsItsPartners(t *testing.T) {
	now := time.Date(2020, 4, 3, 12, 0, 0, 0, time.UTC)
	r := Relay{Status: RelayAccepted, Partner: "Nord", DueAt: time.Date(2020, 4, 5, 0, 0, 0, 0, time.UTC)}
	end := r.DueAt.AddDate(0, 0, 1)
	o := Outlook{From: now, To: now.Add(time.Hour)}.Await(r, now)
	require.Equal(t, end, o.From)
	require.Equal(t, end, o.To)
	require.Equal(t, end, Outlook{}.Await(r, now).To, "all of it is with the partner")
	late := Outlook{From: now, To: end.Add(time.Hour)}.Await(r, now)
	require.Equal(t, end.Add(time.Hour), late.To)
	require.False(t, Outlook{Why: Because("wait_material")}.Await(r, now).Known(), "the rest waits for something else")
	over := o.Await(r, end)
	require.False(t, over.Known())
	require.Equal(t, WaitWithPartner, over.Why.Code)
}

package supply_test

import (
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
	"github.com/mailleur/mailleur/coordinator/internal/supply"
)

// Ensure that the balance counts shared stock once, names what is short by how much, and the pledge and the bags that
// would make up for it.
func TestKitBalance(t *testing.T) {
	onBoth(t, func(l *lab) {
		l.lot("V-001", 20)
		l.gift("film-a4", "12", "sheets")
		p, err := l.supply.Pledge(l.t.Context(), pledge("film-a4", "10", "coming"))
		require.NoError(l.t, err)
		first, second := l.request("Rue", 10), l.request("Quend", 15)
		list, err := l.supply.Balances(l.t.Context())
		require.NoError(l.t, err)
		require.Len(l.t, list, 1)
		b := list[0]
		require.Equal(l.t, []int64{25, 12}, []int64{b.Wanted, b.Now})
		require.Equal(l.t, []supply.BalanceLine{{Request: first, Wanted: 10, Now: 10}, {Request: second, Wanted: 15, Now: 2}}, b.Lines)
		require.Len(l.t, b.Short, 2)
		require.Equal(l.t, []int64{5, 0}, []int64{b.Short[0].Missing, b.Short[0].Bags})
		film := b.Short[1]
		require.Equal(l.t, fab.MaterialItem("film-a4"), film.Item)
		require.Equal(l.t, []int64{13, 10}, []int64{film.Missing, film.Pledged})
		require.False(l.t, film.Fixed())
		require.Equal(l.t, p.Donation.ID, film.Pledges[0].ID)
	})
}

// Ensure, for any bags, sheets, requests, reservations and materials that places add, that what the balance says of each
// request can be assembled, in that order, to the last product.
func TestTheBalanceNeverSaysMoreThanCanBeMade(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	require.NoError(t, checks.Value.Set("12"))
	defer func() { require.NoError(t, checks.Value.Set(before)) }()
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t, storetest.SQLite(t))
		number := func(label string, from, to int) int64 { return int64(rapid.IntRange(from, to).Draw(rt, label)) }
		for i := range number("bags", 0, 3) {
			l.lot(fmt.Sprintf("V-%03d", i), number("pieces", 1, 9))
		}
		for i := range number("gifts", 0, 3) {
			l.gift("film-a4", fmt.Sprint(number("sheets", 1, 9)), fmt.Sprint("gift", i))
		}
		for range number("requests", 1, 4) {
			r := l.request("Rue", number("asked", 1, 9))
			item := rapid.SampledFrom([]fab.Item{fab.MaterialItem("film-a4"), fab.PartItem("visor-band")}).Draw(rt, "item")
			if n := number("kept", 0, 4); n > 0 {
				err := l.supply.Reserve(t.Context(), supply.Keeping{Item: item, Request: r, Count: fmt.Sprint(n)})
				_, refused := fab.RefusalsOf(err)
				require.True(t, err == nil || refused)
			}
			if rapid.Bool().Draw(rt, "supplied") {
				l.update(func(tx *store.Tx) error {
					lines, err := tx.RequestLines(r)
					lines[0].Supplied = []string{"film-a4"}
					return errors.Join(err, tx.SetRequestLine(&lines[0]))
				})
			}
		}
		list, err := l.supply.Balances(t.Context())
		require.NoError(t, err)
		for _, b := range list {
			total := int64(0)
			for _, line := range b.Lines {
				total += line.Now
				if line.Now > 0 {
					_, err := l.supply.MakeKits(t.Context(), line.Request, b.Product, line.Now, "")
					require.NoError(t, err)
				}
			}
			require.Equal(t, total, b.Now)
		}
		l.sound()
	})
}

package spool

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMachineFactsAreKeptPerPrinter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	f, err := s.Facts("tortue")
	require.NoError(t, err)
	require.Zero(t, f)
	want := Facts{
		Capacity: Capacity{Slots: 4, Ring: 128, How: "probe", Found: at, Firmware: "Marlin 2.1.2.1"},
		Bench:    json.RawMessage(`{"rise":3.5}`), Here: at, OffChain: true, EtaRatio: 1.25, Acks: AckStats{Lines: 9, P50: 2100, P99: 16000},
	}
	require.NoError(t, s.SetFacts("tortue", func(f *Facts) { *f = want }))
	require.NoError(t, s.Close())
	s = open(t, dir)
	f, err = s.Facts("tortue")
	require.NoError(t, err)
	require.Equal(t, want, f)
	f, err = s.Facts("orange")
	require.NoError(t, err)
	require.Zero(t, f)
}

func TestChangesOfFactsDoNotOverwriteEachOther(t *testing.T) {
	s := open(t, t.TempDir())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				if err := s.SetFacts("tortue", func(f *Facts) { f.Acks.Lines++ }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	f, err := s.Facts("tortue")
	require.NoError(t, err)
	require.Equal(t, int64(40), f.Acks.Lines)
}

package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// slicedElsewhere is a lab that leaves all slicing to other machines. It does not find a slicer.
type slicedElsewhere struct {
	*testing.T
	data, url string
	store     *store.Store
}

func openSlicedElsewhere(t *testing.T) *slicedElsewhere {
	t.Helper()
	l := &slicedElsewhere{T: t, data: filepath.Join(t.TempDir(), "data")}
	config, announced := settings(t, l.data, "[slicer]\nslots = 0\npath = '/no/such/slicer'"), filepath.Join(t.TempDir(), "announced")
	cmd := exec.CommandContext(t.Context(), filepath.Join(testkit.Programs(t), "coordinator"), "serve", "--config", config, "--announce", announced, "--pace", "100ms", "--lease", "3s")
	testkit.Start(t, cmd)
	var where struct {
		AgentURL string `json:"agent_url"`
	}
	testkit.Eventually(t, 30*time.Second, func() bool {
		text, err := os.ReadFile(announced)
		return err == nil && json.Unmarshal(text, &where) == nil
	})
	l.url = where.AgentURL
	require.True(t, strings.HasPrefix(l.url, "https://"))
	var err error
	l.store, err = store.Open(t.Context(), filepath.Join(l.data, "lab.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.store.Close()) })
	return l
}

// printer gives the lab a machine, and with it three plates to make: one of each printed part that it ships.
func (l *slicedElsewhere) printer(model string) {
	l.Helper()
	require.NoError(l, l.store.Update(l.Context(), func(tx *store.Tx) error {
		maker := fab.Maker{ID: store.NewID[fab.MakerID](tx), Name: model, LocationID: fab.TheHub, CreatedAt: tx.Now()}
		require.NoError(l, tx.AddMaker(&maker))
		return tx.AddWorker(&fab.Worker{ID: store.NewID[fab.WorkerID](tx), Kind: fab.WorkerPrinter, Name: model, MakerID: maker.ID, Model: model, NozzleUM: 400,
			Filament: "petg", TimeFactorPM: 1000, CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	}))
}

// key lets a machine slice, and gives the file with its key.
func (l *slicedElsewhere) key(name string) string {
	l.Helper()
	s := coordinator(l.T, "", "slicing-key", "add", "--data", l.data, name)
	require.Zero(l, s.code, s.err)
	path := filepath.Join(l.TempDir(), name)
	require.NoError(l, os.WriteFile(path, []byte(s.out), 0o600))
	return path
}

// fingerprint names the lab's certificate authority.
func (l *slicedElsewhere) fingerprint() string {
	l.Helper()
	text, err := os.ReadFile(filepath.Join(l.data, "ca.pem"))
	require.NoError(l, err)
	block, _ := pem.Decode(text)
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:8])
}

func (l *slicedElsewhere) worker(keyFile string, more ...string) *exec.Cmd {
	args := append([]string{"work", "--coordinator", l.url, "--key-file", keyFile, "--cache", l.TempDir(), "--jobs", "1"}, more...)
	return exec.CommandContext(l.Context(), filepath.Join(testkit.Programs(l.T), "slicer-bridge"), args...)
}

func (l *slicedElsewhere) plates() (all []fab.Plate) {
	l.Helper()
	require.NoError(l, l.store.View(l.Context(), func(tx *store.Tx) (err error) { all, err = tx.Plates(""); return err }))
	return all
}

// held counts the plates in a status that a machine holds, or that anybody does.
func (l *slicedElsewhere) held(status fab.PlateStatus, by string) (n int) {
	for _, p := range l.plates() {
		if p.Status == status && (by == "" || p.ClaimedBy == by) {
			n++
		}
	}
	return n
}

// Ensure that other machines slice for a lab which has no slicer: that a killed one's work is taken again and ready once,
// that two share what there is, and that one which is told to end does so and gives its work back.
func TestOtherMachinesSlice(t *testing.T) {
	t.Parallel()
	l := openSlicedElsewhere(t)
	ca := filepath.Join(l.data, "ca.pem")
	first := l.worker(l.key("first"), "--ca", ca)
	killed := testkit.Start(t, first)
	l.printer("ender-3")
	testkit.Eventually(t, 20*time.Second, func() bool { return l.held(fab.PlateSlicing, "first") > 0 })
	require.NoError(t, syscall.Kill(-killed.Pid(), syscall.SIGKILL))
	require.Error(t, killed.Wait())
	require.Equal(t, 1, l.held(fab.PlateSlicing, "first"), "nobody gave it back")

	second := testkit.Start(t, l.worker(l.key("second"), "--ca", l.fingerprint()))
	testkit.Start(t, l.worker(l.key("third"), "--ca", ca))
	shared := false
	testkit.Eventually(t, 60*time.Second, func() bool {
		shared = shared || l.held(fab.PlateSlicing, "second") > 0 && l.held(fab.PlateSlicing, "third") > 0
		return len(l.plates()) > 2 && l.held(fab.PlateReady, "") == len(l.plates())
	})
	require.True(t, shared, "both worked at the same time")
	ready := map[string]int{}
	require.NoError(t, l.store.View(t.Context(), func(tx *store.Tx) error {
		changes, err := tx.ChangesAfter(0, 10_000)
		for _, c := range changes {
			if c.Code == "plate_ready" {
				ready[c.Subject]++
			}
		}
		return err
	}))
	for _, p := range l.plates() {
		require.Equal(t, 1, ready[string(p.ID)])
		require.Positive(t, p.Seconds)
		require.NotEmpty(t, p.Picture)
		require.Contains(t, p.Slicer, "PrusaSlicer")
	}
	second.Stop()
	require.NoError(t, second.Wait(), "told to end, it ends well")
}

// Ensure that a slicing machine which the lab does not know, or which reaches another lab, says so in one line and ends.
func TestAStrangeSlicingMachineIsRefused(t *testing.T) {
	t.Parallel()
	l := openSlicedElsewhere(t)
	ca := filepath.Join(l.data, "ca.pem")
	wrong := filepath.Join(t.TempDir(), "wrong")
	require.NoError(t, os.WriteFile(wrong, []byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"), 0o600))
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	for says, cmd := range map[string]*exec.Cmd{
		"The lab does not know this key": l.worker(wrong, "--ca", ca),
		"the file must hold one key":     l.worker(empty, "--ca", ca),
		"neither a file nor 16":          l.worker(wrong, "--ca", "0123"),
		"no such file":                   l.worker(filepath.Join(t.TempDir(), "none")),
		"cross the network in clear":     l.worker(wrong, "--coordinator", "http://lab.example"),
		"is not an address":              l.worker(wrong, "--coordinator", "lab.example"),
	} {
		var messages bytes.Buffer
		cmd.Stderr = &messages
		require.Error(t, cmd.Run(), says)
		require.Equal(t, 1, cmd.ProcessState.ExitCode())
		require.Contains(t, messages.String(), says)
		require.NotContains(t, messages.String(), "AAAAAAA", "no key in any log")
	}
	list := coordinator(t, "", "slicing-key", "list", "--data", l.data)
	require.Empty(t, list.out)
	key := l.key("tour")
	require.Contains(t, coordinator(t, "", "slicing-key", "list", "--data", l.data).out, "tour  never seen")
	coordinator(t, "", "slicing-key", "add", "--data", l.data, "tour").refuses(t, "A machine is called tour already.")
	require.Zero(t, coordinator(t, "", "slicing-key", "revoke", "--data", l.data, "tour").code)
	coordinator(t, "", "slicing-key", "revoke", "--data", l.data, "tour").refuses(t, "no slicing machine is called")
	var messages bytes.Buffer
	cmd := l.worker(key, "--ca", ca)
	cmd.Stderr = &messages
	require.Error(t, cmd.Run())
	require.Contains(t, messages.String(), "has revoked it")
}

package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ensure that nobody else on the machine reads what the lab keeps, also in a folder that was made for all to see, as
// systemd makes one.
func TestWhatTheLabKeepsIsPrivate(t *testing.T) {
	t.Parallel()
	l := serveLab(t, "")
	require.NoError(t, os.Chmod(l.data, 0o755))
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(l.data, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		if path != l.data {
			require.Zero(t, info.Mode().Perm()&0o077, "%s %s", path, info.Mode())
		}
		seen[d.Name()] = true
		return nil
	}))
	require.Subset(t, seen, map[string]bool{"lab.db": true, "lab.db-wal": true, "ca-key.pem": true, "ca.pem": true, "lock": true})
	l.end(t)
	require.NoError(t, os.Chmod(filepath.Join(l.data, "ca-key.pem"), 0o640))
	coordinator(t, "", "serve", "--config", l.config).refuses(t, "can be read by others")

	open := filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.Mkdir(open, 0o700))
	require.NoError(t, os.Chmod(open, 0o777))
	coordinator(t, "", "serve", "--config", settings(t, open, "")).refuses(t, "run chmod go-w "+open)
}

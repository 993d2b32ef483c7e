package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/config"
)

func load(t *testing.T, text string) (config.Config, error) {
	path := filepath.Join(t.TempDir(), "coordinator.toml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return config.Load(path)
}

func TestTheDefaultsStand(t *testing.T) {
	c, err := config.Load("")
	require.NoError(t, err)
	require.Equal(t, "/var/lib/mailleur/lab.db", c.DSN())
}

// Ensure that each mistake is told in one line that names the key.
func TestMistakesNameTheKey(t *testing.T) {
	for text, want := range map[string]string{
		"databse = 'x'":                  "unknown key databse",
		"database = 'mysql://u:p@h/lab'": "mysql:// is not known",
		"data = ''":                      "data is empty",
		"[lab]\nname = ' '":              "lab.name",
		"[lab]\nzone = 'Mars'":           "lab.zone",
		"[web]\nlisten = '0.0.0.0:8080'": "web.listen",
		"[mqtt]\nlisten = '1883'":        "mqtt.listen",
		"[web]\npublic = 'lab'":          "web.public",
		"[dispatch]\nsilence = '0s'":     "dispatch.silence",
		"[slicer]\nslots = -1":           "slicer.slots",
		"[web]\nlisten_tls = 'nowhere'":  "web.listen_tls",
		"database = [1]":                 "database",
	} {
		_, err := load(t, text)
		require.ErrorContains(t, err, want)
	}
	_, err := config.Load("/nowhere/coordinator.toml")
	require.ErrorContains(t, err, "read configuration")
}

func TestSettingsWinOverDefaults(t *testing.T) {
	c, err := load(t, "database = 'postgres:///lab'\n[lab]\nname = 'Atelier de la Baie'\n[dispatch]\nsilence = '20m'")
	require.NoError(t, err)
	require.Equal(t, "postgres:///lab", c.DSN())
	require.Equal(t, "Atelier de la Baie", c.Lab.Name)
	require.EqualValues(t, 20, c.Dispatch.Silence.Minutes())
}

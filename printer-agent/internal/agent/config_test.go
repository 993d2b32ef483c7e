package agent_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

func goodConfig() agent.Config {
	return agent.Config{
		Coordinator: "https://lab.example", Broker: "ssl://lab.example:8883", Agent: "agent-1", Lab: "Lab", ProgressEvery: time.Minute,
		Printers: []agent.Printer{{Key: "tortue", Name: "Tortue", Model: "ender-3", Port: "/dev/ttyUSB0", Baud: 115200}},
	}
}

func TestConfigurationIsReadAsItWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	_, _, err := agent.LoadConfig(dir)
	require.ErrorIs(t, err, agent.ErrNotEnrolled)
	require.NoError(t, agent.SaveConfig(dir, goodConfig(), agent.Secrets{Token: "secret", CA: []byte("pem")}))
	c, s, err := agent.LoadConfig(dir)
	require.NoError(t, err)
	require.Equal(t, goodConfig(), c)
	require.Equal(t, agent.Secrets{Token: "secret", CA: []byte("pem")}, s)
	for _, name := range []string{"agent.toml", "token", "ca.pem"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "no leftovers")
}

func TestAnUnknownKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, agent.SaveConfig(dir, goodConfig(), agent.Secrets{Token: "secret"}))
	path := filepath.Join(dir, "agent.toml")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(text, []byte("speed = 3\n")...), 0o600))
	_, _, err = agent.LoadConfig(dir)
	require.ErrorContains(t, err, "unknown key printer.speed")
}

func TestConfigurationsThatCannotBeRight(t *testing.T) {
	for want, change := range map[string]func(*agent.Config){
		"not encrypted":          func(c *agent.Config) { c.Coordinator = "http://lab.example" },
		"broker: tcp":            func(c *agent.Config) { c.Broker = "tcp://lab.example:1883" },
		"is not a name":          func(c *agent.Config) { c.Agent = "Agent 1" },
		"is negative":            func(c *agent.Config) { c.ProgressEvery = -1 },
		"local.listen: \"here\"": func(c *agent.Config) { c.Local.Listen = "here" },
		"nothing to do": func(c *agent.Config) {
			*c = agent.Config{Printers: c.Printers, Local: agent.Local{Listen: agent.NoPage}}
		},
		"camera must be an http": func(c *agent.Config) { c.Printers[0].Camera = "rtsp://10.0.0.4/" },
		"no [[printer]]":         func(c *agent.Config) { c.Printers = nil },
		"must be its own":        func(c *agent.Config) { c.Printers = append(c.Printers, c.Printers[0]) },
		"key must be made of":    func(c *agent.Config) { c.Printers[0].Key = "Tortue!" },
		"model and port are re":  func(c *agent.Config) { c.Printers[0].Port = "" },
		"baud 9000000 is out":    func(c *agent.Config) { c.Printers[0].Baud = 9_000_000 },
	} {
		c := goodConfig()
		change(&c)
		err := c.Validate()
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
	c := goodConfig()
	c.Coordinator, c.Broker = "http://localhost:8080", "tcp://[::1]:1883"
	require.NoError(t, c.Validate())
}

func TestAPrinterOnTheCommandLine(t *testing.T) {
	p, err := agent.ParsePrinter("key=tortue,name=La Tortue,model=ender-3,port=/dev/ttyUSB0,baud=250000,firmware=marlin1,allow_pty=true")
	require.NoError(t, err)
	require.Equal(t, agent.Printer{Key: "tortue", Name: "La Tortue", Model: "ender-3", Port: "/dev/ttyUSB0", Baud: 250000, Firmware: "marlin1", AllowPTY: true}, p)
	for text, want := range map[string]string{
		"key=tortue": "required", "key=t,name=T,model=m,port=/p,colour=red": "unknown key",
		"key=t,name=T,model=m,port=/p,baud=fast": "baud",
	} {
		_, err := agent.ParsePrinter(text)
		require.ErrorContains(t, err, want)
	}
}

// Ensure that an agent which knows no lab needs no address and no token of one, and that half of a lab is none.
func TestAConfigurationWithoutALab(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	c := agent.Config{Printers: goodConfig().Printers, Local: agent.Local{Listen: "127.0.0.1:8090", Names: []string{"atelier"}}}
	require.NoError(t, agent.SaveConfig(dir, c, agent.Secrets{}))
	got, s, err := agent.LoadConfig(dir)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.Equal(t, agent.Secrets{}, s)
	require.True(t, got.Alone())
	c.Broker = "ssl://lab.example:8883"
	require.ErrorContains(t, c.Validate(), "coordinator")
}

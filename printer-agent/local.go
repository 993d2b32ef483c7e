package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/mailleur/mailleur/printer-agent/internal/agent"
	"github.com/mailleur/mailleur/printer-agent/internal/local"
)

// keyName is the file of the page's key in a state folder.
const keyName = "page.key"

// localCmd serves printers by the machine's own page alone. The printers are given once: they are kept in the folder.
type localCmd struct {
	State   string   `required:"" placeholder:"DIR" help:"Folder for the configuration, files and key; made at the first start."`
	Printer []string `sep:"none" placeholder:"KEY=VALUE,..." help:"A printer, repeatable, at the first start: key=tortue,name=Tortue,model=ender-3,port=/dev/serial/by-id/…[,baud=115200][,firmware=marlin2][,camera=http://…][,allow_pty=true]."`
	Listen  string   `placeholder:"HOST:PORT" help:"Address of the page, at the first start; 127.0.0.1:8082 by default, 0.0.0.0:8082 to be reached from the house."`
	Names   []string `placeholder:"NAME" help:"Further host names by which browsers call this machine, at the first start."`

	stdout io.Writer
}

// AfterApply takes the stream that the link to the page is shown on.
func (c *localCmd) AfterApply(stdout io.Writer) error {
	c.stdout = stdout
	return nil
}

// Run writes the configuration where there is none, and serves it.
func (c *localCmd) Run(ctx context.Context, log *slog.Logger) error {
	_, _, err := agent.LoadConfig(c.State)
	switch {
	case err == nil && len(c.Printer)+len(c.Names)+len(c.Listen) > 0:
		return fmt.Errorf("local: %s has its configuration already: change agent.toml in it, or leave --printer, --listen and --names out", c.State)
	case errors.Is(err, agent.ErrNotEnrolled):
		if err := c.prepare(log); err != nil {
			return fmt.Errorf("local: %w", err)
		}
	case err != nil:
		return fmt.Errorf("local: %w", err)
	}
	return (&runCmd{State: c.State, stdout: c.stdout}).Run(ctx, log)
}

func (c *localCmd) prepare(log *slog.Logger) error {
	if len(c.Printer) == 0 {
		return fmt.Errorf("%s holds no configuration: give a --printer", c.State)
	}
	config := agent.Config{Local: agent.Local{Listen: c.Listen, Names: c.Names}}
	for _, text := range c.Printer {
		p, err := agent.ParsePrinter(text)
		if err != nil {
			return err
		}
		config.Printers = append(config.Printers, p)
	}
	if _, err := machinesOf(config, log); err != nil {
		return err
	}
	if err := agent.PrepareState(c.State); err != nil {
		return err
	}
	return agent.SaveConfig(c.State, config, agent.Secrets{})
}

// keyCmd shows the link to the page again.
type keyCmd struct {
	State string `required:"" placeholder:"DIR" help:"State folder of the agent."`
}

// Run makes no key: its file would belong to whoever asks, and not to the agent's user.
func (c *keyCmd) Run(stdout io.Writer) error {
	config, _, err := agent.LoadConfig(c.State)
	if err != nil {
		return err
	}
	if config.Local.Listen == agent.NoPage {
		return fmt.Errorf("key: this agent has no page: local.listen in %s is %q", filepath.Join(c.State, "agent.toml"), agent.NoPage)
	}
	path := filepath.Join(c.State, keyName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("key: there is none in %s yet: it is made at the first start of the agent", c.State)
	}
	key, _, err := local.KeyFile(path, rand.Reader)
	if err != nil {
		return err
	}
	return showLink(stdout, config, key)
}

func showLink(w io.Writer, config agent.Config, key string) error {
	_, err := fmt.Fprintf(w, "page: %s\nkey for slicers: %s\n", local.Link(config.Local.Listen, key), key)
	return err
}

// newPage builds the local page of an agent, and shows its link when the key is new; nil where none is wanted.
func newPage(dir string, config agent.Config, a *agent.Agent, stdout io.Writer, log *slog.Logger) (func(context.Context) error, error) {
	if config.Local.Listen == agent.NoPage {
		return nil, nil
	}
	key, fresh, err := local.KeyFile(filepath.Join(dir, keyName), rand.Reader)
	if err != nil {
		return nil, err
	}
	server, err := local.New(local.Options{
		Address: config.Local.Listen, Names: config.Local.Names, Key: key, Fleet: a.Fleet(), Cameras: cameras(config),
		Lab: config.Lab, Version: version(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := showLink(stdout, config, key); err != nil {
			return nil, err
		}
	}
	if config.Alone() {
		return server.Run, nil
	}
	return func(ctx context.Context) error { // the lab's prints do not depend on it
		if err := server.Run(ctx); err != nil {
			log.Warn("no local page: set another address in local.listen of agent.toml, or \"off\"", "err", err)
		}
		return nil
	}, nil
}

// cameras are the makers' own, by printer. One that this machine serves itself was configured on it.
func cameras(config agent.Config) map[string]local.Camera {
	all := map[string]local.Camera{}
	for _, p := range config.Printers {
		if u, err := url.Parse(p.Camera); err == nil && p.Camera != "" {
			ip := net.ParseIP(u.Hostname())
			all[p.Key] = local.Camera{URL: p.Camera, ThisMachine: u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()}
		}
	}
	return all
}

// beside runs the page beside the agent, and ends both when one of them fails or ctx ends. The page is there to the end of
// the agent, which may still have a print to bring to its end.
func beside(ctx context.Context, page, serve func(context.Context) error) error {
	if page == nil {
		return serve(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown, hide := context.WithCancel(context.WithoutCancel(ctx))
	defer hide()
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() {
		if failed = page(shown); failed != nil {
			cancel()
		}
	})
	err := serve(ctx)
	hide()
	wg.Wait()
	return errors.Join(failed, err)
}

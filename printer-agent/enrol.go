package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

// enrolCmd joins a lab with a code that works once, and writes the state folder that run serves.
type enrolCmd struct {
	URL           string        `arg:"" name:"url" help:"Address of the coordinator, such as https://lab.example."`
	Code          string        `arg:"" help:"Enrolment code, as the coordinator read it out."`
	State         string        `required:"" placeholder:"DIR" help:"Folder to make, private to the agent."`
	Name          string        `placeholder:"NAME" help:"Name of this machine; by default its host name."`
	Printer       []string      `required:"" sep:"none" placeholder:"KEY=VALUE,..." help:"A printer, repeatable: key=tortue,name=Tortue,model=ender-3,port=/dev/serial/by-id/…[,baud=115200][,firmware=marlin2][,allow_pty=true]."`
	AssumeClear   bool          `help:"Take the beds for clear at the first start."`
	Listen        string        `placeholder:"HOST:PORT" help:"Address of this machine's own page: 127.0.0.1:8082 by default, off for none."`
	ProgressEvery time.Duration `default:"1m" help:"Time between signs of life of a print."`
}

// Run looks at everything that can be wrong here before the lab is asked, because the code serves once.
func (c *enrolCmd) Run(ctx context.Context, log *slog.Logger, stdout io.Writer) error {
	config, err := c.config(log)
	if err != nil {
		return err
	}
	if err := agent.PrepareState(c.State); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	req := wire.EnrolRequest{Name: c.name(), Version: version(), Nonce: rand.Text()}
	for _, p := range config.Printers {
		req.Printers = append(req.Printers, wire.Unit{Key: p.Key, Name: p.Name, Model: p.Model})
	}
	answer, err := agent.Enrol(ctx, c.URL, c.Code, req)
	if err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	config.Agent, config.Broker, config.Lab = answer.Agent, answer.Broker, answer.Lab
	if err := agent.SaveConfig(c.State, config, agent.Secrets{Token: answer.Token, CA: []byte(answer.CA)}); err != nil {
		return fmt.Errorf("enrol: the lab accepted the code, but it cannot be kept: %w", err)
	}
	french, english := wire.Words(req.Nonce, answer.Token)
	_, err = fmt.Fprintf(stdout, "enrolled as %s in %s; serve the printers with: printer-agent run --state %s\n"+
		"read these words to the lab, which must see the same: %s (%s)\n", answer.Agent, answer.Lab, c.State, french, english)
	return err
}

// config reads the printers and refuses models that this program does not know, before the code is spent.
func (c *enrolCmd) config(log *slog.Logger) (agent.Config, error) {
	config := agent.Config{
		Coordinator: strings.TrimSuffix(c.URL, "/"), AssumeClear: c.AssumeClear, ProgressEvery: c.ProgressEvery,
		Local: agent.Local{Listen: c.Listen},
	}
	for _, text := range c.Printer {
		p, err := agent.ParsePrinter(text)
		if err != nil {
			return agent.Config{}, err
		}
		config.Printers = append(config.Printers, p)
	}
	_, err := machinesOf(config, log)
	return config, err
}

func (c *enrolCmd) name() string {
	if c.Name != "" {
		return c.Name
	}
	host, err := os.Hostname()
	if err != nil {
		return "agent"
	}
	return host
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/mailleur/mailleur/slicer-bridge/internal/queue"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

type workCommand struct {
	Coordinator string `required:"" placeholder:"URL" help:"Address of the lab, such as https://lab.example:8443."`
	KeyFile     string `required:"" placeholder:"FILE" help:"File with the key that the lab gave (coordinator slicing-key add)."`
	CA          string `name:"ca" placeholder:"FILE|FINGERPRINT" help:"The lab's certificate authority: its ca.pem, or the SHA-256 that the lab shows. Needed unless the lab has a public certificate."`
	Jobs        int    `placeholder:"N" help:"Plates at once; by default one for each processor."`
	Cache       string `placeholder:"DIR" help:"Folder that keeps plates."`
	Slicer      string `default:"prusa-slicer" help:"Slicer program."`
}

// Run slices until it is told to end, and then gives back what it has not finished. It fails when the lab does not take
// its key.
func (cmd workCommand) Run(c console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if cmd.Jobs < 0 {
		return fmt.Errorf("jobs: %d is not a number of plates", cmd.Jobs)
	}
	key, err := os.ReadFile(cmd.KeyFile)
	if err != nil {
		return fmt.Errorf("read key: %w", err)
	}
	q, err := queue.New(queue.Config{Coordinator: cmd.Coordinator, Key: string(key), CA: cmd.CA})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(c.err, nil))
	s, err := newSlicer(cmd.Cache, cmd.Slicer, log)
	if err != nil {
		return err
	}
	log.Info("slicing for the lab", "coordinator", cmd.Coordinator, "slicer", s.Version())
	return worker.New(worker.Config{Queue: q, Slicer: s, Jobs: cmd.Jobs, Log: log}).Run(ctx)
}

package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/slicer-bridge/slicing"
)

// newSlicer makes plates for every described machine and keeps them in a folder; with no name it is the person's own.
func newSlicer(cache, program string, log *slog.Logger) (*slicing.Slicer, error) {
	set, err := profiles.Load()
	if err != nil {
		return nil, fmt.Errorf("load profiles: %w", err)
	}
	if cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			base = os.TempDir()
		}
		cache = filepath.Join(base, "mailleur", "plates")
	}
	return slicing.New(slicing.Config{Profiles: set, CacheDir: cache, Slicer: program, Log: log})
}

// warnings is a log of what a person at the terminal has to know.
func (c console) warnings() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// Command coordinator runs a fab lab's production: the pages, the agents' broker, dispatch, stock and deliveries.
// This package holds flags and wiring; what the program knows lives in the rooms below it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // a Raspberry Pi image may come without zone files

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Verbose bool `short:"v" help:"Log more."`

	Serve serveCmd `cmd:"" help:"Serve the lab: pages, agents, dispatch."`
	Demo  demoCmd  `cmd:"" help:"Play a sample lab on this machine with simulated printers."`
	Audit auditCmd `cmd:"" help:"Check that every piece, gram and delivery in the books adds up."`
	User  userCmd  `cmd:"" help:"Manage accounts."`

	Finess     finessCmd     `cmd:"" help:"Take in the national register of health and social establishments (FINESS)."`
	SlicingKey slicingKeyCmd `cmd:"" help:"Manage the machines that slice for the lab."`
	Simulate   simulateCmd   `cmd:"" help:"Play labs on virtual time, and measure the planner."`

	Openapi openapiCmd `cmd:"" help:"Print the description of the HTTP API."`
}

func main() {
	syscall.Umask(0o077) // what this program and its children write holds names, addresses and keys
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 only on success.
func run(args []string, stdout, stderr io.Writer) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("coordinator"), kong.UsageOnError(), kong.Writers(stdout, stderr),
		kong.Description("Runs a fab lab: requests in, printed and checked goods out."), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "coordinator:", err)
		return 1
	}
	line, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "coordinator:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	line.BindTo(ctx, (*context.Context)(nil))
	line.BindTo(stdout, (*io.Writer)(nil))
	line.Bind(logger(stderr, c.Verbose))
	if err := line.Run(); err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(stderr, "coordinator:", oneLine(err))
		return 1
	}
	return 0
}

// oneLine is an error for a person at a terminal: what drivers spread over lines, and say twice, is said once in one.
func oneLine(err error) string {
	var said []string
	for part := range strings.Lines(err.Error()) {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(said, part) {
			said = append(said, part)
		}
	}
	return strings.ReplaceAll(strings.Join(said, "; "), ":;", ":")
}

func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// version is that of the build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// Command printer-agent connects 3D printers to a lab, or drives one by itself. This package holds its command line:
// flags, signals and wiring; what it does lives in the packages below internal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	LogLevel slog.Level `default:"info" help:"How much to say on standard error: debug, info, warn or error."`

	Run      runCmd      `cmd:"" help:"Serve the printers of this machine for a lab."`
	Local    localCmd    `cmd:"" help:"Serve the printers of this machine by its own page, without a lab."`
	Key      keyCmd      `cmd:"" help:"Show the link to the machine's own page, with its key."`
	Enrol    enrolCmd    `cmd:"" help:"Join a lab, once, with the code it gave."`
	Test     testCmd     `cmd:"" help:"Try a printer with a person beside it, once, before it prints alone."`
	Print    printCmd    `cmd:"" help:"Print a file on a printer, without any coordinator."`
	Resume   resumeCmd   `cmd:"" help:"Continue a print that was interrupted by the end of this program."`
	Detect   detectCmd   `cmd:"" help:"List serial ports; ask a port what printer is behind it."`
	Simulate simulateCmd `cmd:"" help:"Be a printer behind a pseudo-terminal."`
	Bench    benchCmd    `cmd:"" help:"Measure this program on simulated printers."`
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program with its arguments and streams; it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("printer-agent"), kong.Description("Connects 3D printers to a lab, or drives one by itself."),
		kong.Writers(stdout, stderr), kong.Exit(func(status int) { exit = status }),
		kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(stderr, "printer-agent:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // help was asked for
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "printer-agent: %v; see %s --help\n", err, asked(err))
		return 2
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	switch err := parsed.Run(log); {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 130
	default:
		fmt.Fprintln(stderr, "printer-agent:", err)
		return 1
	}
}

// asked is the command that was being given when the command line went wrong.
func asked(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context.Selected() != nil {
		return wrong.Context.Selected().FullPath()
	}
	return "printer-agent"
}

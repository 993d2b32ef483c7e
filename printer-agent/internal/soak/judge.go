package soak

import (
	"fmt"
	"slices"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// Outcome is how a run ended, by what the board executed.
type Outcome struct {
	Plan       Plan
	Result     link.Result
	Executed   int    // lines of the file
	Wanted     int    // lines in the file
	Wrong      string // what of them is not as the file says; empty when all are
	Collisions int    // lines that the cable hurt and whose checksum fitted all the same
	Unchecked  int    // such lines that had lost number or checksum, so that the firmware had nothing to compare
	Cuts       int    // connections cut
	Resends    int    // lines that the board asked for again
	Took       time.Duration
}

// Done says whether the run ended as a print should.
func (o Outcome) Done() bool { return o.Result.Reason == link.Done }

// Failed says what is wrong with a run: a print that is done and was not executed exactly, or that ended early after
// something that is not the beginning of the file; or an end that the faults of its class do not excuse. It is empty for
// a good run. Where checksums have collided, the board cannot execute what the file says.
func (o Outcome) Failed() string {
	switch {
	case o.Wrong != "" && o.Collisions == 0:
		return fmt.Sprintf("%s, yet %s", o.Result.Reason, o.Wrong)
	case o.Done(), o.Plan.Class == Storm && o.Result.Reason == link.BadCable:
		return ""
	}
	return fmt.Sprintf("%s after %d of %d lines: %s", o.Result.Reason, o.Executed, o.Wanted, o.Result.Detail)
}

// judge compares what the board executed with the file.
func judge(plan Plan, result link.Result, truth printsim.Truth, want []string, cuts int, took time.Duration) Outcome {
	got := truth.Executed(token)
	o := Outcome{
		Plan: plan, Result: result, Executed: len(got), Wanted: len(want), Cuts: cuts, Took: took,
		Collisions: len(truth.Collisions), Unchecked: truth.Unchecked, Resends: truth.Resends,
	}
	o.Wrong = difference(want, got, o.Done())
	if o.Wrong == "" && o.Done() && !ended(truth) {
		o.Wrong = "its end marker was not executed"
	}
	return o
}

// difference is where got leaves want; it must be all of it, or else a beginning.
func difference(want, got []string, all bool) string {
	for i, g := range got {
		switch {
		case i == len(want):
			return fmt.Sprintf("%q was executed behind the last line", g)
		case g != want[i]:
			context := got[max(0, i-2):min(len(got), i+3)]
			return fmt.Sprintf("line %d is %q and not %q (around it: %q)", i+1, g, want[i], context)
		}
	}
	if all && len(got) < len(want) {
		return fmt.Sprintf("line %d, %q, and all behind it were not executed", len(got)+1, want[len(got)])
	}
	return ""
}

func ended(truth printsim.Truth) bool {
	return slices.ContainsFunc(truth.Attempts, func(a printsim.Attempt) bool { return a.ID == token && a.Ended })
}

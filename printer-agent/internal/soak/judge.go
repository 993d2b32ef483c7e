package soak

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mailleur/mailleur/printer-agent/internal/link"
	"github.com/mailleur/mailleur/printer-agent/internal/printsim"
)

// Outcome is how a run ended, by what the board executed.
type Outcome struct {
	Plan      Plan
	Result    link.Result
	Executed  int    // lines of the file
	Wanted    int    // lines in the file
	Wrong     string // what of them is not as the file says, hurt lines apart; empty when all are
	Collided  int    // lines of the file executed as the cable had hurt them: their checksums matched by accident
	Unguarded int    // such lines that had lost their checksum, on firmware that does not insist on one
	Cuts      int    // connections cut
	Resends   int    // lines that the board asked for again
	Overrun   int    // bytes that found the receive ring full
	Took      time.Duration
}

// Done says whether the run ended as a print should.
func (o Outcome) Done() bool { return o.Result.Reason == link.Done }

// Exact says whether every line that was executed was so as the file says, each once, in order.
func (o Outcome) Exact() bool { return o.Wrong == "" && o.Collided+o.Unguarded == 0 }

// Failed says what is wrong with a run: a print that is done and was not executed exactly, or that ended early after
// something that is not the beginning of the file; or an end that the faults of its class do not excuse. It is empty for
// a good run. A line that the cable hurt and that the firmware could not tell from a whole one is nobody's fault: it is
// counted apart, and all others must be right.
func (o Outcome) Failed() string {
	switch {
	case o.Wrong != "":
		return fmt.Sprintf("%s, yet %s", o.Result.Reason, o.Wrong)
	case o.Done(), o.Plan.Class == Storm && o.Result.Reason == link.BadCable:
		return ""
	}
	return fmt.Sprintf("%s after %d of %d lines: %s", o.Result.Reason, o.Executed, o.Wanted, o.Result.Detail)
}

// judge compares what the board executed with the file.
func judge(plan Plan, result link.Result, machine *printsim.Machine, want []string, cuts int, took time.Duration) Outcome {
	truth := machine.Truth()
	got := truth.Executed(token)
	o := Outcome{
		Plan: plan, Result: result, Executed: len(got), Wanted: len(want), Cuts: cuts, Took: took, Resends: truth.Resends, Overrun: truth.BytesLost,
	}
	got = o.mend(got, want, machine.Records())
	o.Wrong = difference(want, got, o.Done())
	if o.Wrong == "" && o.Done() && !ended(truth) {
		o.Wrong = "its end marker was not executed"
	}
	return o
}

// mend counts the lines that were executed as the cable had hurt them, and puts the file's in their places. The board
// tells which lines those are; where it does not, nothing is mended.
func (o *Outcome) mend(got, want []string, records []printsim.Record) []string {
	lost := 0 // that were hurt so that they are no lines of a print any more
	for _, r := range records {
		if r.N == nil || r.Kind != "collision" && r.Kind != "unchecked" {
			continue
		}
		at := r.Line - 1 + lost
		counts := printsim.Counts(r.C)
		if !counts {
			at++
		}
		if at < 0 || at >= len(want) || !strings.Contains(r.Was, want[at]) {
			continue
		}
		switch {
		case !counts && at <= len(got):
			got = slices.Insert(got, at, want[at])
			lost++
		case counts && at < len(got) && strings.HasPrefix(r.C, got[at]):
			got[at] = want[at]
		default:
			continue
		}
		if r.Kind == "collision" {
			o.Collided++
		} else {
			o.Unguarded++
		}
	}
	return got
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

package link

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var numbering = []string{"marlin2", "repetier"}

// Ensure that a file arrives whole and in order, without comments and without what the host keeps to itself, between its
// markers, and that all counts agree.
func TestPrintSendsTheFileBetweenMarkers(t *testing.T) {
	for _, dialect := range numbering {
		t.Run(dialect, func(t *testing.T) {
			bench(t, dialect, func(t *testing.T, r *rig) {
				r.board.raw = nil
				text := "; a comment\nG28 ; home\n\nM105\nM117 hello\n  g1 X1 (fast) Y2\r\nN7 G1 X3*33\nM155 S1\nG1 X4"
				result := r.Print(t.Context(), Job{Source: gcode(t, text), Token: "t0k"})
				require.Equal(t, Done, result.Reason)
				want := []string{"G28", "G1 X1  Y2", "G1 X3", "G1 X4"}
				require.Equal(t, want, r.board.executed)
				require.EqualValues(t, 4, result.LinesTotal)
				require.EqualValues(t, 4, result.LinesSent)
				require.EqualValues(t, 4, result.LinesAcked)
				require.Zero(t, result.Resends+result.Probes+result.Damaged+result.Injected)
				sent := strings.Join(r.board.raw, "\n")
				begin, end := strings.Index(sent, " M117 mailleur t0k*"), strings.Index(sent, " M117 mailleur end t0k*")
				require.Less(t, begin, strings.Index(sent, "G28"))
				require.Greater(t, end, strings.Index(sent, "G1 X4"))
				require.Greater(t, strings.Index(sent, "M400"), end)
				require.Equal(t, Idle, r.Snapshot().State)
			})
		})
	}
}

// Ensure that no kind of noise loses a line, doubles one or swaps two, and that the print ends.
func TestNoiseNeitherLosesNorDoublesLines(t *testing.T) {
	type hooks struct{ in, out func(string) (string, bool) }
	once := func(has, give string, arrives bool) func(string) (string, bool) {
		done := false
		return func(line string) (string, bool) {
			if done || !strings.Contains(line, has) {
				return line, true
			}
			done = true
			return give, arrives
		}
	}
	nth := func(n int, exact, give string, arrives bool) func(string) (string, bool) {
		return func(line string) (string, bool) {
			if strings.HasPrefix(line, exact) {
				if n--; n == 0 {
					return give, arrives
				}
			}
			return line, true
		}
	}
	both := func(fs ...func(string) (string, bool)) func(string) (string, bool) {
		return func(line string) (string, bool) {
			arrives := true
			for _, f := range fs {
				if line, arrives = f(line); !arrives {
					return line, false
				}
			}
			return line, true
		}
	}
	for name, h := range map[string]hooks{
		"a line is damaged":                  {in: once("G1 X5.5", "N7 G1 X5,5 Y2*1", true)},
		"a line never arrives":               {in: once("G1 X5.5", "", false)},
		"a line loses its number":            {in: once("G1 X5.5", "^9 G1 X5.5 Y2*1", true)},
		"the last line is damaged":           {in: once("G1 X20.5", "N0 G*", true)},
		"an ok never arrives":                {out: nth(5, "ok", "", false)},
		"an ok is damaged":                   {out: nth(5, "ok", "oj", true)},
		"an ok melts into noise":             {out: nth(5, "ok", "~f\x80\x80x", true)},
		"two oks in a row are lost":          {out: both(nth(5, "ok", "", false), nth(5, "ok", "", false))},
		"a resend request is damaged":        {in: once("G1 X5.5", "N1 G*", true), out: once("Resend", "Rusend: 9", true)},
		"the whole refusal is damaged":       {in: once("G1 X5.5", "N1 G*", true), out: both(once("Resend", "Rusend: 9", true), once("Error", "Erxor:ch", true))},
		"a resend number is damaged":         {in: once("G1 X5.5", "N1 G*", true), out: once("Resend", "Resend: 4711", true)},
		"the ok behind a resend is lost":     {in: once("G1 X5.5", "N1 G*", true), out: nth(8, "ok", "", false)},
		"a line and its resend are damaged":  {in: both(once("G1 X5.5", "N1 G*", true), once("G1 X5.5", "N1 G*", true))},
		"the marker is damaged":              {in: once("mailleur", "N1 M1!7", true)},
		"the end marker's ok is damaged":     {out: nth(22, "ok", "k", true)},
		"a stray ok comes between the lines": {out: nth(6, "ok", "ok\nok", true)},
	} {
		for _, dialect := range numbering {
			t.Run(name+" on "+dialect, func(t *testing.T) {
				bench(t, dialect, func(t *testing.T, r *rig) {
					r.board.in, r.board.out = h.in, h.out
					text, want := moves(20)
					result := r.Print(t.Context(), Job{Source: gcode(t, text), Token: "t"})
					require.Equal(t, Done, result.Reason, result.Detail)
					require.Equal(t, want, r.board.executed)
					require.EqualValues(t, 20, result.LinesAcked)
					require.Less(t, result.Ended.Sub(result.Began), 12*time.Second, "recovery is quick")
				})
			})
		}
	}
}

// Ensure that a lost ok does not stop a print on a board whose firmware is newer than its profile says: the profile
// promises an answer to a second copy of a line, the board gives none.
func TestLostOkIsSettledWhereADuplicateIsNotAnswered(t *testing.T) {
	for _, dialect := range []string{"marlin1", "prusa-mk3"} {
		t.Run(dialect, func(t *testing.T) {
			benchWith(t, dialect, Options{Capacity: Capacity{Slots: 2}}, func(t *testing.T, r *rig) {
				oks := 0
				r.board.out = func(line string) (string, bool) {
					if line == "ok" {
						oks++
					}
					return line, line != "ok" || oks%7 != 5
				}
				text, want := moves(20)
				result := r.Print(t.Context(), Job{Source: gcode(t, text), Token: "t"})
				require.Equal(t, Done, result.Reason, result.Detail)
				require.Equal(t, want, r.board.executed, "no line is lost, doubled or out of order")
				require.EqualValues(t, 20, result.LinesAcked)
				require.Positive(t, result.Probes)
				copies := map[string]int{}
				for _, line := range r.board.raw {
					copies[line]++
				}
				require.Contains(t, slices.Collect(maps.Values(copies)), 2, "the duplicate was asked for first")
			})
		})
	}
}

// Ensure that a request that repeats until obeyed is obeyed once.
func TestRepeatedResendRequestIsObeyedOnce(t *testing.T) {
	bench(t, "repetier", func(t *testing.T, r *rig) {
		copies := 0
		r.board.in = func(line string) (string, bool) {
			if !strings.Contains(line, "G1 X3.5") {
				return line, true
			}
			if copies++; copies == 1 {
				return "N0 G1*1", true
			}
			for range 3 { // requests that crossed the answer on the wire
				r.board.say("", fmt.Sprintf("Resend:%d", r.board.last+1), "ok")
			}
			return line, true
		}
		text, want := moves(6)
		result := r.Print(t.Context(), Job{Source: gcode(t, text)})
		require.Equal(t, Done, result.Reason)
		require.Equal(t, want, r.board.executed)
		require.Equal(t, 2, copies, "the line, and once again")
	})
}

// Ensure that a line the firmware can never take ends the attempt with the heaters off, not a loop.
func TestLineRefusedAgainAndAgainEndsSafely(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		copies := 0
		r.board.in = func(line string) (string, bool) {
			if strings.Contains(line, "X3.5") {
				copies++
				return "N0 ?*1", true
			}
			return line, true
		}
		text, _ := moves(6)
		result := r.Print(t.Context(), Job{Source: gcode(t, text)})
		require.Equal(t, Refused, result.Reason)
		require.Equal(t, "G1X3.5Y2", result.Detail)
		require.Equal(t, 9, copies, "three times as it was, three with other bytes, three with nothing behind it")
		require.Equal(t, []string{"G1 X1.5 Y2", "G1 X2.5 Y2", "M104 S0", "M140 S0", "M107"}, r.board.executed)
		require.EqualValues(t, 2, result.LinesAcked)
	})
}

// Ensure that a long command is borne, with and without busy lines, and that nothing is sent meanwhile but questions.
func TestSlowCommandIsBorne(t *testing.T) {
	for _, busy := range []bool{true, false} {
		t.Run(fmt.Sprint("busy lines ", busy), func(t *testing.T) {
			bench(t, "marlin2", func(t *testing.T, r *rig) {
				r.board.run = func(command string) bool {
					if command != "G28" {
						return false
					}
					for range 150 {
						time.Sleep(2 * time.Second)
						if busy {
							r.board.say("echo:busy: processing")
						}
					}
					return false
				}
				result := r.Print(t.Context(), Job{Source: gcode(t, "G28\nG1 X1\n")})
				require.Equal(t, Done, result.Reason)
				require.Equal(t, []string{"G28", "G1 X1"}, r.board.executed)
			})
		})
	}
}

// Ensure that a firmware that answers questions during a long command, but sends no busy lines, is borne as well, and
// that its one acknowledgement at the end is not taken for two.
func TestSlowCommandIsBorneWhileQuestionsAreAnswered(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		homing, waiting := false, []string{}
		r.board.run = func(command string) bool {
			switch {
			case homing:
				waiting = append(waiting, command)
			case command == "G28":
				homing = true
				time.AfterFunc(10*time.Minute, func() {
					r.board.lines <- "" // on the board's own goroutine
				})
			default:
				return false
			}
			return true
		}
		r.board.in = func(line string) (string, bool) {
			if line == "" && homing {
				homing = false
				r.board.execute("G28 done")
				for _, command := range waiting {
					r.board.execute(command)
				}
			}
			return line, true
		}
		result := r.Print(t.Context(), Job{Source: gcode(t, "G28\nG1 X1\nG1 X2\n")})
		require.Equal(t, Done, result.Reason, result.Detail)
		require.Equal(t, []string{"G28 done", "G1 X1", "G1 X2"}, r.board.executed)
		require.EqualValues(t, 3, result.LinesAcked)
		require.Positive(t, result.Probes)
	})
}

// Ensure that a firmware that halts ends the attempt with its reason, and that nothing is sent to it any more.
func TestHaltEndsTheAttempt(t *testing.T) {
	for want, lines := range map[Reason][]string{
		Halted:  {"Error:Printer halted. kill() called!"},
		Thermal: {"Error:MINTEMP triggered, system stopped! Heater_ID: E0", "", "echo:Err: MINTEMP", "Error:Printer halted. kill() called!"},
	} {
		t.Run(string(want), func(t *testing.T) {
			bench(t, "marlin2", func(t *testing.T, r *rig) {
				r.board.run = func(command string) bool {
					if command == "G1 X3.5 Y2" {
						r.board.say(lines...)
						r.board.halted = true
						return true
					}
					return false
				}
				text, _ := moves(6)
				result := r.Print(t.Context(), Job{Source: gcode(t, text)})
				require.Equal(t, want, result.Reason)
				require.Contains(t, result.Detail, "Error:")
				require.EqualValues(t, 2, result.LinesAcked)
				synctest.Wait()
				n := len(r.board.raw)
				time.Sleep(time.Minute)
				synctest.Wait()
				require.Len(t, r.board.raw, n)
				require.Equal(t, Dead, r.Snapshot().State)
				_, err := r.Send(t.Context(), "G28")
				require.Equal(t, NotReady, reasonOf(err))
				require.Equal(t, NotReady, r.Print(t.Context(), Job{Source: gcode(t, text)}).Reason)
			})
		})
	}
}

// Ensure that a board that restarts ends the attempt at once, is greeted again and prints again.
func TestResetEndsTheAttemptAndTheLinkComesBack(t *testing.T) {
	for name, banner := range map[string][]string{"with a banner": {"start", "Marlin 2.1"}, "without": nil} {
		t.Run(name, func(t *testing.T) {
			bench(t, "marlin2", func(t *testing.T, r *rig) {
				restarted := false
				r.board.run = func(command string) bool {
					if command == "G1 X3.5 Y2" && !restarted {
						restarted = true
						r.board.last = 0
						r.board.say(banner...)
						return true
					}
					return false
				}
				text, _ := moves(6)
				result := r.Print(t.Context(), Job{Source: gcode(t, text)})
				require.Equal(t, Reset, result.Reason)
				require.Equal(t, []string{"G1 X1.5 Y2", "G1 X2.5 Y2"}, r.board.executed)
				for r.Snapshot().State != Idle {
					time.Sleep(100 * time.Millisecond)
				}
				require.True(t, r.Print(t.Context(), Job{Source: gcode(t, "G1 X9\n")}).OK())
			})
		})
	}
}

// Ensure that a printer that says nothing more ends the attempt, then the link, and that Run tells.
func TestSilenceEndsTheAttempt(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		r.board.run = func(command string) bool {
			r.board.halted = command == "G1 X3.5 Y2"
			return r.board.halted
		}
		text, _ := moves(6)
		result := r.Print(t.Context(), Job{Source: gcode(t, text)})
		require.Equal(t, Silent, result.Reason)
		<-r.Done()
		require.Equal(t, Gone, r.Snapshot().State)
		err := <-r.ended
		require.Equal(t, Silent, reasonOf(err))
		r.ended <- err
	})
}

// Ensure that an unplugged printer ends the attempt at once.
func TestUnplugEndsTheAttempt(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		r.board.run = func(command string) bool {
			if command == "G1 X3.5 Y2" {
				r.board.conn.Close()
			}
			return false
		}
		text, _ := moves(6)
		require.Equal(t, Unplugged, r.Print(t.Context(), Job{Source: gcode(t, text)}).Reason)
		require.Equal(t, Unplugged, reasonOf(r.Pause(t.Context())))
		<-r.Done()
	})
}

// Ensure that a paused job sends nothing, answers commands, and goes on where it was.
func TestPauseAndResume(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		require.Equal(t, NotReady, reasonOf(r.Pause(t.Context())))
		r.board.hold = time.Second
		text, want := moves(10)
		results := make(chan Result, 1)
		go func() { results <- r.Print(t.Context(), Job{Source: gcode(t, text)}) }()
		time.Sleep(3500 * time.Millisecond)
		require.NoError(t, r.Pause(t.Context()))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, r.board.executed, 6, "the line that ran, and two in flight behind it")
		require.Equal(t, Paused, r.Snapshot().State)
		lines, err := r.Send(t.Context(), "M105")
		require.NoError(t, err)
		require.Equal(t, []string{"ok T:21.0 /0.00 B:20.5 /60.00 @:0"}, lines)
		require.NoError(t, r.Resume(t.Context()))
		result := <-results
		require.Equal(t, Done, result.Reason)
		require.Equal(t, want, r.board.executed)
		require.EqualValues(t, 1, result.Injected)
		require.EqualValues(t, 10, result.LinesAcked)
	})
}

// Ensure that cancelling breaks off a wait for a temperature, turns the heaters off and marks the end.
func TestCancelCoolsDown(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		released := make(chan struct{})
		r.board.run = func(command string) bool {
			if command == "M109 S200" {
				<-released
			}
			return false
		}
		results := make(chan Result, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { results <- r.Print(ctx, Job{Source: gcode(t, "M109 S200\nG1 X1\n"), Token: "c"}) }()
		time.Sleep(500 * time.Millisecond)
		cancel()
		time.Sleep(500 * time.Millisecond)
		close(released)
		result := <-results
		synctest.Wait()
		require.Equal(t, Cancelled, result.Reason)
		require.Equal(t, []string{"M109 S200", "M108", "M104 S0", "M140 S0", "M107"}, r.board.executed)
		require.Contains(t, strings.Join(r.board.raw, "\n"), "M117 mailleur end c*")
		require.EqualValues(t, 1, result.LinesAcked)
		require.Equal(t, Idle, r.Snapshot().State)
	})
}

// Ensure that the emergency stop passes by a job that waits, goes out bare, and that its confirmation is told, whether
// the firmware halts or restarts.
func TestStopIsConfirmed(t *testing.T) {
	for _, dialect := range numbering {
		t.Run(dialect, func(t *testing.T) {
			bench(t, dialect, func(t *testing.T, r *rig) {
				r.board.hold = 200 * time.Millisecond
				text, _ := moves(50)
				results := make(chan Result, 1)
				go func() { results <- r.Print(t.Context(), Job{Source: gcode(t, text)}) }()
				time.Sleep(time.Second)
				confirmed, err := r.Stop(t.Context())
				require.NoError(t, err)
				require.True(t, confirmed)
				require.Equal(t, Stopped, (<-results).Reason)
				if dialect == "repetier" {
					time.Sleep(5 * time.Second)
					require.Equal(t, Idle, r.Snapshot().State, "greeted again")
					return
				}
				synctest.Wait()
				require.Contains(t, r.board.raw, "M112")
				s := r.Snapshot()
				require.Equal(t, Dead, s.State)
				require.Equal(t, "confirmed", s.Detail)
			})
		})
	}
}

// Ensure that an emergency stop that nobody answers is told as not confirmed.
func TestStopWithoutAnAnswerIsNotConfirmed(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		r.board.halted = true
		confirmed, err := r.Stop(t.Context())
		require.NoError(t, err)
		require.False(t, confirmed)
		require.Equal(t, Dead, r.Snapshot().State)
	})
}

// Ensure that the identity with its spaces and colons, the capabilities and the temperatures are read.
func TestSnapshotTellsIdentityAndTemperatures(t *testing.T) {
	for _, dialect := range numbering {
		t.Run(dialect, func(t *testing.T) {
			bench(t, dialect, func(t *testing.T, r *rig) {
				time.Sleep(time.Second)
				s := r.Snapshot()
				require.Equal(t, "Test 1 (08:36:10)", s.Identity.Firmware)
				require.Equal(t, "Big Rig", s.Identity.Machine)
				require.True(t, s.Identity.Can("AUTOREPORT_TEMP"))
				require.Equal(t, []Reading{{"T", 21, 0, true}, {"B", 20.5, 60, true}}, s.Temps)
				r.board.say(" T:nan /210.00 B:20.6 /60.00 @:127")
				time.Sleep(time.Second)
				require.Equal(t, []Reading{{"T", 0, 210, false}, {"B", 20.6, 60, true}}, r.Snapshot().Temps)
			})
		})
	}
}

// Ensure that what would break the numbering or hide an emergency is refused, and that a failing source ends honestly.
func TestRefusals(t *testing.T) {
	bench(t, "marlin2", func(t *testing.T, r *rig) {
		for _, command := range []string{"", "; nothing", "M110 N5", "M112", "G1 X1\nM112"} {
			_, err := r.Send(t.Context(), command)
			require.Equal(t, Refused, reasonOf(err), command)
		}
		result := r.Print(t.Context(), Job{Source: &failing{Source: gcode(t, "G1 X1\nG1 X2\n")}})
		require.Equal(t, BadFile, result.Reason)
		require.Contains(t, result.Detail, "disk")
		require.Equal(t, []string{"G1 X1", "M104 S0", "M140 S0", "M107"}, r.board.executed)
	})
}

// failing breaks at its second line, once it has been counted.
type failing struct {
	Source
	reads int
}

func (f *failing) Next() (Line, error) {
	if f.reads++; f.reads == 5 {
		return Line{}, errors.New("disk failed")
	}
	return f.Source.Next()
}

// Ensure that patience with a refused line grows with the noise, and never without end.
func TestPatience(t *testing.T) {
	require.Equal(t, 3, patience(0))
	require.Equal(t, 3, patience(0.01))
	require.Equal(t, 5, patience(0.05))
	require.Equal(t, 20, patience(0.9))
	require.Equal(t, 20, patience(1))
}

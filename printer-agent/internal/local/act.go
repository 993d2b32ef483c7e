package local

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/ui"
)

const (
	hereAtMost   = 12 * time.Hour  // as far ahead as somebody can promise to be beside a printer
	stopPatience = 5 * time.Second // then a person has to cut the power
)

// deed is an action on a printer: the part of the page that it belongs to, and what it does with the form. The code and
// arguments that it returns are what to say when it is done; "" stands for machine.done_<name>.
type deed struct {
	part string
	do   func(ctx context.Context, m Machine, form url.Values) (said, error)
}

// plain is a deed that needs nothing from the form.
func plain(part string, do func(context.Context, Machine) error) deed {
	return deed{part, func(ctx context.Context, m Machine, _ url.Values) (said, error) { return said{}, do(ctx, m) }}
}

// sure is a deed that cannot be taken back: its button stands behind another one.
func sure(part string, do func(context.Context, Machine) (said, error)) deed {
	return deed{part, func(ctx context.Context, m Machine, form url.Values) (said, error) {
		if form.Get(ui.FieldSureYes) != "yes" {
			return said{}, Refuse(codeForeign, "")
		}
		return do(ctx, m)
	}}
}

// actions is the table of what the forms of the page do.
func (s *Server) actions() map[string]deed {
	return map[string]deed{
		"print":        {ui.PartPrint, s.print},
		"remove":       {ui.PartPrint, remove},
		"here":         {ui.PartPrint, s.here},
		"away":         plain(ui.PartPrint, func(ctx context.Context, m Machine) error { return m.Care.Here(ctx, time.Time{}) }),
		"pause":        plain(ui.PartNow, func(ctx context.Context, m Machine) error { return m.Job.Pause(ctx) }),
		"resume":       plain(ui.PartNow, func(ctx context.Context, m Machine) error { return m.Job.Resume(ctx) }),
		"cancel":       sure(ui.PartNow, func(ctx context.Context, m Machine) (said, error) { return said{}, m.Job.Cancel(ctx) }),
		"stop":         sure(ui.PartAsk, s.stop),
		"clear":        plain(ui.PartAsk, func(ctx context.Context, m Machine) error { return m.Care.Confirm(ctx) }),
		"answer":       {ui.PartAsk, reply},
		"heat":         {ui.PartHeat, s.heat},
		"cool":         plain(ui.PartHeat, func(ctx context.Context, m Machine) error { return m.Heat.Cool(ctx) }),
		"filament":     {ui.PartHeat, filament},
		"move":         {ui.PartMove, move},
		"tune":         {ui.PartTune, tune},
		"say":          {ui.PartConsole, s.speak},
		"bench":        plain(ui.PartBench, func(ctx context.Context, m Machine) error { return m.Trial.Begin(ctx) }),
		"bench_answer": {ui.PartBench, tried},
		"bench_abort":  plain(ui.PartBench, func(ctx context.Context, m Machine) error { return m.Trial.Abort(ctx) }),
		"take":         plain(ui.PartChain, func(ctx context.Context, m Machine) error { return m.Chain.TakeBack(ctx) }),
		"give":         plain(ui.PartChain, func(ctx context.Context, m Machine) error { return m.Chain.Give(ctx) }),
	}
}

// act carries out a form and leads back to the part of the page that it stood in. What is refused is shown there, with
// what was typed.
func (s *Server) act(name string, d deed) onMachine {
	return func(w http.ResponseWriter, r *http.Request, m Machine) error {
		if err := parsed(w, r); err != nil {
			return Refuse(codeForeign, "")
		}
		if err := s.mine(r, r.PostForm.Get(ui.FieldToken)); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		what, err := d.do(ctx, m, r.PostForm)
		if err != nil {
			return s.refused(w, r, m, d.part, err)
		}
		s.Log.Info("act on printer", "printer", m.Key, "action", name)
		s.done(w, r, m, d.part, name, what)
		return nil
	}
}

// done says what was done on the page of the printer.
func (s *Server) done(w http.ResponseWriter, r *http.Request, m Machine, part, name string, what said) {
	what.Part = part
	if what.Code == "" {
		what.Kind, what.Code = ui.FlashDone, "machine.done_"+name
	}
	s.say(w, what)
	to := url.URL{Path: "/printer/" + m.Key, Fragment: part}
	if step := r.PostForm.Get(ui.FieldStepMM); step != "" {
		to.RawQuery = url.Values{ui.FieldStepMM: {step}}.Encode()
	}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// refused shows the page again with a refusal in its part.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, m Machine, part string, err error) error {
	refusal := refusalOf(timed(err))
	if refusal == nil || refusal.Code == codeForeign {
		return err
	}
	page := s.drawn(w, r, m)
	page.At = part
	page.Form = ui.Form{Values: r.PostForm}.Refused(refusal.Field, refusal.Code, refusal.Args)
	if r.PostForm == nil {
		page.Form.Values = url.Values{}
	}
	if step := r.PostForm.Get(ui.FieldStepMM); step != "" {
		page.Step = step
	}
	s.render(w, refusal.status(), page)
	return nil
}

func (s *Server) print(ctx context.Context, m Machine, form url.Values) (said, error) {
	file := form.Get(ui.FieldFile)
	if file == "" {
		return said{}, Refuse(codeFileMissing, ui.FieldFile)
	}
	until, err := s.till(form)
	if err != nil {
		return said{}, err
	}
	return said{}, m.Job.Print(ctx, file, until)
}

func (s *Server) here(ctx context.Context, m Machine, form url.Values) (said, error) {
	until, err := s.till(form)
	if err != nil {
		return said{}, err
	}
	if until.IsZero() {
		return said{}, Refuse(codeUntil, ui.FieldHereTill, "hours", int64(hereAtMost/time.Hour))
	}
	return said{Kind: ui.FlashDone, Code: "machine.done_here", Args: map[string]any{"at": until.Format(time.RFC3339)}}, m.Care.Here(ctx, until)
}

// till reads until when somebody is here: the next time that the clock shows it. The zero time when nothing was typed.
func (s *Server) till(form url.Values) (time.Time, error) {
	text := strings.TrimSpace(form.Get(ui.FieldHereTill))
	if text == "" {
		return time.Time{}, nil
	}
	wrong := Refuse(codeUntil, ui.FieldHereTill, "hours", int64(hereAtMost/time.Hour))
	clock, err := time.Parse("15:04", strings.NewReplacer("h", ":", " ", "").Replace(text))
	if err != nil {
		return time.Time{}, wrong
	}
	now := s.now()
	at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, s.Zone)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	if at.Sub(now) > hereAtMost {
		return time.Time{}, wrong
	}
	return at, nil
}

func remove(ctx context.Context, m Machine, form url.Values) (said, error) {
	name := form.Get(ui.FieldRemove)
	if name == "" {
		return said{}, Refuse(codeFileMissing, ui.FieldFile)
	}
	return said{Kind: ui.FlashDone, Code: "machine.done_remove", Args: map[string]any{"name": name}}, m.Files.Remove(ctx, name)
}

// stop is the emergency stop. It goes on when the browser leaves; whatever goes wrong, or takes too long, is not confirmed.
func (s *Server) stop(ctx context.Context, m Machine) (said, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
	defer cancel()
	confirmed, err := m.Care.StopNow(ctx)
	if err != nil {
		s.Log.Error("stop printer", "printer", m.Key, "error", err)
	}
	if err != nil || !confirmed {
		return said{Kind: ui.FlashStop, Code: "machine.stop_unconfirmed"}, nil
	}
	return said{Kind: ui.FlashDone, Code: "machine.stop_confirmed"}, nil
}

func reply(ctx context.Context, m Machine, form url.Values) (said, error) {
	n, err := strconv.Atoi(form.Get(ui.FieldAnswer))
	v := m.State.View()
	if err != nil || v.Prompt == nil || v.Prompt.ID != form.Get(ui.FieldPrompt) || n < 0 || n > 0 && n >= len(v.Prompt.Choices) {
		return said{}, Refuse(CodeChoice, "")
	}
	return said{}, m.Care.Answer(ctx, v.Prompt.ID, n)
}

// tried answers the question of the bench test that the person saw.
func tried(ctx context.Context, m Machine, form url.Values) (said, error) {
	asked, answer := m.State.View().Bench.Question.Code, form.Get(ui.FieldAnswer)
	if asked == "" || asked != form.Get(ui.FieldPrompt) || answer != ui.AnswerYes && answer != ui.AnswerNo {
		return said{}, Refuse(CodeChoice, "")
	}
	return said{}, m.Trial.Reply(ctx, answer == ui.AnswerYes)
}

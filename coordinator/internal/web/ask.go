package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/ui"
)

func (s *Server) askEmpty(c *gin.Context) error {
	f := emptyForm()
	if product := c.Query(ui.FieldProduct); product != "" {
		f.Values.Set(ui.FieldQuantity+product, c.Query(ui.FieldCount))
	}
	return s.showAsk(c, ui.AskWhat, f)
}

// ask takes one step of the form, or the whole form. Nothing is stored before the whole form is sent.
func (s *Server) ask(c *gin.Context) error {
	step, next := c.PostForm(ui.FieldStep), c.PostForm(ui.FieldGo)
	if next == ui.GoSend {
		return s.send(c)
	}
	if !slices.Contains(askSteps[:], next) {
		next = ui.AskWhat
	}
	if slices.Index(askSteps[:], next) <= slices.Index(askSteps[:], step) {
		return s.showAsk(c, next, form(c))
	}
	if err := s.fillListed(c); err != nil {
		return err
	}
	err := s.Intake.Check(c.Request.Context(), asked(c.Request.PostForm, fab.ChannelWeb))
	errs, ok := fab.RefusalsOf(err)
	if err != nil && !ok {
		return err
	}
	errs = slices.DeleteFunc(errs, func(e *fab.Error) bool {
		return slices.Index(askSteps[:], ui.StepOf(e.Field)) > slices.Index(askSteps[:], step) || next != ui.AskCheck && ui.StepOf(e.Field) != step
	})
	if len(errs) > 0 {
		return s.askAgain(c, errs)
	}
	if step == ui.AskWho {
		if shown, err := s.propose(c); shown || err != nil {
			return err
		}
	}
	return s.showAsk(c, next, form(c))
}

var askSteps = [...]string{ui.AskWhat, ui.AskWho, ui.AskWhen, ui.AskCheck}

// send makes the request. The browser keeps its token for the receipt.
func (s *Server) send(c *gin.Context) error {
	receipt, err := s.Intake.Ask(c.Request.Context(), asked(c.Request.PostForm, fab.ChannelWeb))
	if err != nil {
		errs, ok := fab.RefusalsOf(err)
		if !ok || errs[0].Class != fab.Invalid {
			return err
		}
		return s.askAgain(c, errs)
	}
	s.setCookie(c, cookieSent, receipt.Token, 24*time.Hour)
	return to(c, "/ask/sent/"+receipt.Request.Ref)
}

// askAgain shows the step of the first refused field, with the refusals of that step.
func (s *Server) askAgain(c *gin.Context, errs fab.Errors) error {
	step := firstStep(errs)
	here := slices.DeleteFunc(slices.Clone(errs), func(e *fab.Error) bool { return ui.StepOf(e.Field) != step })
	f := wrong(c, here)
	if f.Key == "" {
		f.Key = emptyForm().Key
	}
	page, err := s.askPage(c, step, f)
	if err != nil {
		return err
	}
	s.render(c, statusOf(here), page)
	return nil
}

func firstStep(errs fab.Errors) string {
	for _, step := range askSteps {
		if slices.ContainsFunc(errs, func(e *fab.Error) bool { return ui.StepOf(e.Field) == step }) {
			return step
		}
	}
	return ui.AskWhat
}

func (s *Server) showAsk(c *gin.Context, step string, f ui.Form) error {
	page, err := s.askPage(c, step, f)
	if err != nil {
		return err
	}
	return s.show(c, page)
}

func (s *Server) askPage(c *gin.Context, step string, f ui.Form) (ui.Ask, error) {
	page := ui.Ask{Frame: s.frame(c), Step: step, Form: f}
	page.Path = "/ask"
	err := s.Store.View(c.Request.Context(), func(tx *store.Tx) (err error) {
		page.Products, err = offered(tx, page.Lang)
		return err
	})
	return page, err
}

// asked reads the form of a request.
func asked(v url.Values, channel string) intake.Form {
	f := intake.Form{
		Facility: fab.Facility{
			Name: v.Get(ui.FieldFacility), Kind: v.Get(ui.FieldKind), Address: v.Get(ui.FieldAddress), Postcode: v.Get(ui.FieldPostcode),
			Town: v.Get(ui.FieldTown), Access: v.Get(ui.FieldAccess), Contact: v.Get(ui.FieldContact), Phone: v.Get(ui.FieldPhone), Email: v.Get(ui.FieldEmail),
		},
		Quantities: map[string]string{}, Supplied: suppliedIn(v), NeedBy: v.Get(ui.FieldNeedBy), Note: v.Get(ui.FieldNote), Channel: channel, SubmitKey: v.Get(ui.FieldKey), Finess: v.Get(ui.FieldFiness),
	}
	for name := range v {
		if product, ok := strings.CutPrefix(name, ui.FieldQuantity); ok {
			f.Quantities[product] = v.Get(name)
		}
	}
	return f
}

// suppliedIn are the materials that a place adds itself, by product.
func suppliedIn(v url.Values) map[string][]string {
	supplied := map[string][]string{}
	for name, codes := range v {
		if product, ok := strings.CutPrefix(name, ui.FieldSupply); ok {
			supplied[product] = slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return code == "" })
		}
	}
	return supplied
}

package ui

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The steps of the request form, values of FieldStep and FieldGo.
const (
	AskWhat  = "what"
	AskWho   = "who"
	AskWhen  = "when"
	AskCheck = "check"
)

// Ask is the request form, one step at a time; what the other steps hold travels
// in hidden fields, so that nothing is stored before the request is sent.
//
//	GET  /ask
//	POST /ask   FieldStep: the step posted; FieldGo: the step to show, or GoSend
//
// A handler checks the posted step (all steps on GoSend) and shows the step FieldGo
// names, or the step of the first refused field (StepOf). Going back checks nothing.
// Fields: FieldQuantity+code per product; FieldFacility, FieldKind, FieldAddress,
// FieldPostcode, FieldTown, FieldAccess, FieldContact, FieldPhone, FieldEmail;
// FieldNeedBy, FieldNote; FieldKey; FieldFiness: number of the place in the register, one of Proposals or FinessNone.
type Ask struct {
	Frame
	Step      string
	Products  []Offered
	Proposals []Match // of the register, to choose from before the form goes on
	Form      Form
}

func (Ask) view() string { return "ask" }

// StepOf says on which step a field stands.
func StepOf(field string) string {
	switch {
	case strings.HasPrefix(field, FieldQuantity), strings.HasPrefix(field, FieldSupply), field == FieldProduct:
		return AskWhat
	case field == FieldNeedBy || field == FieldNote:
		return AskWhen
	}
	return AskWho
}

// Hidden lists what was typed on the other steps.
func (a Ask) Hidden() []Choice {
	var out []Choice
	for name, values := range a.Form.Values {
		if name == FieldStep || name == FieldGo || name == FieldKey || (StepOf(name) == a.Step && a.Step != AskCheck) {
			continue
		}
		for _, v := range values {
			out = append(out, Choice{name, v})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Value < out[j].Value })
	return out
}

// Next and Previous are the neighbours of the step; "" at the ends.
func (a Ask) Next() string {
	return map[string]string{AskWhat: AskWho, AskWho: AskWhen, AskWhen: AskCheck}[a.Step]
}

// Previous is the step before; "" on the first.
func (a Ask) Previous() string {
	return map[string]string{AskWho: AskWhat, AskWhen: AskWho, AskCheck: AskWhen}[a.Step]
}

// Chosen lists the goods asked for.
func (a Ask) Chosen() []Goods { return chosen(a.Form, a.Products) }

// Supplied lists by name what the place adds itself to what it asks for.
func (a Ask) Supplied() (names []string) {
	for _, p := range a.Products {
		if n, err := strconv.ParseInt(strings.TrimSpace(a.Form.Value(FieldQuantity+p.Code)), 10, 64); err != nil || n <= 0 {
			continue
		}
		for _, take := range p.Takes {
			if a.Form.Is(FieldSupply+p.Code, take.Value) && !slices.Contains(names, take.Label) {
				names = append(names, take.Label)
			}
		}
	}
	return names
}

func chosen(f Form, products []Offered) []Goods {
	var out []Goods
	for _, p := range products {
		if n, err := strconv.ParseInt(strings.TrimSpace(f.Value(FieldQuantity+p.Code)), 10, 64); err == nil && n > 0 {
			out = append(out, Goods{p.Code, p.Name, n})
		}
	}
	return out
}

// Kinds lists the kinds of facility for the templates.
func (Ask) Kinds() []string { return fab.FacilityKinds[:] }

// NeedBy is the date typed, as a time when it can be read.
func (a Ask) NeedBy() time.Time { return readDay(a.Form.Value(FieldNeedBy)) }

func readDay(typed string) time.Time {
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2.1.2006"} {
		if day, err := time.Parse(layout, strings.TrimSpace(typed)); err == nil {
			return day
		}
	}
	return time.Time{}
}

// Sent says that the request was received. It may be read again as a receipt.
//
//	GET /ask/sent/{ref}
type Sent struct {
	Frame
	Ref      string // eight characters, without the dash
	TrackURL string // absolute; "" when this browser did not send the request
	Goods    []Goods
	Facility string
	NeedBy   time.Time
	Channel  string // how the answer comes: "phone" or "email"
	AnswerBy time.Time
	Ready    Outlook // when everything could be made
}

func (Sent) view() string { return "sent" }

package local

import (
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/mailleur/mailleur/ui"
)

const (
	maxOffsetUM = 100 // of one press
	minSpeed    = 10
	maxSpeed    = 300
	minFlow     = 50
	maxFlow     = 150
)

// heat heats to the temperatures of a material, or to those that were typed. Nothing heats without somebody beside it,
// who may say so in the same form.
func (s *Server) heat(ctx context.Context, m Machine, form url.Values) (said, error) {
	v := m.State.View()
	nozzle, bed, err := v.asked(form)
	if err != nil {
		return said{}, err
	}
	until, err := s.till(form)
	if err != nil {
		return said{}, err
	}
	switch hot := nozzle > 0 || bed > 0; {
	case hot && !until.IsZero():
		if err := m.Care.Here(ctx, until); err != nil {
			return said{}, err
		}
	case hot && !v.here(s.now()):
		return said{}, Refuse(CodeNotHere, ui.FieldHereTill)
	}
	return said{}, m.Heat.Preheat(ctx, nozzle, bed)
}

// asked reads the temperatures of a form, °C.
func (v View) asked(form url.Values) (nozzle, bed int64, err error) {
	if material := form.Get(ui.FieldMaterial); material != "" {
		for _, p := range v.Presets {
			if p.Material == material {
				return p.Nozzle, p.Bed, nil
			}
		}
		return 0, 0, Refuse(CodeNotOffer, ui.FieldMaterial)
	}
	most, mostBed := v.maxima()
	if nozzle, err = degrees(form, ui.FieldNozzle, most); err != nil {
		return 0, 0, err
	}
	if bed, err = degrees(form, ui.FieldBed, mostBed); err != nil {
		return 0, 0, err
	}
	if strings.TrimSpace(form.Get(ui.FieldNozzle)+form.Get(ui.FieldBed)) == "" {
		return 0, 0, Refuse(codeTemperature, ui.FieldNozzle, "min", int64(0), "max", most)
	}
	return nozzle, bed, nil
}

// degrees reads one temperature; an empty field is 0, off.
func degrees(form url.Values, field string, most int64) (int64, error) {
	text := strings.TrimSpace(form.Get(field))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 || n > most {
		return 0, Refuse(codeTemperature, field, "min", int64(0), "max", most)
	}
	return n, nil
}

func filament(ctx context.Context, m Machine, form url.Values) (said, error) {
	what := form.Get(ui.FieldWhat)
	switch what {
	case FilamentLoad, FilamentUnload, FilamentChange:
		return said{Kind: ui.FlashDone, Code: "machine.done_" + what}, m.Body.Filament(ctx, what)
	}
	return said{}, Refuse(CodeNotOffer, ui.FieldWhat)
}

// move jogs or homes.
func move(ctx context.Context, m Machine, form url.Values) (said, error) {
	where := form.Get(ui.FieldMove)
	if where == "home" {
		return said{}, m.Body.Home(ctx, "")
	}
	mm, err := strconv.ParseFloat(step(form.Get(ui.FieldStepMM)), 64)
	if err != nil || len(where) != 2 || !strings.Contains("xyz", where[:1]) || !strings.Contains("+-", where[1:]) {
		return said{}, Refuse(codeMove, ui.FieldMove)
	}
	um := int64(math.Round(mm * 1000))
	if where[1] == '-' {
		um = -um
	}
	return said{}, m.Body.Jog(ctx, where[0], um)
}

// tune changes the height, or flow and speed, of a running print.
func tune(ctx context.Context, m Machine, form url.Values) (said, error) {
	if text := form.Get(ui.FieldOffset); text != "" {
		um, err := strconv.ParseInt(text, 10, 32)
		if err != nil || um == 0 || um < -maxOffsetUM || um > maxOffsetUM {
			return said{}, Refuse(codeOffset, ui.FieldOffset)
		}
		return said{}, m.Tune.ZOffset(ctx, um)
	}
	speed, err := percent(form, ui.FieldSpeed, minSpeed, maxSpeed)
	if err != nil {
		return said{}, err
	}
	flow, err := percent(form, ui.FieldFlow, minFlow, maxFlow)
	if err != nil {
		return said{}, err
	}
	before := m.State.View().Tune
	if speed > 0 && speed != before.Speed {
		if err := m.Tune.Speed(ctx, speed); err != nil {
			return said{}, err
		}
	}
	if flow > 0 && flow != before.Flow {
		return said{}, m.Tune.Flow(ctx, flow)
	}
	return said{}, nil
}

// percent reads a percentage; 0 when the form has no such field.
func percent(form url.Values, field string, least, most int64) (int64, error) {
	if !form.Has(field) {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(form.Get(field)), 10, 32)
	if err != nil || n < least || n > most {
		return 0, Refuse(codePercent, field, "min", least, "max", most)
	}
	return n, nil
}

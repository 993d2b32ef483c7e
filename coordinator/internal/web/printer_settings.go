package web

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/production"
	"github.com/mailleur/mailleur/ui"
)

// limitFields are the fields of limits with their keys in a machine's own settings; um says that they are typed in mm.
var limitFields = [...]struct {
	field, key string
	um         bool
}{
	{ui.FieldMinX, "min_x_um", true}, {ui.FieldMinY, "min_y_um", true}, {ui.FieldMaxX, "max_x_um", true}, {ui.FieldMaxY, "max_y_um", true},
	{ui.FieldHeight, "height_um", true}, {ui.FieldInset, "part_inset_um", true},
	{ui.FieldNozzleMax, "nozzle_max_c", false}, {ui.FieldBedMax, "bed_max_c", false},
}

// settingsEmpty is the form of what one printer has beside its model, filled in as it is.
func (s *Server) settingsEmpty(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		own, err := production.ReadSettings(w.Overlay)
		if err != nil {
			return err
		}
		page, err := s.settingsPage(c, base, w, ui.Form{Values: typedSettings(own)})
		if err != nil {
			return err
		}
		return s.show(c, page)
	}
}

func (s *Server) settingsPage(c *gin.Context, base string, w fab.Worker, f ui.Form) (page ui.OwnSettings, err error) {
	err = s.read(c, func(r *reader) (err error) {
		page.Frame, err = s.printerFrame(c, r, base)
		page.Model = r.modelName(w.Model)
		return err
	})
	page.Base, page.ID, page.Name, page.Own, page.Form = base, string(w.ID), w.Name, w.Overlay != "", f
	return page, err
}

// settingsSave notes what one printer has beside its model. Its plates are made anew.
func (s *Server) settingsSave(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		own, errs := readSettings(c)
		if len(errs) == 0 {
			err = s.keepSettings(c, w, own)
			if errs, _ = fab.RefusalsOf(err); err != nil && len(errs) == 0 {
				return err
			}
		}
		if len(errs) == 0 {
			s.flash(c, ui.FlashDone, "done.settings_saved", "printer", w.Name)
			return to(c, base+"/"+string(w.ID))
		}
		page, err := s.settingsPage(c, base, w, wrong(c, errs))
		if err != nil {
			return err
		}
		s.render(c, statusOf(errs), page)
		return nil
	}
}

func (s *Server) keepSettings(c *gin.Context, w fab.Worker, own production.Settings) error {
	text, err := own.Text()
	if err != nil {
		return err
	}
	err = s.Production.SetOverlay(c.Request.Context(), w.ID, text)
	errs, ok := fab.RefusalsOf(err)
	if !ok || errs[0].Code != "overlay_wrong" {
		return err
	}
	detail, _ := errs[0].Args["detail"].(string)
	return byField(detail)
}

// settingsReset takes a printer back to its model's own settings.
func (s *Server) settingsReset(base string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		w, err := s.printerAt(c, base)
		if err != nil {
			return err
		}
		back := base + "/" + string(w.ID)
		if err := s.Production.SetOverlay(c.Request.Context(), w.ID, ""); err != nil {
			return s.sayNo(c, err, back)
		}
		s.flash(c, ui.FlashDone, "done.settings_reset", "printer", w.Name)
		return to(c, back)
	}
}

// readSettings reads the form. What is no number is refused in its field.
func readSettings(c *gin.Context) (own production.Settings, errs fab.Errors) {
	own = production.Settings{Start: c.PostForm(ui.FieldStart), End: c.PostForm(ui.FieldEnd), More: c.PostForm(ui.FieldMore), Limits: map[string]int64{}}
	switch arcs := c.PostForm(ui.FieldArcs); arcs {
	case ui.ArcsYes, ui.ArcsNo:
		yes := arcs == ui.ArcsYes
		own.Arcs = &yes
	}
	number := func(field string, scale float64, keep func(int64)) {
		typed := c.PostForm(field)
		if strings.TrimSpace(typed) == "" {
			return
		}
		n, ok := scaled(typed, scale)
		if !ok {
			errs = append(errs, fab.Refuse(fab.Invalid, "number_wrong", field))
			return
		}
		keep(n)
	}
	number(ui.FieldPile, 1, func(n int64) { own.Pile = n })
	for _, l := range limitFields {
		scale := 1.0
		if l.um {
			scale = 1000
		}
		number(l.field, scale, func(n int64) { own.Limits[l.key] = n })
	}
	var refused *fab.Error
	if own.Clips, refused = readClips(c.PostForm(ui.FieldClips)); refused != nil {
		errs = append(errs, refused)
	}
	return own, errs
}

// scaled reads a number as people type it, "12,5", and enlarges it to a whole one.
func scaled(typed string, by float64) (int64, bool) {
	typed = strings.ReplaceAll(strings.Join(strings.Fields(typed), ""), ",", ".")
	f, err := strconv.ParseFloat(typed, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e6 {
		return 0, false
	}
	return int64(math.Round(f * by)), true
}

// readClips reads one rectangle a line: left, front, right, back and height, in mm.
func readClips(text string) (clips []production.Clip, refused *fab.Error) {
	for i, line := range strings.Split(text, "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == ';' })
		if len(words) == 0 {
			continue
		}
		var um [5]int64
		ok := len(words) == len(um)
		for j := 0; ok && j < len(um); j++ {
			um[j], ok = scaled(words[j], 1000)
		}
		if !ok {
			return nil, fab.Refuse(fab.Invalid, "clip_wrong", ui.FieldClips, "line", i+1)
		}
		clips = append(clips, production.Clip{Left: um[0], Front: um[1], Right: um[2], Back: um[3], Height: um[4]})
	}
	return clips, nil
}

// typedSettings is the form filled in with what a printer has.
func typedSettings(own production.Settings) url.Values {
	v := url.Values{ui.FieldStart: {own.Start}, ui.FieldEnd: {own.End}, ui.FieldMore: {own.More}, ui.FieldArcs: {ui.ArcsModel}}
	if own.Arcs != nil {
		v.Set(ui.FieldArcs, ui.ArcsNo)
		if *own.Arcs {
			v.Set(ui.FieldArcs, ui.ArcsYes)
		}
	}
	if own.Pile > 0 {
		v.Set(ui.FieldPile, strconv.FormatInt(own.Pile, 10))
	}
	for _, l := range limitFields {
		if n, ok := own.Limits[l.key]; ok && l.um {
			v.Set(l.field, mm(n))
		} else if ok {
			v.Set(l.field, strconv.FormatInt(n, 10))
		}
	}
	var lines []string
	for _, k := range own.Clips {
		lines = append(lines, strings.Join([]string{mm(k.Left), mm(k.Front), mm(k.Right), mm(k.Back), mm(k.Height)}, " "))
	}
	v.Set(ui.FieldClips, strings.Join(lines, "\n"))
	return v
}

func mm(um int64) string { return strconv.FormatFloat(float64(um)/1000, 'f', -1, 64) }

// keyed is one complaint about a machine's own settings: a key, and what is wrong with its value.
var keyed = regexp.MustCompile(`key ([a-z_.]+): ([^\n]*)`)

// byField puts each complaint about the settings beside the field that its key comes from.
func byField(detail string) error {
	var errs fab.Errors
	for _, m := range keyed.FindAllStringSubmatch(detail, -1) {
		field := fieldOf(m[1])
		code := "settings_wrong"
		if strings.HasPrefix(m[1], "limits.") || m[1] == "pile_max" {
			code = "limit_wider"
		}
		if !slices.ContainsFunc(errs, func(e *fab.Error) bool { return e.Field == field }) {
			errs = append(errs, fab.Refuse(fab.Invalid, code, field, "detail", m[2]))
		}
	}
	if len(errs) == 0 {
		return fab.Refuse(fab.Invalid, "settings_wrong", "", "detail", detail)
	}
	return errs
}

func fieldOf(key string) string {
	for _, l := range limitFields {
		if key == "limits."+l.key {
			return l.field
		}
	}
	switch {
	case key == "gcode.start":
		return ui.FieldStart
	case key == "gcode.end":
		return ui.FieldEnd
	case key == "pile_max":
		return ui.FieldPile
	case strings.HasPrefix(key, "clips") || key == "bed.clips":
		return ui.FieldClips
	case strings.HasPrefix(key, "macros") || key == "extra_commands":
		return ui.FieldMore
	}
	return ""
}

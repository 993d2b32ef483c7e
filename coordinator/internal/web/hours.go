package web

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

// english is the language whose days fab.Hours writes.
const english = "en"

// hoursPreset is the text of a choice of hours; false for those that a maker types.
func hoursPreset(choice string) (fab.Hours, bool) {
	switch choice {
	case ui.HoursAlways:
		return "", true
	case ui.HoursDay:
		return "08:00-22:00", true
	case ui.HoursEvenings:
		return "mo-fr 18:00-22:00; sa,su 09:00-22:00", true
	}
	return "", false
}

// readHours reads a choice of hours. An own text is refused in its field when it is empty; what it says is checked by the
// room.
func readHours(c *gin.Context, choice, own string) (fab.Hours, *fab.Error) {
	if h, ok := hoursPreset(c.PostForm(choice)); ok && c.PostForm(choice) != "" {
		return h, nil
	}
	typed := fab.Line(c.PostForm(own))
	if typed == "" {
		return "", fab.Refuse(fab.Invalid, "hours_missing", own)
	}
	return hoursTyped(typed), nil
}

// typeHours fills the two fields of hours in as they are.
func typeHours(v url.Values, lang, choice, own string, h fab.Hours) {
	for _, one := range ui.HoursChoices() {
		if preset, ok := hoursPreset(one); ok && preset == h {
			v.Set(choice, one)
			return
		}
	}
	v.Set(choice, ui.HoursOwn)
	v.Set(own, hoursShown(lang, h))
}

// frenchDays are the days as French writes them, with those of fab.Hours.
var frenchDays = [...][2]string{{"lu", "mo"}, {"ma", "tu"}, {"me", "we"}, {"je", "th"}, {"ve", "fr"}, {"sa", "sa"}, {"di", "su"}}

var (
	dayWord   = regexp.MustCompile(`[a-zéûA-Z]+`)
	clockWord = regexp.MustCompile(`(\d{1,2})\s*[hH:]\s*(\d{2})?`)
)

// hoursTyped turns what people type in either language, "lundi-vendredi 18h-22h30", into what fab.Hours reads.
func hoursTyped(typed string) fab.Hours {
	typed = strings.NewReplacer("–", "-", "—", "-", "’", "'").Replace(typed)
	typed = clockWord.ReplaceAllStringFunc(typed, func(clock string) string {
		m := clockWord.FindStringSubmatch(clock)
		if m[2] == "" {
			m[2] = "00"
		}
		return m[1] + ":" + m[2]
	})
	typed = strings.ReplaceAll(strings.ReplaceAll(typed, " - ", "-"), ", ", ",")
	return fab.Hours(dayWord.ReplaceAllStringFunc(typed, func(day string) string {
		day = strings.ToLower(day)
		for _, d := range frenchDays {
			if len(day) >= 2 && (strings.HasPrefix(day, d[0]) || strings.HasPrefix(day, d[1])) {
				return d[1]
			}
		}
		return day
	}))
}

// hoursShown writes hours with the days of the language.
func hoursShown(lang string, h fab.Hours) string {
	if lang == english {
		return string(h)
	}
	return dayWord.ReplaceAllStringFunc(string(h), func(day string) string {
		for _, d := range frenchDays {
			if day == d[1] {
				return d[0]
			}
		}
		return day
	})
}

// sayHours words hours for a page: as a preset, or their text.
func sayHours(lang string, h fab.Hours) fab.Reason {
	for _, one := range ui.HoursChoices() {
		if preset, ok := hoursPreset(one); ok && preset == h {
			return fab.Because("hours." + one)
		}
	}
	return fab.Because("hours.text", "text", hoursShown(lang, h))
}

// readDay reads a day as people type it, as the beginning of that day in the lab's zone; the zero time when the field is
// empty.
func (s *Server) readDay(c *gin.Context, field string) (time.Time, *fab.Error) {
	typed := strings.TrimSpace(c.PostForm(field))
	if typed == "" {
		return time.Time{}, nil
	}
	for _, form := range [...]string{time.DateOnly, "02/01/2006", "2/1/2006", "02.01.2006"} {
		if day, err := time.ParseInLocation(form, typed, s.Lab.Zone); err == nil {
			return day, nil
		}
	}
	return time.Time{}, fab.Refuse(fab.Invalid, "date_wrong", field)
}

// typedDay is a day as its field holds it.
func (s *Server) typedDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.local(t).Format(time.DateOnly)
}

package locales

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// placeholder is {name}, {name|format} or {name@prefix}: the last words the
// value itself, as the code prefix.value.
var placeholder = regexp.MustCompile(`\{([a-z_][a-z0-9_]*)(?:([|@])([a-z0-9_.]+))?\}`)

// fill puts the values into the placeholders. An argument that was not given
// stays visible as ⟦name⟧.
func fill(lang, sentence string, values map[string]any) string {
	if !strings.Contains(sentence, "{") {
		return sentence
	}
	return placeholder.ReplaceAllStringFunc(sentence, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		value, ok := values[parts[1]]
		if !ok {
			return missing(parts[1])
		}
		if parts[2] == "@" {
			return Word(lang, parts[3], fmt.Sprint(value))
		}
		return decimal(lang, parts[1], format(lang, parts[3], value))
	})
}

// decimal writes a length that came as text, "231.0", with the mark of the language. Only its name tells it from the
// name of a version.
func decimal(lang, name, text string) string {
	if lang == English || !strings.HasSuffix(name, "_mm") {
		return text
	}
	return strings.ReplaceAll(text, ".", ",")
}

// Word words a short code of a family ("material", "film-a4"). The family "item"
// stands for the one before the colon of the value ("part:visor-band"). A value that
// the family does not know is shown as it is: labs name their own materials and products.
func Word(lang, family, value string) string {
	if kind, code, ok := strings.Cut(value, ":"); family == "item" && ok {
		family, value = kind, code
	}
	if code := family + "." + value; Has(lang, code) {
		return Text(lang, code)
	}
	return value
}

func format(lang, how string, value any) string {
	if at, ok := value.(time.Time); ok {
		return formatTime(lang, how, at)
	}
	if d, ok := value.(time.Duration); ok {
		return Duration(lang, d)
	}
	n, ok := integer(value)
	switch {
	case ok && how == "grams":
		return Grams(lang, n)
	case ok && how == "hour":
		return Clock(lang, time.Date(2000, 1, 1, int(n), 0, 0, 0, time.UTC))
	case ok && how == "minutes":
		return Duration(lang, time.Duration(n)*time.Minute)
	case ok && how == "percent":
		return Percent(lang, int(n))
	case ok && how == "seconds":
		return Duration(lang, time.Duration(n)*time.Second)
	case ok:
		return Number(lang, n)
	}
	if how != "" {
		if at, err := time.Parse(time.RFC3339, fmt.Sprint(value)); err == nil {
			return formatTime(lang, how, at)
		}
	}
	return fmt.Sprint(value)
}

func formatTime(lang, how string, at time.Time) string {
	switch how {
	case "time":
		return Clock(lang, at)
	case "date":
		return Date(lang, at)
	case "day":
		return Weekday(lang, at)
	case "moment":
		return Moment(lang, at)
	}
	return DayDate(lang, at)
}

// integer reads any integer kind, named types included.
func integer(value any) (int64, bool) {
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true //nolint:gosec // counts shown to people never reach 2^63
	}
	return 0, false
}

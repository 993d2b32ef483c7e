package locales

import (
	"fmt"
	"strconv"
	"time"
)

// The functions of this file show a time in its own location: callers convert to
// the lab's zone first.

func weekdays(lang string) [7]string {
	if lang == English {
		return [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	}
	return [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
}

func months(lang string) [13]string {
	if lang == English {
		return [13]string{"", "January", "February", "March", "April", "May", "June", "July",
			"August", "September", "October", "November", "December"}
	}
	return [13]string{"", "janvier", "février", "mars", "avril", "mai", "juin", "juillet",
		"août", "septembre", "octobre", "novembre", "décembre"}
}

// Weekday names the day: "jeudi".
func Weekday(lang string, at time.Time) string { return weekdays(lang)[at.Weekday()] }

// Date writes "26 novembre".
func Date(lang string, at time.Time) string {
	day := strconv.Itoa(at.Day())
	if lang != English && at.Day() == 1 {
		day = "1er"
	}
	return day + nbsp + months(lang)[at.Month()]
}

// DayDate writes "jeudi 26 novembre".
func DayDate(lang string, at time.Time) string { return Weekday(lang, at) + " " + Date(lang, at) }

// Clock writes the time of day: "16 h 40", "16 h" on the hour; "4:40 pm" in English.
func Clock(lang string, at time.Time) string {
	h, m := at.Hour(), at.Minute()
	if lang != English {
		if m == 0 {
			return fmt.Sprintf("%d"+nbsp+"h", h)
		}
		return fmt.Sprintf("%d"+nbsp+"h"+nbsp+"%02d", h, m)
	}
	half := "am"
	if h >= 12 {
		half = "pm"
	}
	h = (h+11)%12 + 1
	if m == 0 {
		return fmt.Sprintf("%d"+nbsp+"%s", h, half)
	}
	return fmt.Sprintf("%d:%02d"+nbsp+"%s", h, m, half)
}

// Moment writes a day and a time of day: "lundi 7 h 05".
func Moment(lang string, at time.Time) string {
	if lang == English {
		return Weekday(lang, at) + " at " + Clock(lang, at)
	}
	return Weekday(lang, at) + " " + Clock(lang, at)
}

// Day says a day as seen from now: today, tomorrow, yesterday, the weekday when it
// is less than a week away, else the full date.
func Day(lang string, at, now time.Time) string {
	now = now.In(at.Location())
	days := daysBetween(now, at)
	switch {
	case days == 0:
		return Text(lang, "time.today")
	case days == 1:
		return Text(lang, "time.tomorrow")
	case days == -1:
		return Text(lang, "time.yesterday")
	case days > -7 && days < 7:
		return Weekday(lang, at)
	}
	return DayDate(lang, at)
}

// When says a day as seen from now and a time of day; today is left out:
// "16 h 40", "demain 9 h", "lundi 7 h 05".
func When(lang string, at, now time.Time) string {
	if daysBetween(now.In(at.Location()), at) == 0 {
		return Clock(lang, at)
	}
	join := " "
	if lang == English {
		join = " at "
	}
	return Day(lang, at, now) + join + Clock(lang, at)
}

// Window says when something will come: "jeudi entre 9 h et 11 h".
func Window(lang string, from, to, now time.Time) string {
	switch {
	case to.IsZero() || !to.After(from):
		return Day(lang, from, now)
	case daysBetween(from, to) != 0:
		return Text(lang, "time.between_days", "from", Day(lang, from, now), "to", Day(lang, to.In(from.Location()), now))
	}
	return Text(lang, "time.between", "day", Day(lang, from, now),
		"from", Clock(lang, from), "to", Clock(lang, to.In(from.Location())))
}

// Around says the days between which something will be ready, seen from now: "jeudi", "entre demain et samedi". Days gone by
// are left out.
func Around(lang string, from, to, now time.Time) string {
	if from.Before(now) {
		from = now.In(from.Location())
	}
	if !to.After(from) || daysBetween(from, to) == 0 {
		return Day(lang, from, now)
	}
	return Text(lang, "outlook.around", "from", Day(lang, from, now), "to", Day(lang, to.In(from.Location()), now))
}

// Dates says the days between which something was to be ready, in full, since they may have gone by: "vendredi 3 avril",
// "entre vendredi 3 avril et lundi 6 avril".
func Dates(lang string, from, to time.Time) string {
	to = to.In(from.Location())
	if daysBetween(from, to) == 0 {
		return DayDate(lang, from)
	}
	return Text(lang, "time.between_days", "from", DayDate(lang, from), "to", DayDate(lang, to))
}

// Half says the day and its half: "jeudi matin", "demain après-midi".
func Half(lang string, at, now time.Time) string {
	half := "morning"
	if at.Hour() >= 12 {
		half = "afternoon"
	}
	return Text(lang, "time."+half, "day", Day(lang, at, now))
}

// Span says from when to when on one day, without the day: "9 h à 11 h".
func Span(lang string, from, to time.Time) string {
	return Text(lang, "time.span", "from", Clock(lang, from), "to", Clock(lang, to))
}

func daysBetween(a, b time.Time) int {
	b = b.In(a.Location())
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	}
	return int(day(b).Sub(day(a)).Hours() / 24)
}

// Duration writes how long: "40 s", "14 min", "1 h 10", "3 jours".
func Duration(lang string, d time.Duration) string {
	switch {
	case d < 0:
		d = 0
		fallthrough
	case d < time.Minute:
		return fmt.Sprintf("%d"+nbsp+"s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d"+nbsp+"min", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		minutes := int(d.Round(time.Minute).Minutes())
		if minutes%60 == 0 {
			return fmt.Sprintf("%d"+nbsp+"h", minutes/60)
		}
		if lang == English {
			return fmt.Sprintf("%d"+nbsp+"h"+nbsp+"%02d"+nbsp+"min", minutes/60, minutes%60)
		}
		return fmt.Sprintf("%d"+nbsp+"h"+nbsp+"%02d", minutes/60, minutes%60)
	}
	return Text(lang, "time.days", "n", int(d.Hours()/24))
}

// Ago says how long ago, coarser the longer it is: "il y a 4 s", "il y a 7 h", "hier".
// Times ahead count as now.
func Ago(lang string, at, now time.Time) string {
	d := now.Sub(at)
	switch {
	case d < time.Second:
		return Text(lang, "time.just_now")
	case d >= 18*time.Hour && daysBetween(at, now) == 1:
		return Text(lang, "time.yesterday")
	case d >= 24*time.Hour:
		return Text(lang, "time.ago", "d", Text(lang, "time.days", "n", daysBetween(at, now)))
	case d >= 3*time.Hour:
		d = d.Round(time.Hour)
	}
	return Text(lang, "time.ago", "d", Duration(lang, d))
}

package ui

import (
	"strconv"
	"time"

	"github.com/mailleur/mailleur/ui/locales"
)

// Telemetry words what changes on a tile from second to second, for pages in lang.
// A change of state, job or reason is a Fresh(TileID(…)) instead.
func Telemetry(lang string, now time.Time, t Tile) []Message {
	w := words{lang: lang}
	key := "p." + t.ID
	line, _ := w.text(t.Line(now))
	state := locales.Text(lang, "state."+t.State)
	if t.State == StatePrinting {
		state += " " + locales.Percent(lang, t.Percent)
	}
	return []Message{
		{ID: key + ".state", Text: state},
		{ID: key + ".bar", Attrs: map[string]string{"value": strconv.Itoa(t.Percent)}},
		{ID: key + ".line", Text: line},
		{ID: key + ".nozzle", Text: heat(lang, t.Hot, t.NozzleMilli, t.NozzleTo)},
		{ID: key + ".bed", Text: heat(lang, t.Hot, t.BedMilli, t.BedTo)},
		{ID: key + ".seen", Text: seen(lang, t.Seen, now)},
	}
}

// heat writes "240 / 240 °C", "48 °C" when nothing is asked for, "—" when unknown.
func heat(lang string, known bool, milli, target int64) string {
	switch {
	case !known:
		return "—"
	case target > 0:
		return strconv.FormatInt((milli+500)/1000, 10) + "\u00a0/\u00a0" + locales.Degrees(lang, target)
	}
	return locales.Degrees(lang, milli)
}

func seen(lang string, at, now time.Time) string {
	if at.IsZero() {
		return locales.Text(lang, "wall.never_seen")
	}
	return locales.Text(lang, "wall.seen", "ago", locales.Ago(lang, at, now))
}

// Sliced words how far the slicing of a plate is, for pages in lang. A change of its state is a Fresh(PlateRowID(…)).
func Sliced(lang, plate string, percent int) []Message {
	return []Message{
		{ID: "s." + plate + ".bar", Attrs: map[string]string{"value": strconv.Itoa(percent)}},
		{ID: "s." + plate + ".state", Text: locales.Text(lang, "state."+StateSlicing) + " " + locales.Percent(lang, percent)},
	}
}

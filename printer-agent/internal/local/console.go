package local

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/mailleur/mailleur/ui"
)

const (
	maxLine    = 90 // bytes; with its number and checksum a line must fit the 96 of Marlin (MAX_CMD_SIZE)
	maxAnswers = 60 // lines of one answer that are shown
	maxAnswer  = 200
	maxTalk    = 120 // lines that the page keeps
)

// speak sends one line of the console to the printer and keeps the talk for the page.
func (s *Server) speak(ctx context.Context, m Machine, form url.Values) (said, error) {
	line, err := spoken(form.Get(ui.FieldLine))
	if err != nil {
		return said{}, err
	}
	answers, err := m.Talk.Say(ctx, line)
	if err != nil {
		return said{}, err
	}
	s.talks.add(m.Key, line, answers)
	return said{}, nil
}

// spoken is a line for the console, when it may be sent. It is read as firmware reads it, so that no spelling slips past.
func spoken(text string) (string, error) {
	line := strings.TrimSpace(text)
	switch {
	case line == "":
		return "", Refuse(codeSayEmpty, ui.FieldLine)
	case len(line) > maxLine:
		return "", Refuse(codeSayLong, ui.FieldLine, "max", int64(maxLine))
	case strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' || r == ';' || r == '*' || r == '(' || r == '@' }):
		return "", Refuse(codeSaySigns, ui.FieldLine)
	}
	word := firstWord(line)
	if code := forbidden(word); code != "" {
		return "", Refuse(code, ui.FieldLine, "command", word)
	}
	return line, nil
}

// firstWord is the command of a line as documentation writes it: "M112" for "m 0112 P1" and for "N5M112", else the first
// word in capitals.
func firstWord(line string) string {
	s := strings.ToUpper(line)
	if s[0] == 'N' {
		if rest := strings.TrimLeft(strings.TrimLeft(s[1:], " "), "0123456789"); len(rest) < len(s)-1 {
			return "N"
		}
	}
	if s[0] == 'M' || s[0] == 'G' || s[0] == 'T' {
		digits := strings.TrimLeft(s[1:], " ")
		end := strings.IndexFunc(digits, func(r rune) bool { return !unicode.IsDigit(r) })
		if end < 0 {
			end = len(digits)
		}
		if n, err := strconv.Atoi(digits[:end]); err == nil {
			return s[:1] + strconv.Itoa(n)
		}
	}
	word, _, _ := strings.Cut(s, " ")
	return word
}

// forbidden is why a command is not sent from the page, "" when it may be. Commands of Marlin (its gcode/gcode.h),
// RepRapFirmware and Klipper (docs/G-Codes.md).
func forbidden(word string) string {
	switch word {
	case "M112", "EMERGENCY_STOP", "M410", "M108":
		return codeSayStop
	case "N", "M110":
		return codeSayNumbers
	case "M500", "M501", "M502", "M504", "SAVE_CONFIG", "M301", "M303", "M304", "M92", "M851", "M906", "M913":
		return codeSayMemory
	case "M302", "M85", "M570", "M562", "M999", "M143", "SET_HEATER_TEMPERATURE", "FORCE_MOVE", "SET_KINEMATIC_POSITION", "SET_PIN", "M42":
		return codeSayGuard
	case "M20", "M21", "M22", "M23", "M24", "M25", "M26", "M27", "M28", "M29", "M30", "M32", "M928", "SDCARD_PRINT_FILE":
		return codeSayCard
	case "M997", "M80", "M81", "M118", "M575", "M98", "RUN_SHELL_COMMAND", "UPDATE_DELAYED_GCODE", "RESTART", "FIRMWARE_RESTART", "M0", "M1", "M600", "M601", "M602":
		return CodeConsole
	}
	return ""
}

// talks keeps the last lines of the console of each printer.
type talks struct {
	mu sync.Mutex
	by map[string][]ui.ConsoleLine
}

func newTalks() *talks { return &talks{by: map[string][]ui.ConsoleLine{}} }

func (t *talks) add(key, line string, answers []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := append(t.by[key], ui.ConsoleLine{Sent: true, Text: line})
	for i, a := range answers {
		if i == maxAnswers {
			all = append(all, ui.ConsoleLine{Text: "…"})
			break
		}
		all = append(all, ui.ConsoleLine{Text: clean(a, maxAnswer)})
	}
	t.by[key] = append([]ui.ConsoleLine(nil), all[max(0, len(all)-maxTalk):]...)
}

func (t *talks) of(key string) []ui.ConsoleLine {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]ui.ConsoleLine(nil), t.by[key]...)
}

// clean makes text of a printer fit to be shown: valid, on one line, without what steers a terminal or the direction of
// writing, and not longer than so many letters.
func clean(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(text, "�") {
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		if r == '\t' {
			r = ' '
		}
		if !unicode.IsPrint(r) {
			r = '�'
		}
		b.WriteRune(r)
	}
	return b.String()
}

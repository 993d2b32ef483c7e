package ui

import (
	"fmt"
	"html/template"
)

// icon draws one of our icons in the colour of the text. Icons are decoration: the
// word stands beside them, so that they are hidden from screen readers.
func icon(name string) (template.HTML, error) {
	body, ok := iconBody(name)
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + body + `</svg>`), nil //nolint:gosec // constants of this file
}

const stroke = ` fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`

func iconBody(name string) (string, bool) {
	switch name {
	case "play":
		return `<path fill="currentColor" d="M7 4.5v15l12.5-7.5z"/>`, true
	case "check":
		return `<path d="M5 12.5l4.5 4.5L19 7"` + stroke, true
	case "clock":
		return `<path d="M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 7.5V12l3 2"` + stroke, true
	case "heat":
		return `<path d="M7 4c-2 2.5 2 4 0 6.5M12 4c-2 2.5 2 4 0 6.5M17 4c-2 2.5 2 4 0 6.5M4 15h16M4 19h16"` + stroke, true
	case "pause":
		return `<path d="M8.5 5v14M15.5 5v14" stroke-width="3.6"` + ` fill="none" stroke="currentColor" stroke-linecap="round"/>`, true
	case "hand":
		return `<path d="M8 13V6.5a1.5 1.5 0 0 1 3 0V11V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8.5c0 4-2.2 6.5-5.5 6.5c-3 0-4.3-1.6-6.5-5.5c-.8-1.5 1-2.7 2-1.5z"` + stroke, true
	case "alert":
		return `<path fill="currentColor" fill-rule="evenodd" d="M12 3.2L1.8 21h20.4zM11 10h2v5.5h-2zM11 17h2v2h-2z"/>`, true
	case "stop":
		return `<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5M12 16.5v.01"` + stroke, true
	case "truck":
		return `<path d="M2.5 6h11v10h-11zM13.5 9.5h4l3.5 3.5v3h-7.5M7 16a2 2 0 1 0 0 4a2 2 0 1 0 0-4M17 16a2 2 0 1 0 0 4a2 2 0 1 0 0-4"` + stroke, true
	case "box":
		return `<path d="M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21"` + stroke, true
	case "gift":
		return `<path d="M4 10h16v10.5H4zM3 7h18v3H3zM12 7v13.5M12 7C9 7 7.5 3.5 9.5 3.2S12 7 12 7s.5-4.1 2.5-3.8S15 7 12 7"` + stroke, true
	case "back":
		return `<path d="M14.5 5.5L8 12l6.5 6.5"` + stroke, true
	case "next":
		return `<path d="M9.5 5.5L16 12l-6.5 6.5"` + stroke, true
	case "person":
		return `<path d="M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20.5c.8-4 4-5.5 7.5-5.5s6.7 1.5 7.5 5.5"` + stroke, true
	case "cross":
		return `<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"` + stroke, true
	case "info":
		return `<path d="M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 11v5.5M12 7.5v.01"` + stroke, true
	case "question":
		return `<path d="M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M9.5 9.5c.2-3.5 5.2-3 5 0c-.1 1.8-2.5 2-2.5 4M12 16.8v.01"` + stroke, true
	}
	return "", false
}

// art draws a product when it has no picture yet.
func art(product string) template.HTML {
	const open = `<svg class="art" viewBox="0 0 64 64" aria-hidden="true" focusable="false"><g fill="none" stroke-linecap="round" stroke-linejoin="round">`
	var body string
	switch product {
	case "visor", "visor-band", "visor-reinforcement", "visor-bottom":
		body = `<path class="art-a" stroke-width="5" d="M12 50C8 26 16 14 32 14s24 12 20 36"/><path class="art-b" stroke-width="4" d="M21 44c-2-13 2-19 11-19s13 6 11 19"/>`
	case "hook":
		body = `<path class="art-c" stroke-width="6" d="M22 34a9 9 0 1 0 0 18a9 9 0 1 0 0-18M29 37L46 20M46 20c4-5 10 0 6 8"/>`
	case "mask", "mask-fabric":
		body = `<path class="art-a" stroke-width="4.5" d="M14 24c12-6 24-6 36 0v12c-6 14-30 14-36 0z"/><path class="art-b" stroke-width="3.5" d="M14 27c-9 0-9 10 1 11M50 27c9 0 9 10-1 11M22 33h20M22 40h20"/>`
	default:
		body = `<path class="art-a" stroke-width="4.5" d="M12 22l20-10l20 10v20L32 52L12 42zM12 22l20 10l20-10M32 32v20"/>`
	}
	return template.HTML(open + body + `</g></svg>`) //nolint:gosec // constants of this file
}

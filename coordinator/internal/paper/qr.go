package paper

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode/qr"

	"github.com/mailleur/mailleur/ui"
)

// encode draws the QR code of an address. A code that is smudged or folded over up to an eighth of its area can still be
// read (level M of ISO 18004). It fails on an address too long for a code, some 2,300 characters.
func encode(url string) (*ui.QR, error) {
	code, err := qr.Encode(url, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	side := code.Bounds().Dx()
	rows := make([]string, side)
	for y := range rows {
		row := make([]byte, side)
		for x := range row {
			row[x] = '.'
			if code.At(x, y) == color.Black {
				row[x] = '#'
			}
		}
		rows[y] = string(row)
	}
	return &ui.QR{URL: url, Rows: rows}, nil
}

package plate_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/mesh"
	"github.com/mailleur/mailleur/slicer-bridge/plate"
)

// The picture shows each piece where it lies and turned as it lies, the second
// part in the other colour, the clip in grey, the bed around them in white.
func TestPictureShowsWhatLiesWhere(t *testing.T) {
	area := plate.Area{MaxX: 200, MaxY: 200, Height: 100, Blocked: []plate.Rect{{MinX: 180, MinY: 0, MaxX: 200, MaxY: 20}}}
	parts := []plate.Part{{Mesh: box(120, 10, 4)}, {Mesh: box(20, 20, 4)}}
	places := []plate.Place{{X: 100, Y: 100, Angle: 45}, {Part: 1, X: 30, Y: 30}}
	view := mesh.View{Width: 200, Height: 180, Background: mesh.Paper}
	data, err := plate.Picture(parts, places, area, view)
	require.NoError(t, err)
	again, err := plate.Picture(parts, places, area, view)
	require.NoError(t, err)
	require.Equal(t, data, again)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 200, 180), img.Bounds())

	bed := bounds(img, func(c color.NRGBA) bool { return c != mesh.Paper })
	at := func(x, y float64) color.NRGBA {
		px := float64(bed.Min.X) + x/200*float64(bed.Dx())
		py := float64(bed.Max.Y) - y/200*float64(bed.Dy())
		return color.NRGBAModel.Convert(img.At(int(px), int(py))).(color.NRGBA)
	}
	green := func(c color.NRGBA) bool { return c.G > c.R+20 && c.B > c.R }
	orange := func(c color.NRGBA) bool { return c.R > c.G+40 && c.G > c.B }
	light := func(c color.NRGBA) bool { return min(c.R, c.G, c.B) > 220 }
	require.True(t, green(at(100, 100)))
	require.True(t, green(at(130, 130)), "along the way it is turned")
	require.True(t, green(at(70, 70)))
	require.True(t, light(at(130, 70)), "and not the other way")
	require.True(t, orange(at(30, 30)))
	require.True(t, light(at(30, 105)))
	c := at(190, 10)
	require.True(t, c.R < 160 && c.B > c.R, "%v", c)

	_, err = plate.Picture(parts, places, area, mesh.View{Width: 100_000, Height: 10})
	require.Error(t, err)
	_, err = plate.Picture(parts, places, plate.Area{}, view)
	require.Error(t, err)
}

func bounds(img image.Image, in func(color.NRGBA) bool) image.Rectangle {
	var out image.Rectangle
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if in(color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)) {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}

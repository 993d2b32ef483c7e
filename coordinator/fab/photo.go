package fab

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // screenshots and signatures
)

// The limits of a picture as it is sent.
const (
	MaxPhoto  = 12 << 20 // bytes
	maxPixels = 60 << 20
)

// PhotoKind is the media type of what CleanPhoto gives.
const PhotoKind = "image/jpeg"

// CleanPhoto draws a picture anew: without what the telephone wrote into it about place, time and owner, its longer side
// at most so many pixels, and at most so many bytes as JPEG. field names where a refusal is shown.
func CleanPhoto(sent []byte, side, most int, field string) ([]byte, error) {
	if len(sent) > MaxPhoto {
		return nil, Refuse(Invalid, "photo_too_large", field, "max", MaxPhoto>>20)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(sent))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil, Refuse(Invalid, "photo_unreadable", field)
	}
	picture, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return nil, Refuse(Invalid, "photo_unreadable", field)
	}
	for quality := 80; ; quality -= 20 {
		if quality < 40 {
			quality, side = 80, side*2/3
		}
		var out bytes.Buffer
		if err := jpeg.Encode(&out, smaller(picture, side), &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= most || side < 64 {
			return out.Bytes(), nil
		}
	}
}

// smaller scales a picture down until its longer side has so many pixels: each is the mean of those that it stands for.
// What is transparent becomes white.
func smaller(src image.Image, side int) image.Image {
	b := src.Bounds()
	longer := max(b.Dx(), b.Dy())
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, b.Min, draw.Over)
	if longer <= side {
		return flat
	}
	w, h := max(1, b.Dx()*side/longer), max(1, b.Dy()*side/longer)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetRGBA(x, y, mean(flat, image.Rect(x*b.Dx()/w, y*b.Dy()/h, (x+1)*b.Dx()/w, (y+1)*b.Dy()/h)))
		}
	}
	return out
}

func mean(p *image.RGBA, r image.Rectangle) color.RGBA {
	var sum [3]int
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			at := p.Pix[p.PixOffset(x, y):]
			sum[0], sum[1], sum[2], n = sum[0]+int(at[0]), sum[1]+int(at[1]), sum[2]+int(at[2]), n+1
		}
	}
	n = max(1, n)
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255} //nolint:gosec // a mean of bytes is a byte
}

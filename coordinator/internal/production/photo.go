package production

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // phones send PNG for screenshots

	"github.com/mailleur/mailleur/coordinator/fab"
)

// The limits of a photo as it is sent, and of the one that is kept.
const (
	MaxPhoto    = 12 << 20 // bytes sent
	maxPixels   = 60 << 20 // of the picture sent
	photoSide   = 1280     // pixels kept along the longer side
	photoGrade  = 80       // JPEG quality
	fieldPhoto  = "photo"
	photoFormat = "image/jpeg"
)

// keepPhoto stores a photo anew: smaller, and without what the telephone wrote into it about place, time and owner.
func (p *Production) keepPhoto(ctx context.Context, sent []byte) (hash string, err error) {
	if len(sent) == 0 {
		return "", nil
	}
	data, err := cleanPhoto(sent)
	if err != nil {
		return "", err
	}
	blob, err := p.store.PutBlob(ctx, data, photoFormat)
	return blob.Hash, err
}

func cleanPhoto(sent []byte) ([]byte, error) {
	if len(sent) > MaxPhoto {
		return nil, fab.Refuse(fab.Invalid, "photo_too_large", fieldPhoto, "max", MaxPhoto>>20)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(sent))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil, fab.Refuse(fab.Invalid, "photo_unreadable", fieldPhoto)
	}
	picture, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return nil, fab.Refuse(fab.Invalid, "photo_unreadable", fieldPhoto)
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, smaller(picture, photoSide), &jpeg.Options{Quality: photoGrade})
	return out.Bytes(), err
}

// smaller scales a picture down until its longer side has so many pixels: each is the mean of those that it stands for.
func smaller(src image.Image, side int) image.Image {
	b := src.Bounds()
	longer := max(b.Dx(), b.Dy())
	w, h := b.Dx(), b.Dy()
	if longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), src, b.Min, draw.Over)
	if longer <= side {
		return flat
	}
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

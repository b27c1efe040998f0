package document

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"jeongsan/internal/fault"
)

// What a company logo may be. A PNG of a few kilobytes can claim 20,000 × 20,000 points and take 1.6 GB to
// decode, so the size is read from its header before anything is unpacked.
const (
	maxLogoBytes  = 2 << 20
	maxLogoSide   = 4000
	maxLogoPixels = 8_000_000

	logoField = "회사 로고 / company logo"
)

// Logos are stored in documents at no more than this many pixels: 300 dpi at the largest size they are printed.
const (
	logoPixelsWide = 640
	logoPixelsHigh = 200
)

// CheckLogo reports whether b can stand on an invoice: a whole PNG or JPEG, at most 2 MiB, at most 4,000 pixels
// a side and 8 million in all. The fault names the field and what to upload instead.
func CheckLogo(b []byte) error {
	_, err := decodeLogo(b)
	return err
}

func decodeLogo(b []byte) (image.Image, error) {
	if len(b) == 0 {
		return nil, fault.Invalidf(logoField, fault.T(
			"회사 로고가 등록되어 있지 않습니다. PNG 또는 JPG 파일을 올려 주세요.",
			"There is no company logo. Upload a PNG or JPG file."))
	}
	if len(b) > maxLogoBytes {
		return nil, fault.Invalidf(logoField, fault.T(
			"회사 로고 파일이 %.1f MiB입니다. 2 MiB 이하의 PNG 또는 JPG 파일을 올려 주세요.",
			"The company logo is %.1f MiB. Upload a PNG or JPG file of at most 2 MiB.", float64(len(b))/(1<<20)))
	}
	config, decode := png.DecodeConfig, png.Decode
	if bytes.HasPrefix(b, []byte("\xff\xd8\xff")) {
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	} else if !bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, fault.Invalidf(logoField, fault.T(
			"회사 로고가 PNG나 JPG 이미지가 아닙니다. 파일 이름만 바꾸지 말고 PNG 또는 JPG로 저장해 올려 주세요.",
			"The company logo is neither PNG nor JPG. Save it as PNG or JPG (renaming is not enough) and upload that."))
	}
	size, err := config(bytes.NewReader(b))
	if err != nil {
		return nil, brokenLogo(err)
	}
	if size.Width < 1 || size.Height < 1 {
		return nil, brokenLogo(fmt.Errorf("logo is %d by %d", size.Width, size.Height))
	}
	if size.Width > maxLogoSide || size.Height > maxLogoSide || size.Width*size.Height > maxLogoPixels {
		return nil, fault.Invalidf(logoField, fault.T(
			"회사 로고가 %d×%d 픽셀입니다. 한 변 4,000픽셀, 전체 800만 픽셀 이하로 줄여 주세요.",
			"The company logo has %d×%d pixels. Reduce it to at most 4,000 a side and 8 million in all.", size.Width, size.Height))
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return nil, brokenLogo(err)
	}
	return img, nil
}

func brokenLogo(cause error) error {
	return fault.Invalidf(logoField, fault.T(
		"회사 로고 파일이 손상되어 읽을 수 없습니다. 다른 프로그램에서 다시 저장해 올려 주세요.",
		"The company logo is damaged and cannot be read. Save it again in another program and upload that.")).Because(cause)
}

// logo is a picture ready for both formats: an opaque 8-bit RGB PNG on white, the one kind that both libraries
// embed without surprises (no interlacing, palette, alpha or CMYK).
type logo struct {
	png  []byte
	w, h int
}

func prepareLogo(b []byte) (logo, error) {
	img, err := decodeLogo(b)
	if err != nil {
		return logo{}, err
	}
	small := reduce(img, logoPixelsWide, logoPixelsHigh)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, small); err != nil {
		return logo{}, fmt.Errorf("encode logo: %w", err)
	}
	return logo{out.Bytes(), small.Rect.Dx(), small.Rect.Dy()}, nil
}

// within is the largest size in the box that keeps the logo's proportions; it never enlarges past one point a pixel.
func (l logo) within(w, h float64) (float64, float64) {
	scale := min(w/float64(l.w), h/float64(l.h), 1)
	return float64(l.w) * scale, float64(l.h) * scale
}

// reduce lays the picture on white and averages its pixels down to the box.
func reduce(img image.Image, maxW, maxH int) *image.RGBA {
	src := img.Bounds()
	w, h := src.Dx(), src.Dy()
	if w > maxW {
		w, h = maxW, max(1, h*maxW/w)
	}
	if h > maxH {
		w, h = max(1, w*maxH/h), maxH
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			area := image.Rect(
				src.Min.X+x*src.Dx()/w, src.Min.Y+y*src.Dy()/h,
				src.Min.X+(x+1)*src.Dx()/w, src.Min.Y+(y+1)*src.Dy()/h)
			out.SetRGBA(x, y, onWhite(img, area))
		}
	}
	return out
}

func onWhite(img image.Image, area image.Rectangle) color.RGBA {
	var r, g, b, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			pr, pg, pb, pa := img.At(x, y).RGBA() // premultiplied: white shows through by what alpha leaves
			paper := uint64(0xffff - pa)
			r, g, b, n = r+uint64(pr)+paper, g+uint64(pg)+paper, b+uint64(pb)+paper, n+1
		}
	}
	return color.RGBA{uint8(r / n >> 8), uint8(g / n >> 8), uint8(b / n >> 8), 0xff}
}

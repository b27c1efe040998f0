// Package documenttest makes what tests and the one-machine stack need around documents: a company logo drawn
// from shapes, and the text of a PDF read back from its bytes. It is used by tests and by infra/local; nothing
// that runs as a Lambda imports it.
package documenttest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Logo draws a plain company mark, a ring with a rising bar chart in it on a transparent ground, and returns it
// as PNG. The hue (0 to 359) tells the companies of a seed apart; the same hue gives the same bytes.
func Logo(hue int) ([]byte, error) {
	const w, h, sample = 480, 144, 3
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	main, light := shade(hue, 150, 60), shade(hue, 205, 130)
	for y := range h {
		for x := range w {
			var cover [2]int
			for i := range sample * sample {
				if k := shapeAt(x*sample+i%sample, y*sample+i/sample, sample); k > 0 {
					cover[k-1]++
				}
			}
			if ink := cover[0] + cover[1]; ink > 0 {
				c := main
				if cover[1] > cover[0] {
					c = light
				}
				c.A = uint8(255 * ink / (sample * sample))
				img.SetNRGBA(x, y, c)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("draw logo: %w", err)
	}
	return out.Bytes(), nil
}

// shapeAt says which ink covers a point of the finer grid: 0 none, 1 main, 2 light.
func shapeAt(x, y, sample int) int {
	u, v := float64(x)/float64(sample), float64(y)/float64(sample)
	if d := (u-72)*(u-72) + (v-72)*(v-72); d <= 66*66 {
		if d >= 56*56 {
			return 1
		}
		return bar(u, v, 38, 18, []float64{30, 48, 66})
	}
	if u > 165 && u < 470 { // a word mark of strokes: readable as a name from afar, and as none from near
		switch {
		case v > 40 && v < 62 && word(u-165, []float64{92, 20, 70, 20, 100}):
			return 1
		case v > 82 && v < 92 && u < 430 && word(u-165, []float64{40, 10, 60, 10, 50, 10, 84}):
			return 2
		}
	}
	return 0
}

func bar(u, v, from, width float64, heights []float64) int {
	for i, height := range heights {
		x := from + float64(i)*(width+7)
		if u >= x && u < x+width && v < 106 && v >= 106-height {
			return 1 + i%2
		}
	}
	return 0
}

func word(u float64, pieces []float64) bool {
	at := 0.0
	for i, p := range pieces {
		if u >= at && u < at+p {
			return i%2 == 0
		}
		at += p
	}
	return false
}

// shade is a colour of the hue between a low and a high channel, in integers so that every machine agrees.
func shade(hue, high, low int) color.NRGBA {
	hue = ((hue % 360) + 360) % 360
	step, part := hue/60, (high-low)*(hue%60)/60
	up, down := uint8(low+part), uint8(high-part)
	hi, lo := uint8(high), uint8(low)
	table := [6][3]uint8{{hi, up, lo}, {down, hi, lo}, {lo, hi, up}, {lo, down, hi}, {up, lo, hi}, {hi, lo, down}}
	return color.NRGBA{table[step][0], table[step][1], table[step][2], 255}
}

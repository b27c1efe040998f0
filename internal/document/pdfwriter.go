package document

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/signintech/gopdf"
)

// The writer turns a layout into PDF bytes. Nothing else knows the PDF library.

// pdfInfo is what a viewer shows as the document's properties.
type pdfInfo struct {
	title, author, subject string
	created                time.Time // the day of issue, so that the same invoice gives the same bytes
}

type pdfWriter struct {
	l     *layout
	pdf   gopdf.GoPdf
	face  faceID
	size  float64
	added [faceCount]bool
}

func (l *layout) write(info pdfInfo) ([]byte, error) {
	if l.err != nil {
		return nil, l.err
	}
	w := &pdfWriter{l: l, face: faceCount}
	w.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	w.pdf.SetCompressLevel(zlib.BestSpeed) // pages of text: half the time for a tenth more bytes
	w.pdf.SetInfo(gopdf.PdfInfo{Title: info.title, Author: info.author, Subject: info.subject, CreationDate: info.created})
	for _, p := range l.pages {
		w.pdf.AddPageWithOption(gopdf.PageOption{PageSize: &gopdf.Rect{W: p.w, H: p.h}})
		for _, m := range p.marks {
			if err := w.mark(m); err != nil {
				return nil, fmt.Errorf("write pdf: %w", err)
			}
		}
	}
	var out bytes.Buffer
	if _, err := w.pdf.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write pdf: %w", err)
	}
	return out.Bytes(), nil
}

func (w *pdfWriter) mark(m mark) error {
	switch m.kind {
	case markText:
		return w.text(m)
	case markBox:
		w.pdf.SetFillColor(m.color.r, m.color.g, m.color.b)
		w.pdf.RectFromUpperLeftWithStyle(m.x, m.y, m.w, m.h, "F")
		return nil
	case markRule:
		w.pdf.SetLineWidth(m.size)
		w.pdf.SetStrokeColor(m.color.r, m.color.g, m.color.b)
		w.pdf.Line(m.x, m.y, m.w, m.h)
		return nil
	case markPicture:
		holder, err := gopdf.ImageHolderByBytes(m.picture.png)
		if err != nil {
			return err
		}
		return w.pdf.ImageByHolder(holder, m.x, m.y, &gopdf.Rect{W: m.w, H: m.h})
	default:
		return w.stamp(m)
	}
}

func (w *pdfWriter) text(m mark) error {
	w.pdf.SetTextColor(m.color.r, m.color.g, m.color.b)
	x := m.x
	for _, r := range w.l.runs(m.text, m.face) {
		if err := w.setFont(r.face, m.size); err != nil {
			return err
		}
		f := w.l.fonts.face(r.face)
		first, _ := utf8.DecodeRuneInString(r.text)
		w.pdf.SetXY(x+float64(f.thousandths(f.side(first)))*m.size/1000, m.y)
		if err := w.pdf.Text(r.text); err != nil {
			return err
		}
		x += float64(f.measure(r.text)) * m.size / 1000
	}
	return nil
}

// stamp sets text across the page, see-through, so that what it crosses stays readable. The library never takes
// transparency back, so a stamp must be the last mark of its page.
func (w *pdfWriter) stamp(m mark) error {
	seeThrough, err := gopdf.NewTransparency(0.12, "")
	if err != nil {
		return err
	}
	if err := w.setFont(m.face, m.size); err != nil {
		return err
	}
	w.pdf.SetTextColor(m.color.r, m.color.g, m.color.b)
	w.pdf.Rotate(35, m.x, m.y)
	w.pdf.SetXY(m.x-m.w/2, m.y-m.size/2)
	if err := w.pdf.CellWithOption(&gopdf.Rect{W: m.w, H: m.size}, m.text, gopdf.CellOption{Align: gopdf.Center | gopdf.Middle, Transparency: &seeThrough}); err != nil {
		return err
	}
	w.pdf.RotateReset()
	return nil
}

func (w *pdfWriter) setFont(id faceID, size float64) error {
	if w.face == id && w.size == size {
		return nil
	}
	if !w.added[id] {
		if err := w.addFont(id); err != nil {
			return err
		}
	}
	w.face, w.size = id, size
	return w.pdf.SetFont(faceNames[id], "", size)
}

func (w *pdfWriter) addFont(id faceID) error {
	if err := w.pdf.AddTTFFontFromFontContainer(faceNames[id], &w.l.fonts.container); err != nil {
		return err
	}
	w.added[id] = true
	if id == hanja {
		return nil
	}
	return w.pdf.KernOverride(faceNames[id], w.l.fonts.faces[id].kern)
}

package document

import "strings"

// The table layer: rows of wrapped cells that flow over pages under a repeated head.

// column of a table. Neighbours with the same over-title share it as a second row of the head.
type column struct {
	title, over string
	width       float64
	align       align
	number      bool // set smaller rather than wrapped when too wide
}

type cell struct {
	text  string
	style style
}

// row is a row of cells, or a band: one text over the whole width that belongs to what follows it.
type row struct {
	cells []cell
	band  string
	fill  rgb
	rule  rgb     // colour of the rule below
	heavy float64 // thickness of the rule above; 0 for none
}

type table struct {
	columns []column
	head    style
	band    style
	pad     float64 // above and below the text of a row
	gutter  float64 // left and right of the text of a cell
	ink     rgb     // of the rules around the head
	headBox rgb
}

// flow is the place on the page where the next block goes, and how to get another page.
type flow struct {
	l           *layout
	p           *page
	x, w        float64
	y           float64
	top, bottom float64 // where content begins on a following page, and where it must end
	pageW       float64
	pageH       float64
}

func (f *flow) next() {
	f.p = f.l.addPage(f.pageW, f.pageH)
	f.y = f.top
}

// need starts a new page when less than h is left on this one.
func (f *flow) need(h float64) {
	if f.y+h > f.bottom {
		f.next()
	}
}

func (t *table) headRows() float64 {
	for _, c := range t.columns {
		if c.over != "" {
			return 2
		}
	}
	return 1
}

func (t *table) headHeight(l *layout) float64 {
	deepest := 1.0
	for _, c := range t.columns {
		deepest = max(deepest, float64(len(l.wrap(c.title, t.headStyle(l, c), c.width-2*t.gutter))))
	}
	return (deepest+t.headRows()-1)*t.head.lineHeight() + 2*t.pad
}

// headStyle is the head's, made smaller where a word of the title would not fit its column.
func (t *table) headStyle(l *layout, c column) style {
	s := t.head
	for word := range strings.FieldsSeq(c.title) {
		s = l.fit(word, s, c.width-2*t.gutter)
	}
	return s
}

func (t *table) drawHead(f *flow) {
	height, line := t.headHeight(f.l), t.head.lineHeight()
	f.p.box(f.x, f.y, f.w, height, t.headBox)
	f.p.rule(f.x, f.y, f.x+f.w, 0.8, t.ink)
	f.p.rule(f.x, f.y+height, f.x+f.w, 0.4, t.ink)
	x := f.x
	for i, c := range t.columns {
		top, room := f.y, height
		if c.over != "" {
			if i == 0 || t.columns[i-1].over != c.over {
				t.drawOver(f, i, x)
			}
			top, room = f.y+line, height-line
		}
		set := t.headStyle(f.l, c)
		lines := f.l.wrap(c.title, set, c.width-2*t.gutter)
		top += (room - float64(len(lines))*set.lineHeight()) / 2
		f.l.lines(f.p, lines, set, x+t.gutter, top, c.width-2*t.gutter, c.align)
		x += c.width
	}
	f.y += height
}

func (t *table) drawOver(f *flow, first int, x float64) {
	w := 0.0
	for i := first; i < len(t.columns) && t.columns[i].over == t.columns[first].over; i++ {
		w += t.columns[i].width
	}
	f.l.line(f.p, t.columns[first].over, t.head, x, f.y+t.pad*0.7, w, center)
	f.p.rule(x+t.gutter, f.y+t.pad*0.9+t.head.lineHeight(), x+w-t.gutter, 0.3, t.ink)
}

// draw sets all rows, repeating the head on every page they reach.
func (t *table) draw(f *flow, rows []row) {
	first := 0.0
	if len(rows) > 0 {
		first = t.height(t.wrapRow(f.l, rows[0]))
	}
	f.need(t.headHeight(f.l) + min(first, f.bottom-f.top-t.headHeight(f.l)) + t.pad)
	t.drawHead(f)
	for i, r := range rows {
		if r.band != "" {
			t.drawBand(f, r, rows[i+1:])
			continue
		}
		t.drawRow(f, r, t.wrapRow(f.l, r))
	}
}

// wrapped is a row with its cells broken into lines.
type wrapped struct {
	lines  [][]string
	styles []style
}

func (t *table) wrapRow(l *layout, r row) wrapped {
	w := wrapped{lines: make([][]string, len(r.cells)), styles: make([]style, len(r.cells))}
	for i, c := range r.cells {
		room := t.columns[i].width - 2*t.gutter
		s := c.style
		if t.columns[i].number {
			s = l.fit(c.text, s, room)
		}
		w.lines[i], w.styles[i] = l.wrap(c.text, s, room), s
	}
	return w
}

func (t *table) height(w wrapped) float64 {
	tallest := 0.0
	for i, lines := range w.lines {
		tallest = max(tallest, float64(max(1, len(lines)))*w.styles[i].lineHeight())
	}
	return tallest + 2*t.pad
}

// drawRow sets a row, on a new page when it does not fit on this one. A row taller than a page goes on, line by
// line, on as many as it needs.
func (t *table) drawRow(f *flow, r row, w wrapped) {
	for {
		height := t.height(w)
		if f.y+height > f.bottom && height <= f.bottom-f.top-t.headHeight(f.l) {
			f.next()
			t.drawHead(f)
		}
		if f.y+height <= f.bottom {
			t.place(f, r, w, height)
			return
		}
		rest, fits := w.split(f.bottom - f.y - 2*t.pad)
		if fits.any() {
			t.place(f, r, fits, t.height(fits))
			w = rest
		}
		f.next()
		t.drawHead(f)
	}
}

func (t *table) place(f *flow, r row, w wrapped, height float64) {
	if r.fill != (rgb{}) {
		f.p.box(f.x, f.y, f.w, height, r.fill)
	}
	if r.heavy > 0 {
		f.p.rule(f.x, f.y, f.x+f.w, r.heavy, t.ink)
	}
	baseline := 0.0 // the first lines of all cells stand on one
	for _, s := range w.styles {
		baseline = max(baseline, s.baseline(0))
	}
	x := f.x
	for i, lines := range w.lines {
		c, s := t.columns[i], w.styles[i]
		top := f.y + t.pad + baseline - s.baseline(0)
		f.l.lines(f.p, lines, s, x+t.gutter, top, c.width-2*t.gutter, c.align)
		x += c.width
	}
	f.y += height
	f.p.rule(f.x, f.y, f.x+f.w, 0.3, r.rule)
}

// drawBand sets a heading inside the table, never as the last thing on a page.
func (t *table) drawBand(f *flow, r row, after []row) {
	lines := f.l.wrap(r.band, t.band, f.w-2*t.gutter)
	height := float64(len(lines))*t.band.lineHeight() + 2*t.pad
	keep := height
	if len(after) > 0 {
		keep += t.height(t.wrapRow(f.l, after[0]))
	}
	if f.y+keep > f.bottom {
		f.next()
		t.drawHead(f)
	}
	if r.fill != (rgb{}) {
		f.p.box(f.x, f.y, f.w, height, r.fill)
	}
	f.l.lines(f.p, lines, t.band, f.x+t.gutter, f.y+t.pad, f.w-2*t.gutter, left)
	f.y += height
	f.p.rule(f.x, f.y, f.x+f.w, 0.3, r.rule)
}

// split divides a row into what fits in the height and the rest.
func (w wrapped) split(height float64) (rest, fits wrapped) {
	rest = wrapped{lines: make([][]string, len(w.lines)), styles: w.styles}
	fits = wrapped{lines: make([][]string, len(w.lines)), styles: w.styles}
	for i, lines := range w.lines {
		n := min(len(lines), max(0, int(height/w.styles[i].lineHeight())))
		fits.lines[i], rest.lines[i] = lines[:n], lines[n:]
	}
	return rest, fits
}

func (w wrapped) any() bool {
	for _, lines := range w.lines {
		if len(lines) > 0 {
			return true
		}
	}
	return false
}

package main

import (
	"strings"

	"golang.org/x/text/width"
)

// cells is how many columns of a terminal a text takes: Hangul and hanja take two.
func cells(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// column is one column of a printed table.
type column struct {
	title string
	right bool // numbers
}

// grid prints rows under their titles, each column as wide as its widest cell.
func grid(columns []column, rows [][]string) string {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = cells(c.title)
	}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], cells(cell))
		}
	}
	var out strings.Builder
	line := func(row []string) {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-cells(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if columns[i].right {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		out.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	titles := make([]string, len(columns))
	rule := make([]string, len(columns))
	for i, c := range columns {
		titles[i], rule[i] = c.title, strings.Repeat("─", widths[i])
	}
	line(titles)
	line(rule)
	for _, row := range rows {
		line(row)
	}
	return out.String()
}

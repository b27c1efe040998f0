package usage

// WithBudget makes the builder spill as soon as it holds so many bytes.
func (b *Builder) WithBudget(bytes int) *Builder { b.budget = bytes; return b }

// Held is the room in bytes that the builder keeps for rows, used or not.
func (b *Builder) Held() int {
	n := 0
	for _, g := range b.members {
		n += cap(g.data) + 4*cap(g.ends)
	}
	return n
}

// MaxRow is the largest row that is taken.
const MaxRow = maxRow

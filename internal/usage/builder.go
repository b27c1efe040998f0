package usage

import (
	"bytes"
	"compress/gzip"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"slices"

	"jeongsan/internal/fault"
	"jeongsan/internal/money"
)

// Spool is scratch space for one pull: what is written once and read back at random. An unlinked temporary
// file serves; its maker closes it.
type Spool interface {
	io.Writer
	io.ReaderAt
}

// Budget is how many bytes of encoded rows a Builder keeps in memory before it writes them to the spool.
const Budget = 32 << 20

// Builder takes rows of a pull in any order, all members interleaved, in bounded memory, and writes the snapshot:
// rows are kept per member, sorted and written to the spool as runs whenever the budget is used up, and merged
// at the end. Sorting makes the content, and so its hash, independent of the order the provider sent.
type Builder struct {
	budget  int
	spool   Spool
	written int64 // bytes in the spool
	held    int   // bytes of rows in memory
	members map[string]*gathering
	gz      *gzip.Writer
}

// gathering is what is known of a member so far.
type gathering struct {
	member Member
	stated bool
	rows   int
	list   money.Decimal
	cost   money.Decimal
	data   []byte   // encoded rows in memory
	ends   []uint32 // where each ends in data
	runs   []run    // sorted and compressed in the spool
}

type run struct{ offset, length int64 }

// NewBuilder starts a snapshot that spools to s.
func NewBuilder(s Spool) *Builder {
	return &Builder{budget: Budget, spool: s, members: map[string]*gathering{}}
}

// Member records the provider's statement of a member; it may come before or after the member's rows, and at most once.
func (b *Builder) Member(m Member) error {
	if m.ID == "" {
		return fault.Invalidf("member", fault.T("회원번호가 없는 청구 내역이 있습니다.", "A statement has no member number."))
	}
	g := b.of(m.ID)
	if g.stated {
		return fault.Invalidf("member", fault.T("회원번호 %s의 청구 내역이 두 번 왔습니다.", "Member %s was stated twice.", m.ID))
	}
	g.member, g.stated = m, true
	return nil
}

// Row adds a usage row of a member.
func (b *Builder) Row(member string, r Row) error {
	if member == "" {
		return fault.Invalidf("member", fault.T("회원번호가 없는 이용 내역이 있습니다.", "A usage row has no member number."))
	}
	g := b.of(member)
	before := len(g.data)
	data := r.Append(g.data)
	if size := len(data) - before; size > maxRow { // it could be written and never read
		return fault.Invalidf("row", fault.T("회원번호 %[1]s의 이용 내역 한 행이 너무 큽니다(%[2]d바이트, 최대 %[3]d).", "A usage row of member %[1]s is too large (%[2]d bytes, at most %[3]d).", member, size, maxRow))
	}
	g.data = data
	g.ends = append(g.ends, uint32(len(g.data)))
	g.rows++
	g.list = g.list.Add(r.List)
	g.cost = g.cost.Add(r.Cost)
	b.held += len(g.data) - before
	if b.held < b.budget {
		return nil
	}
	return b.spill()
}

func (b *Builder) of(id string) *gathering {
	g := b.members[id]
	if g == nil {
		g = &gathering{member: Member{ID: id}}
		b.members[id] = g
	}
	return g
}

// spill writes every member's rows in memory as one sorted run each. Members go in the order of their ids, so
// that the spool does not depend on map order.
func (b *Builder) spill() error {
	for _, id := range b.ids() {
		g := b.members[id]
		if len(g.ends) == 0 {
			continue
		}
		n, err := b.compress(b.spool, func(w io.Writer) error {
			for _, row := range g.sorted() {
				if err := writeRow(w, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return spoolFault(err)
		}
		g.runs = append(g.runs, run{b.written, n})
		b.written += n
		g.data, g.ends = nil, nil // kept, the buffers of an export sorted by member would add up to the whole of it
	}
	b.held = 0
	return nil
}

func (b *Builder) ids() []string {
	ids := make([]string, 0, len(b.members))
	for id := range b.members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (g *gathering) sorted() [][]byte {
	rows := make([][]byte, len(g.ends))
	start := uint32(0)
	for i, end := range g.ends {
		rows[i] = g.data[start:end]
		start = end
	}
	slices.SortFunc(rows, bytes.Compare)
	return rows
}

// compress gzips what fill writes into w and returns how many bytes came out.
func (b *Builder) compress(w io.Writer, fill func(io.Writer) error) (int64, error) {
	c := &counter{w: w}
	if b.gz == nil {
		b.gz, _ = gzip.NewWriterLevel(c, gzip.BestSpeed)
	} else {
		b.gz.Reset(c)
	}
	if err := fill(b.gz); err != nil {
		return 0, err
	}
	if err := b.gz.Close(); err != nil {
		return 0, err
	}
	return c.n, nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func writeRow(w io.Writer, row []byte) error {
	var head [binary.MaxVarintLen64]byte
	if _, err := w.Write(head[:binary.PutUvarint(head[:], uint64(len(row)))]); err != nil {
		return err
	}
	_, err := w.Write(row)
	return err
}

// Finish writes the snapshot to out (members, index, trailer) and returns its index and its hash. The Builder is
// done afterwards.
func (b *Builder) Finish(meta Meta, out io.Writer) (Index, string, error) {
	x := Index{Meta: meta, Members: make([]Entry, 0, len(b.members))}
	at := int64(0)
	for _, id := range b.ids() {
		e, err := b.writeMember(out, b.members[id])
		if err != nil {
			return Index{}, "", spoolFault(err)
		}
		e.Offset = at
		at += e.Length
		x.Members = append(x.Members, e)
		delete(b.members, id)
	}
	if err := writeIndex(out, x); err != nil {
		return Index{}, "", spoolFault(err)
	}
	return x, x.Hash(), nil
}

func (b *Builder) writeMember(out io.Writer, g *gathering) (Entry, error) {
	digest := sha256.New()
	statement := g.member.encode()
	n, err := b.compress(out, func(w io.Writer) error {
		both := io.MultiWriter(w, digest)
		if err := writeRow(both, statement); err != nil {
			return err
		}
		return b.merge(g, func(row []byte) error { return writeRow(both, row) })
	})
	return Entry{Member: g.member, Length: n, Rows: g.rows, Hash: sum(digest), List: g.list, Cost: g.cost}, err
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// Hash names the content: meta, then each member with the hash of its statement and rows. Where the members lie
// in the object is no part of it.
func (x Index) Hash() string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode(x.Meta) // a hash never fails to write
	for _, e := range x.Members {
		_ = enc.Encode([]string{e.ID, e.Hash})
	}
	return sum(h)
}

// merge feeds a member's rows in canonical order: straight from memory, or from its runs and memory merged.
func (b *Builder) merge(g *gathering, each func([]byte) error) error {
	if len(g.runs) == 0 {
		for _, row := range g.sorted() {
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	}
	m := make(merger, 0, len(g.runs)+1)
	for _, r := range g.runs {
		z, err := gzip.NewReader(io.NewSectionReader(b.spool, r.offset, r.length))
		if err != nil {
			return err
		}
		m = append(m, &source{rows: newRows(z)})
	}
	m = append(m, &source{memory: g.sorted()})
	return m.run(each)
}

// source is one sorted run being merged.
type source struct {
	rows   *rowReader
	memory [][]byte
	row    []byte
}

func (s *source) next() (bool, error) {
	if s.rows == nil {
		if len(s.memory) == 0 {
			return false, nil
		}
		s.row, s.memory = s.memory[0], s.memory[1:]
		return true, nil
	}
	row, err := s.rows.next()
	if err == io.EOF {
		return false, nil
	}
	s.row = row
	return err == nil, err
}

// merger is a heap of runs by their next row.
type merger []*source

func (m merger) Len() int           { return len(m) }
func (m merger) Less(i, j int) bool { return bytes.Compare(m[i].row, m[j].row) < 0 }
func (m merger) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merger) Push(x any)        { *m = append(*m, x.(*source)) }
func (m *merger) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}

func (m merger) run(each func([]byte) error) error {
	live := m[:0]
	for _, s := range m {
		ok, err := s.next()
		if err != nil {
			return err
		}
		if ok {
			live = append(live, s)
		}
	}
	heap.Init(&live)
	for len(live) > 0 {
		if err := each(live[0].row); err != nil {
			return err
		}
		ok, err := live[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&live, 0)
		} else {
			heap.Pop(&live)
		}
	}
	return nil
}

func spoolFault(err error) error {
	if _, ok := err.(*fault.Fault); ok {
		return err
	}
	return fault.New(fault.Unavailable, fault.T("이용 내역을 임시 저장하지 못했습니다. 디스크 공간을 확인해 주세요.", "Usage could not be spooled; check the disk space.")).Because(err)
}

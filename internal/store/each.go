package store

import "context"

// Each calls do for every document of the query, page by page, in order; it stops at the first error.
func Each(ctx context.Context, s Reader, q Query, do func(Document) error) error {
	for {
		page, err := s.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page.Documents {
			if err := do(d); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.Token = page.Next
	}
}

// Command api answers what is asked without an account: links of mails, and whether the product is well.
package main

import (
	"jeongsan/functions/entry"
	"jeongsan/functions/stack"
	"jeongsan/internal/app"
	"jeongsan/internal/httpapi"
	"jeongsan/internal/settlement"
)

func main() {
	s := stack.Open(app.APIFunction)
	desk := &settlement.Desk{Journal: s.Journal(), Bucket: s.Bucket()}
	site := httpapi.Site{OpenLink: desk.OpenLink, Failed: entry.Failed(s.Log)}
	s.Start(entry.HTTP(site.Handler()))
}

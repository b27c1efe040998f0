package portone

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// BillingKeyInfo is what PortOne tells of a registered card (or KakaoPay, or PayPal).
type BillingKeyInfo struct {
	Key        BillingKey
	Issued     bool // false: deleted, or in a state we do not know; it cannot be charged
	StoreID    string
	Methods    []Method
	Channels   []Channel
	CustomerID string // the customer id given to the browser window: proves whose registration this is
	IssueID    string
	IssueName  string
	IssuedAt   time.Time
	DeletedAt  time.Time
}

type billingKeyBody struct {
	Status, BillingKey, StoreID, IssueID, IssueName, IssuedAt, DeletedAt string

	Methods  []methodBody
	Channels []channelBody
	Customer struct{ ID string }
}

// GetBillingKey reads a billing key. The browser only claims one: what is registered is what this says. A key of
// another store is fault.NotFound.
func (c *Client) GetBillingKey(ctx context.Context, key BillingKey) (BillingKeyInfo, error) {
	path, err := segment("billingKey", string(key))
	if err != nil {
		return BillingKeyInfo{}, err
	}
	r := request{op: "getBillingKey", method: http.MethodGet, path: "/billing-keys/" + path, query: url.Values{"storeId": {c.storeID}}, question: true}
	var body billingKeyBody
	if err := c.do(ctx, r, &body); err != nil {
		return BillingKeyInfo{}, err
	}
	info, err := body.read()
	if err != nil {
		return BillingKeyInfo{}, unreadable(r, err)
	}
	if info.Key != key || info.StoreID != c.storeID {
		return BillingKeyInfo{}, meanings[TypeBillingKeyNotFound].fault()
	}
	return info, nil
}

func (b billingKeyBody) read() (BillingKeyInfo, error) {
	var r reader
	info := BillingKeyInfo{
		Key: BillingKey(r.need("billingKey", b.BillingKey)), StoreID: r.need("storeId", b.StoreID),
		Issued: r.need("status", b.Status) == "ISSUED", CustomerID: b.Customer.ID, IssueID: b.IssueID, IssueName: b.IssueName,
		IssuedAt: r.needWhen("issuedAt", b.IssuedAt), DeletedAt: r.when("deletedAt", b.DeletedAt),
	}
	for _, m := range b.Methods {
		info.Methods = append(info.Methods, m.read())
	}
	for _, ch := range b.Channels {
		info.Channels = append(info.Channels, ch.read())
	}
	return info, r.err
}

// DeleteBillingKey deletes a billing key for good and says when. A key deleted before is fault.Conflict with a *Refusal
// of TypeBillingKeyDeleted.
func (c *Client) DeleteBillingKey(ctx context.Context, key BillingKey, by Requester, reason string) (time.Time, error) {
	path, err := segment("billingKey", string(key))
	if err != nil {
		return time.Time{}, err
	}
	query := url.Values{"storeId": {c.storeID}}
	if by != "" {
		query.Set("requester", string(by))
	}
	if reason != "" {
		query.Set("reason", reason)
	}
	r := request{op: "deleteBillingKey", method: http.MethodDelete, path: "/billing-keys/" + path, query: query}
	var answer struct{ DeletedAt string }
	if err := c.do(ctx, r, &answer); err != nil {
		return time.Time{}, err
	}
	var read reader
	at := read.needWhen("deletedAt", answer.DeletedAt)
	if read.err != nil {
		return time.Time{}, unreadable(r, read.err)
	}
	return at, nil
}

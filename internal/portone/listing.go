package portone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"jeongsan/internal/fault"
)

const (
	pageSize  = 100
	mostItems = 60_000 // (number+1)×size of the last page PortOne gives
)

// ErrUnreadable marks a payment of a listing that cannot be read, for instance one in a currency we do not know. The
// listing goes on after it.
var ErrUnreadable = errors.New("portone: a payment of the listing cannot be read")

// TimeOf says which moment of a payment a window is about.
type TimeOf string

const (
	// Requested is fixed once a payment is made, so a listing by it is complete.
	Requested TimeOf = "CREATED_AT"
	// StatusChanged finds late cancellations of old payments. A payment that changes while it is read moves, and may
	// push another one off the page: read such a window once more, or let windows overlap.
	StatusChanged TimeOf = "STATUS_CHANGED_AT"
)

var sortedBy = map[TimeOf]string{Requested: "REQUESTED_AT", StatusChanged: "STATUS_CHANGED_AT"}

// Window is From ≤ time ≤ Until, at most 90 days.
type Window struct {
	By          TimeOf
	From, Until time.Time
}

const longestWindow = 90 * 24 * time.Hour

type listBody struct {
	Page   pageBody   `json:"page"`
	Filter filterBody `json:"filter"`
}

type pageBody struct {
	Number int `json:"number"`
	Size   int `json:"size"`
}

type filterBody struct {
	StoreID string `json:"storeId"`
	By      TimeOf `json:"timestampType"`
	From    string `json:"from"`
	Until   string `json:"until"`
	SortBy  string `json:"sortBy"`
	Order   string `json:"sortOrder"`
	Version string `json:"version"`
}

// ListPayments yields the payments of a window, oldest first, one page in memory at a time. An error that Is
// ErrUnreadable comes with what could be read of one payment, and the listing goes on; after any other there are no more.
func (c *Client) ListPayments(ctx context.Context, w Window) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		if err := w.check(); err != nil {
			yield(Payment{}, err)
			return
		}
		for number := 0; ; number++ {
			items, err := c.page(ctx, w, number)
			if err != nil {
				yield(Payment{}, err)
				return
			}
			for _, raw := range items {
				if !yield(readListed(raw)) {
					return
				}
			}
			if len(items) < pageSize {
				return
			}
		}
	}
}

func (w Window) check() error {
	if sortedBy[w.By] == "" || w.From.IsZero() || w.Until.Before(w.From) || w.Until.Sub(w.From) > longestWindow {
		return fault.Invalidf("window", fault.T("결제 조회 기간은 90일까지이며 시작이 끝보다 앞서야 합니다.", "Payments are listed for 90 days at most, from an earlier to a later time."))
	}
	return nil
}

func (c *Client) page(ctx context.Context, w Window, number int) ([]json.RawMessage, error) {
	if (number+1)*pageSize > mostItems {
		return nil, fault.Invalidf("window", fault.T("이 기간의 결제가 60,000건을 넘습니다. 기간을 나누어 조회하세요.", "There are more than 60,000 payments in this window. Ask for shorter ones."))
	}
	question, err := json.Marshal(listBody{
		Page: pageBody{number, pageSize},
		Filter: filterBody{
			StoreID: c.storeID, By: w.By, SortBy: sortedBy[w.By], Order: "ASC", Version: "V2",
			From: w.From.UTC().Format(time.RFC3339Nano), Until: w.Until.UTC().Format(time.RFC3339Nano),
		},
	})
	r := request{op: "listPayments", method: http.MethodGet, path: "/payments", query: url.Values{"requestBody": {string(question)}}, question: true}
	if err != nil {
		return nil, notSent(r, err)
	}
	var answer struct {
		Items []json.RawMessage
		Page  *struct{ Number int }
	}
	if err := c.do(ctx, r, &answer); err != nil {
		return nil, err
	}
	if answer.Page == nil || answer.Page.Number != number || len(answer.Items) > pageSize {
		return nil, unreadable(r, errors.New("not the page that was asked for"))
	}
	return answer.Items, nil
}

// readListed reads one payment; what cannot be read at all still says that it is there.
func readListed(raw json.RawMessage) (Payment, error) {
	var b paymentBody
	if err := json.Unmarshal(raw, &b); err != nil {
		var named struct{ ID string }
		_ = json.Unmarshal(raw, &named) // without an id it stays unnamed
		return Payment{ID: named.ID}, unreadableItem(named.ID, err)
	}
	p, err := b.read()
	if err != nil {
		return p, unreadableItem(p.ID, err)
	}
	return p, nil
}

func unreadableItem(id string, err error) error {
	return fault.New(fault.Unavailable, fault.T(
		"포트원의 결제 %.60[1]s을(를) 읽을 수 없습니다. 포트원 콘솔에서 확인하세요.",
		"Payment %.60[1]s of PortOne cannot be read. Look at it in PortOne's console.", id)).
		Because(fmt.Errorf("%w: %w", ErrUnreadable, err))
}

// ResendWebhook asks PortOne to send the latest webhook of a payment again. It is an operator's tool, for a shop whose
// webhook address was wrong: no flow needs it, since payments are asked for whether a webhook came or not.
func (c *Client) ResendWebhook(ctx context.Context, paymentID string) error {
	path, err := segment("paymentId", paymentID)
	if err != nil {
		return err
	}
	body := struct {
		StoreID string `json:"storeId"`
	}{c.storeID}
	var answer struct{}
	return c.do(ctx, request{op: "resendWebhook", method: http.MethodPost, path: "/payments/" + path + "/resend-webhook", body: body}, &answer)
}

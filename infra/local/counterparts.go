package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	simulatedpopbill "jeongsan/infra/simulator/popbill"
	simulatedportone "jeongsan/infra/simulator/portone"
	"jeongsan/internal/fault"
	"jeongsan/internal/intake"
	"jeongsan/internal/popbill"
	"jeongsan/internal/portone"
	"jeongsan/internal/receivables"
	"jeongsan/internal/store"
	"jeongsan/internal/tenant"
)

// outside is what the simulated services outside hold for a played month.
type outside struct {
	members    []simulatedpopbill.Member
	businesses []simulatedpopbill.Business
	stores     []simulatedportone.Store
	tenant     store.Tenant // whom their webhooks go to
}

// services are the tax-invoice and the card service of a stack: simulated, or real where a real key is configured.
type services struct {
	popbill  popbill.Config // zero: no tax-invoice service
	taxes    *simulatedpopbill.Simulator
	cards    *simulatedportone.Simulator
	cardsURL string // of the simulated one
	hooks    http.Handler
}

// The simulated Popbill's partner.
const (
	simulatedLinkID  = simulatedKey + "LINK"
	simulatedLinkKey = "c2ltdWxhdGVkLXBhcnRuZXIta2V5LW9mLXRoZS1zdGFjaw=="
)

// realPopbill reads the partner's key from the environment; the zero Config when there is none. Popbill's test service is
// meant unless production is asked for: what is issued there reaches the tax office.
func realPopbill() popbill.Config {
	id := os.Getenv("JEONGSAN_POPBILL_LINK_ID")
	if id == "" {
		return popbill.Config{}
	}
	return popbill.Config{LinkID: id, SecretKey: os.Getenv("JEONGSAN_POPBILL_SECRET_KEY"), Test: os.Getenv("JEONGSAN_POPBILL_PRODUCTION") != "1", Now: time.Now}
}

// openServices starts the simulated services that the stack was opened with. What they hold lies in the data folder, so
// that a stack that goes on finds them as it left them.
func (s *stack) openServices(context.Context) error {
	s.popbill = realPopbill()
	if s.outside == nil {
		return nil
	}
	if err := s.openCards(); err != nil {
		return err
	}
	if s.popbill.LinkID != "" {
		return nil
	}
	return s.openTaxes()
}

func (s *stack) openTaxes() (err error) {
	path := s.path("popbill.json")
	s.taxes, err = simulatedpopbill.New(simulatedpopbill.Options{
		Now: s.clock.Now, Wall: time.Now, LinkID: simulatedLinkID, SecretKey: simulatedLinkKey, Members: s.outside.members, Businesses: s.outside.businesses,
		Save: func(state []byte) error { return replaceFile(path, state) },
		Deliver: func(ctx context.Context, h http.Header, body []byte) error {
			if !s.deliver(ctx, "/webhooks/popbill/"+s.outside.tenant.String(), h, body) {
				return errors.New("the webhook was not taken")
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	if err := restore(path, s.taxes.Restore); err != nil {
		return err
	}
	url, err := s.host(s.taxes)
	s.popbill = popbill.Config{LinkID: simulatedLinkID, SecretKey: simulatedLinkKey, Test: true, AuthURL: url, ServiceURL: url, Now: time.Now}
	return err
}

func (s *stack) openCards() (err error) {
	if err := mendJournal(s.path("portone.journal")); err != nil {
		return err
	}
	journal, err := os.OpenFile(s.path("portone.journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, fault.T("데이터 폴더 %s에 쓸 수 없습니다. 쓰기 권한을 확인해 주세요.", "The data folder %s cannot be written to; check its permissions.", s.dir)).Because(err)
	}
	s.later(journal.Close)
	s.cards, err = simulatedportone.New(simulatedportone.Options{
		Now: s.clock.Now, Stores: s.outside.stores,
		Save: func(line []byte) {
			_, err := journal.Write(line)
			if err = errors.Join(err, journal.Sync()); err != nil {
				panic(fmt.Errorf("the simulated card service cannot keep its state: %w", err))
			}
		},
		Deliver: func(w simulatedportone.Webhook) bool { return s.deliver(context.Background(), w.URL, w.Header, w.Body) },
	})
	if err != nil {
		return err
	}
	if err := restore(s.path("portone.journal"), s.cards.Restore); err != nil {
		return err
	}
	s.cardsURL, err = s.host(s.cards)
	return err
}

// host serves a simulated service on the loopback and returns its address.
func (s *stack) host(h http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close, by its error
	s.later(server.Close)
	return "http://" + listener.Addr().String(), nil
}

// replaceFile writes a file whole or not at all, and durably: the books that lean on it are.
func replaceFile(path string, content []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// mendJournal cuts off a last line that a crash left half written, so that the next one begins on a line of its own.
func mendJournal(path string) error {
	saved, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (len(saved) == 0 || saved[len(saved)-1] == '\n') {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Truncate(path, int64(bytes.LastIndexByte(saved, '\n')+1))
}

// restore gives a simulator what its file holds; without a file it begins anew.
func restore(path string, from func([]byte) error) error {
	saved, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = from(saved)
	}
	if err != nil {
		return fault.New(fault.Unavailable, fault.T("모의 제공사의 상태 파일 %s을(를) 읽을 수 없습니다. 백업에서 되돌리거나 데이터 폴더를 새로 정해 주세요.", "The simulated service's file %s cannot be read; restore it, or choose a new data folder.", path)).Because(err)
	}
	return nil
}

// deliver hands a simulated service's webhook to the routes that a real one would reach.
func (s *stack) deliver(ctx context.Context, path string, h http.Header, body []byte) bool {
	if s.hooks == nil { // while the stack is being opened
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header = h
	var w status
	s.hooks.ServeHTTP(&w, r)
	return w.code/100 == 2
}

// status is an answer of which only the status counts.
type status struct {
	header http.Header
	code   int
}

func (w *status) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

func (w *status) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
}

func (w *status) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return len(b), nil
}

// hear lets the simulated services send what they have to say; it returns how much was taken.
func (s *stack) hear(ctx context.Context) (int, error) {
	heard := 0
	if s.cards != nil {
		heard += s.cards.DeliverWebhooks()
	}
	if s.taxes == nil {
		return heard, nil
	}
	n, err := s.taxes.Tick(ctx)
	return heard + n, err
}

// cardGateway opens an MSP's card channel: the simulated one for a simulated shop, else PortOne itself.
func (s *stack) cardGateway(_ context.Context, _ store.Tenant, c tenant.CardChannel, apiSecret string) (receivables.Gateway, error) {
	config := portone.Config{Secret: apiSecret, StoreID: c.StoreID}
	switch {
	case !strings.HasPrefix(c.StoreID, simulatedKey):
		if s.clock.Moved() {
			return nil, fault.New(fault.Conflict, fault.T("시계를 옮긴 상태에서는 실제 카드를 결제할 수 없습니다.", "A real card cannot be charged while the clock is moved."))
		}
	case s.cards == nil:
		return nil, fault.New(fault.Unavailable, fault.T("모의 카드 결제사가 실행 중이 아닙니다.", "The simulated card service is not running."))
	default:
		config.BaseURL = s.cardsURL
	}
	client, err := portone.New(config)
	return intake.PortOne{Client: client}, err
}

// webhookTime is by which clock a webhook's signature is fresh: the wall's, but the simulated card service signs by the
// stack's own.
func (s *stack) webhookTime() time.Time {
	if s.cards != nil {
		return s.clock.Now()
	}
	return time.Now()
}

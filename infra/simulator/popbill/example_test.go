package popbill_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	simulator "jeongsan/infra/simulator/popbill"
	"jeongsan/internal/calendar"
	"jeongsan/internal/popbill"
)

// A tax invoice is issued, and reaches the tax office on the next business day.
func Example() {
	clock := calendar.NewManual(time.Date(2026, 11, 6, 10, 0, 0, 0, calendar.Seoul))
	sim, err := simulator.New(simulator.Options{
		Now: clock.Now, LinkID: linkID, SecretKey: secretKey,
		Members: []simulator.Member{{CorpNum: supplier, Points: 1000, Certificate: simulator.Certificate{Expires: clock.Now().AddDate(1, 0, 0)}}},
	})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := popbill.New(popbill.Config{LinkID: linkID, SecretKey: secretKey, Test: true, AuthURL: server.URL, ServiceURL: server.URL, Now: time.Now})
	if err != nil {
		panic(err)
	}

	ctx, member := context.Background(), popbill.Member{CorpNum: supplier}
	done, err := client.RegistIssue(ctx, member, october("202610-CUST1-01"))
	if err != nil {
		panic(err)
	}
	fmt.Println("issued as", done.NTSConfirmNum)
	for _, wait := range []time.Duration{time.Hour, 77 * time.Hour} {
		if err := clock.Advance(wait); err != nil {
			panic(err)
		}
		info, err := client.Info(ctx, member, "202610-CUST1-01")
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %d %q\n", clock.Now().Format("Mon 15:04"), info.StateCode, info.NTSSendErrCode)
	}
	// Output:
	// issued as 202610319999000054078774
	// Fri 11:00 300 ""
	// Mon 16:00 304 "SUC001"
}

package ncp_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	simulator "jeongsan/infra/simulator/ncp"
	"jeongsan/internal/ncp"
)

// A world in a few lines, and its month pulled by the real client.
func Example() {
	now := func() time.Time { return time.Date(2026, 11, 6, 7, 0, 0, 0, kst) }
	sim, err := simulator.New(simulator.World{Now: now, Wall: now, Accounts: []simulator.Account{{
		Zone: simulator.Public, AccessKey: "AK", SecretKey: "SK", Partner: true,
		Members: []simulator.Member{
			{No: "1000001", Contracts: []simulator.Contract{
				{No: "5001", Kind: simulator.VSVR, Name: "web-1", Promise: "0.1"},
				{No: "5002", Kind: simulator.BST, Name: "data", SizeGB: 500},
			}},
			{No: "1000002", Credit: "100000", Contracts: simulator.Fleet(5101, 3, simulator.VSVR, "app")},
		},
	}}})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()

	client, err := ncp.New(ncp.Config{BaseURL: simulator.BaseURL(server.URL, simulator.Public), AccessKey: "AK", SecretKey: "SK", Now: now})
	if err != nil {
		panic(err)
	}
	for bill, err := range client.MemberBills(context.Background(), ncp.Month("202610"), ncp.Scope{Partner: true}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(bill.MemberNo, "used", bill.Use, "and is billed", bill.ThisMonth)
	}
	// Output:
	// 1000001 used 151032 and is billed 141880
	// 1000002 used 274536 and is billed 174530
}

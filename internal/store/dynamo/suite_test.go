package dynamo_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"jeongsan/internal/awstest"
	"jeongsan/internal/calendar"
	"jeongsan/internal/store"
	"jeongsan/internal/store/dynamo"
	"jeongsan/internal/store/storetest"
)

func TestDynamoDB_keeps_every_promise_of_a_store(t *testing.T) {
	cfg := awstest.Config(t)
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Parallel()
		clock := calendar.NewManual(storetest.Start())
		return storetest.Harness{Store: opened(t, cfg, clock), Clock: clock, Tenant: tenant(t, "hosting-one"), Other: tenant(t, "hosting-two"), Racers: 6}
	})
}

// tables numbers the tables of this run: moto copies a whole table for each transaction, so each test has its own.
var tables atomic.Int64

// table makes an empty table for one test.
func table(t testing.TB, cfg aws.Config) (*dynamodb.Client, string) {
	t.Helper()
	client := dynamodb.NewFromConfig(cfg)
	name := fmt.Sprintf("jeongsan-test-%d-%d", time.Now().UnixNano(), tables.Add(1))
	if err := awstest.CreateTable(t.Context(), client, name, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	return client, name
}

func opened(t testing.TB, cfg aws.Config, clock calendar.Clock, options ...dynamo.Option) *dynamo.Store {
	t.Helper()
	client, name := table(t, cfg)
	return dynamo.New(client, name, clock, options...)
}

func tenant(t testing.TB, id string) store.Tenant {
	t.Helper()
	parsed, err := store.ParseTenant(id)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

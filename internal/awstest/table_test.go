package awstest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.yaml.in/yaml/v3"

	"jeongsan/internal/awstest"
)

// table makes an empty one.
func table(t *testing.T) (*dynamodb.Client, string) {
	t.Helper()
	client, name := dynamodb.NewFromConfig(awstest.Config(t)), fmt.Sprintf("jeongsan-table-%d", time.Now().UnixNano())
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

func TestThe_table_of_tests_is_the_table_of_the_template(t *testing.T) {
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources struct {
			Table struct {
				Properties struct {
					AttributeDefinitions    []map[string]string `yaml:"AttributeDefinitions"`
					KeySchema               []map[string]string `yaml:"KeySchema"`
					BillingMode             string              `yaml:"BillingMode"`
					StreamSpecification     map[string]string   `yaml:"StreamSpecification"`
					TimeToLiveSpecification struct {
						AttributeName string `yaml:"AttributeName"`
						Enabled       bool   `yaml:"Enabled"`
					} `yaml:"TimeToLiveSpecification"`
				} `yaml:"Properties"`
			} `yaml:"Table"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	want := template.Resources.Table.Properties
	client, name := table(t)
	described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	got := described.Table
	mustEqual(t, "attributes", got.AttributeDefinitions, want.AttributeDefinitions)
	mustEqual(t, "keys", got.KeySchema, want.KeySchema)
	mustEqual(t, "billing mode", got.BillingModeSummary.BillingMode, want.BillingMode)
	mustEqual(t, "stream", got.StreamSpecification.StreamViewType, want.StreamSpecification["StreamViewType"])
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "ttl attribute", ttl.TimeToLiveDescription.AttributeName, want.TimeToLiveSpecification.AttributeName)
	if ttl.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled || !want.TimeToLiveSpecification.Enabled {
		t.Errorf("ttl is %s, in the template %v", ttl.TimeToLiveDescription.TimeToLiveStatus, want.TimeToLiveSpecification.Enabled)
	}
}

// mustEqual compares by JSON: the SDK's structs have the names the template has.
func mustEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	var texts [2]string
	for i, v := range []any{got, want} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] || texts[0] == "null" {
		t.Errorf("%s: %s, in the template %s", what, texts[0], texts[1])
	}
}

func item(sort string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}, "sk": &types.AttributeValueMemberS{Value: sort}}
}

// A failing transaction of moto alone would put back the table as it was, with what others wrote meanwhile.
func TestA_transaction_that_fails_takes_nobody_elses_writes_with_it(t *testing.T) {
	client, name := table(t)
	const writers, each = 3, 6
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for n := range each {
				if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item(fmt.Sprint(i, "-", n))}); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range each {
				mustBeCancelled(t, client, name)
			}
		})
	}
	all.Wait()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil || out.Count != writers*each {
		t.Errorf("%d items of %d are there, %v", out.Count, writers*each, err)
	}
}

// mustBeCancelled sends a transaction whose condition cannot hold, and which must leave nothing behind.
func mustBeCancelled(t *testing.T, client *dynamodb.Client, name string) {
	t.Helper()
	items := []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{TableName: &name, Key: item("missing"), ConditionExpression: aws.String("attribute_exists(pk)")}},
	}
	for i := range 90 { // enough to take its time
		items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: &name, Item: item(fmt.Sprint("undone ", i))}})
	}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		t.Errorf("got %v", err)
	}
}

package focus

import (
	"fmt"
	"slices"
	"strings"

	"jeongsan/internal/fault"
)

// layout is what the header (CSV) or the schema (Parquet) says: the names, and where each column of a Row stands.
type layout struct {
	names   []string
	version Version
	strays  []string
	at      [columnCount]int // index into names; -1 when the export has no such column
}

// newLayout binds the names to columns. place is where the names stand, for faults.
func newLayout(names []string, place fault.Place) (layout, error) {
	index, err := indexNames(names, place)
	if err != nil {
		return layout{}, err
	}
	l := layout{names: names, version: versionOf(index), strays: strays(names)}
	for c := range columnCount {
		l.at[c] = find(index, columns[c].name)
	}
	if l.at[providerName] < 0 {
		l.at[providerName] = find(index, "ServiceProviderName")
	}
	if err := l.complete(index, place); err != nil {
		return layout{}, err
	}
	return l, nil
}

func find(index map[string]int, name string) int {
	if i, ok := index[name]; ok {
		return i
	}
	return -1
}

func indexNames(names []string, place fault.Place) (map[string]int, error) {
	index := make(map[string]int, len(names))
	for i, name := range names {
		if first, twice := index[name]; twice {
			place.Column = name
			return nil, fault.New(fault.Invalid, fault.T(
				"열 이름이 %d번째와 %d번째에 두 번 있습니다. 어느 쪽을 청구해야 할지 알 수 없으니 하나를 지워 주세요.",
				"The column name stands twice, as column %d and %d. Remove one: it is unknown which of them to bill.",
				first+1, i+1)).At(place)
		}
		index[name] = i
	}
	return index, nil
}

func strays(names []string) []string {
	var out []string
	for i, name := range names {
		switch {
		case name == "":
			out = append(out, fmt.Sprintf("#%d", i+1))
		case !isStandard(name) && !strings.HasPrefix(name, "x_"):
			out = append(out, name)
		}
	}
	return out
}

// complete refuses an export that lacks mandatory columns, or writes the name of a column in its own way.
func (l layout) complete(index map[string]int, place fault.Place) error {
	wanted := mandatory(l.version)
	missing := slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return find(index, name) >= 0 })
	if 2*len(missing) > len(wanted) {
		if t, ok := recognise(l.names); ok {
			return fault.New(fault.Invalid, t).At(place)
		}
	}
	if misspelt := l.misspelt(missing); len(misspelt) > 0 {
		return fault.New(fault.Invalid, fault.T(
			"열 이름의 표기가 FOCUS와 다릅니다: %s. 대소문자까지 FOCUS의 이름과 같아야 합니다. 제공자에서 받은 원본 파일을 그대로 올려 주세요.",
			"Column names are not written as FOCUS writes them: %s. They must match to the letter; upload the provider's file unchanged.",
			strings.Join(misspelt, ", "))).At(place)
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, fault.T(
		"FOCUS %[1]s의 필수 열 %[2]d개가 없습니다: %[3]s. 제공자의 내보내기 설정에서 모든 FOCUS 열을 고른 뒤 다시 내보내 주세요.",
		"%[2]d mandatory columns of FOCUS %[1]s are missing: %[3]s. Select all FOCUS columns in the provider's export and export again.",
		l.version, len(missing), strings.Join(missing, ", "))).At(place)
}

// misspelt pairs names of the file with the FOCUS names they were surely meant as. A mandatory column may differ in
// case, spaces, hyphens and underscores; an optional one in case only, since producers add columns of their own.
// An optional one counts because without SubAccountId, say, every charge would silently lose its customer.
func (l layout) misspelt(missing []string) []string {
	var out []string
	for _, name := range l.names {
		for _, want := range missing {
			if plain(name) == plain(want) {
				out = append(out, fmt.Sprintf("%q → %q", name, want))
			}
		}
		for c := range columnCount {
			want := columns[c].name
			if l.at[c] < 0 && strings.EqualFold(name, want) && !slices.Contains(missing, want) {
				out = append(out, fmt.Sprintf("%q → %q", name, want))
			}
		}
	}
	return out
}

func plain(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))
}

// otherExports are cost exports that are no FOCUS, each with names that only it has (in lower case) and where its
// provider has the FOCUS export.
var otherExports = []struct {
	marks []string
	text  fault.Text
}{
	{
		marks: []string{"lineitem/referenceno", "cost/mycost", "usage/billedquantity", "product/compartmentid"},
		text: fault.T(
			"Oracle Cloud의 자체 비용 보고서이며 FOCUS가 아닙니다. 같은 버킷의 'FOCUS Reports' 폴더에 있는 파일을 올려 주세요.",
			"This is Oracle Cloud's own cost report, not FOCUS. Upload the file from the folder 'FOCUS Reports' of the same bucket."),
	},
	{
		marks: []string{"identity/lineitemid", "lineitem/unblendedcost", "bill/payeraccountid", "lineitem/usageaccountid",
			"identity_line_item_id", "line_item_unblended_cost", "bill_payer_account_id", "line_item_usage_account_id"},
		text: fault.T(
			"AWS 비용 및 사용 보고서(CUR)이며 FOCUS가 아닙니다. AWS 콘솔의 Billing and Cost Management > Data Exports에서 'FOCUS with AWS columns' 표로 내보내기를 만들어 그 파일을 올려 주세요.",
			"This is an AWS Cost and Usage Report (CUR), not FOCUS. In the AWS console, under Billing and Cost Management > Data Exports, create an export of the table 'FOCUS with AWS columns' and upload its file."),
	},
	{
		marks: []string{"costinbillingcurrency", "costinpricingcurrency", "pretaxcost", "metersubcategory", "subscriptionguid", "invoicesectionname"},
		text: fault.T(
			"Azure의 사용량 상세 파일이며 FOCUS가 아닙니다. Azure Portal의 Cost Management > 내보내기에서 '비용 및 사용량 세부 정보(FOCUS)' 유형으로 내보내 그 파일을 올려 주세요.",
			"This is an Azure usage detail file, not FOCUS. In the Azure portal, under Cost Management > Exports, export the type 'Cost and usage details (FOCUS)' and upload its file."),
	},
	{
		marks: []string{"billing_account_id", "service.description", "service_description", "sku.description", "sku_description", "usage_start_time", "invoice.month", "cost_type"},
		text: fault.T(
			"Google Cloud의 자체 결제 내보내기이며 FOCUS가 아닙니다. BigQuery의 결제 내보내기에서 FOCUS 보기(view)를 만들고 그 결과를 CSV나 Parquet으로 내보내 올려 주세요.",
			"This is Google Cloud's own billing export, not FOCUS. Create the FOCUS view over the billing export in BigQuery, export its result as CSV or Parquet, and upload that."),
	},
}

// recognise tells whose export the names belong to, if it is one that people mistake for FOCUS.
func recognise(names []string) (fault.Text, bool) {
	for _, other := range otherExports {
		for _, name := range names {
			if slices.Contains(other.marks, strings.ToLower(name)) {
				return other.text, true
			}
		}
	}
	return fault.Text{}, false
}

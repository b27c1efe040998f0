package ncp

import (
	"slices"

	"jeongsan/internal/fault"
)

// Zone is one of the three separate clouds that Naver runs. Each has its own accounts, keys and hosts.
// A PCP account calls the hosts of its zone and differs in nothing on the wire: it is a label the caller keeps.
type Zone string

const (
	Public     Zone = "public"
	Government Zone = "government"
	Financial  Zone = "financial"
)

// ZoneInfo is what is known of a zone.
type ZoneInfo struct {
	Zone    Zone
	Name    fault.Text
	BaseURL string // with /billing/v1, without a slash at the end
}

var zones = []ZoneInfo{
	{Public, fault.T("민간", "Public"), "https://billingapi.apigw.ntruss.com/billing/v1"},
	{Government, fault.T("공공", "Government"), "https://billingapi.apigw.gov-ntruss.com/billing/v1"},
	{Financial, fault.T("금융", "Financial"), "https://billingapi.apigw-pub.fin-ntruss.com/billing/v1"},
}

// Zones lists the zones in the order of the screens.
func Zones() []ZoneInfo { return slices.Clone(zones) }

func (z Zone) baseURL() (string, error) {
	for _, info := range zones {
		if info.Zone == z {
			return info.BaseURL, nil
		}
	}
	return "", fault.Invalidf("zone", fault.T("존 %q을(를) 알 수 없습니다. 민간, 공공, 금융 중 하나를 고르세요.", "Zone %q is not known; choose public, government or financial.", string(z)))
}

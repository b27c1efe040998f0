package document_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"jeongsan/internal/calendar"
	"jeongsan/internal/document"
	"jeongsan/internal/document/documenttest"
	"jeongsan/internal/money"
)

var companyLogo = sync.OnceValues(func() ([]byte, error) { return documenttest.Logo(212) })

// sample is the invoice of a middling customer of October 2026 with the given number of detail rows.
func sample(tb testing.TB, details int) document.Invoice {
	tb.Helper()
	logo, err := companyLogo()
	if err != nil {
		tb.Fatal(err)
	}
	rows := detailRows(details)
	usage := int64(0)
	for _, d := range rows {
		usage += won(tb, d.Expected)
	}
	return settle(document.Invoice{
		Number: "CLB-202610-0042-1", Revision: 1,
		Month:      calendar.MustMonth("2026-10"),
		PeriodFrom: calendar.MustDate("2026-10-01"), PeriodTo: calendar.MustDate("2026-10-31"),
		IssuedOn: calendar.MustDate("2026-11-06"), BillingDay: 6, Due: calendar.MustDate("2026-11-30"),
		Issuer: document.Issuer{
			Name: "주식회사 하늘클라우드", BusinessNo: "123-45-67890", Representative: "김하늘",
			Address: "서울특별시 송파구 법원로 114, 엠스테이트 B동 1108호",
			Phone:   "02-1234-5678", Fax: "02-1234-5679", Email: "billing@haneul.example",
			BankAccounts: []string{"국민은행 123456-04-567890 (주)하늘클라우드", "신한은행 140-012-345678 (주)하늘클라우드"},
			Logo:         logo,
		},
		Customer: document.Customer{
			Name: "가람소프트 주식회사", BusinessNo: "220-81-62517", Representative: "이가람",
			Address: "경기도 성남시 분당구 판교역로 235, 에이치스퀘어 N동 7층",
			Contact: "박서연 과장 · 031-555-0101 · pay@garam.example", AccountLabel: "민간", MemberNo: "1234567",
		},
		Lines: []document.Line{
			{Group: document.Usage, Name: "네이버클라우드 서비스 이용료", Note: fmt.Sprintf("2026년 10월 이용 내역 %d건", details), Amount: money.Won(usage)},
			{Group: document.Discount, Name: "기타 할인", Note: "이용료의 5%, 1원 미만 절사", Amount: money.Won(-usage / 20)},
			{Group: document.Other, Name: "운영 및 기술지원료 (M)", Note: "월 정액", Amount: money.Won(100_000)},
		},
		Details:       rows,
		Notes:         []string{"납부 기한이 지나면 서비스 이용이 제한될 수 있습니다.", "세금계산서는 작성일자 2026-10-31로 발행됩니다."},
		PurchaseOrder: "PO-2026-0719",
	})
}

// settle sums the lines, cuts to ten won and adds the tax, as a bill run would.
func settle(inv document.Invoice) document.Invoice {
	var lines []document.Line
	sums := map[document.Group]int64{}
	for _, l := range inv.Lines {
		if l.Group != document.Adjustment {
			lines = append(lines, l)
			sums[l.Group] += l.Amount.Minor()
		}
	}
	supply := sums[document.Usage] + sums[document.Discount] + sums[document.Other]
	cut := -(supply % 10)
	if cut != 0 {
		lines = append(lines, document.Line{Group: document.Adjustment, Name: "단수 조정", Note: "공급가액 10원 미만 절사", Amount: money.Won(cut)})
	}
	supply += cut
	inv.Lines = lines
	inv.Sums = document.Sums{
		Usage: money.Won(sums[document.Usage]), Discount: money.Won(sums[document.Discount]),
		Other: money.Won(sums[document.Other]), Rounding: money.Won(cut),
		Supply: money.Won(supply), VAT: money.Won(supply / 10), Total: money.Won(supply + supply/10),
		VATNote: "공급가액의 10%, 1원 미만 절사",
	}
	return inv
}

var services = []struct{ service, kind, region, item, plan string }{
	{"Server", "Compute-g3", "한국", "vCPU 8EA, Memory 32GB, [SSD]Disk 50GB · web-prod-01", "시간요금제"},
	{"Block Storage", "SSD", "한국", "Snapshot", "-"},
	{"Object Storage", "Standard", "한국", "아카이브 버킷 · 월 평균 저장 용량", "-"},
	{"Cloud DB for MySQL", "Standard-g2", "한국", "vCPU 4EA, Memory 16GB · db-prod-01", "월요금제"},
	{"Load Balancer", "Application", "한국", "처리량", "-"},
	{"CDN+", "Global", "글로벌", "HTTPS 전송량 (한국, 일본)", "-"},
}

func detailRows(n int) []document.Detail {
	rows := make([]document.Detail, n)
	for i := range rows {
		s := services[i%len(services)]
		fee := int64(1160+i*3719%284_311) * int64(1+i%5)
		commitment, membership := int64(0), int64(0)
		if i%4 == 0 {
			commitment = -(fee / 10)
		}
		if i%7 == 3 {
			membership = -(fee / 20)
		}
		end := "2999-12-31 23:59:59"
		if i%9 == 4 {
			end = "2026-10-29 17:30:00"
		}
		rows[i] = document.Detail{
			Account: "1234567", Month: calendar.MustMonth("2026-10"),
			Service: s.service, Kind: s.kind, Region: s.region, Item: s.item, Plan: s.plan,
			Fee: money.Int(fee), Commitment: money.Int(commitment), Membership: money.Int(membership),
			Expected: money.Int(fee + commitment + membership),
			Start:    fmt.Sprintf("2026-10-%02d 09:04:39", 1+i%28), End: end,
		}
	}
	return rows
}

// samples are the documents that are kept as golden text and were looked at by eye.
func samples(tb testing.TB) map[string]document.Invoice {
	all := map[string]document.Invoice{
		"3-lines":     sample(tb, 0),
		"60-details":  sample(tb, 60),
		"400-details": sample(tb, 400),
	}
	all["3-lines"] = func() document.Invoice {
		inv := sample(tb, 3)
		inv.Details = nil
		return inv
	}()

	names := sample(tb, 5)
	names.Customer.Name = "사단법인 한국데이터산업진흥과디지털전환을위한중소기업공동협력네트워크 부설 클라우드전환지원센터 수도권본부"
	names.Customer.Address = "서울특별시 영등포구 국제금융로8길 27-8 여의도 파이낸스타워 지하 2층부터 지상 17층까지 전체 (여의도동, 우편번호 07330)"
	names.Issuer.Name = "주식회사 하늘클라우드매니지드서비스프로바이더코리아"
	names.Lines[0].Name = "네이버클라우드 서비스 이용료 (수도권 1권역 재해복구센터 이중화 구성, 백업 및 야간 배치 포함)"
	names.Lines[0].Note = "2026년 10월 이용 내역 5건, 계약번호 HN-2026-0012-부속합의서-3 제4조 제2항에 따름"
	names.Details[1].Item = strings.Repeat("very-long-resource-name-without-a-blank", 4)
	names.Details[2].Service = "Cloud Data Streaming Service for Enterprise Analytics"
	names.Details[3].Fee = money.MustDecimal("123456789012345.123456789012")
	names.Details[3].Expected = names.Details[3].Fee
	all["long-names"] = names

	odd := sample(tb, 4)
	odd.Customer.Name = "株式會社 가람 😀 ㈜ 한글" // emoji; the last word is decomposed
	odd.Customer.Representative = "金泰亨"
	odd.Customer.Address = "서울 鐘路區 1\t2\u200b층"
	odd.Lines[0].Name = "=HYPERLINK(\"http://x\")"
	odd.Lines[1].Note = "@할인 +5 -3"
	odd.Details[0].Item = "=1+1"
	odd.Details[1].Item = "-2+3 漢字 🚀🚀"
	all["odd-characters"] = odd

	en := sample(tb, 8)
	en.Lang = document.English
	en.Issuer.Name, en.Issuer.Address = "Haneul Cloud Inc.", "1108, B-dong, M-State, 114 Beobwon-ro, Songpa-gu, Seoul"
	en.Issuer.Representative, en.Customer.Representative = "Haneul Kim", "Garam Lee"
	en.Issuer.BankAccounts = []string{"KB Kookmin Bank 123456-04-567890 Haneul Cloud Inc."}
	en.Customer.Name, en.Customer.Address = "Garam Software Co., Ltd.", "7F, N-dong, H-Square, 235 Pangyoyeok-ro, Bundang-gu"
	en.Customer.Contact, en.Customer.AccountLabel = "Seoyeon Park · pay@garam.example", "Private sector"
	en.Lines = []document.Line{
		{Group: document.Usage, Name: "Cloud services", Note: "8 detail rows", Amount: en.Lines[0].Amount},
		{Group: document.Other, Name: "Managed operations (M)", Note: "Flat monthly fee", Amount: money.Won(100_000)},
	}
	en.Notes = []string{"Late payment may suspend the service."}
	en = settle(en)
	for i := range en.Lines {
		if en.Lines[i].Group == document.Adjustment {
			en.Lines[i].Name, en.Lines[i].Note = "Rounding", "Supply amount cut to 10 won"
		}
	}
	en.Sums.VATNote = "10%, truncated below 1 won"
	all["english"] = en

	fx := sample(tb, 0)
	for i := range 12 {
		d := detailRows(12)[i]
		d.Account, d.Month = fmt.Sprintf("3894102847%02d", i/5), calendar.MustMonth("2026-10")
		d.Service, d.Kind, d.Region = "Amazon EC2", "Usage", "ap-northeast-2"
		d.Fee = money.MustDecimal("0.00000080000").Mul(money.Int(int64(i*7919 + 1)))
		d.Commitment, d.Membership = money.Decimal{}, money.Decimal{}
		d.Expected = d.Fee
		fx.Details = append(fx.Details, d)
	}
	total := money.Decimal{}
	for _, d := range fx.Details {
		total = total.Add(d.Expected)
	}
	total = total.Add(money.MustDecimal("1234.56"))
	fx.FX = &document.FX{
		Currency: money.USD, Rate: money.MustDecimal("1385.20"), Date: calendar.MustDate("2026-10-31"),
		Source: "서울외국환중개 매매기준율", ProviderTotal: total,
	}
	fx.Lines[0].Amount = money.Won(1_710_697)
	fx.Lines[0].Note = "USD 이용 금액 × 1,385.20, 1원 미만 절사"
	fx.Lines[1].Amount = money.Won(-85_534)
	all["fx"] = settle(fx)

	back := sample(tb, 6)
	back.Revision = 2
	back.Lines = []document.Line{
		{Group: document.Usage, Name: "네이버클라우드 서비스 이용료", Amount: money.Won(52_300)},
		{Group: document.Discount, Name: "장애 보상 (SLA)", Note: "9월 장애 4시간 12분, 이용료의 50%", Amount: money.Won(-850_000)},
		{Group: document.Discount, Name: "약정 할인", Amount: money.Won(-5_230)},
	}
	all["negative"] = settle(back)

	plainest := sample(tb, 2)
	plainest.Issuer.Logo, plainest.Issuer.BankAccounts, plainest.Issuer.Fax = nil, nil, ""
	plainest.PurchaseOrder, plainest.Notes, plainest.BillingDay = "", nil, 0
	plainest.Draft = true
	all["draft-no-logo"] = plainest

	many := sample(tb, 30)
	base := many.Lines[0]
	many.Lines = many.Lines[1:2:2]
	left := base.Amount.Minor()
	for i := range 45 {
		part := left / int64(46-i)
		left -= part
		s := services[i%len(services)]
		many.Lines = append(many.Lines, document.Line{Group: document.Usage, Name: s.service + " " + s.kind, Note: s.item, Amount: money.Won(part)})
	}
	many.Lines[0].Amount = money.Won(-1000)
	all["45-lines"] = settle(many)
	return all
}

func won(tb testing.TB, x money.Decimal) int64 {
	tb.Helper()
	a, err := money.FromDecimal(x, money.KRW)
	if err != nil {
		tb.Fatal(err)
	}
	return a.Minor()
}

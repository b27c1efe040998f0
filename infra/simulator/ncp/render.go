package ncp

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"jeongsan/internal/money"
)

// dateLayout has an offset without a colon; openEnd is how the provider writes an end that is not set.
const (
	dateLayout = "2006-01-02T15:04:05-0700"
	openEnd    = "2999-12-31T23:59:59+0900"
)

func date(t time.Time) string { return t.In(kst).Format(dateLayout) }

func endDate(t time.Time) string {
	if t.IsZero() {
		return openEnd
	}
	return date(t)
}

func (c code) object() object { return object{{"code", c.code}, {"codeName", c.name}} }

var (
	won     = code{"KRW", "South Korea Won"}
	general = code{"GEN", "일반"}
	vpc     = code{"VPC", "VPC"}
	zero    = money.Decimal{}
	one     = money.Int(1)
)

// number is a stable number for a name, as long as the provider's.
func number(digits int, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p + "|"))
	}
	n := binary.BigEndian.Uint64(h.Sum(nil))
	s := strconv.FormatUint(n, 10)
	return "1" + s[len(s)-digits+1:]
}

func (b bill) object(now time.Time) object {
	month := b.snapshot.month.Format(monthLayout)
	paidAt, paid := b.paid(now)
	o := object{
		{"memberNo", b.member.No}, {"demandMonth", month}, {"demandNo", number(9, b.member.No, month)},
		{"integrationDemandNo", ""}, {"demandAttribute", general.object()},
	}
	o = append(o, b.discounts()...)
	o = append(o,
		field{"thisMonthDemandAmount", b.thisMonth}, field{"thisMonthVatRatio", vatRatio}, field{"thisMonthVatAmount", b.vat},
		field{"thisMonthAmountIncludingVat", b.thisMonth.Add(b.vat)}, field{"totalDemandAmount", b.thisMonth.Add(b.vat).Add(b.member.arrears)},
		field{"isPaidUp", paid})
	if paid {
		o = append(o, field{"paidUpDate", date(paidAt)})
	}
	if !b.member.arrears.IsZero() { // without arrears the field is not there, whatever the guide says
		o = append(o, field{"overdueOccurDate", date(b.snapshot.month.Add(17 * 24 * time.Hour))})
	}
	return append(o,
		field{"overduePlusAmount", zero}, field{"overdueRatio", zero}, field{"thisMonthOverdueAmount", zero},
		field{"beforeMonthDemandNo", ""}, field{"totalOverdueAmount", b.member.arrears}, field{"writeDate", date(b.snapshot.written)},
		field{"payCurrency", won.object()}, field{"thisMonthAppliedExchangeRate", one})
}

// discounts are the fields that both kinds of bills share.
func (b bill) discounts() object {
	return object{
		{"useAmount", b.use}, {"promiseDiscountAmount", b.promise}, {"promotionDiscountAmount", b.promotion}, {"etcDiscountAmount", b.etc},
		{"customerDiscountAmount", b.customer}, {"productDiscountAmount", b.product}, {"creditDiscountAmount", b.credit},
		{"rounddownDiscountAmount", b.roundDown}, {"currencyDiscountAmount", zero}, {"coinUseAmount", zero}, {"defaultAmount", zero},
		{"memberPriceDiscountAmount", b.memberPrice}, {"memberPromiseDiscountAddAmount", b.memberPromise},
	}
}

// partnerObject is the bill as the partner pays it: less the partner's margin.
func (b bill) partnerObject(margin money.Decimal) object {
	kept := money.WonDown.Round(b.thisMonth.Mul(margin))
	total := b.thisMonth.Sub(kept)
	vat := money.WonDown.Round(total.Mul(vatRatio))
	o := object{{"memberNo", b.member.No}, {"demandMonth", b.snapshot.month.Format(monthLayout)}}
	o = append(o, b.discounts()...)
	return append(o,
		field{"marginRatio", margin}, field{"marginAmount", kept},
		field{"currencyPartnerTotalDemandAmount", total}, field{"currencyPartnerTotalDemandVatAmount", vat},
		field{"currencyPartnerTotalDemandAmountIncludingVat", total.Add(vat)},
		field{"writeDate", date(b.snapshot.written)}, field{"payCurrency", won.object()})
}

func (r costRow) object() object {
	unit := unitHours
	if r.contract.kind.flows {
		unit = unitGB
	}
	return object{
		{"memberNo", r.member.No}, {"regionCode", r.contract.Region},
		{"demandType", r.contract.kind.contractType.object()}, {"demandTypeDetail", r.contract.kind.detail.object()},
		{"contract", append(r.contract.object(r.member, r.snapshot.until), field{"contractProductList", list{r.contract.product(r.snapshot.until)}})},
		{"demandMonth", r.snapshot.month.Format(monthLayout)},
		{"unitUsageQuantity", r.quantity}, {"packageUnitUsageQuantity", zero}, {"totalUnitUsageQuantity", r.quantity}, {"usageUnit", unit.object()},
		{"productPrice", r.price}, {"useAmount", r.use}, {"promotionDiscountAmount", r.promotion}, {"etcDiscountAmount", r.etc},
		{"promiseDiscountAmount", r.promise}, {"demandAmount", r.demand}, {"writeDate", date(r.snapshot.written)},
		{"memberPriceDiscountAmount", r.memberPrice}, {"memberPromiseDiscountAddAmount", r.memberPromise},
		{"payCurrency", won.object()}, {"thisMonthAppliedExchangeRate", one},
	}
}

func (c *contract) object(m *member, until time.Time) object {
	o := object{
		{"memberNo", m.No}, {"contractNo", c.No}, {"conjunctionContractNo", c.ParentNo},
		{"contractType", c.kind.contractType.object()}, {"contractStatus", c.status(until, code{"NLEND", "정상 해지"}).object()},
	}
	if !c.NoDates {
		o = append(o, field{"contractStartDate", date(c.Start)}, field{"contractEndDate", endDate(c.End)})
	}
	if c.Name != "" {
		o = append(o, field{"instanceName", c.Name})
	}
	return append(o, field{"regionCode", c.Region}, field{"platformType", vpc.object()})
}

func (c *contract) status(until time.Time, ended code) code {
	if !c.End.IsZero() && !c.End.After(until) {
		return ended
	}
	return code{"NOML", "정상"}
}

// product is the contract's one product. A server has several at the real provider; its other parts are contracts of
// their own kinds here.
func (c *contract) product(until time.Time) object {
	return object{
		{"contractProductSequence", "1"}, {"beforeContractProductSequence", ""}, {"productCode", c.kind.productCode},
		{"priceNo", number(5, c.kind.productCode, c.Price)}, {"promiseNo", ""}, {"instanceNo", number(9, c.No)},
		{"productItemKind", c.kind.contractType.object()}, {"productRatingType", c.kind.detail.object()},
		{"serviceStatus", c.status(until, code{"END", "종료"}).object()},
		{"serviceStartDate", date(c.Start)}, {"serviceEndDate", endDate(c.End)},
		{"productSize", c.SizeGB << 30}, {"productCount", int64(0)}, {"usageList", list{}},
	}
}

func (k kind) relation() object {
	return object{
		{"contractType", k.contractType.object()}, {"productItemKind", k.contractType.object()}, {"productRatingType", k.detail.object()},
		{"meteringType", k.detail.object()}, {"demandType", k.contractType.object()}, {"demandTypeDetail", k.detail.object()},
		{"productDemandType", k.contractType.object()}, {"productCategory", k.category.object()},
	}
}

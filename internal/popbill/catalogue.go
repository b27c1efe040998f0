package popbill

import "jeongsan/internal/fault"

// catalogued is what we tell a person about one of Popbill's numbers; false for a number we have no words for.
// Source of the numbers: Popbill's error list (developers.popbill.com).
func catalogued(code int64) (*fault.Fault, bool) {
	if f, ok := missingFields[code]; ok {
		return fault.Invalidf(f.name, fault.T("%[1]s을(를) 입력하세요.", "Enter the %[2]s.", f.ko, f.en)), true
	}
	if f, ok := longFields[code]; ok {
		return fault.Invalidf(f.name, fault.T("%[1]s은(는) %[3]d자까지 쓸 수 있습니다. 줄여 주세요.", "The %[2]s may have %[3]d letters at most; shorten it.", f.ko, f.en, f.max)), true
	}
	e, ok := refusals[code]
	if !ok {
		return nil, false
	}
	return &fault.Fault{Code: e.code, Field: e.field, Text: fault.Text{KO: e.ko, EN: e.en}}, true
}

// field is one of a document's, with its name on screens.
type field struct {
	name   string // Popbill's JSON key
	ko, en string
	max    int
}

var missingFields = map[int64]field{
	-11001001: {"writeDate", "작성일자", "date written", 0},
	-11001003: {"issueType", "발행형태", "issue type", 0},
	-11001004: {"purposeType", "영수/청구 구분", "purpose (receipt or claim)", 0},
	-11001005: {"taxType", "과세형태", "tax type", 0},
	-11001007: {"remark1", "비고1(외국인등록번호 또는 여권번호)", "remark 1 (alien registration or passport number)", 0},
	-11001012: {"chargeDirection", "과금방향", "charge direction", 0},
	-11001013: {"invoicerCorpNum", "공급자 사업자등록번호", "supplier's business number", 0},
	-11001015: {"invoicerCorpName", "공급자 상호", "supplier's name", 0},
	-11001016: {"invoicerCEOName", "공급자 대표자명", "supplier's representative", 0},
	-11001020: {"invoiceeCorpNum", "공급받는자 사업자등록번호", "buyer's business number", 0},
	-11001022: {"invoiceeCorpName", "공급받는자 상호", "buyer's name", 0},
	-11001023: {"invoiceeCEOName", "공급받는자 대표자명", "buyer's representative", 0},
	-11001035: {"invoicerMgtKey", "문서번호", "document key", 0},
	-11001041: {"supplyCostTotal", "공급가액 합계", "supply total", 0},
	-11001042: {"taxTotal", "세액 합계", "tax total", 0},
	-11001043: {"totalAmount", "합계금액", "grand total", 0},
	-11001053: {"invoiceeType", "공급받는자 유형", "kind of buyer", 0},
	-11001075: {"addContactList", "추가 담당자의 이름", "name of the additional contact", 0},
	-11001076: {"addContactList", "추가 담당자의 이메일", "e-mail of the additional contact", 0},
	-11004011: {"orgNTSConfirmNum", "당초 국세청승인번호", "original's approval number", 0},
	-11010019: {"submitID", "제출아이디", "submission id", 0},
}

var longFields = map[int64]field{
	-11001018: {"invoicerContactName", "공급자 담당자명", "supplier's contact", 100},
	-11001025: {"invoiceeContactName1", "공급받는자 담당자명", "buyer's contact", 100},
	-11001064: {"detailList.itemName", "품명", "item name", 100},
	-11001066: {"invoicerBizType", "공급자 업태", "supplier's business type", 100},
	-11001067: {"invoicerBizClass", "공급자 종목", "supplier's business item", 100},
	-11001068: {"invoiceeBizType", "공급받는자 업태", "buyer's business type", 100},
	-11001069: {"invoiceeBizClass", "공급받는자 종목", "buyer's business item", 100},
	-11001082: {"invoicerCorpName", "공급자 상호", "supplier's name", 200},
	-11001083: {"invoicerCEOName", "공급자 대표자명", "supplier's representative", 100},
	-11001084: {"invoicerAddr", "공급자 주소", "supplier's address", 300},
	-11001085: {"invoicerTEL", "공급자 연락처", "supplier's telephone", 20},
	-11001086: {"invoicerEmail", "공급자 이메일", "supplier's e-mail", 100},
	-11001087: {"memo", "메모", "memo", 200},
	-11001088: {"invoiceeCorpName", "공급받는자 상호", "buyer's name", 200},
	-11001089: {"invoiceeCEOName", "공급받는자 대표자명", "buyer's representative", 100},
	-11001090: {"invoiceeAddr", "공급받는자 주소", "buyer's address", 300},
	-11001091: {"invoiceeTEL1", "공급받는자 연락처", "buyer's telephone", 20},
	-11001092: {"invoiceeEmail1", "공급받는자 이메일", "buyer's e-mail", 100},
	-11001100: {"remark1", "비고1", "remark 1", 150},
	-11001101: {"remark2", "비고2", "remark 2", 150},
	-11001102: {"remark3", "비고3", "remark 3", 150},
	-11001109: {"invoicerDeptName", "공급자 부서명", "supplier's department", 100},
	-11001110: {"invoiceeDeptName1", "공급받는자 부서명", "buyer's department", 100},
	-11001112: {"detailList.spec", "규격", "specification", 60},
	-11001113: {"invoicerHP", "공급자 휴대폰", "supplier's mobile", 20},
	-11001114: {"invoiceeHP1", "공급받는자 휴대폰", "buyer's mobile", 20},
	-11001115: {"invoiceeHP2", "공급받는자 휴대폰2", "buyer's second mobile", 20},
	-11001117: {"detailList.remark", "품목 비고", "remark of an item", 100},
	-11001049: {"detailList.supplyCost", "품목 공급가액", "supply amount of an item", 18},
	-11001050: {"detailList.qty", "수량(소수점 2자리까지)", "quantity (two decimals)", 12},
	-11001051: {"detailList.unitCost", "단가(소수점 2자리까지)", "unit price (two decimals)", 18},
	-11001052: {"detailList.tax", "품목 세액", "tax of an item", 18},
	-11010020: {"submitID", "제출아이디", "submission id", 36},
}

type entry struct {
	code   fault.Code
	field  string
	ko, en string
}

// Sentences that several numbers share.
var (
	noDocument  = entry{fault.NotFound, "", "팝빌에 이 문서번호의 세금계산서가 없습니다. 문서번호를 확인하세요.", "Popbill has no tax invoice of this key. Check the key."}
	notViewable = entry{fault.Forbidden, "", "이 세금계산서를 조회할 권한이 없습니다. 팝빌에서 담당자 권한을 확인하세요.", "This tax invoice may not be read. Check the person's rights at Popbill."}
	duplicate   = entry{fault.Conflict, "invoicerMgtKey", "같은 문서번호의 세금계산서가 팝빌에 이미 있습니다. 그 문서의 상태를 먼저 확인하세요.", "Popbill has a tax invoice of this key already. Ask for its state first."}
	late        = entry{fault.Conflict, "writeDate", "법정 발급기한이 지났습니다. 가산세가 있는 지연발행임을 확인하고 지연발행으로 발행하세요.", "The legal deadline has passed. Issue it as a late invoice, knowing the penalty."}
	wrongState  = entry{fault.Conflict, "", "지금 상태의 세금계산서에는 할 수 없는 일입니다. 상태를 새로 조회하세요.", "The tax invoice's state does not allow this. Read its state again."}
	issued      = entry{fault.Conflict, "", "이미 발행된 세금계산서입니다. 상태를 새로 조회하세요.", "The tax invoice is issued already. Read its state again."}
	cancelState = entry{fault.Conflict, "", "국세청 전송이 시작된 세금계산서는 발행취소할 수 없습니다. 수정세금계산서를 발행하세요.", "A tax invoice on its way to the tax office cannot be cancelled. Issue an amendment."}
	sendState   = entry{fault.Conflict, "", "발행완료 상태의 세금계산서만 국세청에 전송할 수 있습니다. 상태를 새로 조회하세요.", "Only an issued tax invoice can be sent to the tax office. Read its state again."}
	noCert      = entry{fault.Conflict, "certificate", "팝빌에 전자세금용 공동인증서가 등록되어 있지 않습니다. 팝빌에 인증서를 등록하세요.", "No certificate is registered at Popbill. Register the e-tax certificate there."}
	badCert     = entry{fault.Conflict, "certificate", "팝빌에 등록된 공동인증서를 쓸 수 없습니다. 유효한 전자세금용 인증서를 다시 등록하세요.", "The certificate registered at Popbill cannot be used. Register a valid e-tax certificate again."}
	points      = entry{fault.Conflict, "", "팝빌 포인트가 부족합니다. 포인트를 충전한 뒤 다시 발행하세요.", "Popbill points have run short. Charge points and issue again."}
	limit       = entry{fault.Conflict, "", "팝빌 이용 한도를 넘었습니다. 팝빌에서 한도를 확인하세요.", "Popbill's usage limit is exceeded. Check the limit at Popbill."}
	partner     = entry{fault.Forbidden, FieldLinkID, "팝빌 파트너 인증(LinkID·SecretKey)이 거절되었습니다. 운영자에게 알려 주세요.", "Popbill refused our partner credentials (LinkID, SecretKey). Tell the operator."}
	address     = entry{fault.Forbidden, "", "이 서버의 주소에서는 팝빌을 쓸 수 없습니다. 운영자에게 알려 주세요.", "Popbill does not allow this server's address. Tell the operator."}
	clock       = entry{fault.Unavailable, "", "서버의 시계가 어긋나 팝빌 인증이 거절되었습니다. 운영자에게 알려 주세요.", "Popbill refused the signature because this server's clock is off. Tell the operator."}
	noMember    = entry{fault.Forbidden, "corpNum", "팝빌 연동회원으로 가입되지 않은 사업자번호입니다. 팝빌에 가입하거나 연동을 신청하세요.", "This business number is no linked member of Popbill. Join Popbill or have it linked."}
	badToken    = entry{fault.Unavailable, "", "팝빌 인증이 끊겼습니다. 잠시 후 다시 시도하세요.", "The session at Popbill was refused. Try again shortly."}
	badRequest  = entry{fault.Invalid, "", "팝빌이 요청의 형식을 받아들이지 않았습니다. 운영자에게 알려 주세요.", "Popbill did not accept the form of the request. Tell the operator."}
	original    = entry{fault.Invalid, "orgNTSConfirmNum", "당초 세금계산서를 발행한 공급자가 다릅니다. 당초 승인번호를 확인하세요.", "Another supplier issued the original. Check its approval number."}
)

var refusals = map[int64]entry{
	codeNoDocument: noDocument, -11000000: noDocument, -11000001: wrongState, -11000007: notViewable, -11000008: notViewable, -11000009: notViewable,
	-11001038: duplicate, -11001039: duplicate, -11001040: duplicate, -11006006: duplicate,
	-11002014: late, -11002015: late,
	-11002005: {fault.Conflict, "", "임시저장·발행취소·전송실패 상태의 세금계산서만 삭제할 수 있습니다.", "Only a draft, a cancelled or a failed tax invoice can be deleted."},
	-11002002: wrongState, -11002013: wrongState, -11002051: issued, -11002022: cancelState, -11002030: cancelState,
	-11004002: sendState, -11004005: {fault.Conflict, "", "이미 국세청에 전송 중이거나 전송된 세금계산서입니다.", "The tax invoice is on its way to the tax office or has arrived."},
	-11003018: {fault.NotFound, "", "이 세금계산서에는 XML이 없습니다.", "This tax invoice has no XML."}, -11003019: wrongState, -11010018: wrongState,

	-10002009: noCert, -10004000: noCert,
	-10004003: {fault.Conflict, "certificate", "팝빌에 등록된 공동인증서가 만료되었습니다. 갱신한 인증서를 등록하세요.", "The certificate registered at Popbill has expired. Register the renewed one."},
	-10004004: {fault.Conflict, "certificate", "팝빌에 등록된 공동인증서가 폐기되었습니다. 새 인증서를 등록하세요.", "The certificate registered at Popbill was revoked. Register a new one."},
	-10004009: {fault.Conflict, "certificate", "공동인증서의 사업자번호가 회원과 다릅니다. 이 사업자의 인증서를 등록하세요.", "The certificate belongs to another business number. Register this company's own."},
	-10001082: {fault.Conflict, "certificate", "세금계산서를 발행할 수 없는 인증서입니다. 전자세금용 인증서를 등록하세요.", "This certificate cannot issue tax invoices. Register an e-tax certificate."},
	-10004001: badCert, -10004002: badCert, -10004005: badCert, -10004006: badCert, -10004008: badCert, -10004010: badCert, -10004012: badCert,

	-99005001: points, -99005003: points, -99005004: points, -99005005: points,
	-99005002: limit, -99005013: limit, -99005014: limit, -99005015: limit, -99005016: limit, -99005017: limit,

	codeThrottled: {fault.Unavailable, "", "팝빌의 동시 호출 한도를 넘었습니다. 잠시 후 다시 시도하세요.", "Popbill's limit of simultaneous calls is exceeded. Try again shortly."},
	-10010020:     {fault.Forbidden, "", "팝빌의 대량발행 사용이 허용되지 않았습니다. 팝빌에 이용을 신청하세요.", "Bulk issue is not enabled at Popbill. Apply for it there."},
	codeBulkIDUsed: {fault.Conflict, "submitID", "같은 제출아이디로 이미 접수되었습니다. 그 접수의 결과를 조회하세요.",
		"This submission id was received already. Ask for its result."},
	codeNoBulk: {fault.NotFound, "submitID", "팝빌에 이 제출아이디로 접수된 것이 없습니다.", "Popbill has no submission of this id."},
	-11010036:  {fault.Invalid, "invoices", "한 번에 100건까지 접수할 수 있습니다. 나누어 보내세요.", "100 tax invoices at most go in one submission; split it."},
	-11010022:  badRequest, -11010021: badRequest, -11010001: badRequest, -11010002: badRequest, -11010003: badRequest, -11010023: badRequest, -11010005: badRequest, -11010008: badRequest, -99010001: badRequest,
	-11010024: {fault.Invalid, "invoices", "보낼 세금계산서가 없습니다.", "There is no tax invoice to submit."},
	-11010026: {fault.Invalid, "issueType", "역발행은 대량발행할 수 없습니다.", "Reverse-issued invoices cannot be submitted in bulk."},
	-11010029: {fault.Invalid, "invoicerMgtKey", "한 접수 안에서 문서번호가 겹칩니다. 문서번호를 고치세요.", "A key occurs twice in the submission; correct it."},
	-11010042: {fault.Invalid, "invoicerMgtKey", "조회할 문서번호가 없습니다.", "There is no key to ask for."},
	-11010009: {fault.Invalid, "DType", "검색할 일자의 종류를 고르세요.", "Choose which date to search by."},
	-11010010: {fault.Invalid, "DType", "검색할 일자의 종류를 고르세요.", "Choose which date to search by."},
	-11010011: {fault.Invalid, "SDate", "검색 기간의 날짜를 확인하세요.", "Check the dates of the search."},
	-11010046: {fault.Invalid, "SDate", "검색 시작일을 확인하세요.", "Check the first day of the search."},
	-11010047: {fault.Invalid, "EDate", "검색 종료일을 확인하세요.", "Check the last day of the search."},
	-11001119: {fault.Invalid, "EDate", "검색 기간은 6개월까지입니다. 기간을 줄이세요.", "A search spans six months at most; shorten it."},

	-11001000: {fault.Invalid, "invoicerCorpNum", "공급자 사업자번호가 팝빌 회원의 것과 다릅니다. 회사 정보를 확인하세요.", "The supplier's business number is not the Popbill member's. Check the company's data."},
	-11001006: {fault.Invalid, "chargeDirection", "역과금은 역발행에만 쓸 수 있습니다.", "Reverse charging goes with reverse issue only."},
	-11001009: {fault.Invalid, "modifyCode", "수정 사유가 올바르지 않습니다. 1~6 가운데 고르세요.", "The reason of the amendment is not valid; choose 1 to 6."},
	-11001010: {fault.Invalid, "supplyCostTotal", "환입과 계약의 해제는 마이너스 금액만 쓸 수 있습니다.", "Returns and contract cancellations take negative amounts only."},
	-11001011: {fault.Invalid, "taxType", "세금계산서의 형태가 올바르지 않습니다.", "The form of the tax invoice is not valid."},
	-11001014: {fault.Invalid, "invoicerCorpNum", "공급자 사업자등록번호가 올바르지 않습니다. 번호를 확인하세요.", "The supplier's business number is not valid. Check it."},
	-11001019: {fault.Invalid, "invoicerTaxRegID", "공급자 종사업장번호는 숫자 4자리입니다.", "The supplier's branch number has four digits."},
	-11001021: {fault.Invalid, "invoiceeCorpNum", "공급받는자 사업자등록번호가 올바르지 않습니다. 번호를 확인하세요.", "The buyer's business number is not valid. Check it."},
	-11001026: {fault.Invalid, "invoiceeTaxRegID", "공급받는자 종사업장번호는 숫자 4자리입니다.", "The buyer's branch number has four digits."},
	-11001034: {fault.Invalid, "taxTotal", "영세율 세금계산서의 세액은 0입니다.", "The tax of a zero-rated invoice is 0."},
	-11001072: {fault.Invalid, "taxTotal", "면세 계산서의 세액은 0입니다.", "The tax of an exempt invoice is 0."},
	-11001044: {fault.Invalid, "totalAmount", "합계금액이 공급가액과 세액의 합과 다릅니다.", "The grand total is not the sum of supply and tax."},
	-11001045: {fault.Invalid, "taxTotal", "공급가액과 세액의 부호가 다릅니다.", "Supply and tax differ in sign."},
	-11001046: {fault.Invalid, "totalAmount", "현금·수표·어음·외상의 합이 합계금액과 다릅니다.", "Cash, cheque, note and credit do not add up to the grand total."},
	-11001047: {fault.Invalid, "detailList", "품목은 99개까지입니다. 품목을 합치세요.", "An invoice has 99 items at most; merge some."},
	-11001048: {fault.Invalid, "detailList.serialNum", "품목의 일련번호가 올바르지 않습니다.", "An item's serial number is not valid."},
	-11001105: {fault.Invalid, "detailList.serialNum", "품목의 일련번호가 겹칩니다.", "An item's serial number occurs twice."},
	-11001054: {fault.Invalid, "issueType", "수정세금계산서는 역발행할 수 없습니다.", "An amendment cannot be issued in reverse."},
	-11001055: {fault.NotFound, "orgNTSConfirmNum", "당초 세금계산서를 찾을 수 없습니다. 당초 승인번호를 확인하세요.", "The original tax invoice was not found. Check its approval number."},
	-11001056: {fault.Conflict, "orgNTSConfirmNum", "당초 세금계산서가 아직 국세청에 전송되지 않았습니다. 전송이 끝난 뒤 수정세금계산서를 발행하세요.", "The original has not reached the tax office yet. Amend it once it has."},
	-11001057: original, -11001104: original,
	-11001061: {fault.Invalid, "invoiceeCorpNum", "공급받는자 사업자등록번호는 숫자 10자리입니다.", "The buyer's business number has ten digits."},
	-11001062: {fault.Invalid, "invoiceeCorpNum", "공급받는자 주민등록번호는 숫자 13자리입니다.", "The buyer's resident number has 13 digits."},
	-11001063: {fault.Invalid, "invoiceeCorpNum", "외국인은 9999999999999를 쓰고 비고1에 등록번호를 적습니다.", "For a foreigner write 9999999999999, and the registration number in remark 1."},
	-11001108: {fault.Invalid, "invoiceeCorpNum", "공급받는자 주민등록번호가 올바르지 않습니다.", "The buyer's resident number is not valid."},
	-11001073: {fault.Invalid, "detailList.tax", "품목 세액의 합이 세액 합계와 다릅니다.", "The items' taxes do not add up to the tax total."},
	-11001074: {fault.Invalid, "addContactList", "추가 담당자가 너무 많습니다.", "There are too many additional contacts."},
	-11001077: {fault.Invalid, "detailList.tax", "면세·영세율 품목의 세액은 0입니다.", "Items of an exempt or zero-rated invoice bear no tax."},
	-11001080: {fault.Invalid, "taxType", "면세 계산서의 수정은 면세여야 합니다.", "An amendment of an exempt invoice is exempt."},
	-11001081: {fault.Invalid, "taxType", "과세·영세율 세금계산서의 수정은 과세 또는 영세율이어야 합니다.", "An amendment of a taxed or zero-rated invoice is taxed or zero-rated."},
	-11001103: {fault.Invalid, "writeDate", "작성일자가 올바르지 않습니다.", "The date written is not valid."},
	-11001106: {fault.Invalid, "addContactList", "추가 담당자의 일련번호가 올바르지 않습니다.", "An additional contact's serial number is not valid."},
	-11001107: {fault.Invalid, "addContactList", "추가 담당자의 일련번호가 겹칩니다.", "An additional contact's serial number occurs twice."},
	-11001118: {fault.Invalid, "supplyCostTotal", "수정 금액이 당초 공급가액을 넘습니다.", "The amendment exceeds the supply amount of the original."},
	-11001120: {fault.Invalid, "invoicerMgtKey", "문서번호는 영문·숫자·'-'·'_' 24자까지입니다.", "A key has at most 24 letters, digits, '-' and '_'."},
	-11001133: {fault.Invalid, "taxTotal", "세액은 공급가액의 10%에서 1,000원 넘게 벗어날 수 없습니다.", "The tax may be 1,000 won off 10 % of the supply amount at most."},
	-11002009: {fault.Invalid, "writeDate", "작성일자가 미래입니다. 오늘이나 그 전 날짜로 고치세요.", "The date written lies in the future; choose today or earlier."},
	-11002010: {fault.Conflict, "writeDate", "내국신용장 사후개설 수정세금계산서를 발행할 수 있는 기한이 지났습니다.", "The time to amend for a later letter of credit has passed."},
	-11002012: {fault.Forbidden, "invoicerCorpNum", "세금계산서는 공급자만 발행할 수 있습니다.", "Only the supplier can issue a tax invoice."},
	-11002052: {fault.Invalid, "writeDate", "내국신용장 사후개설의 작성일자는 당초 작성일자와 같아야 합니다.", "An amendment for a later letter of credit bears the date of the original."},
	-11004010: {fault.Invalid, "orgNTSConfirmNum", "당초 국세청승인번호는 24자리입니다.", "The original's approval number has 24 characters."},

	codeSessionExpired: badToken, -99000012: badToken, -99000013: badToken, -99000017: badToken, -99910004: badToken,
	-99000031: address, -99910006: address, -99010013: address, -99010014: address,
	-99910002: {fault.Forbidden, "", "팝빌에서 이 서비스의 이용 권한이 없습니다. 팝빌에 이용을 신청하세요.", "This service is not enabled at Popbill. Apply for it there."},
	-99003004: partner, -99004021: partner, -99010005: partner, -99010006: partner, -99010007: partner, -99010015: partner,
	-99003008: noMember, -99003015: noMember, -99003013: noMember,
	-99010002: clock, -99010003: clock, -99010004: clock,
}

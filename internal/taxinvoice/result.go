package taxinvoice

import "jeongsan/internal/fault"

// results are the tax office's answers to a transmission (국세청 전송 결과 코드): what each means and what to do.
var results = map[string]fault.Text{
	"SUC001": fault.T("국세청이 접수했습니다.", "The tax office has accepted it."),
	"SYN002": fault.T("국세청이 전자서명을 확인하지 못했습니다. 공동인증서가 유효한지 확인하고 다시 등록한 뒤 새로 발행해 주세요.", "The tax office could not verify the signature; check that the certificate is valid, register it again and issue a new one."),
	"SYN003": fault.T("국세청에 같은 승인번호가 이미 있습니다. 같은 거래가 이중으로 신고되지 않았는지 홈택스에서 확인한 뒤 새로 발행해 주세요.", "The tax office already has this confirmation number; look in Hometax that nothing is reported twice, then issue a new one."),
	"SYN004": fault.T("세금계산서가 국세청 표준 형식에 맞지 않습니다. 너무 길거나 쓸 수 없는 문자가 있는 항목을 고쳐 새로 발행해 주세요.", "It does not fit the tax office's format; correct what is too long or holds forbidden characters and issue a new one."),
	"ERR001": fault.T("공급자가 국세청에 등록된 사업자가 아닙니다. 정산 등록의 사업자등록번호를 확인한 뒤 새로 발행해 주세요.", "The supplier is not registered with the tax office; check the business number under settlement data and issue a new one."),
	"ERR002": fault.T("공급받는자가 국세청에 등록된 사업자가 아닙니다. 고객사의 사업자등록번호와 휴·폐업 여부를 확인하고 고친 뒤 새로 발행해 주세요.", "The buyer is not registered with the tax office; check the customer's business number and whether it has closed, correct it and issue a new one."),
	"ERR003": fault.T("수탁자가 국세청에 등록된 사업자가 아닙니다. 위수탁 정보를 확인한 뒤 새로 발행해 주세요.", "The agent is not registered with the tax office; check it and issue a new one."),
	"ERR005": fault.T("발행 일시가 올바르지 않습니다. 잠시 뒤 새로 발행하고, 되풀이되면 운영자에게 알려 주세요.", "The time of issue is wrong; issue a new one shortly, and tell the operator if it happens again."),
	"ERR006": fault.T("작성일자가 올바르지 않습니다(미래이거나 승인번호의 날짜와 다름). 작성일자를 고쳐 새로 발행해 주세요.", "The date is wrong (in the future, or not the one in the confirmation number); correct it and issue a new one."),
	"ERR007": fault.T("금액이 올바르지 않습니다(부호, 합계, 영세·면세의 세액). 금액과 과세형태를 확인한 뒤 새로 발행해 주세요.", "The amounts are wrong (signs, sums, or VAT on a zero-rated or exempt supply); check them and the kind of tax and issue a new one."),
	"ERR008": fault.T("수정 사유 코드가 올바르지 않습니다. 사유를 다시 골라 수정세금계산서를 새로 발행해 주세요.", "The reason code is wrong; choose the reason again and issue a new amended tax invoice."),
	"ERR009": fault.T("공급자의 폐업일 뒤에 발행되었습니다. 홈택스에서 공급자의 사업자 상태를 확인해 주세요.", "It was issued after the supplier closed; check the supplier's state in Hometax."),
	"ERR010": fault.T("발행 시스템의 국세청 등록번호가 올바르지 않습니다. 팝빌 고객센터에 문의해 주세요.", "The issuing system's registration with the tax office is wrong; ask the service's support."),
	"ERR011": fault.T("당초 승인번호가 국세청에 없습니다. 원본이 국세청에 전송되었는지 확인한 뒤 수정세금계산서를 새로 발행해 주세요.", "The tax office does not have the original's confirmation number; check that the original was transmitted, then issue a new amended one."),
	"ERR099": fault.T("국세청이 그 밖의 이유로 받지 않았습니다. 내용을 확인해 새로 발행하고, 되풀이되면 팝빌 고객센터에 문의해 주세요.", "The tax office did not take it for another reason; check it and issue a new one, and ask the service's support if it happens again."),
}

// ResultText is the sentence for a result code of the tax office. A code that is not in the table keeps its name, so
// that staff can ask for it.
func ResultText(code string) fault.Text {
	if t, ok := results[code]; ok {
		return t
	}
	if code == "" {
		return fault.T("국세청이 이유 없이 받지 않았습니다. 팝빌에서 전송 결과를 확인한 뒤 새로 발행해 주세요.", "The tax office did not take it and gave no reason; look up the result at the service, then issue a new one.")
	}
	return fault.T("국세청이 %[1]s 코드로 받지 않았습니다. 팝빌 고객센터에 이 코드를 문의한 뒤 새로 발행해 주세요.", "The tax office did not take it (code %[1]s); ask the service's support about the code, then issue a new one.", code)
}

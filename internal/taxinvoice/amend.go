package taxinvoice

// Reason is a legal reason of an amended tax invoice (부가가치세법 시행령 제70조 제1항), by the tax office's code.
type Reason int

const (
	Correction       Reason = 1 // 기재사항 착오·정정 (제5·6·9호)
	AmountChange     Reason = 2 // 공급가액 변동 (제3호)
	Return           Reason = 3 // 환입 (제1호)
	Termination      Reason = 4 // 계약의 해제 (제2호)
	LocalCredit      Reason = 5 // 내국신용장·구매확인서 사후개설 (제4호)
	DuplicateMistake Reason = 6 // 착오에 의한 이중발급 (제7·8호)
)

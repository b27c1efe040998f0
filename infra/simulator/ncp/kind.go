package ncp

// Kind is what a contract is for: the provider's demand type detail code.
type Kind string

const (
	VSVR  Kind = "VSVR"      // running server
	VSVRT Kind = "VSVRT"     // stopped server
	BBST  Kind = "VSVR_BBST" // a server's base block storage
	BST   Kind = "BST"       // block storage
	NET   Kind = "NETOT"     // outbound traffic
	PBLIP Kind = "PBLIP"     // public address
	LOADB Kind = "LOADB"     // load balancer
	MYSQL Kind = "MYSQL"     // Cloud DB for MySQL
	NAS   Kind = "NAS"
	BKUP  Kind = "BKUP" // backup
	SW    Kind = "SW"   // software on a server
)

type code struct{ code, name string }

// kind ties the codes that the provider's answers carry to how it is priced.
type kind struct {
	code         Kind
	contractType code // also demandType
	detail       code // also metering and rating type
	category     code
	productCode  string
	price        string // won per hour, per GB and hour, or per GB
	sized        bool   // priced per GB and hour
	flows        bool   // priced per GB that flowed
}

var (
	compute    = code{"COMPUTE", "Compute"}
	storage    = code{"STORAGE", "Storage"}
	networking = code{"NETWORKING", "Networking"}
	database   = code{"DATABASE", "Database"}

	server = code{"VSVR", "서버 (VPC)"}
)

// kinds has a fixed order, that of getCostRelationCodeList. Codes are the provider's; names are in the language of a
// Korean account; prices are round figures of the public list's size.
var kinds = []kind{
	{code: VSVR, contractType: server, detail: code{"VSVR", "서버 (VPC) 사용"}, category: compute, productCode: "SVR.VSVR.STAND.C002.M008.G003", price: "123"},
	{code: VSVRT, contractType: server, detail: code{"VSVRT", "서버 (VPC) 정지"}, category: compute, productCode: "SVR.VSVR.STAND.C002.M008.G003", price: "17"},
	{code: BBST, contractType: server, detail: code{"VSVR_BBST", "서버 (VPC) 기본 블록 스토리지"}, category: storage, productCode: "BST.CB.CB1.V001", price: "0.16", sized: true},
	{code: BST, contractType: code{"BST", "블록 스토리지"}, detail: code{"BST", "블록 스토리지 사용"}, category: storage, productCode: "SPBSTBSTAD000006", price: "0.16", sized: true},
	{code: NET, contractType: code{"NET", "네트워크"}, detail: code{"NETOT", "네트워크 OUT"}, category: networking, productCode: "SPNET00000000015", price: "100", flows: true},
	{code: PBLIP, contractType: code{"PBLIP", "공인 IP"}, detail: code{"PBLIP", "공인 IP"}, category: networking, productCode: "SPPUBIP000000017", price: "5.6"},
	{code: LOADB, contractType: code{"LOADB", "로드밸런서"}, detail: code{"LOADB", "로드밸런서 사용"}, category: networking, productCode: "SPLOADB000000001", price: "38.5"},
	{code: MYSQL, contractType: code{"MYSQL", "Cloud DB for MySQL"}, detail: code{"MYSQL", "Cloud DB for MySQL 사용"}, category: database, productCode: "SVR.VDBAS.STAND.C002.M008", price: "284"},
	{code: NAS, contractType: code{"NAS", "NAS"}, detail: code{"NAS", "NAS 볼륨"}, category: storage, productCode: "SPNAS00000000001", price: "0.09", sized: true},
	{code: BKUP, contractType: code{"BKUP", "백업"}, detail: code{"BKUP", "백업 스토리지"}, category: storage, productCode: "SPBKUP000000001", price: "0.07", sized: true},
	{code: SW, contractType: code{"SW", "소프트웨어"}, detail: code{"SW", "소프트웨어 사용"}, category: compute, productCode: "SW.VSVR.OS.LNX64", price: "60"},
}

var kindsByCode = func() map[Kind]kind {
	m := map[Kind]kind{}
	for _, k := range kinds {
		m[k.code] = k
	}
	return m
}()

var (
	unitHours  = code{"USAGE_TIME", "사용 시간 (일할)"}
	unitGB     = code{"USAGE_GB", "사용량 (GB)"}
	unitSecond = code{"USAGE_SEC", "사용 시간 (초)"}
	unitByte   = code{"USAGE_1BYTE", "사용량 (1 Byte)"}
	userHour   = code{"HOUR", "시간"}
	userGB     = code{"GBYTE", "GB"}
)

package ncp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
)

// signature is NCP's signature v2: base64 of HMAC-SHA256 over method, path with query, time stamp and access key.
// The path is the whole path of the host (with /billing/v1), the query exactly as it is sent; a body is not signed.
func signature(secret, method, pathAndQuery, timestamp, accessKey string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(method + " " + pathAndQuery + "\n" + timestamp + "\n" + accessKey))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (c *Client) sign(r *http.Request) {
	timestamp := strconv.FormatInt(c.now().UnixMilli(), 10)
	r.Header.Set("x-ncp-apigw-timestamp", timestamp)
	r.Header.Set("x-ncp-iam-access-key", c.accessKey)
	r.Header.Set("x-ncp-apigw-signature-v2", signature(c.secretKey, r.Method, r.URL.RequestURI(), timestamp, c.accessKey))
}

package awstest

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
)

// inFront puts a proxy before moto, for this process and those it starts, and returns its address.
//
// moto answers requests at once on threads, and its DynamoDB transactions do not know of each other: one that fails
// puts the whole table back to what it was when it began, with whatever others wrote meanwhile. So DynamoDB's
// requests go through one by one, as on DynamoDB they would take effect. Other services pass freely: a receive from a
// queue may wait for seconds.
func inFront(moto string) (string, error) {
	target, err := url.Parse(moto)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // moto names queues and buckets by the host it was asked at
	}}
	var turn sync.Mutex
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_") {
			turn.Lock()
			defer turn.Unlock()
		}
		pass.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(listener) }() // to the end of the process
	return "http://" + listener.Addr().String(), nil
}

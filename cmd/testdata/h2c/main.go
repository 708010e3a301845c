// Command h2c asks for a page over HTTP/2 without TLS, as gRPC clients do, and prints what comes of it.
package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: transport, Timeout: 10 * time.Second}
	call, _ := http.NewRequest("POST", os.Args[1]+"package.Service/Method", strings.NewReader("\x00\x00\x00\x00\x02\x08\x01"))
	call.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	page, _ := http.NewRequest("GET", os.Args[1], nil)
	failed := make(chan string)
	for _, request := range []*http.Request{page, page.Clone(page.Context()), call} { // at a time, over one connection or more
		go func() {
			began := time.Now()
			answer, err := client.Do(request)
			if err == nil {
				_ = answer.Body.Close()
				err = fmt.Errorf("answered over %s", answer.Proto)
			}
			if took := time.Since(began); took > 5*time.Second {
				err = fmt.Errorf("%w, after %v", err, took)
			}
			failed <- fmt.Sprintln(request.Method, err)
		}()
	}
	lines := []string{<-failed, <-failed, <-failed}
	slices.Sort(lines)
	fmt.Print(strings.Join(lines, ""))
}

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
	lines := make(chan string)
	for _, request := range []*http.Request{page, page.Clone(page.Context()), call} { // at a time, over one connection or more
		go func() {
			began := time.Now()
			answer, err := client.Do(request)
			line := fmt.Sprintln(request.Method, err)
			if err == nil {
				_ = answer.Body.Close()
				line = fmt.Sprintln(request.Method, answer.Proto, answer.Status, answer.Header)
			}
			if took := time.Since(began); took > 5*time.Second {
				line = fmt.Sprintln(request.Method, "took", took)
			}
			lines <- line
		}()
	}
	said := []string{<-lines, <-lines, <-lines}
	slices.Sort(said)
	fmt.Print(strings.Join(said, ""))
}

// Command h2c asks for a page over HTTP/2 without TLS, as gRPC clients do, and prints what comes of it.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	client := http.Client{Transport: transport, Timeout: 10 * time.Second}
	began := time.Now()
	answer, err := client.Get(os.Args[1])
	if err == nil {
		fmt.Println("answered over", answer.Proto)
		_ = answer.Body.Close()
		os.Exit(1)
	}
	fmt.Println(err)
	if took := time.Since(began); took > 5*time.Second {
		fmt.Println("and that took", took)
	}
}

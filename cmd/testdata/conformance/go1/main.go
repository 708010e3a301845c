// The program of the runtime go1, see ../README.md.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

var initialized int

type asked struct {
	Do, ID  string
	RawPath string
}

// handle answers what is to be told byte by byte as bytes, which the library puts into Base64.
func handle(ctx context.Context, event []byte) (any, error) {
	var in asked
	if json.Unmarshal(event, &in) != nil {
		return event, nil
	}
	facts, _ := fccontext.FromContext(ctx)
	switch in.Do {
	case "echo":
		return event, nil
	case "who":
		return in.ID + " " + facts.RequestID, nil
	case "facts":
		return told(facts), nil
	case "env":
		return environment(), nil
	case "ready":
		if initialized == 1 {
			return "yes", nil
		}
		return fmt.Sprint("no: ", initialized), nil
	case "log":
		fmt.Println("one line")
		fmt.Fprintln(os.Stderr, "an error line")
		facts.GetLogger().Info("a record")
		fmt.Print("no line end")
		return "ok", nil
	case "much":
		for n := 0; n < 200; n++ {
			fmt.Println(strings.Repeat("x", 99))
		}
		return "ok", nil
	case "throw":
		return nil, errors.New("thrown on purpose")
	case "exit":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Minute)
	case "hog":
		hog()
	}
	return serve(event, in.RawPath)
}

func told(c *fccontext.FcContext) map[string]any {
	cwd, _ := os.Getwd()
	return map[string]any{
		"requestId": c.RequestID, "function": c.Function.Name, "handler": c.Function.Handler, "memory": c.Function.Memory,
		"timeout": fmt.Sprint(c.Function.Timeout), "region": c.Region, "account": c.AccountId, "retryCount": fmt.Sprint(c.RetryCount),
		"service": c.Service.Name, "logProject": c.Service.LogProject, "logStore": c.Service.LogStore, "qualifier": c.Service.Qualifier,
		"version": c.Service.VersionId, "keys": []string{c.Credentials.AccessKeyId, c.Credentials.AccessKeySecret, c.Credentials.SecurityToken},
		"cwd": cwd,
	}
}

func environment() map[string]string {
	ours := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		for _, prefix := range []string{"FC_", "_FC_", "ALIBABA_CLOUD_", "accessKey", "securityToken", "GREETING"} {
			if strings.HasPrefix(name, prefix) {
				ours[name] = value
			}
		}
	}
	return ours
}

func hog() {
	for kept := [][]byte{}; ; {
		kept = append(kept, bytes.Repeat([]byte("x"), 8<<20))
	}
}

type response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Body            any               `json:"body"`
}

func serve(event []byte, path string) (any, error) {
	switch path {
	case "/throw":
		return nil, errors.New("thrown on purpose")
	case "/bare":
		return "bare", nil
	case "/bytes":
		all := make([]byte, 256)
		for n := range all {
			all[n] = byte(n)
		}
		return response{200, map[string]string{"Content-Type": "image/png"}, true, all}, nil
	}
	return response{201, map[string]string{"X-Conform": "yes", "Content-Type": "text/plain"}, false, string(event)}, nil
}

func main() {
	fc.RegisterInitializerFunction(func(context.Context) { initialized++; fmt.Println("initialize ran") })
	fc.RegisterPreStopFunction(func(context.Context) { fmt.Println("preStop ran") })
	fc.Start(handle)
}

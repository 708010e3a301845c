package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

var ready bool

func main() {
	fc.RegisterInitializerFunction(func(context.Context) { ready = true })
	fc.StartHttp(handle)
}

func handle(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	path := strings.Split(r.URL.Path+"//", "/")
	switch path[1] {
	case "echo":
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusOK) // an answer that was never begun has no status
		_, err := io.Copy(w, r.Body)
		return err
	case "status":
		status, _ := strconv.Atoi(path[2])
		w.WriteHeader(status)
		_, err := w.Write([]byte("status"))
		return err
	case "headers":
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
		w.Header().Set("X-One", "1")
		w.Header().Set("Server", "mine")
		w.Header().Set("X-Fc-Own", "1")
	case "large-headers":
		w.Header().Set("X-Large", strings.Repeat("x", 9000))
	case "bad-status":
		w.WriteHeader(42)
	case "print":
		fmt.Println("printed by the function")
		_, err := w.Write([]byte("ok"))
		return err
	case "throw":
		return errors.New("thrown on purpose")
	case "exit":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Minute)
	case "silent":
		return nil
	default:
		return facts(ctx, w, r)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func facts(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	c, _ := fccontext.FromContext(ctx)
	answer := map[string]any{
		"method": r.Method, "path": r.URL.Path, "uri": r.RequestURI, "ip": r.RemoteAddr, "query": strings.Join(r.URL.Query()["q"], "+"),
		"host": r.URL.Host, "length": len(body), "id": c.RequestID, "function": c.Service.Name + "/" + c.Function.Name, "ready": ready,
	}
	if values := r.Header["X-Test"]; values != nil {
		answer["header"] = values[0]
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

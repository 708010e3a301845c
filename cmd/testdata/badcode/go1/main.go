// A program of the runtime go1, see ../README.md.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

func handle(_ context.Context, event []byte) (any, error) {
	switch string(event) {
	case "printMuch":
		line := strings.Repeat("x", 1023)
		for n := 0; n < 100*1024; n++ {
			fmt.Println(line)
		}
	case "closeStdout":
		os.Stdout.Close()
		os.Stderr.Close()
		fmt.Println("x")
	case "daemon":
		return "fine", daemon()
	case "daemonAndExit":
		_ = daemon()
		os.Exit(4)
	case "exitLater":
		time.AfterFunc(50*time.Millisecond, func() { os.Exit(7) })
	case "goexit":
		runtime.Goexit()
	case "panicElsewhere":
		go panic("by hand")
		select {}
	case "hog":
		for kept := [][]byte{}; ; {
			kept = append(kept, bytes.Repeat([]byte("x"), 64<<20))
		}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	case "recurse":
		recurse(0)
	case "noJSON":
		return make(chan int), nil
	}
	return "fine", nil
}

func recurse(depth int) int { return recurse(depth+1) + 1 }

func daemon() error {
	command := exec.Command("setsid", "sh", "-c", `trap "" TERM HUP INT; sleep 1000 & sleep 1000`)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Start()
}

func main() {
	switch os.Getenv("KIND") {
	case "shape":
		fc.Start(func(a, b, c string) string { return a })
	case "number":
		fc.Start(5)
	case "leaves":
		os.Exit(9)
	case "silent":
		time.Sleep(time.Hour)
	}
	fc.Start(handle)
}

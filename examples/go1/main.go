// A function of the runtime go1, with the official library.
package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

type receipt struct {
	Text      string `json:"text"`
	RequestID string `json:"requestId"`
	Function  string `json:"function"`
	Hasty     bool   `json:"hasty"` // less than a minute is left
	Ready     bool   `json:"ready"`
}

var ready bool

func handle(ctx context.Context, in order) (*receipt, error) {
	fc, _ := fccontext.FromContext(ctx)
	fc.GetLogger().Infof("%d of %s", in.Count, in.Item)
	switch {
	case in.Item == "":
		return nil, errors.New("an order needs an item")
	case in.Count < 0:
		panic("a negative count")
	case in.Count > 1000:
		os.Exit(3)
	case in.Count > 100:
		time.Sleep(time.Hour) // longer than the function may take
	}
	deadline, _ := ctx.Deadline()
	return &receipt{
		Text: strings.Repeat(in.Item+" ", in.Count), RequestID: fc.RequestID, Function: fc.Function.Name,
		Hasty: time.Until(deadline) < time.Minute, Ready: ready,
	}, nil
}

func main() {
	fc.RegisterInitializerFunction(func(context.Context) { ready = true })
	fc.RegisterPreStopFunction(func(context.Context) { println("the shop closes") })
	fc.Start(handle)
}

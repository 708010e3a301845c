// The life of every resource by github.com/alibabacloud-go/fc-20230330, which speaks 2023-03-30.
package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

const (
	account     = "123456789" // the emulator's, unless it is told another
	functionARN = "acs:fc:cn-hangzhou:" + account + ":functions/cart"
)

// shop is what the walk works with.
type shop struct {
	*fc.Client
	endpoint string
	code     []byte
	passed   int
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: walk ENDPOINT CODE.zip")
		os.Exit(2)
	}
	s, err := open(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	started := time.Now()
	for _, part := range []func(){
		s.functions, s.invocations, s.versions, s.triggers, s.asyncConfigs, s.tasks,
		s.settings, s.tags, s.layers, s.domains, s.networks, s.removal,
	} {
		part()
	}
	fmt.Printf("fc-20230330/v4: %d steps in %d ms\n", s.passed, time.Since(started).Milliseconds())
}

func open(endpoint, file string) (*shop, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	code, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	client, err := fc.NewClient(&openapi.Config{
		AccessKeyId: tea.String("ak"), AccessKeySecret: tea.String("sk"),
		Endpoint: tea.String(address.Host), Protocol: tea.String("HTTP"), RegionId: tea.String("cn-hangzhou"),
	})
	return &shop{Client: client, endpoint: endpoint, code: code}, err
}

func (s *shop) zip() *fc.InputCodeLocation {
	return &fc.InputCodeLocation{ZipFile: tea.String(base64.StdEncoding.EncodeToString(s.code))}
}

// step runs one operation, prints its name and ends the walk if it fails.
func (s *shop) step(name string, operation func() error) {
	if err := operation(); err != nil {
		fmt.Printf("FAILED  %s: %v\n", name, err)
		os.Exit(1)
	}
	s.passed++
	fmt.Printf("ok  %s\n", name)
}

// refused expects an error with a code and with words in its message.
func (s *shop) refused(name, code, message string, operation func() error) {
	s.step(name, func() error {
		err := operation()
		refusal, ok := err.(*tea.SDKError)
		if !ok {
			return fmt.Errorf("it was not refused with %s: %v", code, err)
		}
		if tea.StringValue(refusal.Code) != code || !strings.Contains(tea.StringValue(refusal.Message), message) {
			return fmt.Errorf("%w instead of %s", err, code)
		}
		return nil
	})
}

// equal compares what has the same text.
func equal(actual, expected any) error {
	if a, e := fmt.Sprint(actual), fmt.Sprint(expected); a != e {
		return fmt.Errorf("%q instead of %q", a, e)
	}
	return nil
}

// until repeats a question until its answer holds.
func until(holds func() (bool, error)) error {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if done, err := holds(); done || err != nil {
			return err
		}
	}
	return fmt.Errorf("it never came")
}

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
)

func (s *shop) create(in fc.CreateFunctionInput) (*fc.Function, error) {
	in.Runtime, in.Handler = tea.String("python3.10"), tea.String("index.handler")
	if in.Code == nil {
		in.Code = s.zip()
	}
	response, err := s.CreateFunction(&fc.CreateFunctionRequest{Body: &in})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

func (s *shop) functions() {
	s.step("CreateFunction", func() error {
		made, err := s.create(fc.CreateFunctionInput{
			FunctionName: tea.String("cart"), Cpu: tea.Float32(0.5), MemorySize: tea.Int32(512), Timeout: tea.Int32(30),
			EnvironmentVariables:    map[string]*string{"STAGE": tea.String("one")},
			InstanceLifecycleConfig: &fc.InstanceLifecycleConfig{Initializer: &fc.LifecycleHook{Handler: tea.String("index.initialize"), Timeout: tea.Int32(5)}},
		})
		if err != nil {
			return err
		}
		return equal([]any{*made.FunctionArn, *made.Cpu, *made.CodeSize}, []any{functionARN, 0.5, len(s.code)})
	})
	s.refused("CreateFunction twice", "FunctionAlreadyExists", "cart", func() error {
		_, err := s.create(fc.CreateFunctionInput{FunctionName: tea.String("cart")})
		return err
	})
	s.refused("CreateFunction with too little memory for its cpu", "InvalidArgument", "CPU", func() error {
		_, err := s.create(fc.CreateFunctionInput{FunctionName: tea.String("bad"), Cpu: tea.Float32(4), MemorySize: tea.Int32(512)})
		return err
	})
	s.step("CreateFunction from a bucket", s.createFromBucket)
	s.step("GetFunction", func() error {
		response, err := s.GetFunction(tea.String("cart"), &fc.GetFunctionRequest{})
		if err != nil {
			return err
		}
		return equal(tea.StringValue(response.Body.EnvironmentVariables["STAGE"]), "one")
	})
	s.refused("GetFunction of none", "FunctionNotFound", "none", func() error {
		_, err := s.GetFunction(tea.String("none"), &fc.GetFunctionRequest{})
		return err
	})
	s.step("GetFunctionCode", func() error {
		response, err := s.GetFunctionCode(tea.String("cart"), &fc.GetFunctionCodeRequest{})
		if err != nil {
			return err
		}
		return s.download(*response.Body.Url)
	})
	s.step("ListFunctions by pages", s.listFunctions)
}

func (s *shop) download(location string) error {
	response, err := http.Get(location)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	code, err := io.ReadAll(response.Body)
	return errors.Join(err, equal(bytes.Equal(code, s.code), true))
}

// createFromBucket uploads a package as deployment tools do: to where a temporary token says.
func (s *shop) createFromBucket() error {
	response, err := http.Get(s.endpoint + "/2023-03-30/tempBucketToken") // the client lacks this one
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var token struct{ OSSBucket, ObjectName string }
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil {
		return err
	}
	name := account + "/" + token.ObjectName
	if err := s.upload(token.OSSBucket, name); err != nil {
		return err
	}
	made, err := s.create(fc.CreateFunctionInput{FunctionName: tea.String("stored"),
		Code: &fc.InputCodeLocation{OssBucketName: &token.OSSBucket, OssObjectName: &name}})
	if err != nil {
		return err
	}
	_, err = s.DeleteFunction(tea.String("stored"))
	return errors.Join(err, equal(*made.CodeSize, len(s.code)))
}

func (s *shop) upload(bucket, name string) error {
	request, err := http.NewRequest(http.MethodPut, s.endpoint+"/"+bucket+"/"+name, bytes.NewReader(s.code))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "OSS ak:unchecked")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return equal(response.StatusCode, http.StatusOK)
}

func (s *shop) listFunctions() error {
	if _, err := s.create(fc.CreateFunctionInput{FunctionName: tea.String("cart-2")}); err != nil {
		return err
	}
	var names []string
	request := &fc.ListFunctionsRequest{Prefix: tea.String("cart"), Limit: tea.Int32(1)}
	for {
		response, err := s.ListFunctions(request)
		if err != nil {
			return err
		}
		for _, function := range response.Body.Functions {
			names = append(names, *function.FunctionName)
		}
		if request.NextToken = response.Body.NextToken; tea.StringValue(request.NextToken) == "" {
			break
		}
	}
	_, err := s.DeleteFunction(tea.String("cart-2"))
	return errors.Join(err, equal(names, []string{"cart", "cart-2"}))
}

// invocation says how to invoke cart, or another function.
type invocation struct {
	function, event, qualifier, kind, task, log string
	headers                                     map[string]*string
}

// answer is what an invocation gave.
type answer struct {
	status  int32
	text    string
	headers map[string]*string
}

// stage is the variable STAGE that the function saw.
func (a answer) stage() string {
	var seen struct{ Stage string }
	_ = json.Unmarshal([]byte(a.text), &seen) // "" is no stage
	return seen.Stage
}

// optional leaves out what is empty.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (s *shop) invoke(i invocation) (answer, error) {
	if i.function == "" {
		i.function = "cart"
	}
	headers := &fc.InvokeFunctionHeaders{CommonHeaders: i.headers,
		XFcInvocationType: optional(i.kind), XFcAsyncTaskId: optional(i.task), XFcLogType: optional(i.log)}
	request := &fc.InvokeFunctionRequest{Body: strings.NewReader(i.event), Qualifier: optional(i.qualifier)}
	response, err := s.InvokeFunctionWithOptions(&i.function, request, headers, &util.RuntimeOptions{})
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(response.Body)
	return answer{*response.StatusCode, string(text), response.Headers}, err
}

func (s *shop) invocations() {
	s.step("InvokeFunction", func() error {
		a, err := s.invoke(invocation{event: "hello"})
		if err != nil {
			return err
		}
		var seen struct {
			Event, Stage, RequestID string
			Initialized             bool
		}
		err = json.Unmarshal([]byte(a.text), &seen)
		return errors.Join(err, equal(seen, fmt.Sprintf("{hello one %s true}", tea.StringValue(a.headers["x-fc-request-id"]))))
	})
	s.step("InvokeFunction with its log", func() error {
		a, err := s.invoke(invocation{event: "hello", kind: "Sync", log: "Tail"})
		if err != nil {
			return err
		}
		log, err := base64.StdEncoding.DecodeString(tea.StringValue(a.headers["x-fc-log-result"]))
		return errors.Join(err, equal(bytes.Contains(log, []byte("got hello")), true))
	})
	s.step("InvokeFunction that fails", func() error {
		a, err := s.invoke(invocation{event: "fail"})
		if err != nil {
			return err
		}
		return errors.Join(equal(tea.StringValue(a.headers["x-fc-error-type"]), "UnhandledInvocationError"),
			equal(strings.Contains(a.text, "it was asked to fail"), true))
	})
	s.refused("InvokeFunction of none", "FunctionNotFound", "none", func() error {
		_, err := s.invoke(invocation{function: "none"})
		return err
	})
	s.refused("InvokeFunction of no version", "VersionNotFound", "99", func() error {
		_, err := s.invoke(invocation{qualifier: "99"})
		return err
	})
}

func (s *shop) removal() {
	s.refused("DeleteFunctionVersion in use", "VersionInUse", "live", func() error {
		_, err := s.DeleteFunctionVersion(tea.String("cart"), tea.String("1"))
		return err
	})
	s.step("DeleteAlias", func() error {
		_, err := s.DeleteAlias(tea.String("cart"), tea.String("live"))
		return err
	})
	s.step("DeleteFunctionVersion", func() error {
		_, err := s.DeleteFunctionVersion(tea.String("cart"), tea.String("1"))
		return err
	})
	s.step("DeleteFunction", func() error {
		response, err := s.DeleteFunction(tea.String("cart"))
		if err != nil {
			return err
		}
		return equal(*response.StatusCode, http.StatusNoContent)
	})
	s.refused("DeleteFunction twice", "FunctionNotFound", "cart", func() error {
		_, err := s.DeleteFunction(tea.String("cart"))
		return err
	})
}

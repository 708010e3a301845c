package polling

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// paramsHeader is the head of a request to an HTTP handler of FC 2.0, and that of its answer: base64 of
// the JSON that runtime.HTTPParams writes and runtime.HTTPReply reads.
const paramsHeader = "X-Fc-Http-Params"

// header has what is the same for every call of an instance. Source: the Go library, api 2020-11-11.
func (k *Kind) header(fn *emulator.Function) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-Fc-Function-Name", fn.FunctionName)
	h.Set("X-Fc-Function-Memory", strconv.Itoa(fn.MemorySize))
	h.Set("X-Fc-Region", k.region)
	h.Set("X-Fc-Account-Id", k.account)
	h.Set("X-Fc-Version-Id", fn.VersionID)
	if fn.Service != "" {
		h.Set("X-Fc-Service-Name", fn.Service)
	}
	if log := fn.LogConfig; log != nil {
		h.Set("X-Fc-Service-Logproject", log.Project)
		h.Set("X-Fc-Service-Logstore", log.Logstore)
	}
	return h
}

// describe puts the headers of one call. Deadline and timeout are required: without them the
// library never answers.
func describe(h http.Header, call *runtime.Call, body []byte) {
	h.Set("X-Fc-Request-Id", call.RequestID)
	h.Set("X-Fc-Function-Deadline", strconv.FormatInt(call.Deadline.UnixMilli(), 10))
	h.Set("X-Fc-Function-Type", strconv.Itoa(int(call.Hook)))
	h.Set("X-Fc-Function-Timeout", strconv.Itoa(call.Function.Timeout))
	h.Set("X-Fc-Function-Handler", handler(call))
	h.Set("X-Fc-Qualifier", call.Qualifier)
	h.Set("X-Fc-Retry-Count", strconv.Itoa(call.RetryCount))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if c := call.Credentials; c != nil {
		h.Set("X-Fc-Access-Key-Id", c.AccessKeyID)
		h.Set("X-Fc-Access-Key-Secret", c.AccessKeySecret)
		h.Set("X-Fc-Security-Token", c.SecurityToken)
	}
	if toHTTPHandler(call) {
		h.Set(paramsHeader, base64.StdEncoding.EncodeToString(runtime.HTTPParams(call.HTTP)))
	}
}

// handler is the handler string of the call: a hook has its own.
func handler(call *runtime.Call) string {
	fn := call.Function
	var hook *emulator.LifecycleHook
	if life := fn.InstanceLifecycleConfig; life != nil {
		hook = map[emulator.Hook]*emulator.LifecycleHook{
			emulator.HookInitializer: life.Initializer, emulator.HookPreStop: life.PreStop, emulator.HookPreFreeze: life.PreFreeze,
		}[call.Hook]
	}
	if hook == nil {
		return fn.Handler
	}
	return hook.Handler
}

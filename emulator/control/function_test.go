package control_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

func TestCreateFillsDefaults(t *testing.T) {
	f := newFixture(t)
	fn := f.create(t, "hello")
	type row struct {
		CPU                             float64
		Memory, Disk, Timeout, Requests int
		Internet                        bool
		Version                         string
	}
	got := row{fn.CPU, fn.MemorySize, fn.DiskSize, fn.Timeout, fn.InstanceConcurrency, *fn.InternetAccess, fn.VersionID}
	if want := (row{.35, 512, 512, 3, 1, true, "LATEST"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(fn.FunctionID) != 36 || fn.Revision == "" || fn.CreatedTime.IsZero() || fn.Code.Digest == "" {
		t.Errorf("an id, a revision, a time or the code is missing: %+v", fn)
	}
	read, err := f.Resolve(t.Context(), ref("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fn, read); diff != "" {
		t.Errorf("what was created reads back differently:\n%s", diff)
	}
}

func TestCPUFollowsMemory(t *testing.T) {
	f := newFixture(t)
	for memory, cpu := range map[int]float64{128: .1, 256: .25, 512: .35, 1024: .35, 2048: .5, 3072: .75, 32768: 8} {
		fn, err := f.Create(t.Context(), &emulator.Function{FunctionName: fmt.Sprintf("f%d", memory), Runtime: "go1", Handler: "main", MemorySize: memory}, []byte("z"))
		if err != nil {
			t.Fatal(err)
		}
		if fn.CPU != cpu {
			t.Errorf("memory %d: got cpu %v, want %v", memory, fn.CPU, cpu)
		}
	}
	updated, err := f.Update(t.Context(), emulator.Name{Function: "f512"}, func(fn *emulator.Function) error {
		fn.MemorySize = 4096
		return nil
	}, nil)
	if err != nil || updated.CPU != 1 {
		t.Errorf("after memory grew: got cpu %v, %v; want 1", updated.CPU, err)
	}
}

func TestCreateConflicts(t *testing.T) {
	f := newFixture(t)
	f.create(t, "twice")
	_, err := f.Create(t.Context(), &emulator.Function{FunctionName: "twice", Runtime: "python3", Handler: "a.b"}, []byte("zip"))
	wantCode(t, err, 409, "FunctionAlreadyExists")
	f.create(t, "service/twice") // another function
	_, err = f.Create(t.Context(), &emulator.Function{FunctionName: "bare", Runtime: "python3", Handler: "a.b"}, nil)
	wantCode(t, err, 400, "InvalidArgument")
	_, err = f.Create(t.Context(), &emulator.Function{FunctionName: "sum", Runtime: "python3", Handler: "a.b", Code: emulator.Code{Checksum: "1"}}, []byte("zip"))
	wantCode(t, err, 400, "InvalidArgument")
	if _, err = f.Create(t.Context(), &emulator.Function{FunctionName: "image", Runtime: "custom-container"}, nil); err != nil {
		t.Errorf("a container function without code: %v", err)
	}
}

func TestRefusedFunctions(t *testing.T) {
	f := newFixture(t)
	hooks := func(hook emulator.LifecycleHook) func(*emulator.Function) {
		return func(fn *emulator.Function) {
			fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{Initializer: &hook}
		}
	}
	health := func(check emulator.HealthCheck) func(*emulator.Function) {
		return func(fn *emulator.Function) {
			fn.CustomRuntimeConfig = &emulator.CustomRuntime{HealthCheckConfig: &check}
		}
	}
	environment := func(key, value string) func(*emulator.Function) {
		return func(fn *emulator.Function) { fn.EnvironmentVariables = map[string]string{key: value} }
	}
	for message, change := range map[string]func(*emulator.Function){
		"FunctionName is not specified":           func(fn *emulator.Function) { fn.FunctionName = "" },
		"FunctionName is set to an invalid value": func(fn *emulator.Function) { fn.FunctionName = "1st" },
		"actual: 'a b'":                           func(fn *emulator.Function) { fn.FunctionName = "a b" },
		"actual: 'é'":                             func(fn *emulator.Function) { fn.FunctionName = "é" },
		"FunctionName is set to an invalid value (expected: 1 to 128":  func(fn *emulator.Function) { fn.FunctionName = strings.Repeat("x", 129) },
		"ServiceName is set to an invalid value":                       func(fn *emulator.Function) { fn.Service = "-s" },
		"Runtime is not specified":                                     func(fn *emulator.Function) { fn.Runtime = "" },
		"Runtime is set to an invalid value (allowed: nodejs4.4 | ":    func(fn *emulator.Function) { fn.Runtime = "cobol" },
		"Handler is not specified":                                     func(fn *emulator.Function) { fn.Handler = "" },
		"Handler is set to an invalid value":                           func(fn *emulator.Function) { fn.Handler = "handler" },
		"expected: file::method":                                       func(fn *emulator.Function) { fn.Runtime, fn.Handler = "java11", "a.b" },
		"MemorySize is set to an invalid value (min: 128, max: 32768,": func(fn *emulator.Function) { fn.MemorySize = 64 },
		"expected: a multiple of 64, actual: '200'":                    func(fn *emulator.Function) { fn.MemorySize = 200 },
		"DiskSize is set to an invalid value (allowed: 512 | 10240,":   func(fn *emulator.Function) { fn.DiskSize = 1024 },
		"0.05 to 16 in steps of 0.05, actual: '0.07'":                  func(fn *emulator.Function) { fn.CPU = .07 },
		"0.05 to 16 in steps of 0.05, actual: '-1'":                    func(fn *emulator.Function) { fn.CPU = -1 },
		"between 1:1 and 1:4, actual: 1 to 0.5":                        func(fn *emulator.Function) { fn.CPU = 1 },
		"between 1:1 and 1:4, actual: 0.05 to 0.5":                     func(fn *emulator.Function) { fn.CPU = .05 },
		"Timeout is set to an invalid value (min: 1, max: 86400":       func(fn *emulator.Function) { fn.Timeout = 86401 },
		"Timeout is set to an invalid value (min: 1, max: 86400, ":     func(fn *emulator.Function) { fn.Timeout = -3 },
		"InstanceConcurrency is set to an invalid value (min: 1,":      func(fn *emulator.Function) { fn.Runtime, fn.InstanceConcurrency = "custom", 201 },
		"expected: 1 for runtime python3.10, actual: '2'":              func(fn *emulator.Function) { fn.InstanceConcurrency = 2 },
		"The environment variable name 'FC_X' is reserved":             environment("FC_X", "1"),
		"The environment variable name 'topic' is reserved":            environment("topic", "1"),
		"The environment variable name '_A' is invalid":                environment("_A", "1"),
		"The environment variable name 'A=B' is invalid":               environment("A=B", "1"),
		"NUL":             environment("A", "x\x00y"),
		"max: 4096 bytes": environment("BIG", strings.Repeat("x", 4096)),
		"Layers is set to an invalid value (expected: acs:fc:REGION:ACCOUNT:layers/NAME/versions/N": func(fn *emulator.Function) { fn.Layers = []string{"tools"} },
		"Layers contains":  func(fn *emulator.Function) { fn.Layers = make([]string, 6) },
		"Tag.Key is set":   func(fn *emulator.Function) { fn.Tags = []emulator.Tag{{Key: "acs:x"}} },
		"Tag.Value is set": func(fn *emulator.Function) { fn.Tags = []emulator.Tag{{Key: "k", Value: strings.Repeat("v", 129)}} },
		"DisableInjectCredentials is set to an invalid value (allowed: None | Env | Request | All,": func(fn *emulator.Function) { fn.DisableInjectCredentials = "Some" },
		"CustomRuntimeConfig.Port": func(fn *emulator.Function) {
			fn.Runtime, fn.CustomRuntimeConfig = "custom", &emulator.CustomRuntime{Port: 70000}
		},
		"HealthCheckConfig.TimeoutSeconds is set to an invalid value (min: 1, max: 3, actual: 4)": health(emulator.HealthCheck{TimeoutSeconds: 4}),
		"HealthCheckConfig.PeriodSeconds":                health(emulator.HealthCheck{PeriodSeconds: 121}),
		"HealthCheckConfig.InitialDelaySeconds":          health(emulator.HealthCheck{InitialDelaySeconds: -1}),
		"HealthCheckConfig.HttpGetUrl":                   health(emulator.HealthCheck{HTTPGetURL: strings.Repeat("/", 2049)}),
		"Initializer has both a handler and a command":   hooks(emulator.LifecycleHook{Handler: "a.b", Command: []string{"x"}}),
		"Initializer.Handler is set to an invalid value": hooks(emulator.LifecycleHook{Handler: "a"}),
		"Initializer.Timeout is set to an invalid value": hooks(emulator.LifecycleHook{Handler: "a.b", Timeout: 301}),
		"PreStop.Timeout is set to an invalid value (min: 1, ": func(fn *emulator.Function) {
			fn.InstanceLifecycleConfig = &emulator.InstanceLifecycle{PreStop: &emulator.LifecycleHook{Handler: "a.b", Timeout: 91}}
		},
	} {
		fn := &emulator.Function{FunctionName: "f", Runtime: "python3.10", Handler: "index.handler"}
		change(fn)
		_, err := f.Create(t.Context(), fn, []byte("zip"))
		wantCode(t, err, 400, "InvalidArgument")
		if !strings.Contains(err.Error(), message) {
			t.Errorf("got %q, want %q in it", err, message)
		}
	}
	if list, _, err := f.Functions(t.Context(), "", "", 10); err != nil || len(list) != 0 {
		t.Errorf("refused functions were stored: %v, %v", list, err)
	}
}

func TestAcceptedFunctions(t *testing.T) {
	f := newFixture(t)
	if err := f.EnsureService(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	for i, fn := range []*emulator.Function{
		{Runtime: "nodejs4.4", Handler: "lib/index.handler", Timeout: 86400},
		{Runtime: "custom"},
		{Runtime: "custom.debian12", InstanceConcurrency: 200, CPU: 16, MemorySize: 32768, DiskSize: 10240},
		{Runtime: "dotnetcore2.1", Handler: "A::B.C::D"},
		{Runtime: "go1", Handler: "main", CPU: .05, MemorySize: 128},
		{Runtime: "nodejs12", Handler: "a.b", InstanceConcurrency: 10, Service: "s", CPU: 1, MemorySize: 128}, // FC 2.0 let it be
		{Runtime: "python3", Handler: "a.b", InstanceLifecycleConfig: &emulator.InstanceLifecycle{Initializer: &emulator.LifecycleHook{}}},
	} {
		fn.FunctionName = fmt.Sprintf("f%d", i)
		created, err := f.Create(t.Context(), fn, []byte("zip"))
		if err != nil {
			t.Errorf("%+v: %v", fn, err)
		} else if created.Initializer() != nil {
			t.Errorf("an initializer that calls nothing was kept")
		}
	}
}

func TestUpdate(t *testing.T) {
	f := newFixture(t)
	before := f.create(t, "hello")
	name := before.Name()
	after, err := f.Update(t.Context(), name, func(fn *emulator.Function) error {
		fn.Timeout, fn.FunctionName, fn.FunctionID = 60, "other", "x" // names and ids cannot change
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if after.Timeout != 60 || after.Code != before.Code || after.FunctionName != "hello" || after.FunctionID != before.FunctionID {
		t.Errorf("got %+v", after)
	}
	if after.Revision == before.Revision || after.LastModifiedTime.Equal(before.LastModifiedTime) || !after.CreatedTime.Equal(before.CreatedTime) {
		t.Error("revision, modified or created time is wrong after an update")
	}
	same, err := f.Update(t.Context(), name, func(fn *emulator.Function) error { fn.Timeout = 60; return nil }, []byte("zip"))
	if err != nil || same.Revision != after.Revision {
		t.Errorf("an update that changes nothing: revision %q → %q, %v", after.Revision, same.Revision, err)
	}
	code, err := f.Update(t.Context(), name, func(fn *emulator.Function) error { return nil }, []byte("new zip"))
	if err != nil || code.Revision == after.Revision || code.Code.Digest == before.Code.Digest {
		t.Errorf("new code: %+v, %v", code, err)
	}
	if got := len(f.changed); got != 3 {
		t.Errorf("onChange was called %d times, want 3: for the creation and the effective updates", got)
	}
	_, err = f.Update(t.Context(), name, func(fn *emulator.Function) error { fn.Timeout = 0; return nil }, nil)
	wantCode(t, err, 400, "InvalidArgument")
	_, err = f.Update(t.Context(), emulator.Name{Function: "nobody"}, func(*emulator.Function) error { return nil }, nil)
	wantCode(t, err, 404, "FunctionNotFound")
}

func TestUpdateGoesOnTopOfAnother(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	f.store.between = func() {
		if _, err := f.Update(t.Context(), name, func(fn *emulator.Function) error { fn.Description = "theirs"; return nil }, nil); err != nil {
			t.Error(err)
		}
	}
	fn, err := f.Update(t.Context(), name, func(fn *emulator.Function) error { fn.Timeout = 9; return nil }, nil)
	if err != nil || fn.Timeout != 9 || fn.Description != "theirs" {
		t.Errorf("got %+v, %v; want both updates", fn, err)
	}
}

func TestDelete(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	trigger := &emulator.Trigger{TriggerName: "t", TriggerType: "http"}
	if _, err := f.PutTrigger(t.Context(), name, trigger); err != nil {
		t.Fatal(err)
	}
	two := 2
	if _, err := f.PutAsyncConfig(t.Context(), ref("hello"), &emulator.AsyncConfig{MaxAsyncRetryAttempts: &two}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, f.Delete(t.Context(), name, ""), 409, "FunctionNotEmpty")
	if err := f.DeleteTrigger(t.Context(), name, "t", ""); err != nil {
		t.Fatal(err)
	}
	if err := f.Delete(t.Context(), name, ""); err != nil {
		t.Fatal(err)
	}
	_, err := f.Resolve(t.Context(), ref("hello"))
	wantCode(t, err, 404, "FunctionNotFound")
	wantCode(t, f.Delete(t.Context(), name, ""), 404, "FunctionNotFound")
	if diff := cmp.Diff([]emulator.Reference{{Name: name, Qualifier: "LATEST"}, {Name: name}}, f.changed); diff != "" {
		t.Error(diff)
	}
	f.create(t, "hello")
	_, err = f.AsyncConfig(t.Context(), ref("hello"))
	wantCode(t, err, 404, "AsyncConfigNotExists") // the old function's went with it
}

func TestQualifiers(t *testing.T) {
	f := newFixture(t)
	f.create(t, "hello")
	for qualifier, code := range map[string]string{"": "", "LATEST": "", "1": "VersionNotFound", "prod": "AliasNotFound"} {
		_, err := f.Resolve(t.Context(), emulator.Reference{Name: emulator.Name{Function: "hello"}, Qualifier: qualifier})
		if code == "" && err != nil {
			t.Errorf("qualifier %q: %v", qualifier, err)
		} else if code != "" {
			wantCode(t, err, 404, code)
		}
	}
}

func TestFunctionsInPages(t *testing.T) {
	f := newFixture(t)
	// The same function name in several services crowds a page of the store.
	for _, name := range []string{"a", "index", "s1/index", "s2/index", "s3/index", "s4/index", "z"} {
		f.create(t, name)
	}
	for limit := 1; limit <= 8; limit++ {
		var got []string
		for from := ""; ; {
			list, next, err := f.Functions(t.Context(), "", from, limit)
			if err != nil || len(list) > limit {
				t.Fatal(len(list), err)
			}
			for _, fn := range list {
				got = append(got, fn.Name().String())
			}
			if from = next; next == "" {
				break
			}
		}
		if want := []string{"a", "index", "s1/index", "s2/index", "s3/index", "s4/index", "z"}; !cmp.Equal(got, want) {
			t.Errorf("limit %d: got %v, want %v", limit, got, want)
		}
	}
	list, _, err := f.Functions(t.Context(), "s2$in", "", 10)
	if err != nil || len(list) != 1 || list[0].Service != "s2" {
		t.Errorf("functions of a service: %v, %v", list, err)
	}
}

func TestIgnoredFields(t *testing.T) {
	f := newFixture(t)
	fn, err := f.Create(t.Context(), &emulator.Function{FunctionName: "f", Runtime: "python3", Handler: "a.b", DiskSize: 10240,
		Stored: map[string]json.RawMessage{"vpcConfig": json.RawMessage(`{"vpcId":"v"}`), "nasConfig": json.RawMessage(`{}`), "sessionAffinity": json.RawMessage(`"NONE"`)},
	}, []byte("zip"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"vpcConfig"}, control.Ignored(fn)); diff != "" {
		t.Error(diff)
	}
	for _, field := range control.Fidelity() {
		if field.Name == "" || field.Level == "" {
			t.Errorf("an incomplete row: %+v", field)
		}
	}
}

func TestCacheSeesWrites(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	warm := func() {
		t.Helper()
		if _, err := f.Resolve(t.Context(), ref("hello")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.AsyncPolicy(t.Context(), ref("hello")); err != nil {
			t.Fatal(err)
		}
		_, _, _ = f.HTTPTrigger(t.Context(), ref("hello"))
	}
	warm()
	reads := f.store.reads.Load()
	for range 100 {
		warm()
	}
	if now := f.store.reads.Load(); now != reads {
		t.Errorf("warm look-ups went to the store %d times", now-reads)
	}
	if _, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "t", TriggerType: "http", TriggerConfig: []byte(`{"methods":["get"]}`)}); err != nil {
		t.Fatal(err)
	}
	trigger, config, err := f.HTTPTrigger(t.Context(), ref("hello"))
	if err != nil || trigger.TriggerName != "t" || config.AuthType != "function" || !config.Allows("GET") || config.Allows("POST") {
		t.Errorf("got %+v, %+v, %v", trigger, config, err)
	}
	yes := true
	if _, err := f.PutAsyncConfig(t.Context(), ref("hello"), &emulator.AsyncConfig{AsyncTask: &yes}); err != nil {
		t.Fatal(err)
	}
	policy, err := f.AsyncPolicy(t.Context(), ref("hello"))
	if err != nil || policy != (emulator.AsyncPolicy{TaskMode: true, RetryAttempts: 3, EventAge: 24 * time.Hour}) {
		t.Errorf("got %+v, %v", policy, err)
	}
	if _, err := f.Update(t.Context(), name, func(fn *emulator.Function) error { fn.Timeout = 7; return nil }, nil); err != nil {
		t.Fatal(err)
	}
	if fn, err := f.Resolve(t.Context(), ref("hello")); err != nil || fn.Timeout != 7 {
		t.Errorf("after an update: %+v, %v", fn, err)
	}
}

func BenchmarkResolve(b *testing.B) {
	f := newFixture(b)
	f.create(b, "hello")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Resolve(b.Context(), ref("hello")); err != nil {
			b.Fatal(err)
		}
	}
}

package fcemutest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/cmd/fcemutest"
)

// failing is a test that notes why it was ended.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Fatal(args ...any)                 { f.why = fmt.Sprint(args...); runtime.Goexit() }
func (f *failing) Fatalf(format string, args ...any) { f.Fatal(fmt.Sprintf(format, args...)) }

// whyFatal runs do as a test of its own goroutine and returns why that was ended.
func whyFatal(t *testing.T, do func(t testing.TB)) string {
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(f)
	}()
	<-done
	return f.why
}

func TestWhatCannotBeDoneEndsTheTest(t *testing.T) {
	missing := t.TempDir()
	for want, do := range map[string]func(e *fcemutest.Emulator){
		"does not exist": func(e *fcemutest.Emulator) { e.Invoke("nobody", nil) },
		"no s.yaml":      func(e *fcemutest.Emulator) { e.Deploy(missing) },
		"whole seconds":  func(e *fcemutest.Emulator) { e.InvokeAsync("f", nil, fcemutest.WithDelay(time.Millisecond)) },
		"nosuchtask":     func(e *fcemutest.Emulator) { e.Task("nosuchtask") },
		"cannot go back": func(e *fcemutest.Emulator) { e.AdvanceClock(-time.Second) },
		"cannot read the": func(e *fcemutest.Emulator) {
			e.DeployFunction("f", fcemutest.Function{Runtime: "python3.10", Code: missing + "/x"})
		},
		"FunctionNotFound": func(e *fcemutest.Emulator) { e.InvokeAsync("nobody", nil, fcemutest.WithDelay(time.Hour)) },
	} {
		why := whyFatal(t, func(tb testing.TB) { do(fcemutest.Start(tb)) })
		if !strings.Contains(why, want) {
			t.Errorf("got %q, want something with %q", why, want)
		}
	}
}

func TestStartWithoutMain(t *testing.T) {
	t.Setenv("FCEMUTEST_MAIN", "1")
	if why := whyFatal(t, func(tb testing.TB) { fcemutest.Start(tb) }); !strings.Contains(why, "TestMain") {
		t.Errorf("it was ended because of %q", why)
	}
}

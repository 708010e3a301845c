// Package daemon joins the parts into one running emulator. It is the only place that knows them all.
package daemon

import (
	"os"
	"path/filepath"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/destination"
	"github.com/fcemu/fcemu/emulator/signature"
	"github.com/fcemu/fcemu/runtime"
)

// Names and defaults of the contract in docs/cli.md.
const (
	DataFolder      = ".fcemu"
	AddressFile     = "address"
	DefaultHost     = "127.0.0.1"
	DefaultPort     = 3236
	DefaultEndpoint = "http://127.0.0.1:3236"
	DefaultAccount  = "123456789"
	DefaultRegion   = "cn-hangzhou"
)

// Options say what to start.
type Options struct {
	Version    string
	Host       string
	Port       int    // 0 = a free one
	HTTPSPort  *int   // 0 = a free one; nil = no HTTPS
	DataDir    string // empty with Ephemeral
	Ephemeral  bool   // a temporary folder that goes on exit
	Isolation  string // auto, full, ports, none
	EnforceCPU bool   // functions get no more processor time than their cpu
	ShareTmp   bool   // functions see the machine's /tmp
	Account    string
	Region     string

	MaxInstances int               // per function
	IdleTimeout  time.Duration     // of instances
	Spares       int               // interpreters kept waiting for a function, of each sort
	AsyncWorkers int               // asynchronous invocations that run at a time
	Interpreters map[string]string // runtime id → interpreter
	Mounts       map[string]string // mountDir of nasConfig or ossMountConfig → folder
	Images       map[string]string // image name → OCI layout or saved image

	Destinations []destination.Route // of outcomes for what has no local service; checked

	Seed *int64 // of the choice between the versions of an alias; nil = another one at every start

	AllowInline    bool // default domains do not force a download
	AllowRedirects bool // default domains pass 3xx on
	RefuseAPK      bool // default domains do not pass Android packages on

	AccessKeys signature.Keys // that API requests must be signed with; none = any request is accepted

	Credentials *runtime.Credentials // that functions with a role get; nil = made-up ones, which open this emulator alone

	NoTimeout func(*emulator.Function) bool // functions that no time limit ends; nil = none

	Notice func(text string) // one line for the user, e.g. that another interpreter stands in
}

// openFolder makes the data folder, and says how to remove it if it is a temporary one; cleanUp is
// never nil.
func (o *Options) openFolder() (cleanUp func(), err error) {
	if !o.Ephemeral {
		if o.DataDir, err = filepath.Abs(o.DataDir); err == nil {
			err = os.MkdirAll(o.DataDir, 0o755)
		}
		return func() {}, err
	}
	if o.DataDir, err = os.MkdirTemp("", "fcemu-"); err != nil {
		return func() {}, err
	}
	folder := o.DataDir
	return func() { _ = os.RemoveAll(folder) }, nil
}

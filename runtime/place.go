package runtime

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// Place is where an instance lives.
type Place struct {
	CodeDir    string // as the instance sees it: /code, or the real folder where it has no paths of its own
	InstanceID string
	Call       *emulator.Invocation // which the instance is started for; without an event where none is there yet
	Env        []string             // common FC variables and the function's own; see environment.go
	// Mounts are the folders behind the paths that the instance sees; Spec.Mounts of the process to
	// start. Nil where it has no paths of its own.
	Mounts *process.Mounts
	// Credentials are for the context or the headers of requests; nil: none. Calls may bring newer ones.
	Credentials *Credentials

	code   string   // the real folder
	layers []string // the real folders, the first one counts

	// Of the started program; commands beside it get the same.
	dir     string
	account *process.Account
}

// OnHost is where a file of the instance lies on this machine: what is below /code in the code, what
// is below /opt in the layer that has it, what is mounted in its folder. Nothing of the machine's /tmp is
// in an instance's own: that is "". Anything else is where it is.
func (p *Place) OnHost(path string) string {
	for n := p.Binds() - 1; n >= 0; n-- { // what is mounted inside another folder comes after that
		bind := p.Mounts.Binds[n]
		if rest, ok := below(path, bind.Target); ok {
			return filepath.Join(bind.Source, rest)
		}
	}
	if rest, ok := below(path, p.CodeDir); ok && p.code != "" {
		return filepath.Join(p.code, rest)
	}
	if rest, ok := below(path, "/opt"); ok {
		for _, layer := range p.layers {
			if file := filepath.Join(layer, rest); exists(file) {
				return file
			}
		}
	}
	if p.hides(path) {
		return ""
	}
	return path
}

// Opt lists where an instance finds a folder of /opt: there or, where it has no paths of its own, in
// each of its layers too.
func (p *Place) Opt(folder string) []string {
	var list []string
	if p.Mounts == nil {
		for _, layer := range p.layers {
			list = append(list, filepath.Join(layer, folder))
		}
	}
	return append(list, filepath.Join("/opt", folder))
}

// Show makes a folder of this machine visible to the instance, and returns the path at which it is.
func (p *Place) Show(dir string) string {
	if !p.hides(dir) {
		return dir
	}
	target := "/.fcemu/" + filepath.Base(dir)
	p.Mounts.Binds = append(p.Mounts.Binds, process.Bind{Source: dir, Target: target})
	return target
}

// Binds counts the folders that are shown so far.
func (p *Place) Binds() int {
	if p.Mounts == nil {
		return 0
	}
	return len(p.Mounts.Binds)
}

// Keep makes a folder of this machine visible to the instance at its own path.
func (p *Place) Keep(dir string) {
	if p.hides(dir) {
		p.Mounts.Binds = append(p.Mounts.Binds, process.Bind{Source: dir, Target: dir, ReadOnly: true})
	}
}

// hides tells whether the instance has something of its own where the folder is.
func (p *Place) hides(dir string) bool {
	if p.Mounts == nil {
		return false
	}
	_, code := below(dir, "/code")
	_, tmp := below(dir, "/tmp")
	return code || tmp && p.Mounts.Tmp > 0
}

// relocate makes a list of folders, as search paths have them, point to where they really are, for
// an instance without paths of its own.
func (p *Place) relocate(list string) string {
	if p.Mounts != nil {
		return list
	}
	var found []string
	for _, folder := range strings.Split(list, ":") {
		if rest, ok := below(folder, "/code"); ok {
			folder = filepath.Join(p.CodeDir, rest)
		}
		if rest, ok := below(folder, "/opt"); ok && len(p.layers) > 0 {
			found = append(found, p.Opt(rest)...)
			continue
		}
		found = append(found, folder)
	}
	return strings.Join(found, ":")
}

const (
	// processLimit is how many processes and threads an instance may have. Source: FC's limits.
	processLimit = 1024
	// memorySlack is between what is watched, exactly but every 10 ms, and what the kernel bounds,
	// which counts more than the programs' own memory.
	memorySlack = 64 << 20
)

// limits are what the kernel should keep an instance within. Files in its /tmp are in memory.
func (o *Options) limits(fn *emulator.Function, place *Place) process.Limits {
	limits := process.Limits{Processes: processLimit}
	if fn.MemorySize > 0 {
		limits.Memory = int64(fn.MemorySize)<<20 + memorySlack
		if place.Mounts != nil {
			limits.Memory += place.Mounts.Tmp + place.Mounts.Disk
		}
	}
	if o.EnforceCPU {
		limits.CPU = fn.CPU
	}
	return limits
}

// below is the rest of a path behind a folder.
func below(path, folder string) (string, bool) {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, "/"))
	return rest, ok && (rest == "" || rest[0] == '/')
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// place finds out where an instance of the function lives.
func (p *Pool) place(ctx context.Context, fn *emulator.Function, id string) (Place, error) {
	o := &p.options
	if fn.Runtime == emulator.ContainerRuntime {
		return p.containerPlace(ctx, fn, id)
	}
	place := Place{InstanceID: id, code: o.CodeDir(fn.Code)}
	place.CodeDir = place.code
	for _, layer := range fn.LayerCode {
		place.layers = append(place.layers, o.CodeDir(layer.Code))
	}
	binds, err := o.Mounts(fn)
	if err != nil {
		return place, err
	}
	if private, ok := o.Launcher.(process.Privater); ok && private.Private(ctx) {
		place.CodeDir = "/code"
		place.Mounts = &process.Mounts{Code: place.code, Layers: place.layers, Tmp: int64(fn.DiskSize) << 20, Binds: binds}
		if o.ShareTmp {
			place.Mounts.Tmp = 0
		}
	} else {
		for _, bind := range binds {
			p.noticeMissing(fn, bind)
		}
	}
	place.Env = environment(fn, &place, o)
	place.Credentials = p.credentials(fn)
	return place, nil
}

// containerPlace is where an instance of an image lives: its kind adds the image's files. Layers and
// code are none of its.
func (p *Pool) containerPlace(ctx context.Context, fn *emulator.Function, id string) (Place, error) {
	o := &p.options
	place := Place{InstanceID: id}
	private, ok := o.Launcher.(process.Privater)
	if !ok || !private.Private(ctx) {
		return place, emulator.Refuse(412, "FunctionNotStarted", "The function cannot be started. Failed to start function instance. "+
			"Error: images need paths of their own, which this machine does not give: %s; 'fcemu doctor' tells more", o.Launcher.Capabilities().Paths)
	}
	binds, err := o.Mounts(fn)
	if err != nil {
		return place, err
	}
	if dns, _ := emulator.ReadCustomDNS(fn.Stored["customDNS"]); dns != nil {
		p.notice(fn, "customDNS has no effect on an image, as in the cloud")
	}
	if o.ShareTmp {
		binds = append(binds, process.Bind{Source: "/tmp", Target: "/tmp"})
	}
	place.Mounts = &process.Mounts{Binds: binds, Disk: int64(fn.DiskSize) << 20}
	place.Env = environment(fn, &place, o)
	place.Credentials = p.credentials(fn)
	return place, nil
}

// noticeMissing tells of what cannot be at a path of the function's own.
func (p *Pool) noticeMissing(fn *emulator.Function, bind process.Bind) {
	const reason = "this machine gives functions no paths of their own"
	if bind.Target == resolvConf {
		p.notice(fn, "customDNS has no effect: "+reason)
		return
	}
	p.notice(fn, bind.Target+" is not there: "+reason+"; its files are in "+bind.Source)
}

// credentials are those that the function finds in its context or in request headers now.
func (p *Pool) credentials(fn *emulator.Function) *Credentials {
	if !inRequest(fn) {
		return nil
	}
	return p.options.Roles.Of(fn.Role)
}

package daemon

import (
	"context"
	"encoding/json"

	"github.com/fcemu/fcemu/runtime/builtin"
	"github.com/fcemu/fcemu/runtime/image"
	"github.com/fcemu/fcemu/runtime/process"
)

// Report is what doctor shows.
type Report struct {
	Interpreters []builtin.Found      `json:"interpreters"`
	Images       []image.Tool         `json:"images"`
	Capabilities process.Capabilities `json:"capabilities"`
}

// Promise is one thing that instances may rely on.
type Promise struct {
	Name string
	Good string // what holds when nothing lacks
	Lack string
}

// Text is what to show.
func (p Promise) Text() string {
	if p.Lack != "" {
		return p.Lack
	}
	return p.Good
}

// Examine looks at this machine without starting an emulator.
func Examine(ctx context.Context, o Options) (*Report, error) {
	launcher, err := process.New(process.Options{Isolation: o.Isolation, Notice: func(string) {}})
	if err != nil {
		return nil, err
	}
	if warmer, ok := launcher.(process.Warmer); ok {
		if err := warmer.Warm(ctx); err != nil {
			return nil, err
		}
	}
	report := &Report{Interpreters: builtin.NewInterpreters(o.Interpreters).List(), Images: image.Tools(ctx), Capabilities: launcher.Capabilities()}
	return report, launcher.Close()
}

// Object is the report as JSON has it.
func (r *Report) Object() map[string]any {
	text, _ := json.Marshal(r) // only strings
	object := map[string]any{}
	_ = json.Unmarshal(text, &object)
	return object
}

// Profile is what lets AppArmor allow private paths, where it forbids them; else empty.
func (r *Report) Profile() string {
	if r.Capabilities.Paths == "" {
		return ""
	}
	return process.AppArmorRemedy()
}

// Promises lists what instances may rely on.
func (r *Report) Promises() []Promise { return promises(r.Capabilities) }

func promises(c process.Capabilities) []Promise {
	return []Promise{
		{"ports", "each instance has an address of its own: any number may use port 9000", c.Ports},
		{"death", "no process survives the emulator", c.Death},
		{"paths", "/code, /opt and /tmp are private", c.Paths},
		{"memory", "memorySize is watched, and the kernel bounds it together with /tmp", c.Limit},
		{"cpu", "with --enforce-cpu, the kernel divides processor time", c.CPU},
	}
}

// lacks are the sentences about what does not hold.
func lacks(c process.Capabilities) []string {
	var lines []string
	for _, promise := range promises(c) {
		if promise.Lack != "" {
			lines = append(lines, promise.Lack)
		}
	}
	return lines
}

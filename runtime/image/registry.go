package image

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// registryLimit is how long a registry may take to tell what a tag stands for.
const registryLimit = time.Minute

const (
	platform = "--platform=linux/" + runtime.GOARCH
	registry = "registry" // begins the stamps of what was pulled
)

// inRegistry asks the registry what a name stands for. Where that fails, what was pulled under that
// name before is as good: whoever works without a network goes on. lack is why no engine has it.
func (s *Store) inRegistry(w Wanted, tool, lack string) (origin, error) {
	from := origin{tool: tool, name: w.Name, insecure: w.Insecure, lack: lack}
	name, digest, pinned := strings.Cut(public(w.Name), "@")
	if !pinned {
		from.pinned = name
		var err error
		if digest, err = s.ask(tool, "", registryLimit, from.asking()...); err != nil {
			if from.stamp = s.newest(registry + "\n" + w.Name); from.stamp == "" || s.ctx.Err() != nil {
				return origin{}, from.failed(err)
			}
			s.tellOnce(fmt.Sprintf("the image %s: its registry cannot be asked (%v), so what was pulled last runs", w.Name, err))
			digest = from.stamp[strings.LastIndexByte(from.stamp, '\n')+1:]
		}
	}
	from.pinned = untagged(name) + "@" + digest
	from.stamp = registry + "\n" + w.Name + "\n" + digest
	s.renew(from.stamp)
	return from, nil
}

// asking are the arguments with which the command prints the digest of an image.
func (o *origin) asking() []string {
	if o.tool == crane {
		return o.reach([]string{"digest"}, "--insecure", o.pinned)
	}
	return o.reach(append(skopeoPlatform(), "inspect", "--no-tags", "--format={{.Digest}}"), "--tls-verify=false", "docker://"+o.pinned)
}

func skopeoPlatform() []string {
	return []string{"--override-os=linux", "--override-arch=" + runtime.GOARCH}
}

// reach completes arguments, with the option for registries whose certificate nobody is to check.
func (o *origin) reach(arguments []string, option string, more ...string) []string {
	if o.insecure {
		arguments = append(arguments, option)
	}
	return append(arguments, more...)
}

// pulled tells whether the image comes from a registry.
func (o *origin) pulled() bool { return o.pinned != "" }

// failed says what to do where an image cannot be had.
func (o *origin) failed(err error) error {
	if !o.pulled() {
		return fmt.Errorf("%s save: %w", o.tool, err)
	}
	if o.lack != "" {
		return fmt.Errorf("%s, and %s cannot pull it (%w): build it here, 'docker login' if it is private, or %s", o.lack, o.tool, err, bring(o.name))
	}
	return fmt.Errorf("%s cannot pull it (%w): 'docker login' if it is private, or %s", o.tool, err, bring(o.name))
}

// bring is the way without a registry.
func bring(name string) string {
	return fmt.Sprintf("save it with 'docker save -o FILE %s' where it is, and start with --image %s=FILE", name, name)
}

// untagged is a name without its tag.
func untagged(name string) string {
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		return name[:colon]
	}
	return name
}

// public is the name under which the world reaches an image of Container Registry: that of a VPC leads
// nowhere from here.
func public(name string) string {
	host, _, _ := strings.Cut(name, "/")
	first, _, _ := strings.Cut(host, ".")
	if !strings.HasSuffix(host, ".aliyuncs.com") {
		return name
	}
	return strings.TrimSuffix(strings.TrimSuffix(first, "-vpc"), "-internal") + name[len(first):]
}

package image

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	askLimit   = 10 * time.Second // an engine that does not answer is as good as none
	fetchLimit = 30 * time.Minute
)

// The commands that deliver images: engines that have some, and those that pull from registries.
const (
	docker = "docker"
	podman = "podman"
	crane  = "crane"
	skopeo = "skopeo"
)

// here tells whether a command is in the PATH.
func here(tool string) bool {
	_, err := exec.LookPath(tool)
	return err == nil
}

// inEngine looks for an image in Docker, then in Podman. Where neither has it, reason tells why; it is
// empty where no engine is here. Of one that cannot be asked, what it had last is as good, but only where
// the other has nothing.
func (s *Store) inEngine(name string) (from origin, reason string) {
	var reasons []string
	for _, engine := range []string{docker, podman} {
		if !here(engine) {
			continue
		}
		var err error
		for _, known := range names(name) {
			source, id := engine+"\n"+known, ""
			if id, err = s.ask(engine, "", askLimit, "image", "inspect", "--format", "{{.Id}}", known); err == nil {
				return origin{tool: engine, name: known, stamp: source + "\n" + id}, ""
			}
			if last := s.newest(source); last != "" && from.stamp == "" && !unknown(err) {
				from = origin{tool: engine, name: known, stamp: last}
			}
		}
		reasons = append(reasons, lack(engine, err))
	}
	reason = strings.Join(reasons, ", ")
	if from.stamp != "" && s.ctx.Err() == nil {
		s.tellOnce(fmt.Sprintf("the image %s: %s, so what it had last runs", name, reason))
	}
	return from, reason
}

// names are those under which an engine may have an image: who pushes to Container Registry tags it with the
// public name.
func names(name string) []string {
	if other := public(name); other != name {
		return []string{name, other}
	}
	return []string{name}
}

// unknown tells that an engine has answered, and has no such image. Docker says the former; Podman either,
// by its version.
func unknown(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no such image") || strings.Contains(text, "image not known")
}

// lack is why an engine gives no image.
func lack(engine string, err error) string {
	if unknown(err) {
		return engine + " does not have it"
	}
	return fmt.Sprintf("%s cannot be asked (%v)", engine, err)
}

// fetch has an image written into a new folder, which the caller removes: a file or a layout.
func (s *Store) fetch(from origin) (dir, path string, err error) {
	dir, err = os.MkdirTemp(s.dir, temporary)
	if err != nil {
		return "", "", err
	}
	doing := "taking it from"
	if from.pulled() {
		doing = "pulling it with"
	}
	s.notice(fmt.Sprintf("the image %s: %s %s", from.name, doing, from.tool))
	_, err = s.ask(from.tool, dir, fetchLimit, from.fetching("image")...)
	return dir, filepath.Join(dir, "image"), err
}

// fetching are the arguments with which the command writes the image to a path, which has no colon.
func (o *origin) fetching(to string) []string {
	switch o.tool {
	case docker:
		return []string{"save", "-o", to, o.name}
	case podman:
		return []string{"save", "--format", "docker-archive", "-o", to, o.name}
	case crane:
		return o.reach([]string{"pull", "--format=oci", platform}, "--insecure", o.pinned, to)
	}
	return o.reach(append(skopeoPlatform(), "copy", "--quiet"), "--src-tls-verify=false", "docker://"+o.pinned, "oci:"+to)
}

package image

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// inEngine looks for an image in Docker, then in Podman. Where neither has it, reason tells why.
func (s *Store) inEngine(name string) (from origin, reason string) {
	reason = "neither Docker nor Podman is on this machine"
	for _, engine := range []string{docker, podman} {
		if !here(engine) {
			continue
		}
		id, err := s.ask(engine, "", askLimit, "image", "inspect", "--format", "{{.Id}}", name)
		if err == nil {
			return origin{tool: engine, name: name, stamp: engine + "\n" + name + "\n" + id}, ""
		}
		reason = engine + " does not have it (" + err.Error() + ")"
	}
	return origin{}, reason
}

// fetch has an image written into a new folder, which the caller removes: a file or a layout.
func (s *Store) fetch(from origin) (dir, path string, err error) {
	dir, err = os.MkdirTemp(s.dir, temporary)
	if err != nil {
		return "", "", err
	}
	if from.pulled() {
		s.notice(fmt.Sprintf("the image %s: pulling it with %s", from.name, from.tool))
	}
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

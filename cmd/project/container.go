package project

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/fcemu/fcemu/emulator"
)

// container reads customContainerConfig into the words of FC 3.0: FC 2.0 calls the entrypoint command
// and the command args, and keeps the port and the health check beside them.
func (l *loader) container(o *object, fn *Function) {
	if !o.has("customContainerConfig") {
		return
	}
	config := o.inner("customContainerConfig")
	members := map[string]any{}
	entrypoint, command := config.texts("entrypoint"), config.texts("command")
	if args := config.texts("args"); len(args) > 0 || l.older && len(entrypoint) == 0 {
		entrypoint, command = command, args
	}
	for name, list := range map[string][]string{"entrypoint": entrypoint, "command": command} {
		if len(list) > 0 {
			members[name] = list
		}
	}
	image := config.text("image")
	if local(image) {
		fn.CodePath = l.source.absolute(image)
		image = fn.CodePath
		l.imageThere(config, fn.CodePath)
	}
	members["image"] = image
	l.server(config, fn, members)
	if on := config.truth("webServerMode"); on != nil {
		members["webServerMode"] = *on
	}
	config.copy(members, "acrInstanceId", config.take(l.words("acrInstanceId", "instanceID")))
	for _, name := range []string{"accelerationType", "accelerationInfo", "registryConfig"} {
		config.copy(members, name, config.take(name))
	}
	config.take("resolvedImageUri") // is told, not asked for
	config.unknown("image", "entrypoint", "command", "args", "port", "healthCheckConfig", "webServerMode",
		"accelerationType", "accelerationInfo", "acrInstanceId", "instanceID", "registryConfig")
	fn.Input.store("customContainerConfig", members)
}

// UseImage makes the function an image, for those who have no project file: a file or an OCI layout, if
// there is such a path from the working directory, else a name.
func (f *Function) UseImage(image string, command []string, port int) {
	members := map[string]any{"image": image}
	if _, err := os.Stat(image); err == nil || local(image) {
		f.CodePath, _ = filepath.Abs(image)
		members["image"] = f.CodePath
	}
	if len(command) > 0 {
		members["command"] = command
	}
	if port != 0 {
		members["port"] = port
	}
	f.Input.store("customContainerConfig", members)
}

// copy keeps a value as it is given; nil is none.
func (o *object) copy(members map[string]any, name string, node *yaml.Node) {
	if node == nil {
		return
	}
	value, err := o.scope.json(node)
	o.report(err)
	members[name] = value
}

// server puts the port and the health check where FC 3.0 has those of an image.
func (l *loader) server(config *object, fn *Function, members map[string]any) {
	port, check := config.whole("port", 1, 65535), l.health(config.inner("healthCheckConfig"))
	if beside := fn.Input.CustomRuntimeConfig; beside != nil && fn.Input.Runtime == emulator.ContainerRuntime {
		if port == 0 {
			port = beside.Port
		}
		if check == nil {
			check = beside.HealthCheckConfig
		}
		fn.Input.CustomRuntimeConfig = nil
	}
	if port != 0 {
		members["port"] = port
	}
	if check != nil {
		members["healthCheckConfig"] = check
	}
}

// local tells whether an image is said to be a file or folder of this machine.
func local(image string) bool {
	return filepath.IsAbs(image) || strings.HasPrefix(image, "./") || strings.HasPrefix(image, "../") || strings.HasPrefix(image, "~/")
}

func (l *loader) imageThere(config *object, path string) {
	if _, err := os.Stat(path); err != nil {
		l.fail(config.given("image").value, "image names "+path+", but "+reason(err),
			"save it there (docker save -o FILE IMAGE), or correct the path, which counts from "+filepath.Base(l.project.File)+"'s folder")
	}
}

// gpu reads what FC 2.0 says beside other things: gpuMemorySize, and the type as instanceType.
func (l *loader) gpu(o *object, in *Input) {
	if !o.has("gpuMemorySize") {
		return
	}
	members := map[string]any{"gpuMemorySize": o.whole("gpuMemorySize", 0, 1<<20)}
	if kind := o.text("instanceType"); strings.HasPrefix(kind, "fc.gpu.") {
		members["gpuType"] = kind
	}
	in.store("gpuConfig", members)
}

func (in *Input) store(name string, members map[string]any) {
	if in.Stored == nil {
		in.Stored = map[string]json.RawMessage{}
	}
	in.Stored[name], _ = json.Marshal(members) // texts, numbers and what came from JSON
}

// completeImage checks what a function that is an image cannot do without, and takes it in.
func (l *loader) completeImage(key *yaml.Node, o *object, fn Function, code codeSource) {
	as := emulator.Function{Runtime: fn.Input.Runtime, Stored: fn.Input.Stored}
	if config, err := as.Container(); err == nil && (config == nil || config.Image == "") {
		l.fail(o.place(key), "customContainerConfig.image is missing", "name an image, or a file: image: ./image.tar")
		return
	}
	if code.node != nil {
		l.note(code.node, code.name+" has no effect beside an image and is ignored")
	}
	if fn.Input.Handler == "" {
		fn.Input.Handler = "index.handler" // the API wants one, nothing reads it
	}
	l.add(fn)
}

// resolved names the state of an image's file, which makes a new image a new revision.
func (f *Function) resolved(body map[string]any) error {
	config, ok := body["customContainerConfig"].(map[string]any)
	if !ok || f.CodePath == "" || f.Input.Runtime != emulator.ContainerRuntime {
		return nil
	}
	file := f.CodePath
	info, err := os.Stat(file)
	if err == nil && info.IsDir() {
		info, err = os.Stat(filepath.Join(file, "index.json"))
	}
	if err != nil {
		return fmt.Errorf("the image %s: %s", file, reason(err))
	}
	config["resolvedImageUri"] = fmt.Sprintf("%s@%s", file, info.ModTime().UTC().Format("2006-01-02T15:04:05.999999999Z"))
	return nil
}

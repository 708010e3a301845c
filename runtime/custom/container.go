package custom

import (
	"path"
	goruntime "runtime"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/image"
	"github.com/fcemu/fcemu/runtime/process"
)

// Images are where a Container finds unpacked images.
type Images interface {
	Get(image.Wanted) (*image.Image, error)
}

// Container starts custom-container: the user's own HTTP server in an image.
type Container struct {
	identity
	images Images
}

// Container returns the kind that runs images, which talks to them as k does to its servers.
func (k *Kind) Container(images Images) *Container { return &Container{k.identity, images} }

// Prepare finds the image, and joins what it says to customContainerConfig.
// Source: FC 3.0 custom container.
func (k *Container) Prepare(fn *emulator.Function, place runtime.Place) (runtime.Plan, error) {
	config, err := fn.Container()
	switch {
	case err != nil:
		return runtime.Plan{}, emulator.InvalidArgument("customContainerConfig cannot be read: %v", err)
	case config == nil || config.Image == "":
		return runtime.Plan{}, notStarted("customContainerConfig names no image")
	}
	once := fn.Once()
	if once {
		variable, err := eventVariable(place.Call)
		if err != nil {
			return runtime.Plan{}, err
		}
		place.Env = append(place.Env, variable)
	}
	found, err := k.images.Get(image.Wanted{Name: config.Image, Limit: sizeLimit(fn),
		For: fn.Name().String() + "@" + fn.VersionID, State: fn.Revision, Insecure: config.Insecure()})
	if err != nil {
		return runtime.Plan{}, err
	}
	spec, err := imageSpec(found, config, place.Env)
	if err != nil {
		return runtime.Plan{}, err
	}
	place.Mounts.Root = found.Root
	if once {
		return runtime.Plan{Spec: spec, Notice: foreign(), Connect: follow}, nil
	}
	spec.Port, spec.PortEnv = fn.Port(), []string{"FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT"}
	return runtime.Plan{Spec: spec, Notice: foreign(), Connect: k.connect(fn)}, nil
}

func notStarted(reason string) error {
	return emulator.Refuse(412, "FunctionNotStarted", "The function cannot be started. Failed to start function instance. Error: %s", reason)
}

// sizeLimit is the largest image that a function may have.
func sizeLimit(fn *emulator.Function) int64 {
	if gpu, _ := fn.GPU(); gpu != nil {
		return image.MaxGPUSize
	}
	return image.MaxSize
}

// foreign tells that the cloud would not take an image of this machine.
func foreign() string {
	if goruntime.GOARCH == "amd64" {
		return ""
	}
	return "its image is for " + goruntime.GOARCH + ", as this machine is; Function Compute takes amd64 alone"
}

// imageSpec is the program to start, in the words of the image.
func imageSpec(found *image.Image, config *emulator.CustomContainer, env []string) (process.Spec, error) {
	command := found.Command(config.Entrypoint, config.Command)
	if len(command) == 0 || command[0] == "" {
		return process.Spec{}, notStarted("the image '" + config.Image + "' says no command: set customContainerConfig.entrypoint or command")
	}
	account, known := found.Account()
	if !known {
		return process.Spec{}, notStarted("the image '" + config.Image + "' has no user '" + found.Config.User + "'")
	}
	spec := process.Spec{Path: command[0], Args: command[1:], Dir: path.Join("/", found.Config.WorkingDir),
		Account: &process.Account{UID: account.UID, GID: account.GID, Groups: account.Groups}}
	if strings.Contains(spec.Path, "/") && !path.IsAbs(spec.Path) {
		spec.Path = path.Join(spec.Dir, spec.Path)
	}
	spec.Env = append([]string{"PATH=" + runtime.DefaultPath, "HOME=" + account.Home}, found.Config.Env...)
	spec.Env = lastOf(append(spec.Env, env...))
	return spec, nil
}

// lastOf keeps the last of several variables of one name.
func lastOf(env []string) []string {
	var list []string
	at := map[string]int{}
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if n, twice := at[name]; twice {
			list[n] = entry
			continue
		}
		at[name] = len(list)
		list = append(list, entry)
	}
	return list
}

package emulator

import (
	"encoding/json"
	"strings"
)

// ContainerRuntime is the runtime id of functions that are images.
const ContainerRuntime = "custom-container"

// CustomContainer is what has an effect here of customContainerConfig.
type CustomContainer struct {
	Image             string       `json:"image"`
	Entrypoint        []string     `json:"entrypoint,omitempty"`
	Command           []string     `json:"command,omitempty"`
	Port              int          `json:"port,omitempty"`
	HealthCheckConfig *HealthCheck `json:"healthCheckConfig,omitempty"`
	WebServerMode     *bool        `json:"webServerMode,omitempty"` // FC 2.0; false: events come as a variable of the environment
	RegistryConfig    *Registry    `json:"registryConfig,omitempty"`
}

// Registry is what has an effect here of registryConfig.
type Registry struct {
	CertConfig *struct {
		Insecure bool `json:"insecure"`
	} `json:"certConfig"`
}

// Insecure tells whether the image's registry may be one that no certificate vouches for.
func (c *CustomContainer) Insecure() bool {
	return c.RegistryConfig != nil && c.RegistryConfig.CertConfig != nil && c.RegistryConfig.CertConfig.Insecure
}

// Container reads the configuration of a function that is an image. Nil: it is none, or has none. An
// error is one of the configuration's form.
func (f *Function) Container() (*CustomContainer, error) {
	text := f.Stored["customContainerConfig"]
	if f.Runtime != ContainerRuntime || len(text) == 0 {
		return nil, nil
	}
	config := &CustomContainer{}
	err := json.Unmarshal(text, config)
	return config, err
}

// Once tells whether an image serves nothing: each event starts it anew, and its end is the answer
// (webServerMode false of FC 2.0).
func (f *Function) Once() bool {
	config, _ := f.Container()
	return config != nil && config.WebServerMode != nil && !*config.WebServerMode
}

// GPU is gpuConfig.
type GPU struct {
	Type   string `json:"gpuType"`
	Memory int    `json:"gpuMemorySize"` // MB
}

// GPU reads gpuConfig. Nil: the function has none.
func (f *Function) GPU() (*GPU, error) {
	text := f.Stored["gpuConfig"]
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	config := &GPU{}
	err := json.Unmarshal(text, config)
	if err == nil && *config == (GPU{}) {
		return nil, nil
	}
	return config, err
}

// server is what FC keeps in two places: how the user's own server is reached and watched, and with
// which command it was started.
func (f *Function) server() (port int, check *HealthCheck, command []string) {
	if c, _ := f.Container(); c != nil { // its form was checked when it was stored
		return c.Port, c.HealthCheckConfig, append(c.Entrypoint, c.Command...)
	}
	if c := f.CustomRuntimeConfig; c != nil && f.Runtime != ContainerRuntime {
		return c.Port, c.HealthCheckConfig, append(append([]string{}, c.Command...), c.Args...)
	}
	return 0, nil, nil
}

// Port is the port on which the user's own server listens (customRuntimeConfig.port,
// customContainerConfig.port; default 9000).
func (f *Function) Port() int {
	if port, _, _ := f.server(); port != 0 {
		return port
	}
	return 9000
}

// HealthCheck is how the user's own server is watched; nil where it is not.
func (f *Function) HealthCheck() *HealthCheck {
	if _, check, _ := f.server(); check != nil && check.HTTPGetURL != "" {
		return check
	}
	return nil
}

// StartCommand is the command that starts the user's own server, as he wrote it.
func (f *Function) StartCommand() string {
	_, _, command := f.server()
	switch {
	case len(command) > 0:
		return strings.Join(command, " ")
	case f.Runtime == ContainerRuntime:
		return "(the image's own)"
	}
	return "./bootstrap"
}

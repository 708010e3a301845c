package runtime

import (
	"maps"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// inEnvironment tells whether fn finds credentials in its environment. Source: disableInjectCredentials.
func inEnvironment(fn *emulator.Function) bool {
	return fn.DisableInjectCredentials != "Env" && fn.DisableInjectCredentials != "All"
}

// inRequest tells whether fn finds credentials in its context or in request headers.
func inRequest(fn *emulator.Function) bool {
	return fn.DisableInjectCredentials != "Request" && fn.DisableInjectCredentials != "All"
}

// environment is what every runtime starts with: a little of the host's, FC's variables, and the
// function's own, which go over the host's. An instance without paths of its own finds /code and
// /opt in search paths by their real folders.
// Source: FC 3.0 environment variables.
func environment(fn *emulator.Function, place *Place, o *Options) []string {
	vars := hostVariables()
	if place.Mounts != nil && place.Mounts.Tmp > 0 {
		delete(vars, "TMPDIR") // it has a /tmp of its own
	}
	if fn.Runtime == emulator.ContainerRuntime {
		vars = proxyVariables() // all else is the image's
	} else {
		codeVariables(vars, fn, place)
	}
	if gpu, _ := fn.GPU(); gpu != nil {
		inherit(vars, "NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")
	}
	if c := o.Roles.Of(fn.Role); c != nil && inEnvironment(fn) {
		credentialVariables(vars, c)
	}
	for key, value := range fn.EnvironmentVariables {
		vars[key] = value
	}
	for _, key := range []string{"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "NODE_PATH", "CLASSPATH"} {
		if list, ok := vars[key]; ok {
			vars[key] = place.relocate(list)
		}
	}
	platformVariables(vars, fn, place, o)
	list := make([]string, 0, len(vars))
	for key, value := range vars {
		list = append(list, key+"="+value)
	}
	sort.Strings(list)
	return list
}

// hostVariables are those without which programs find nothing: paths, proxies, certificates.
func hostVariables() map[string]string {
	vars := map[string]string{"LANG": "C.UTF-8", "TZ": "UTC"}
	inherit(vars, "PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
	maps.Copy(vars, proxyVariables())
	if vars["PATH"] == "" {
		vars["PATH"] = DefaultPath
	}
	return vars
}

// DefaultPath is the PATH of programs that are given none.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func proxyVariables() map[string]string {
	vars := map[string]string{}
	inherit(vars, "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy")
	return vars
}

// inherit takes over what the emulator itself was given.
func inherit(vars map[string]string, names ...string) {
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			vars[name] = value
		}
	}
}

// codeVariables name the code folder to the dynamic linker, in the order of the images.
func codeVariables(vars map[string]string, fn *emulator.Function, place *Place) {
	path := strings.TrimSuffix(codePath(place.CodeDir), "/")
	libraries := []string{path, path + "/lib"}
	if !strings.HasPrefix(fn.Runtime, "nodejs") && !strings.HasPrefix(fn.Runtime, "java") {
		libraries = append(libraries, "/usr/local/lib")
	}
	if !fn.Custom() {
		libraries = append(libraries, "/opt/lib")
		vars["PATH"] += ":/opt/bin"
	}
	vars["LD_LIBRARY_PATH"] = strings.Join(libraries, ":")
}

func platformVariables(vars map[string]string, fn *emulator.Function, place *Place, o *Options) {
	if fn.Runtime != emulator.ContainerRuntime { // an image has no code package
		vars["FC_FUNC_CODE_PATH"] = codePath(place.CodeDir)
	}
	vars["FC_ACCOUNT_ID"] = o.Account
	vars["FC_REGION"] = o.Region
	vars["FC_FUNCTION_NAME"] = fn.FunctionName
	vars["FC_FUNCTION_HANDLER"] = fn.Handler
	vars["FC_FUNCTION_MEMORY_SIZE"] = strconv.Itoa(fn.MemorySize)
	vars["FC_INSTANCE_ID"] = place.InstanceID
	if fn.Service != "" {
		vars["FC_SERVICE_NAME"] = fn.Service
		vars["FC_QUALIFIER"] = fn.VersionID
		return
	}
	switch {
	case fn.Custom():
	case fn.Runtime == "python3.12": // Debian 11; the other built-in ones run on 9 and 10
		vars["FC_FUNCTION_VERSION"] = fn.VersionID
	default:
		vars["FC_VER_ID"] = fn.VersionID
	}
}

func credentialVariables(vars map[string]string, c *Credentials) {
	vars["ALIBABA_CLOUD_ACCESS_KEY_ID"], vars["accessKeyID"] = c.AccessKeyID, c.AccessKeyID
	vars["ALIBABA_CLOUD_ACCESS_KEY_SECRET"], vars["accessKeySecret"] = c.AccessKeySecret, c.AccessKeySecret
	if c.SecurityToken != "" {
		vars["ALIBABA_CLOUD_SECURITY_TOKEN"], vars["securityToken"] = c.SecurityToken, c.SecurityToken
	}
}

// codePath is the code folder as FC_FUNC_CODE_PATH has it: with a slash at its end.
func codePath(dir string) string { return filepath.Clean(dir) + "/" }

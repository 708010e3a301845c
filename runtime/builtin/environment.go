package builtin

import (
	"slices"
	"strings"
)

// environment is the environment of a process being prepared.
type environment struct {
	codeDir string
	pairs   []string // KEY=value, each key once
}

// newEnvironment copies the given variables; of a repeated one the last counts.
func newEnvironment(given []string, codeDir string) environment {
	env := environment{codeDir: codeDir, pairs: make([]string, 0, len(given)+6)}
	for _, pair := range given {
		if key, value, ok := strings.Cut(pair, "="); ok {
			env.set(key, value)
		}
	}
	return env
}

func (e *environment) find(key string) int {
	return slices.IndexFunc(e.pairs, func(pair string) bool {
		return len(pair) > len(key) && pair[len(key)] == '=' && pair[:len(key)] == key
	})
}

func (e *environment) get(key string) string {
	if at := e.find(key); at >= 0 {
		return e.pairs[at][len(key)+1:]
	}
	return ""
}

func (e *environment) set(key, value string) {
	if at := e.find(key); at >= 0 {
		e.pairs[at] = key + "=" + value
		return
	}
	e.pairs = append(e.pairs, key+"="+value)
}

// offer sets a variable that the function has not set itself.
func (e *environment) offer(key, value string) {
	if e.find(key) < 0 {
		e.pairs = append(e.pairs, key+"="+value)
	}
}

// relocate makes a list of folders that begin with /code point to where the code really is.
func (e *environment) relocate(key string) {
	if e.find(key) < 0 || e.codeDir == "/code" {
		return
	}
	folders := strings.Split(e.get(key), ":")
	for i, folder := range folders {
		folders[i] = e.locate(folder)
	}
	e.set(key, strings.Join(folders, ":"))
}

func (e *environment) locate(path string) string {
	if path == "/code" || strings.HasPrefix(path, "/code/") {
		return e.codeDir + path[len("/code"):]
	}
	return path
}

// hideFC removes the platform's own variables but those that functions may see. Function Compute
// does so for Python, and for Node.js up to 16.
func (e *environment) hideFC() {
	e.pairs = slices.DeleteFunc(e.pairs, func(pair string) bool {
		key, _, _ := strings.Cut(pair, "=")
		reserved := strings.HasPrefix(key, "FC_") || strings.HasPrefix(key, "_FC_")
		return reserved && !visible(key)
	})
}

func visible(key string) bool {
	switch key {
	case "FC_FUNC_CODE_PATH", "FC_FUNCTION_MEMORY_SIZE", "FC_RUNTIME_VERSION", "FC_ACCOUNT_ID",
		"FC_FUNCTION_HANDLER", "FC_FUNCTION_NAME", "FC_SERVICE_NAME", "FC_VER_ID", "FC_FUNCTION_VERSION",
		"FC_QUALIFIER", "FC_REGION", "FC_INSTANCE_ID", "FC_SNAPSHOT_FLAG":
		return true
	}
	return false
}

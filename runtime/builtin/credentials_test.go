package builtin

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/runtime"
)

// TestNewerCredentialsReachTheContext: what a call brings is what its context shows, and the next one's.
func TestNewerCredentialsReachTheContext(t *testing.T) {
	starts := map[string]func(*testing.T) *instance{
		"python3": func(t *testing.T) *instance {
			return launch(t, NewPython(options(t, nil)), function("python3.10", "index.handler"), codeDir(t, files{"index.py": `
def handler(event, context):
    c = context.credentials
    return ','.join((c.access_key_id, c.access_key_secret, c.security_token))
`}))
		},
		"node": func(t *testing.T) *instance {
			return launch(t, NewNode(options(t, nil)), function("nodejs20", "index.handler"), codeDir(t, files{"index.js": `
exports.handler = async (event, context) => {
  const c = context.credentials;
  return [c.accessKeyId, c.accessKeySecret, c.securityToken].join(',');
};
`}))
		},
		"php": func(t *testing.T) *instance {
			return launch(t, NewPHP(options(t, nil)), function("php7.2", "index.handler"), codeDir(t, files{"index.php": `<?php
function handler($event, $context) {
    return implode(',', $context['credentials']);
}
`}))
		},
		"java": func(t *testing.T) *instance {
			return launch(t, NewJava(options(t, nil)), function("java8", streams), codeDir(t, packages(t)["folder"]))
		},
	}
	for program, start := range starts {
		t.Run(program, func(t *testing.T) {
			if _, err := exec.LookPath(program); err != nil {
				t.Skip(program + " is missing")
			}
			i := start(t)
			for _, keys := range []*runtime.Credentials{i.keys, i.keys, {AccessKeyID: "a", AccessKeySecret: "b", SecurityToken: "c"}, nil} {
				i.keys = keys
				want := "," + strings.Join(credentialFields(keys), ",") + "," // Java's function tells more
				if got := i.invoke("context"); got.err != nil || !strings.Contains(","+string(got.Payload)+",", want) {
					t.Errorf("%q %v, want %q", got.Payload, got.err, want)
				}
			}
		})
	}
}

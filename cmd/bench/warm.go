package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// The function is an echo in every language.
const (
	nodeEcho   = "exports.handler = async (event) => event;\n"
	pythonEcho = "def handler(event, context):\n    return event\n"
	nodeServer = `const server = require('http').createServer((req, res) => {
  const chunks = [];
  req.on('data', (c) => chunks.push(c));
  req.on('end', () => { const body = Buffer.concat(chunks); res.writeHead(200, {'Content-Length': body.length}); res.end(body); });
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log('127.0.0.1:' + server.address().port));
`
)

func (b *bench) file(name, text string) (string, error) {
	path := filepath.Join(b.work, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, []byte(text), 0o644)
}

// builtins starts an emulator with both echo functions, and the plain proxy in front of a node server.
func (b *bench) builtins(ctx context.Context) (emulator, proxy *started, stop func(), err error) {
	stop = func() {}
	server, err := b.file("server.js", nodeServer)
	if err != nil {
		return nil, nil, stop, err
	}
	raw, err := b.baseline(ctx, "node", server)
	if err != nil {
		return nil, nil, stop, err
	}
	proxy, err = b.self(ctx, "__proxy", raw.address)
	if err != nil {
		return nil, nil, raw.stop, err
	}
	emulator, err = b.emulator(ctx, "")
	if err != nil {
		return nil, nil, func() { proxy.stop(); raw.stop() }, err
	}
	stop = func() { emulator.stop(); proxy.stop(); raw.stop() }
	return emulator, proxy, stop, errors.Join(
		b.deployEcho(ctx, emulator, "node", "nodejs20", "index.js", nodeEcho),
		b.deployEcho(ctx, emulator, "python", "python3.10", "index.py", pythonEcho))
}

func (b *bench) deployEcho(ctx context.Context, on *started, name, runtime, file, text string) error {
	path, err := b.file(name+"/"+file, text)
	if err != nil {
		return err
	}
	return b.cli(ctx, on, "deploy", name, "--runtime", runtime, "--handler", "index.handler", "--code", filepath.Dir(path), "--timeout", "60")
}

func invocation(on *started, function string, size int) target {
	return target{address: on.address, path: "/2023-03-30/functions/" + function + "/invocations", body: make([]byte, size)}
}

func (b *bench) warmBuiltin(ctx context.Context) ([]verdict, error) {
	emulator, proxy, stop, err := b.builtins(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	var all []verdict
	for _, language := range []string{"node", "python"} {
		p50, p99, _, failed, err := b.pair(ctx, invocation(emulator, language, 128), target{address: proxy.address, path: "/", body: make([]byte, 128)}, 1)
		if err != nil {
			return nil, err
		}
		all = append(all, ratioAtMost(language+": p50 / plain proxy", p50, 0.80), ratioAtMost(language+": p99 / plain proxy", p99, 1), noErrors(language, failed))
	}
	return all, nil
}

func (b *bench) warmInstances(ctx context.Context) ([]verdict, error) {
	emulator, proxy, stop, err := b.builtins(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	var all []verdict
	for _, language := range []string{"node", "python"} {
		_, _, rate, failed, err := b.pair(ctx, invocation(emulator, language, 128), target{address: proxy.address, path: "/", body: make([]byte, 128)}, 16)
		if err != nil {
			return nil, err
		}
		all = append(all, ratioAtLeast(language+": req/s / plain proxy, 16 callers", rate, 1.1), noErrors(language, failed))
	}
	return all, nil
}

// warmShared calls a Node.js function of FC 2.0, whose instance takes a hundred calls at a time.
func (b *bench) warmShared(ctx context.Context) ([]verdict, error) {
	emulator, proxy, stop, err := b.builtins(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	yaml := "edition: 1.0.0\nname: bench\nservices:\n  f:\n    component: fc\n    props:\n      region: cn-hangzhou\n      service: {name: bench}\n" +
		"      function: {name: many, runtime: nodejs20, handler: index.handler, codeUri: ./node, memorySize: 512, timeout: 60, instanceConcurrency: 100}\n"
	path, err := b.file("shared.yaml", yaml)
	if err != nil {
		return nil, err
	}
	if err := b.cli(ctx, emulator, "deploy", "-t", path); err != nil {
		return nil, err
	}
	var all []verdict
	for _, c := range []int{16, 64} {
		_, _, rate, failed, err := b.pair(ctx, invocation(emulator, "bench$many", 128), target{address: proxy.address, path: "/", body: make([]byte, 128)}, c)
		if err != nil {
			return nil, err
		}
		all = append(all, ratioAtLeast("node: req/s / plain proxy, "+count(c)+" callers", rate, 2.2), noErrors(count(c)+" callers", failed))
	}
	return all, nil
}

// custom starts an emulator with a static Go server as a custom runtime, and a plain proxy in front
// of the same program.
func (b *bench) custom(ctx context.Context) (ours, base target, stop func(), err error) {
	stop = func() {}
	raw, err := b.self(ctx, "__echo")
	if err != nil {
		return ours, base, stop, err
	}
	proxy, err := b.self(ctx, "__proxy", raw.address)
	if err != nil {
		return ours, base, raw.stop, err
	}
	emulator, err := b.emulator(ctx, "")
	if err != nil {
		return ours, base, func() { proxy.stop(); raw.stop() }, err
	}
	stop = func() { emulator.stop(); proxy.stop(); raw.stop() }
	ours = target{address: emulator.address, path: "/proxy/custom/"}
	base = target{address: proxy.address, path: "/"}
	return ours, base, stop, b.deployServer(ctx, emulator, "custom")
}

// deployServer deploys this very binary's echo server as a custom runtime.
func (b *bench) deployServer(ctx context.Context, on *started, name string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	readme, err := b.file(name+"/README", "the program is the bench's own binary\n")
	if err != nil {
		return err
	}
	yaml := "edition: 3.0.0\nname: bench\nresources:\n  f:\n    component: fc3\n    props:\n      region: cn-hangzhou\n      functionName: " + name +
		"\n      runtime: custom.debian12\n      handler: index.handler\n      instanceConcurrency: 200\n      timeout: 60\n      memorySize: 1024\n      code: " + filepath.Dir(readme) +
		"\n      customRuntimeConfig: {command: ['" + program + "'], args: ['__echo']}\n      triggers:\n        - {triggerName: http, triggerType: http, triggerConfig: {authType: anonymous, methods: [POST, GET]}}\n"
	path, err := b.file(name+".yaml", yaml)
	if err != nil {
		return err
	}
	return b.cli(ctx, on, "deploy", "-t", path)
}

func (b *bench) warmCustom(ctx context.Context) ([]verdict, error) {
	ours, base, stop, err := b.custom(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	ours.body, base.body = make([]byte, 128), make([]byte, 128)
	p50, _, _, failed, err := b.pair(ctx, ours, base, 1)
	if err != nil {
		return nil, err
	}
	all := []verdict{ratioAtMost("p50 / plain proxy", p50, 0.95), noErrors("one caller", failed)}
	for _, c := range []int{16, 64} {
		_, _, rate, failed, err := b.pair(ctx, ours, base, c)
		if err != nil {
			return nil, err
		}
		all = append(all, ratioAtLeast("req/s / plain proxy, "+count(c)+" callers", rate, 1), noErrors(count(c)+" callers", failed))
	}
	return all, nil
}

func (b *bench) warmLarge(ctx context.Context) ([]verdict, error) {
	const size = 128 << 10
	ours, base, stop, err := b.custom(ctx)
	defer stop()
	if err != nil {
		return nil, err
	}
	emulator, proxy, stopBuiltins, err := b.builtins(ctx)
	defer stopBuiltins()
	if err != nil {
		return nil, err
	}
	ours.body, base.body = make([]byte, size), make([]byte, size)
	pairs := []struct {
		name       string
		ours, base target
	}{
		{"custom", ours, base},
		{"node", invocation(emulator, "node", size), target{address: proxy.address, path: "/", body: make([]byte, size)}},
	}
	var all []verdict
	for _, pair := range pairs {
		for _, c := range []int{1, 16} {
			_, _, rate, failed, err := b.pair(ctx, pair.ours, pair.base, c)
			if err != nil {
				return nil, err
			}
			all = append(all, ratioAtLeast(pair.name+": req/s / plain proxy, "+count(c)+" callers", rate, 1), noErrors(pair.name+", "+count(c)+" callers", failed))
		}
	}
	return all, nil
}

package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/runtime/process"
)

func newStart(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "start",
		Short: "Start the emulator, and deploy the s.yaml in use",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneFolder(c); err != nil {
				return err
			}
			a.noticeUnknown(c.Root())
			return a.start(c.Context())
		},
	}
	startFlags(c)
	c.Flags().Bool("detach", false, "start in the background; end it with 'fcemu stop'")
	return c
}

// oneFolder refuses two answers to where the state is.
func oneFolder(c *cobra.Command) error {
	if c.Flags().Changed("ephemeral") && c.Flags().Changed("data-dir") {
		return usageError("--ephemeral keeps the state in a temporary folder, --data-dir in another: choose one of them")
	}
	return nil
}

const noHTTPS = -1

// httpsPort is nil where no HTTPS is wanted.
func (a *app) httpsPort() *int {
	port := a.settings.GetInt("https-port")
	if port < 0 {
		return nil
	}
	return &port
}

// startFlags are those that start and exec share.
func startFlags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringP("template", "t", "", "the s.yaml to deploy (default: the one in the working directory)")
	flags.String("host", daemon.DefaultHost, "address to listen on; anything but loopback lets the network run code here")
	flags.Int("port", daemon.DefaultPort, "port to listen on; 0 = a free one")
	flags.Int("https-port", noHTTPS, "also serve HTTPS on this port, with certificates of its own: see 'fcemu cert'; 0 = a free one, -1 = none")
	flags.Bool("ephemeral", false, "keep the state in a temporary folder that goes on exit")
	flags.Bool("watch", false, "deploy again when code or s.yaml changes")
	flags.String("auth", "none", "none: any request is accepted; signature: only signed ones (see accessKeys in fcemu.yaml)")
	flags.String("credentials", "", "real credentials for functions with a role: profile:NAME of the aliyun command line or of Serverless Devs, or env (default: made-up ones)")
	flags.StringSlice("no-timeout", nil, "no time limit ends a call or a hook, of all functions or of those that =NAME names (repeatable): for a debugger")
	flags.Lookup("no-timeout").NoOptDefVal = everyFunction
	flags.String("isolation", "auto", "auto: what the machine allows; full: own paths and ports, or refuse; ports: own ports only; none")
	flags.Bool("enforce-cpu", false, "give functions no more processor time than their cpu, where control groups can be had")
	flags.Bool("share-tmp", false, "functions see the machine's /tmp, with its sockets, instead of one of their own")
	flags.StringArray("image", nil, "where the image of a custom container is: NAME=PATH, an OCI layout or what 'docker save' writes")
	flags.String("address-file", "", "also write the endpoint into this file, once ready")
	flags.Bool("headless", false, "without the web console (there is none in this release)")
	flags.BoolP("quiet", "q", false, "show neither requests nor the log of functions")
	flags.String("log-format", "text", "text or json")
	flags.String("log-level", "info", "info, or error for errors only")
	flags.Bool("allow-inline", false, "let browsers show what default domains answer; the cloud forces a download")
	flags.Bool("refuse-apk", false, "refuse Android packages on default domains, as the cloud does for triggers made since June 2024")
	flags.Bool("allow-redirects", false, "pass 3xx on from default domains; the cloud refuses it")
	flags.String("account-id", daemon.DefaultAccount, "account id in resource names")
	flags.String("region", daemon.DefaultRegion, "region in resource names")
	flags.Int("max-instances", 100, "instances of one function at a time; beyond it callers get 429")
	flags.Int("async-workers", 16, "asynchronous invocations that run at a time")
	flags.String("seed", "", "a whole number: aliases with a weight choose the same versions in the same order at every start (default: by chance)")
	flags.Int("spares", 1, "Python and Node.js interpreters that are started ahead, of those that start alike; 0 = none")
	flags.Duration("idle-timeout", 5*time.Minute, "end instances that were idle for so long")
}

func (a *app) start(ctx context.Context) error {
	if a.settings.GetBool("detach") {
		return a.detach(ctx)
	}
	a.serves = true
	a.term.Follow()
	began := time.Now()
	d, err := a.startDaemon(ctx, a.daemonOptions())
	if err != nil {
		return err
	}
	defer d.Stop() // Stop is idempotent; this one is for early returns
	c := client.New(d.Endpoint, a.keys[0])
	if a.projectFile() != "" {
		go d.Warm(ctx)
	}
	deployed, err := a.deployProject(ctx, c, homeOf(d))
	if err != nil {
		return err
	}
	if err := d.Announce(a.settings.GetString("address-file")); err != nil {
		return err
	}
	debug.SetGCPercent(400) // a small live heap: collecting it often costs more than the memory it saves
	debug.FreeOSMemory()    // start-up garbage; from here on the emulator mostly waits
	a.showReady(d, deployed, time.Since(began))
	return a.untilStopped(ctx, d, c, deployed)
}

// startDaemon checks the flags that this release refuses, and starts.
func (a *app) startDaemon(ctx context.Context, options daemon.Options) (*daemon.Daemon, error) {
	switch auth := a.settings.GetString("auth"); auth {
	case "", "none":
	case "signature":
		options.AccessKeys = a.keys
	default:
		return nil, usageError("--auth %q: use none or signature", auth)
	}
	if format := a.settings.GetString("log-format"); format != "text" && format != "json" {
		return nil, usageError("--log-format %q: use text or json", format)
	}
	switch isolation := a.settings.GetString("isolation"); isolation {
	case process.IsolationAuto, process.IsolationFull, process.IsolationPorts, process.IsolationNone:
	default:
		return nil, usageError("isolation %q is unknown; use auto, full, ports or none", isolation)
	}
	if err := a.checkNumbers(); err != nil {
		return nil, err
	}
	if level := a.settings.GetString("log-level"); level != "info" && level != "error" {
		return nil, usageError("--log-level %q: use info or error", level)
	}
	var err error
	if options.Images, err = a.images(); err != nil {
		return nil, err
	}
	if options.Mounts, err = a.mounts(); err != nil {
		return nil, err
	}
	if options.Seed, err = readSeed(a.settings.GetString("seed")); err != nil {
		return nil, err
	}
	if options.Destinations, err = destinationRoutes(); err != nil {
		return nil, err
	}
	options.NoTimeout = a.withoutTimeout()
	if options.Credentials, err = a.lentCredentials(); err != nil {
		return nil, err
	}
	return daemon.Start(ctx, options)
}

// checkNumbers refuses numbers that mean nothing.
func (a *app) checkNumbers() error {
	const most = 1 << 20 // of anything
	for _, one := range []struct {
		flag     string
		min, max int
	}{
		{"port", 0, 65535}, {"https-port", noHTTPS, 65535}, {"max-instances", 1, most}, {"async-workers", 1, most}, {"spares", 0, most},
	} {
		if n := a.settings.GetInt(one.flag); n < one.min || n > one.max {
			return usageError("--%s %d: use a number from %d to %d", one.flag, n, one.min, one.max)
		}
	}
	if idle := a.settings.GetDuration("idle-timeout"); idle <= 0 {
		return usageError("--idle-timeout %s: use a time above 0, such as 5m", idle)
	}
	return nil
}

// readSeed reads a whole number; nil is none.
func readSeed(value string) (*int64, error) {
	if value == "" {
		return nil, nil
	}
	seed, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return nil, usageError("--seed %q: use a whole number", value)
	}
	return &seed, nil
}

const everyFunction = "*"

// withoutTimeout reads --no-timeout; nil: no function is meant. The environment and fcemu.yaml may also
// say true, or name several with commas.
func (a *app) withoutTimeout() func(*emulator.Function) bool {
	names := strings.FieldsFunc(strings.Join(a.settings.GetStringSlice("no-timeout"), ","), func(r rune) bool { return r == ',' || r == ' ' })
	every := a.settings.GetBool("no-timeout") || slices.Contains(names, everyFunction) || slices.Contains(names, "true")
	switch {
	case every:
		a.notice("calls and hooks of functions have no time limit (--no-timeout)")
		return func(*emulator.Function) bool { return true }
	case len(names) == 0 || names[0] == "false":
		return nil
	}
	a.notice("calls and hooks of " + strings.Join(names, ", ") + " have no time limit (--no-timeout)")
	return func(fn *emulator.Function) bool { return slices.Contains(names, fn.Name().String()) }
}

func (a *app) daemonOptions() daemon.Options {
	s := a.settings
	return daemon.Options{
		Version: a.version, Host: s.GetString("host"), Port: s.GetInt("port"), HTTPSPort: a.httpsPort(),
		DataDir: a.dataDir(), Ephemeral: s.GetBool("ephemeral"), Isolation: s.GetString("isolation"), ShareTmp: s.GetBool("share-tmp"), EnforceCPU: s.GetBool("enforce-cpu"),
		Account: s.GetString("account-id"), Region: s.GetString("region"),
		MaxInstances: s.GetInt("max-instances"), Spares: s.GetInt("spares"), IdleTimeout: s.GetDuration("idle-timeout"),
		AsyncWorkers: s.GetInt("async-workers"), Interpreters: s.GetStringMapString("interpreters"),
		AllowInline: s.GetBool("allow-inline"), AllowRedirects: s.GetBool("allow-redirects"), RefuseAPK: s.GetBool("refuse-apk"), Notice: a.notice,
	}
}

// mounts are the folders that fcemu.yaml names for mountDir.
func (a *app) mounts() (map[string]string, error) {
	mounts := a.paths("mounts")
	for dir := range mounts {
		if !path.IsAbs(dir) {
			return nil, usageError("mounts in fcemu.yaml: %q is no mountDir; write the path at which functions find the folder, such as /mnt/auto", dir)
		}
	}
	return mounts, nil
}

// paths is a map of fcemu.yaml whose values are paths; relative ones count from that file's folder.
func (a *app) paths(key string) map[string]string {
	paths := a.settings.GetStringMapString(key)
	for name, path := range paths {
		if !filepath.IsAbs(path) {
			paths[name], _ = filepath.Abs(filepath.Join(filepath.Dir(a.settings.ConfigFileUsed()), path))
		}
	}
	return paths
}

// images are the files that --image names, and those of fcemu.yaml.
func (a *app) images() (map[string]string, error) {
	images := a.paths("images")
	for _, pair := range a.settings.GetStringSlice("image") {
		name, path, ok := cutPair(pair)
		if !ok || path == "" {
			return nil, usageError("--image %q: write NAME=PATH", pair)
		}
		images[name], _ = filepath.Abs(path)
	}
	for name, path := range images {
		if _, err := os.Stat(path); err != nil {
			return nil, usageError("the image %s: %w", name, err)
		}
	}
	return images, nil
}

// dataDir is --data-dir, else .fcemu beside the s.yaml in use, else in the working directory.
func (a *app) dataDir() string {
	if folder := a.settings.GetString("data-dir"); folder != "" {
		return folder
	}
	return filepath.Join(filepath.Dir(a.projectFile()), daemon.DataFolder)
}

// notice shows one line that matters but is no error.
func (a *app) notice(text string) {
	a.told.Store(text, true)
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": "notice", "text": text})
		return
	}
	a.term.Notef("%s %s\n", a.term.Warn("note:"), text)
}

func (a *app) logJSON(record map[string]any) {
	line, _ := json.Marshal(record) // only strings and numbers
	a.term.Printf("%s\n", line)
}

// untilStopped shows the functions' log and keeps the code in step, until somebody ends it.
func (a *app) untilStopped(ctx context.Context, d *daemon.Daemon, c *client.Client, deployed *deployment) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	shown, hide := context.WithCancel(context.WithoutCancel(ctx)) // until the emulator has said its last
	defer hide()
	var viewers sync.WaitGroup
	if !a.settings.GetBool("quiet") && a.settings.GetString("log-level") == "info" {
		viewers.Go(func() { a.showLogs(shown, c) })
		viewers.Go(func() { a.showRequests(shown, c) })
	}
	if a.settings.GetBool("watch") {
		go a.watch(running, c, deployed)
	}
	select {
	case <-ctx.Done():
	case <-d.StopAsked():
	}
	cancel()
	err := d.Stop()
	hide()
	awaitViewers(&viewers)
	if a.settings.GetString("log-format") == "text" {
		a.term.Notef("stopped\n")
	}
	return err
}

// awaitViewers waits until all is shown; not for long, for nobody may read what is shown.
func awaitViewers(viewers *sync.WaitGroup) {
	const limit = 500 * time.Millisecond
	done := make(chan struct{})
	go func() { viewers.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(limit):
	}
}

func (a *app) showLogs(ctx context.Context, c *client.Client) {
	for line, err := range c.Logs(ctx, client.LogFilter{Follow: true, Since: time.Now().Format(time.RFC3339Nano)}) {
		if err != nil {
			return
		}
		a.showLog(line)
	}
}

func (a *app) showLog(line emulator.LogLine) {
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": "log", "line": line})
		return
	}
	a.printLogLine(line)
}

func (a *app) showReady(d *daemon.Daemon, deployed *deployment, took time.Duration) {
	milliseconds := float64(took.Microseconds()) / 1000
	if a.settings.GetString("log-format") == "json" {
		ready := map[string]any{"msg": "ready", "endpoint": d.Endpoint, "dataDir": d.DataDir, "pid": os.Getpid(), "startMs": milliseconds, "clock": d.Clock()}
		if d.HTTPSEndpoint != "" {
			ready["httpsEndpoint"] = d.HTTPSEndpoint
		}
		a.logJSON(ready)
		return
	}
	t := a.term
	t.Printf("%s %s  %s\n", t.Bold("fcemu"), a.version, t.Dim(fmt.Sprintf("ready in %.1f ms", milliseconds)))
	t.Printf("  endpoint  %s\n  state     %s\n", t.Accent(d.Endpoint), d.DataDir)
	if d.HTTPSEndpoint != "" {
		t.Printf("  https     %s  %s\n", t.Accent(d.HTTPSEndpoint), t.Dim("fcemu cert trust"))
	}
	if clock := d.Clock(); clock.Driven() {
		t.Printf("  clock     %s\n", t.Warn(driven(clock)))
	}
	for _, function := range deployed.functions {
		t.Printf("  function  %s  %s  %s\n", t.Bold(function.name), t.Dim(function.runtime), function.url)
	}
	if deployed.project != nil {
		for _, domain := range deployed.project.Domains {
			address, options := reach(d.Endpoint, domain.Name, domain.FirstPath())
			if len(options) > 0 {
				address += "  " + t.Dim("curl "+strings.Join(options, " ")+" …")
			}
			t.Printf("  domain    %s  %s\n", t.Bold(domain.Name), address)
		}
	}
	if !a.settings.GetBool("allow-inline") && slices.ContainsFunc(deployed.functions, func(f deployedFunction) bool { return f.url != "" }) {
		t.Printf("  %s default domains force a download, as in the cloud; --allow-inline lets browsers show the answer\n", t.Warn("note"))
	}
	if len(deployed.functions) == 0 {
		return
	}
	for _, line := range d.Limits() {
		if _, told := a.told.Load(line); !told {
			t.Printf("  %s %s\n", t.Warn("note"), line)
		}
	}
}

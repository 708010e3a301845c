package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// portPatience is how long a start may take before idle instances make room: on machines where
// programs share the ports, the launcher waits for the port.
const portPatience = 200 * time.Millisecond

// start brings the instance to life for inv, which waits for it among others.
func (i *instance) start(inv *emulator.Invocation) {
	i.failure = i.boot(inv)
	if i.failure != nil {
		if i.qualifier == "" {
			i.group.provisionFailed(i.failure)
		}
		i.kill()
		if i.launched.Load() == nil {
			i.pool.alive.Done()
		}
		close(i.ready)
		return
	}
	close(i.ready)
	i.group.started(i)
	if check := i.fn.HealthCheck(); check != nil && !i.pool.options.NoTimeout(i.fn) {
		go i.watchHealth(check)
	}
}

// boot goes through the stages of the start: process, initializer, health.
func (i *instance) boot(inv *emulator.Invocation) *failure {
	plan, fault := i.plan(inv)
	if fault != nil {
		return fault
	}
	i.pool.notice(i.fn, plan.Notice)
	ctx, cancel := context.WithTimeout(i.pool.ctx, i.pool.options.limit(i.fn, i.pool.options.StartLimit))
	defer cancel()

	f := &flight{instance: i, inv: inv, tag: inv, keepTail: true} // owns the output of the start
	i.logs.startup(f)
	if fault = i.raise(ctx, &plan); fault == nil {
		i.logs.greet(f, plan.Greeting)
		if i.group.once {
			i.first = f // the call began with the start
			return nil
		}
	}
	output := i.logs.started(f)
	if fault != nil {
		fault.tail = output
		return fault
	}
	i.pool.spares.want(plan.Ahead)
	if fault := i.initialize(inv, output); fault != nil {
		return fault
	}
	return i.firstHealth(ctx, f)
}

// raise starts the process and opens the session.
func (i *instance) raise(ctx context.Context, plan *Plan) *failure {
	if err := i.holdGPU(ctx); err != nil {
		return faultOfError(err)
	}
	if i.claim(ctx, plan) {
		return nil
	}
	if fault := i.launch(ctx, plan); fault != nil {
		i.giveGPU() // nothing was started, of which the end would do that
		return fault
	}
	ctx, cancel := i.untilExit(ctx)
	defer cancel()
	return i.connect(ctx, plan)
}

// untilExit returns a context that ends with the process.
func (i *instance) untilExit(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-i.process.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// plan asks the kind what to start.
func (i *instance) plan(inv *emulator.Invocation) (Plan, *failure) {
	o := &i.pool.options
	kind, err := o.Kinds(i.fn.Runtime)
	if err != nil {
		return Plan{}, faultOfError(err)
	}
	place, err := i.pool.place(i.pool.ctx, i.fn, i.id)
	if err != nil {
		return Plan{}, faultOfError(err)
	}
	place.Call = inv
	plan, err := kind.Prepare(i.fn, place)
	if err != nil {
		return Plan{}, faultOfError(err)
	}
	plan.Spec.Mounts, plan.Spec.Limits = place.Mounts, o.limits(i.fn, &place)
	place.dir, place.account = plan.Spec.Dir, plan.Spec.Account
	if o.Lend != nil && place.account != nil {
		o.Lend(place.Mounts.Binds, place.account)
	}
	i.place = place
	return plan, nil
}

// launch starts the process with its output on our pipes.
func (i *instance) launch(ctx context.Context, plan *Plan) *failure {
	done, err := plan.open()
	if err != nil {
		return refusal(emulator.Internal(err))
	}
	defer done()
	read, write, err := openPipes()
	if err != nil {
		return refusal(emulator.Internal(err))
	}
	defer write.close()
	i.logs.take(read, plan.Marks)
	plan.Spec.Stdout, plan.Spec.Stderr = write[0], write[1]
	if plan.Spec.Port != 0 {
		defer time.AfterFunc(portPatience, func() { i.pool.freePort(plan.Spec.Port) }).Stop()
	}
	started, err := i.pool.options.Launcher.Start(ctx, plan.Spec)
	if err != nil {
		i.logs.abandon()
		return i.notLaunched(plan, err)
	}
	i.runs(started)
	return nil
}

// runs makes a started process that of the instance.
func (i *instance) runs(started process.Process) {
	i.process = started
	i.launched.Store(&launched{started})
	i.logs.read()
	go i.supervise()
}

// notLaunched: the program could not be executed.
func (i *instance) notLaunched(plan *Plan, err error) *failure {
	var number syscall.Errno
	if !errors.As(err, &number) || number == syscall.EIO { // EIO: it is the machine, not the program
		return faultOfError(err)
	}
	reason := plan.Spec.Path + ": " + number.Error()
	if i.fn.Custom() {
		return serverExited(i.fn.StartCommand(), int(number), reason)
	}
	if rest, own := below(plan.Spec.Path, plan.Spec.Dir); own {
		return serverExited("."+rest, int(number), reason)
	}
	return faultOfError(err)
}

// connect waits for the port and opens the session.
func (i *instance) connect(ctx context.Context, plan *Plan) *failure {
	target := i.process
	if plan.Spec.Port != 0 {
		address, fault := i.listening(ctx, plan.Spec.Port)
		if fault != nil {
			return fault
		}
		target = readyProcess{i.process, address}
	}
	session, err := plan.Connect(ctx, target)
	if err != nil {
		return i.noSession(plan, err)
	}
	i.session = session
	_, i.multi = session.(Multiplexed)
	return nil
}

// startEnded tells why a start was cut short: the process ended or the emulator does.
func (i *instance) startEnded(port int) *failure {
	if wait(i.process.Done(), 0) {
		wait(i.gone, goneWait)
		if i.pool.ctx.Err() == nil {
			if port == 0 {
				return i.processExited(time.Since(i.started))
			}
			logs := i.logs.startText()
			return serverExited(i.fn.StartCommand(), exitCode(i.process.Exit()), logs+i.oneUser(logs)+i.taken(port))
		}
	}
	if i.pool.ctx.Err() != nil {
		return i.interrupted(verdictShutdown, 0, 0)
	}
	return nil
}

// oneUser explains to an ordinary user why an image's program may have failed that wanted to become somebody else.
func (i *instance) oneUser(logs string) string {
	refused := strings.Contains(logs, "not permitted") || strings.Contains(logs, "nvalid argument") // of users that are not there
	if !refused || i.fn.Runtime != emulator.ContainerRuntime || os.Geteuid() == 0 {
		return ""
	}
	return "The emulator runs as an ordinary user, so the program of an image can neither become another user nor give files away: start fcemu as root, or give the image one user.\n"
}

// noSession: the process runs, or ran, but does not talk.
func (i *instance) noSession(plan *Plan, err error) *failure {
	wait(i.process.Done(), exitWait)
	if fault := i.startEnded(plan.Spec.Port); fault != nil {
		return fault
	}
	i.kill()
	wait(i.gone, goneWait)
	return faultOfError(err)
}

// started retires an instance that nobody waits for any more and whose group has ended.
func (g *group) started(inst *instance) {
	g.mu.Lock()
	defer g.mu.Unlock()
	inst.lastUsed = time.Now()
	if inst.used > 0 || inst.doomed {
		return
	}
	if g.retired || g.late {
		g.drop(inst)
		go inst.retire()
		return
	}
	g.link(inst)
	if g.provision.freeze {
		go inst.rest()
	}
}

func faultOfError(err error) *failure {
	var refused *emulator.Error
	if errors.As(err, &refused) {
		return refusal(refused)
	}
	return refusal(emulator.Internal(err))
}

// exitCode is the status as a shell tells it.
func exitCode(exit process.Exit) int {
	if exit.Signal != 0 {
		return 128 + int(exit.Signal)
	}
	return exit.Code
}

func (i *instance) exitText(exit process.Exit) string {
	if exit.OutOfMemory {
		return fmt.Sprintf("The instance was killed by the kernel: it needed more memory than it may have, and memorySize is %d MB.", i.fn.MemorySize)
	}
	if exit.Signal != 0 {
		return fmt.Sprintf("The process was ended by signal %d (%s).", int(exit.Signal), exit.Signal)
	}
	return fmt.Sprintf("The process exited with code %d.", exit.Code)
}

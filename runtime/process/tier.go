package process

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// open starts a guardian, the first time the best one that this machine allows.
func (l *launcher) open(ctx context.Context) (*link, error) {
	l.mu.Lock()
	tried, view := l.tried, l.view
	l.mu.Unlock()
	if tried {
		return l.openGuardian(view)
	}
	switch l.options.Isolation {
	case IsolationNone:
		line, err := l.openGuardian(view)
		l.found(view, switchedOff, switchedOff)
		return line, err
	case IsolationPorts:
		return l.openPlain(ctx, switchedOff)
	}
	line, refusal, err := l.openPrivate(ctx)
	switch {
	case line != nil || err != nil:
		return line, err
	case l.options.Isolation == IsolationFull:
		return nil, fmt.Errorf("isolation full is not possible on this machine: programs cannot have paths of their own (%s); use auto, ports or none", refusal)
	}
	line, err = l.openPlain(ctx, refusal)
	if err == nil {
		l.options.Notice(sharedPaths(refusal))
	}
	return line, err
}

const switchedOff = "isolation is switched off"

func (l *launcher) openGuardian(view view) (*link, error) {
	line, err := openLink(l.options.Executable, view, l.options.Notice)
	if err != nil {
		return nil, fmt.Errorf("the guardian of processes does not start: %w", err)
	}
	return line, nil
}

// openPrivate tries the guardians that can give programs paths of their own. Line and error nil: the
// refusal says why there is none.
func (l *launcher) openPrivate(ctx context.Context) (line *link, refusal string, err error) {
	for _, view := range views() {
		line, err := openLink(l.options.Executable, view, l.options.Notice)
		if err != nil {
			var cause *os.PathError // "fork/exec …" says nothing to the user
			if errors.As(err, &cause) {
				err = fmt.Errorf("the kernel refuses namespaces: %w", cause.Err)
			}
			refusal = orElse(refusal, withRemedy(err.Error(), err))
			continue
		}
		ports, paths, err := l.try(ctx, line)
		if err != nil && ctx.Err() != nil {
			line.close()
			return nil, "", err
		}
		if err != nil {
			paths = err.Error()
		}
		if paths != "" {
			line.close()
			refusal = orElse(refusal, withRemedy(paths, nil))
			continue
		}
		if err := l.settle(ports); err != nil {
			line.close()
			return nil, "", err
		}
		l.found(view, ports, "")
		return line, "", nil
	}
	return nil, orElse(refusal, "this system knows no private mounts"), nil
}

// openPlain starts a guardian that sees what everybody sees.
func (l *launcher) openPlain(ctx context.Context, refusal string) (*link, error) {
	line, err := l.openGuardian(view{})
	if err != nil {
		return nil, err
	}
	ports, _, err := l.try(ctx, line)
	if err == nil {
		err = l.settle(ports)
	}
	if err != nil {
		line.close()
		return nil, err
	}
	l.found(view{}, ports, refusal)
	return line, nil
}

// settle refuses or tells that programs have no addresses of their own.
func (l *launcher) settle(reason string) error {
	switch {
	case reason == "":
	case l.options.Isolation == IsolationAuto:
		l.options.Notice(sharedPorts(reason))
	default:
		return fmt.Errorf("isolation %s is not possible on this machine: %s; use auto or none", l.options.Isolation, reason)
	}
	return nil
}

func (l *launcher) found(view view, reason, paths string) {
	var groups *groups
	if l.options.Isolation != IsolationNone {
		groups = openGroups()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tried, l.view, l.reason, l.paths, l.groups = true, view, reason, paths, groups
}

// try has the guardian try what programs can have.
func (l *launcher) try(ctx context.Context, line *link) (ports, paths string, err error) {
	address, err := l.addresses.take()
	if errors.Is(err, errClosed) {
		return "", "", err
	}
	if err != nil {
		return err.Error(), "", nil
	}
	defer l.addresses.give(address)
	return line.try(ctx, address)
}

func withRemedy(reason string, err error) string {
	if what := remedy(reason, err); what != "" {
		return reason + ": " + what
	}
	return reason
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

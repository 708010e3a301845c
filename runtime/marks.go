package runtime

import (
	"slices"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// begin makes the call the owner of the lines that follow. Its Start line waits for the first of them, its
// end or the watcher: a call that never reaches an instance that has just died leaves none.
func (c *capture) begin(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Index(c.active, f) < 0 { // it may have begun with the start
		c.active = append(c.active, f)
	}
	f.unmarked = c.marks
}

// mark writes the Start lines that wait. It runs under mu.
func (c *capture) mark() {
	for _, f := range c.active {
		if !f.unmarked {
			continue
		}
		f.unmarked = false
		c.put("stdout", "FC "+hookWord(f.hook)+" Start RequestId: "+f.inv.RequestID, f, f.began)
		if f.held != "" {
			c.put("system", f.held, f, time.Now())
		}
	}
}

// show is mark, for a call that takes its time.
func (c *capture) show() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mark()
}

// forget takes back a call that was not sent.
func (c *capture) forget(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drainAll()
	if f.unmarked {
		c.remove(f)
		if f.held != "" {
			c.put("system", f.held, nil, time.Now())
		}
		return
	}
	c.finishCall(f, "")
}

// end takes in what was written before the answer and closes the call's log.
func (c *capture) end(f *flight, suffix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drainAll()
	c.finishCall(f, suffix)
}

// finishCall runs under mu.
func (c *capture) finishCall(f *flight, suffix string) {
	if c.marks {
		c.mark()
		text := "FC " + hookWord(f.hook) + " End RequestId: " + f.inv.RequestID
		if suffix != "" {
			text += ", Error: " + suffix
		}
		c.put("stdout", text, f, time.Now())
	}
	c.remove(f)
}

// startup makes f the owner of what the process writes before its first call.
func (c *capture) startup(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active = append(c.active, f)
}

// greet logs what the platform says of a program that is up.
func (c *capture) greet(f *flight, text string) {
	if text == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put("stdout", text, f, time.Now())
}

// started ends the start and returns the last of its output.
func (c *capture) started(f *flight) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drainAll()
	c.remove(f)
	return lastBytes(f.tail)
}

// startText is the output of the start so far.
func (c *capture) startText() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drainAll()
	if len(c.active) == 0 {
		return ""
	}
	return string(lastBytes(c.active[0].tail))
}

// drainAll reads both pipes empty. Unfinished lines end where only one call can have written them.
func (c *capture) drainAll() {
	for n := range c.streams {
		if s := &c.streams[n]; s.file != nil {
			_ = s.raw.Control(s.drain)
		}
	}
	if len(c.active) == 1 {
		c.flush()
	}
}

func (c *capture) remove(f *flight) {
	if n := slices.Index(c.active, f); n >= 0 {
		c.active = slices.Delete(c.active, n, n+1)
	}
}

// finish reads the last words of an ended process. A stranger that still holds the pipes is left
// behind after a moment.
func (c *capture) finish() {
	for n := range c.streams {
		s := &c.streams[n]
		if !wait(s.done, finishWait) {
			_ = s.file.SetReadDeadline(time.Now())
			<-s.done
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
	for n := range c.streams {
		_ = c.streams[n].file.Close()
		c.streams[n].file = nil
	}
}

// system logs a line of the platform. Of a call that has not said anything it is known later whether it was
// sent: until then the line waits.
func (c *capture) system(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	owner := c.owner(text)
	if owner != nil && owner.unmarked && owner.held == "" {
		owner.held = text
		return
	}
	c.put("system", text, owner, time.Now())
}

// hookWord is the word of the marker lines. Source: FC logs.
func hookWord(hook emulator.Hook) string {
	switch hook {
	case emulator.HookInitializer:
		return "Initialize"
	case emulator.HookPreStop:
		return "PreStop"
	case emulator.HookPreFreeze:
		return "PreFreeze"
	}
	return "Invoke"
}

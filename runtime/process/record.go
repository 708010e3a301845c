package process

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// record is a file that outlives an emulator and a guardian that were killed at the same moment.
// It names what they have started, so that the next emulator can end it and nothing else: by the
// tags of the guardian's processes or, where there are none, by process id and start time.
type record struct {
	log func(string)

	mu   sync.Mutex
	file *os.File // nil: nothing is recorded
}

// openRecord ends what the record in dir names, and begins a new one.
func openRecord(dir string, log func(string)) *record {
	r := &record{log: log}
	if dir == "" {
		return r
	}
	file, err := os.OpenFile(filepath.Join(dir, "processes"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		log("no record of processes: " + err.Error())
		return r
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		log("no record of processes: another emulator uses " + dir)
		file.Close()
		return r
	}
	r.file = file
	if left := r.endLeftovers(); left > 0 {
		log(fmt.Sprintf("ended %d process groups that a killed emulator left behind", left))
	}
	r.clear()
	return r
}

func (r *record) clear() {
	if r.file.Truncate(0) == nil {
		_, _ = r.file.Seek(0, 0)
	}
	r.write("boot " + bootID())
}

func (r *record) write(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return
	}
	if _, err := r.file.WriteString(line + "\n"); err != nil {
		r.log("the record of processes cannot be written: " + err.Error())
	}
}

// guardian records the tags of a new guardian's processes.
func (r *record) guardian(tagBase int64) {
	if tagBase != 0 {
		r.write("tag " + strconv.FormatInt(tagBase, 16))
	}
}

// child records one process, for systems without tags.
func (r *record) child(pid int) {
	if start := processStart(pid); start != "" {
		r.write("child " + strconv.Itoa(pid) + " " + start)
	}
}

// endLeftovers returns how many leftovers it found.
func (r *record) endLeftovers() int {
	left := 0
	lines := bufio.NewScanner(r.file)
	for lines.Scan() {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case kind == "boot" && rest != bootID():
			return left // all ended with the machine
		case kind == "tag":
			base, err := strconv.ParseInt(rest, 16, 64)
			if err == nil && base&tagMark != 0 && endTagged(base) {
				left++
			}
		case kind == "child":
			pid, start, _ := strings.Cut(rest, " ")
			number, err := strconv.Atoi(pid)
			if err == nil && number > 1 && start != "" && processStart(number) == start {
				_ = syscall.Kill(-number, syscall.SIGKILL)
				left++
			}
		}
	}
	return left
}

// endTagged kills until two looks in a row find nothing with the tags; false when there never was.
func endTagged(base int64) bool {
	found := false
	for began, nothing := time.Now(), 0; nothing < 2 && time.Since(began) < patience; {
		nothing++
		if killTagged(base) {
			found, nothing = true, 0
			time.Sleep(time.Millisecond)
		}
	}
	return found
}

// close empties the record: everything in it is gone.
func (r *record) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		_ = r.file.Truncate(0)
		r.file.Close()
		r.file = nil
	}
}

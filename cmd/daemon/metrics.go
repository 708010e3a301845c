package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/metrics"
)

// metrics serves /metrics to Prometheus, and to nobody's web page.
func (d *Daemon) metrics() http.Handler {
	return api.Guard(http.HandlerFunc(d.writeMetrics), d.allowedHost)
}

func (d *Daemon) writeMetrics(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "metrics can only be read", http.StatusMethodNotAllowed)
		return
	}
	functions, err := d.functionMetrics(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", metrics.ContentType)
	text := metrics.NewText(w)
	metrics.WriteFunctions(text, functions)
	d.writeProcess(text)
	_ = text.Flush() // the reader has gone: there is nobody left to tell
}

// functionMetrics joins what was counted with what the store and the pool hold now.
func (d *Daemon) functionMetrics(ctx context.Context) ([]metrics.Function, error) {
	backlog, err := d.parts.store.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	instances := map[emulator.Name]int{}
	for _, one := range d.parts.pool.Instances() {
		instances[one.Function]++
	}
	return d.parts.metrics.Functions(backlog, instances), nil
}

func (d *Daemon) readMetrics(ctx context.Context) (any, error) { return d.functionMetrics(ctx) }

// writeProcess writes what Prometheus's own client libraries would write about this process. What
// the machine does not tell is left out.
func (d *Daemon) writeProcess(text *metrics.Text) {
	gauge := func(name, help string, value float64, labels ...metrics.Label) {
		text.Family(name, "gauge", help)
		text.Sample(name, value, labels...)
	}
	gauge("fcemu_build_info", "The running release; the value is always 1.", 1, metrics.Label{Name: "version", Value: d.options.Version})
	gauge("go_goroutines", "Goroutines of the emulator.", float64(runtime.NumGoroutine()))
	gauge("process_start_time_seconds", "When the emulator started, in Unix seconds.", float64(d.Started.UnixMilli())/1e3)
	if bytes, ok := residentBytes(); ok {
		gauge("process_resident_memory_bytes", "Resident memory of the emulator, without its functions.", bytes)
	}
	if count, ok := openFiles(); ok {
		gauge("process_open_fds", "Open file descriptors of the emulator.", count)
	}
}

// residentBytes is this process's resident memory; only Linux has the file that tells.
func residentBytes() (float64, bool) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	var size, resident int64
	if _, err := fmt.Fscan(bytes.NewReader(text), &size, &resident); err != nil {
		return 0, false
	}
	return float64(resident * int64(os.Getpagesize())), true
}

// openFiles counts this process's descriptors, less the one that the count itself needs.
func openFiles() (float64, bool) {
	for _, folder := range []string{"/proc/self/fd", "/dev/fd"} {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			return float64(len(entries) - 1), true
		}
	}
	return 0, false
}

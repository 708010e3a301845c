// Command bench measures fcemu against baselines of the same run and prints each goal of
// docs/performance.md with its ratio and verdict. Absolute times mean little on a shared machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

// noise is what a single ratio may be off on a shared machine before a goal counts as missed.
const noise = 1.15

func main() {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "__") {
		os.Exit(helper(os.Args[1], os.Args[2:]))
	}
	b := &bench{}
	only := ""
	flag.StringVar(&b.fcemu, "fcemu", "bin/fcemu", "the binary to measure")
	flag.IntVar(&b.rounds, "rounds", 5, "paired rounds; the median ratio counts")
	flag.DurationVar(&b.span, "span", time.Second, "length of one measurement under load")
	flag.StringVar(&only, "only", "", "only these goals, a comma list: W1,D2")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(b.run(ctx, only))
}

// bench is one run of the suite.
type bench struct {
	fcemu  string
	rounds int
	span   time.Duration
	work   string // temporary folder
}

// goal is one line of the table.
type goal struct {
	id, title string
	measure   func(ctx context.Context) ([]verdict, error) // nil: not measured, see missing
	missing   string
}

// verdict is one measured number of a goal beside its bound.
type verdict struct {
	what   string
	value  float64
	unit   string  // "x" for ratios
	bound  float64 // the goal
	atMost bool    // the value may not exceed the bound; else it may not fall below
	exact  bool    // the value has no noise
}

func (v verdict) held() bool {
	noise := noise
	if v.exact {
		noise = 1
	}
	if v.atMost {
		return v.value <= v.bound*noise
	}
	return v.value >= v.bound/noise
}

func (b *bench) run(ctx context.Context, only string) int {
	var err error
	if b.work, err = os.MkdirTemp("", "fcemu-bench-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(b.work)
	fmt.Printf("%-4s %-58s %10s %10s  %s\n", "GOAL", "WHAT", "MEASURED", "BOUND", "VERDICT")
	missed := 0
	for _, g := range b.goals() {
		if only != "" && !strings.Contains(","+only+",", ","+g.id+",") {
			continue
		}
		missed += b.report(ctx, g)
	}
	if missed > 0 {
		fmt.Printf("\n%d bound(s) missed\n", missed)
		return 1
	}
	return 0
}

func (b *bench) report(ctx context.Context, g goal) (missed int) {
	if g.measure == nil {
		fmt.Printf("%-4s %-58s %10s %10s  %s\n", g.id, g.title, "–", "–", "not built: "+g.missing)
		return 0
	}
	verdicts, err := g.measure(ctx)
	if err != nil {
		fmt.Printf("%-4s %-58s %10s %10s  %v\n", g.id, g.title, "–", "–", err)
		return 1
	}
	for _, v := range verdicts {
		sign, word := "≥", "held"
		if v.atMost {
			sign = "≤"
		}
		if !v.held() {
			word = "MISSED"
			missed++
		}
		fmt.Printf("%-4s %-58s %9.2f%-2s %s %7.2f%-2s %s\n", g.id, v.what, v.value, v.unit, sign, v.bound, v.unit, word)
	}
	return missed
}

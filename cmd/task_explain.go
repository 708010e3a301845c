package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/emulator/client"
)

func newTaskExplain(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "explain ID", Short: "Tell in words why a task has not run yet, ran twice or was dropped",
		Long: "Tell the story of a task: what happened, when, by which rule of Function Compute or of fcemu, and what comes next.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			told, err := a.client().ExplainTask(c.Context(), args[0], a.settings.GetString("function"))
			if err != nil {
				return err
			}
			return a.printObject(told, a.showStory)
		}})
}

// storyWidth is where lines are broken.
const storyWidth = 100

// showStory prints a rule where it is named first; after that the reader knows it.
func (a *app) showStory(told client.Object) {
	a.term.Printf("Task %s of function %s is %s: %s.\n\n", a.term.Bold(text(told["taskId"])), text(told["functionName"]),
		a.term.Status(text(told["status"])), text(told["progress"]))
	steps, _ := told["steps"].([]any)
	layout, width := storyLayout(steps)
	margin := strings.Repeat(" ", width+2)
	known := map[string]bool{}
	for _, step := range steps {
		step, ok := step.(map[string]any)
		if !ok {
			continue
		}
		at := ""
		if ms, ok := step["time"].(float64); ok && ms != 0 {
			at = sourced(time.UnixMilli(int64(ms)).Format(layout), text(step["clock"]))
		}
		at = fmt.Sprintf("%-*s", width, at)
		for i, line := range fold(a.term.SafeOut(text(step["text"])), storyWidth-len(margin)) {
			if i == 0 {
				a.term.Printf("%s  %s\n", a.term.Dim(at), line)
				continue
			}
			a.term.Printf("%s%s\n", margin, line)
		}
		rule := text(step["rule"])
		if rule == "" || known[rule] {
			continue
		}
		known[rule] = true
		if page := text(step["page"]); page != "" {
			rule += fmt.Sprintf(" (Function Compute: %q)", page)
		}
		for _, line := range fold("Rule: "+rule, storyWidth-len(margin)) {
			a.term.Printf("%s%s\n", margin, a.term.Dim(line))
		}
	}
}

// storyLayout shows the day where a story takes longer than one. The width is that of the widest time.
func storyLayout(steps []any) (layout string, width int) {
	days, clock := map[string]bool{}, ""
	for _, step := range append(steps, map[string]any{"time": float64(time.Now().UnixMilli())}) {
		if step, ok := step.(map[string]any); ok {
			ms, _ := step["time"].(float64)
			days[time.UnixMilli(int64(ms)).Format(time.DateOnly)] = true
			clock = max(clock, text(step["clock"]))
		}
	}
	layout = "15:04:05.000"
	if len(days) > 1 {
		layout = "2006-01-02 15:04:05.000"
	}
	return layout, len(sourced(layout, clock))
}

// fold breaks a text into lines of at most width characters, between words.
func fold(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

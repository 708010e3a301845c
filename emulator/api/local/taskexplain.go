package local

import (
	"context"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Teller tells people of tasks.
type Teller interface {
	Explain(ctx context.Context, key emulator.TaskKey) (*emulator.Task, []emulator.TaskStep, error)
	Progress(task *emulator.Task) string
}

// Explanation is the story of a task.
type Explanation struct {
	TaskID       string              `json:"taskId"`
	FunctionName string              `json:"functionName"`
	Status       emulator.TaskStatus `json:"status"`
	Progress     string              `json:"progress"`
	Steps        []Step              `json:"steps"` // by time
}

// Step is one step of it.
type Step struct {
	Time  int64  `json:"time"`            // Unix ms; may be to come
	Clock string `json:"clock,omitempty"` // "driven" where the time is not the machine's
	Text  string `json:"text"`
	Rule  string `json:"rule,omitempty"` // why
	Page  string `json:"page,omitempty"` // title of Function Compute's page behind the rule; none where it is fcemu's own
}

func (a *API) explainTask(c *api.Call) error {
	task, err := a.find(c)
	if err != nil {
		return err
	}
	task, steps, err := a.Queue.Explain(c.Request.Context(), task.Key)
	if err != nil {
		return err
	}
	told := Explanation{
		TaskID: task.Key.ID, FunctionName: task.Key.Function.String(), Status: task.Status,
		Progress: a.Queue.Progress(task), Steps: []Step{},
	}
	for _, step := range steps {
		told.Steps = append(told.Steps, Step{api.UnixMs(step.Time), step.Clock, step.Text, step.Rule, step.Page})
	}
	return c.JSON(http.StatusOK, &told)
}

// showTask shows a task as it stands now.
func (a *API) showTask(task *emulator.Task) Task {
	shown := showTask(task)
	shown.Progress = a.Queue.Progress(task)
	return shown
}

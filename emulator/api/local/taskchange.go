package local

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Changer is what this API asks of the tasks that wait, and of many at once.
type Changer interface {
	RunNow(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error)
	Reschedule(ctx context.Context, key emulator.TaskKey, delay time.Duration) (*emulator.Task, error)
	StopAll(ctx context.Context, query emulator.TaskQuery) (int, error)
}

func (a *API) taskRoutes() []api.Route {
	const tasks = " /_fcemu/tasks"
	return []api.Route{
		{Pattern: "GET" + tasks, Operation: a.listTasks},
		{Pattern: "PUT" + tasks + "/stop", Operation: a.stopTasks},
		{Pattern: "GET" + tasks + "/{task}", Operation: a.getTask},
		{Pattern: "GET" + tasks + "/{task}/explain", Operation: a.explainTask},
		{Pattern: "PUT" + tasks + "/{task}/stop", Operation: a.stopTask},
		{Pattern: "PUT" + tasks + "/{task}/run-now", Operation: a.runTaskNow},
		{Pattern: "PUT" + tasks + "/{task}/reschedule", Operation: a.rescheduleTask},
		{Pattern: "POST" + tasks + "/{task}/rerun", Operation: a.rerunTask},
	}
}

// stopTasks stops what the filters of the list select; it answers with how many.
func (a *API) stopTasks(c *api.Call) error {
	query, err := a.taskQuery(c)
	if err != nil {
		return err
	}
	stopped, err := a.Queue.StopAll(c.Request.Context(), query)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"stopped": stopped})
}

func (a *API) runTaskNow(c *api.Call) error {
	task, err := a.find(c)
	if err != nil {
		return err
	}
	if task, err = a.Queue.RunNow(c.Request.Context(), task.Key); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTask(task))
}

// rescheduleTask takes delay in whole seconds, as x-fc-async-delay does.
func (a *API) rescheduleTask(c *api.Call) error {
	seconds, err := strconv.ParseUint(c.Query("delay"), 10, 31)
	if err != nil {
		return emulator.InvalidArgument("delay is set to an invalid value (expected: whole seconds from 0 to %d, actual: '%s')",
			int(emulator.MaxDelay.Seconds()), c.Query("delay"))
	}
	task, err := a.find(c)
	if err != nil {
		return err
	}
	if task, err = a.Queue.Reschedule(c.Request.Context(), task.Key, time.Duration(seconds)*time.Second); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTask(task))
}

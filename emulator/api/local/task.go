package local

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Task is an asynchronous invocation of any mode. Times are Unix ms, 0 where they have not come.
type Task struct {
	TaskID              string               `json:"taskId"`
	FunctionName        string               `json:"functionName"` // as people type it
	Qualifier           string               `json:"qualifier"`
	VersionID           string               `json:"versionId,omitempty"` // chosen by an alias at acceptance
	RequestID           string               `json:"requestId"`
	TaskMode            bool                 `json:"taskMode"` // shown by FC's own API
	Status              emulator.TaskStatus  `json:"status"`
	Progress            string               `json:"progress"`    // where it stands, for people: attempt 2/4, next in 37 s
	StartedTime         int64                `json:"startedTime"` // acceptance, as in FC's API
	DueTime             int64                `json:"dueTime"`     // when it may run next
	FirstRunTime        int64                `json:"firstRunTime"`
	EndTime             int64                `json:"endTime"`
	DurationMs          int64                `json:"durationMs"`
	AlreadyRetriedTimes int                  `json:"alreadyRetriedTimes"`
	InstanceID          string               `json:"instanceId"`
	DestinationStatus   string               `json:"destinationStatus"`
	TaskErrorMessage    string               `json:"taskErrorMessage"`
	TaskPayload         string               `json:"taskPayload,omitempty"`
	ReturnPayload       string               `json:"returnPayload,omitempty"`
	Events              []emulator.TaskEvent `json:"events"`
}

// TaskList is a page of tasks.
type TaskList struct {
	Tasks     []Task `json:"tasks"`
	NextToken string `json:"nextToken,omitempty"`
}

// maxWait bounds one long poll.
const maxWait = 10 * time.Minute

func showTask(t *emulator.Task) Task {
	shown := Task{
		TaskID:              t.Key.ID,
		FunctionName:        t.Key.Function.String(),
		Qualifier:           t.Qualifier,
		VersionID:           t.VersionID,
		RequestID:           t.RequestID,
		TaskMode:            t.TaskMode,
		Status:              t.Status,
		StartedTime:         api.UnixMs(t.EnqueuedAt),
		DueTime:             api.UnixMs(t.DueAt),
		FirstRunTime:        api.UnixMs(t.FirstRunAt),
		EndTime:             api.UnixMs(t.EndedAt),
		DurationMs:          t.DurationMs,
		AlreadyRetriedTimes: max(t.Attempts-1, 0),
		InstanceID:          t.InstanceID,
		DestinationStatus:   t.Destination,
		TaskErrorMessage:    t.Error,
		TaskPayload:         string(t.Payload),
		ReturnPayload:       string(t.Result),
		Events:              t.Events,
	}
	if shown.Events == nil {
		shown.Events = []emulator.TaskEvent{}
	}
	return shown
}

func (a *API) listTasks(c *api.Call) error {
	query, err := a.taskQuery(c)
	if err != nil {
		return err
	}
	limit := query.Limit
	query.Limit++ // one more tells whether there is a next page
	tasks, err := a.Queue.Tasks(c.Request.Context(), query)
	if err != nil {
		return err
	}
	list := TaskList{Tasks: []Task{}}
	if len(tasks) > limit {
		tasks = tasks[:limit]
		list.NextToken = api.Token(strconv.FormatInt(tasks[limit-1].Sequence, 10))
	}
	for _, task := range tasks {
		shown := a.showTask(task)
		if !query.IncludePayload {
			shown.TaskPayload = ""
		}
		list.Tasks = append(list.Tasks, shown)
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) taskQuery(c *api.Call) (emulator.TaskQuery, error) {
	query := emulator.TaskQuery{Function: function(c), Qualifier: c.Query("qualifier"), Prefix: c.Query("prefix")}
	var err error
	if query.Limit, err = c.Limit(20, 1000); err != nil {
		return query, err
	}
	if query.After, err = c.SequenceToken(); err != nil {
		return query, err
	}
	if query.Statuses, err = c.Statuses(); err != nil {
		return query, err
	}
	if query.Ascending, err = c.Ascending("order"); err != nil {
		return query, err
	}
	if query.IncludePayload, err = c.Flag("payload"); err != nil {
		return query, err
	}
	if query.Begin, err = moment(c, a.Clock, "since"); err != nil {
		return query, err
	}
	query.End, err = moment(c, a.Clock, "until")
	return query, err
}

// find returns the one task that the path and the query mean.
func (a *API) find(c *api.Call) (*emulator.Task, error) {
	id := c.Path("task")
	if name := function(c); name != nil {
		return a.Queue.Task(c.Request.Context(), emulator.TaskKey{Function: *name, ID: id})
	}
	found, err := a.Queue.FindTasks(c.Request.Context(), id)
	if err != nil {
		return nil, err
	}
	switch len(found) {
	case 0:
		return nil, emulator.Refuse(404, "AsyncTaskNotFound", "async task '%s' does not exist", id)
	case 1:
		return found[0], nil
	}
	var functions []string
	for _, task := range found {
		functions = append(functions, task.Key.Function.String())
	}
	return nil, emulator.Refuse(409, "AmbiguousTaskId", "async task '%s' exists in several functions (%s): say which, with --function or function=",
		id, strings.Join(functions, ", "))
}

// getTask shows a task; with wait it answers when the task has ended or the wait is over.
func (a *API) getTask(c *api.Call) error {
	wait, err := waitTime(c)
	if err != nil {
		return err
	}
	task, err := a.find(c)
	if err != nil {
		return err
	}
	if wait > 0 && !task.Status.Terminal() {
		if task, err = a.await(c.Request.Context(), task.Key, wait); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, a.showTask(task))
}

func (a *API) await(ctx context.Context, key emulator.TaskKey, wait time.Duration) (*emulator.Task, error) {
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	task, err := a.Queue.Await(limited, key)
	if err != nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return a.Queue.Task(ctx, key)
	}
	return task, err
}

func waitTime(c *api.Call) (time.Duration, error) {
	text := c.Query("wait")
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 {
		return 0, emulator.InvalidArgument("wait is set to an invalid value (expected: a time such as 30s, actual: '%s')", text)
	}
	return min(wait, maxWait), nil
}

func (a *API) stopTask(c *api.Call) error {
	task, err := a.find(c)
	if err != nil {
		return err
	}
	if err := a.Queue.Stop(c.Request.Context(), task.Key); err != nil {
		return err
	}
	return c.Empty(http.StatusNoContent)
}

func (a *API) rerunTask(c *api.Call) error {
	task, err := a.find(c)
	if err != nil {
		return err
	}
	again, err := a.Queue.Rerun(c.Request.Context(), task.Key)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, a.showTask(again))
}

package v20230330

import (
	"net/http"
	"strconv"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// AsyncTask is a task as the API shows it. Times are Unix ms; endTime is 0 while it is unfinished.
type AsyncTask struct {
	TaskID              string               `json:"taskId"`
	FunctionArn         string               `json:"functionArn"`
	Qualifier           string               `json:"qualifier"`
	RequestID           string               `json:"requestId"`
	Status              emulator.TaskStatus  `json:"status"`
	StartedTime         int64                `json:"startedTime"`
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

// AsyncTaskList is the answer of ListAsyncTasks.
type AsyncTaskList struct {
	Tasks     []*AsyncTask `json:"tasks"`
	NextToken string       `json:"nextToken,omitempty"`
}

func (a *API) showTask(t *emulator.Task) *AsyncTask {
	shown := &AsyncTask{
		TaskID:              t.Key.ID,
		FunctionArn:         a.qualifiedArn(emulator.Reference{Name: t.Key.Function, Qualifier: t.Qualifier}),
		Qualifier:           t.Qualifier,
		RequestID:           t.RequestID,
		Status:              t.Status,
		StartedTime:         unixMs(t.EnqueuedAt),
		EndTime:             unixMs(t.EndedAt),
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

func unixMs(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// task finds a task that task mode shows, of a function that exists.
func (a *API) task(c *api.Call) (*emulator.Task, error) {
	if _, err := a.Catalogue.Resolve(c.Request.Context(), reference(c)); err != nil {
		return nil, err
	}
	key := emulator.TaskKey{Function: name(c), ID: c.Path("task")}
	task, err := a.Queue.Task(c.Request.Context(), key)
	if err != nil {
		return nil, err
	}
	if !task.TaskMode {
		return nil, emulator.TaskNotFound(key)
	}
	return task, nil
}

func (a *API) getAsyncTask(c *api.Call) error {
	task, err := a.task(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTask(task))
}

func (a *API) stopAsyncTask(c *api.Call) error {
	task, err := a.task(c)
	if err != nil {
		return err
	}
	if err := a.Queue.Stop(c.Request.Context(), task.Key); err != nil {
		return err
	}
	return c.Empty(http.StatusNoContent)
}

func (a *API) listAsyncTasks(c *api.Call) error {
	if _, err := a.Catalogue.Resolve(c.Request.Context(), reference(c)); err != nil {
		return err
	}
	query, err := taskQuery(c)
	if err != nil {
		return err
	}
	limit := query.Limit
	query.Limit++ // one more tells whether there is a next page
	tasks, err := a.Queue.Tasks(c.Request.Context(), query)
	if err != nil {
		return err
	}
	list := AsyncTaskList{Tasks: []*AsyncTask{}}
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

// taskQuery reads the filters of ListAsyncTasks.
func taskQuery(c *api.Call) (emulator.TaskQuery, error) {
	of := name(c)
	query := emulator.TaskQuery{
		Function:     &of,
		Qualifier:    c.Query("qualifier"),
		Prefix:       c.Query("prefix"),
		TaskModeOnly: true,
	}
	var err error
	if query.Limit, err = c.Limit(20, 100); err != nil {
		return query, err
	}
	if query.After, err = c.SequenceToken(); err != nil {
		return query, err
	}
	if query.Statuses, err = c.Statuses(); err != nil {
		return query, err
	}
	if query.Ascending, err = c.Ascending("sortOrderByTime"); err != nil {
		return query, err
	}
	if query.IncludePayload, err = c.Flag("includePayload"); err != nil {
		return query, err
	}
	if query.Begin, err = unixParameter(c, "startedTimeBegin"); err != nil {
		return query, err
	}
	query.End, err = unixParameter(c, "startedTimeEnd")
	return query, err
}

// unixParameter reads a time in Unix ms from the query.
func unixParameter(c *api.Call, name string) (time.Time, error) {
	text := c.Query(name)
	if text == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 {
		return time.Time{}, emulator.InvalidArgument("%s is set to an invalid value (expected: milliseconds since 1970, actual: '%s')", name, text)
	}
	return time.UnixMilli(ms), nil
}

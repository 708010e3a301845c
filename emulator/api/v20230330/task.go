package v20230330

import (
	"net/http"
	"strconv"

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
		StartedTime:         api.UnixMs(t.EnqueuedAt),
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
	query, err := c.TaskQuery(reference(c), "prefix")
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

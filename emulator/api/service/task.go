package service

import (
	"net/http"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Invocation is a stateful asynchronous invocation: what FC 3.0 calls a task. Times are Unix ms;
// endTime is 0 while it is unfinished.
type Invocation struct {
	InvocationID           string               `json:"invocationId"`
	ServiceName            string               `json:"serviceName"`
	FunctionName           string               `json:"functionName"`
	Qualifier              string               `json:"qualifier"`
	RequestID              string               `json:"requestId"`
	Status                 emulator.TaskStatus  `json:"status"`
	StartedTime            int64                `json:"startedTime"`
	EndTime                int64                `json:"endTime"`
	DurationMs             int64                `json:"durationMs"`
	AlreadyRetriedTimes    int                  `json:"alreadyRetriedTimes"`
	InstanceID             string               `json:"instanceId"`
	DestinationStatus      string               `json:"destinationStatus"`
	InvocationErrorMessage string               `json:"invocationErrorMessage"`
	InvocationPayload      string               `json:"invocationPayload"`
	ReturnPayload          string               `json:"returnPayload,omitempty"`
	Events                 []emulator.TaskEvent `json:"events"`
}

// InvocationList is the answer of ListStatefulAsyncInvocations. An empty list is null.
type InvocationList struct {
	Invocations []*Invocation `json:"invocations"`
	NextToken   string        `json:"nextToken,omitempty"`
}

func showInvocation(t *emulator.Task) *Invocation {
	shown := &Invocation{
		InvocationID:           t.Key.ID,
		ServiceName:            t.Key.Function.Service,
		FunctionName:           t.Key.Function.Function,
		Qualifier:              t.Qualifier,
		RequestID:              t.RequestID,
		Status:                 t.Status,
		StartedTime:            api.UnixMs(t.EnqueuedAt),
		EndTime:                api.UnixMs(t.EndedAt),
		DurationMs:             t.DurationMs,
		AlreadyRetriedTimes:    max(t.Attempts-1, 0),
		InstanceID:             t.InstanceID,
		DestinationStatus:      t.Destination,
		InvocationErrorMessage: t.Error,
		InvocationPayload:      string(t.Payload),
		ReturnPayload:          string(t.Result),
		Events:                 t.Events,
	}
	if shown.Events == nil {
		shown.Events = []emulator.TaskEvent{}
	}
	return shown
}

// invocationNotFound is FC 2.0's way to say that a task does not exist.
func invocationNotFound(key emulator.TaskKey) *emulator.Error {
	return emulator.Refuse(404, "StatefulAsyncInvocationNotFound", "stateful async invocation '%s' does not exist in function '%s' of service '%s'",
		key.ID, key.Function.Function, key.Function.Service)
}

// task finds a task that task mode shows, of a function that exists.
func (a *API) task(c *api.Call) (*emulator.Task, error) {
	ref := a.Dialect.Reference(c)
	if _, err := a.Catalogue.Resolve(c.Request.Context(), ref); err != nil {
		return nil, err
	}
	key := emulator.TaskKey{Function: ref.Name, ID: c.Path("invocation")}
	task, err := a.Queue.Task(c.Request.Context(), key)
	if isNotFound(err) || err == nil && !task.TaskMode {
		return nil, invocationNotFound(key)
	}
	return task, err
}

func (a *API) getInvocation(c *api.Call) error {
	task, err := a.task(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, showInvocation(task))
}

func (a *API) stopInvocation(c *api.Call) error {
	task, err := a.task(c)
	if err != nil {
		return err
	}
	if err := a.Queue.Stop(c.Request.Context(), task.Key); err != nil {
		return err
	}
	return c.Empty(http.StatusOK)
}

func (a *API) listInvocations(c *api.Call) error {
	ref := a.Dialect.Reference(c)
	if _, err := a.Catalogue.Resolve(c.Request.Context(), ref); err != nil {
		return err
	}
	query, err := c.TaskQuery(ref, "invocationIdPrefix")
	if err != nil {
		return err
	}
	limit := query.Limit
	query.Limit++ // one more tells whether there is a next page
	tasks, err := a.Queue.Tasks(c.Request.Context(), query)
	if err != nil {
		return err
	}
	list := InvocationList{}
	if len(tasks) > limit {
		tasks = tasks[:limit]
		list.NextToken = api.Token(strconv.FormatInt(tasks[limit-1].Sequence, 10))
	}
	for _, task := range tasks {
		shown := showInvocation(task)
		if !query.IncludePayload {
			shown.InvocationPayload = ""
		}
		list.Invocations = append(list.Invocations, shown)
	}
	return c.JSON(http.StatusOK, &list)
}

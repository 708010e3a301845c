package main

import (
	"net/http"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

func (s *shop) putAsyncConfig(in *fc.PutAsyncInvokeConfigInput) error {
	_, err := s.PutAsyncInvokeConfig(cart, &fc.PutAsyncInvokeConfigRequest{Body: in})
	return err
}

func (s *shop) asyncConfigs() {
	s.step("PutAsyncInvokeConfig", func() error {
		destination := tea.String("acs:mns:cn-hangzhou:" + account + ":/queues/done/messages")
		return s.putAsyncConfig(&fc.PutAsyncInvokeConfigInput{AsyncTask: tea.Bool(true),
			DestinationConfig: &fc.DestinationConfig{OnFailure: &fc.Destination{Destination: destination}}})
	})
	s.step("ListAsyncInvokeConfigs", func() error {
		response, err := s.ListAsyncInvokeConfigs(&fc.ListAsyncInvokeConfigsRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Configs), 1)
	})
	s.step("DeleteAsyncInvokeConfig", func() error {
		_, err := s.DeleteAsyncInvokeConfig(cart, &fc.DeleteAsyncInvokeConfigRequest{})
		return err
	})
	s.refused("GetAsyncInvokeConfig of none", "AsyncConfigNotExists", "cart", func() error {
		_, err := s.GetAsyncInvokeConfig(cart, &fc.GetAsyncInvokeConfigRequest{})
		return err
	})
	s.step("PutAsyncInvokeConfig again", func() error {
		return s.putAsyncConfig(&fc.PutAsyncInvokeConfigInput{AsyncTask: tea.Bool(true), MaxAsyncRetryAttempts: tea.Int64(0)})
	})
	s.step("GetAsyncInvokeConfig", func() error {
		response, err := s.GetAsyncInvokeConfig(cart, &fc.GetAsyncInvokeConfigRequest{})
		if err != nil {
			return err
		}
		return equal([]any{*response.Body.AsyncTask, *response.Body.MaxAsyncRetryAttempts}, []any{true, 0})
	})
}

func (s *shop) submit(id, event string, headers map[string]*string) (answer, error) {
	return s.invoke(invocation{event: event, kind: "Async", task: id, headers: headers})
}

func (s *shop) stop(id string) error {
	_, err := s.StopAsyncTask(cart, &id, &fc.StopAsyncTaskRequest{})
	return err
}

// becomes waits until a task has a status.
func (s *shop) becomes(id, status string) error {
	return until(func() (bool, error) {
		response, err := s.GetAsyncTask(cart, &id, &fc.GetAsyncTaskRequest{})
		return err == nil && *response.Body.Status == status, err
	})
}

func (s *shop) tasks() {
	s.step("InvokeFunction asynchronously", func() error {
		a, err := s.submit("job-1", "hello", nil)
		if err != nil {
			return err
		}
		return equal([]any{a.status, a.text, *a.headers["x-fc-async-task-id"]}, []any{http.StatusAccepted, "", "job-1"})
	})
	s.refused("InvokeFunction with the same id", "StatefulAsyncInvocationAlreadyExists", "job-1", func() error {
		_, err := s.submit("job-1", "", nil)
		return err
	})
	s.step("GetAsyncTask", func() error { return s.becomes("job-1", "Succeeded") })
	s.refused("GetAsyncTask of none", "AsyncTaskNotFound", "none", func() error { return s.becomes("none", "") })
	s.step("a failing task", func() error {
		if _, err := s.submit("job-2", "fail", nil); err != nil {
			return err
		}
		return s.becomes("job-2", "Failed")
	})
	s.step("StopAsyncTask of a delayed one", func() error {
		if _, err := s.submit("job-3", "hello", map[string]*string{"x-fc-async-delay": tea.String("3600")}); err != nil {
			return err
		}
		return s.stopWhen("job-3", "Enqueued")
	})
	s.step("StopAsyncTask of a running one", func() error {
		if _, err := s.submit("job-4", "sleep", nil); err != nil {
			return err
		}
		return s.stopWhen("job-4", "Running")
	})
	s.refused("StopAsyncTask of an ended one", "InvalidArgument", "job-1", func() error { return s.stop("job-1") })
	s.step("ListAsyncTasks by pages", s.listTasks)
}

// stopWhen waits for a status, stops the task and waits until it is stopped.
func (s *shop) stopWhen(id, status string) error {
	if err := s.becomes(id, status); err != nil {
		return err
	}
	if err := s.stop(id); err != nil {
		return err
	}
	return s.becomes(id, "Stopped")
}

func (s *shop) listTasks() error {
	var ids []string
	request := &fc.ListAsyncTasksRequest{Limit: tea.Int32(3), Prefix: tea.String("job"), SortOrderByTime: tea.String("asc"), IncludePayload: tea.Bool(true)}
	for {
		response, err := s.ListAsyncTasks(cart, request)
		if err != nil {
			return err
		}
		for _, task := range response.Body.Tasks {
			ids = append(ids, *task.TaskId)
		}
		if request.NextToken = response.Body.NextToken; tea.StringValue(request.NextToken) == "" {
			return equal(ids, []string{"job-1", "job-2", "job-3", "job-4"})
		}
	}
}

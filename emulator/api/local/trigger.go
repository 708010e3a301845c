package local

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Triggers fires them.
type Triggers interface {
	// Times tells when a timer is due next and when it was last; zero: never.
	Times(of emulator.Name, trigger string) (next, last time.Time)
	// Fire sends an event; nil stands for one as the trigger's source would send it.
	Fire(ctx context.Context, t *emulator.FunctionTrigger, event []byte) (*emulator.Task, error)
}

// Trigger is a trigger with its function and, of an HTTP trigger, its address.
type Trigger struct {
	FunctionName  string          `json:"functionName"` // as people type it
	TriggerName   string          `json:"triggerName"`
	TriggerType   string          `json:"triggerType"`
	Qualifier     string          `json:"qualifier"`
	TriggerConfig json.RawMessage `json:"triggerConfig"`
	URL           string          `json:"url,omitempty"`
	NextTime      time.Time       `json:"nextTime,omitzero"` // of a timer
	LastTime      time.Time       `json:"lastTime,omitzero"`
	CreatedTime   time.Time       `json:"createdTime"`
}

// listTriggers shows the triggers of all functions, or of one.
func (a *API) listTriggers(c *api.Call) error {
	list := []Trigger{}
	for from := ""; ; {
		found, next, err := a.Catalogue.Triggers(c.Request.Context(), function(c), c.Query("prefix"), from, 500)
		if err != nil {
			return err
		}
		for _, trigger := range found {
			list = append(list, a.showTrigger(trigger))
		}
		if from = next; from == "" {
			break
		}
	}
	return c.JSON(http.StatusOK, map[string][]Trigger{"triggers": list})
}

func (a *API) showTrigger(t emulator.FunctionTrigger) Trigger {
	shown := Trigger{
		FunctionName:  t.Function.String(),
		TriggerName:   t.TriggerName,
		TriggerType:   t.TriggerType,
		Qualifier:     t.Qualifier,
		TriggerConfig: t.TriggerConfig,
		CreatedTime:   t.CreatedTime,
	}
	switch t.TriggerType {
	case emulator.TriggerHTTP:
		shown.URL = api.TriggerURL(a.Endpoint(), emulator.Reference{Name: t.Function, Qualifier: t.Qualifier})
	case emulator.TriggerTimer:
		next, last := a.Triggers.Times(t.Function, t.TriggerName)
		shown.NextTime, shown.LastTime = next.UTC(), last.UTC()
	}
	return shown
}

// fireTrigger sends an event as the trigger's source would, or {"event": "<base64>"}.
func (a *API) fireTrigger(c *api.Call) error {
	var body struct{ Event []byte }
	if err := c.Decode(2*emulator.MaxAsyncPayload, &body); err != nil {
		return err
	}
	t := emulator.FunctionTrigger{Function: emulator.ParseName(c.Path("function"))}
	var err error
	if t.Trigger, err = a.Catalogue.Trigger(c.Request.Context(), t.Function, c.Path("trigger")); err != nil {
		return err
	}
	if t.TriggerType == emulator.TriggerHTTP {
		return emulator.InvalidArgument("trigger '%s' is an HTTP trigger; send a request to %s", t.TriggerName, a.showTrigger(t).URL)
	}
	task, err := a.Triggers.Fire(c.Request.Context(), &t, body.Event)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, a.showTask(task))
}

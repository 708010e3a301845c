package project

// Setting is a configuration that stands beside a function in FC's API: provisionConfig,
// scalingConfig or concurrencyConfig.
type Setting struct {
	Name     string         // as in the file
	Body     map[string]any // as the API takes it
	Position Position       `json:"-"`
}

// settings reads how many instances a function has ready, and how many it may have.
func (l *loader) settings(o *object) (all []Setting) {
	for _, kind := range []struct {
		name string
		read func(*object) map[string]any
	}{{"provisionConfig", l.provision}, {"scalingConfig", l.scaling}, {"concurrencyConfig", l.concurrency}} {
		inner := o.inner(kind.name)
		if len(inner.fields) == 0 {
			continue
		}
		if body := kind.read(inner); len(body) > 0 {
			all = append(all, Setting{Name: kind.name, Body: body, Position: l.position(o.given(kind.name).key)})
		}
	}
	return all
}

// provision reads provisionConfig; target is the older name of defaultTarget.
func (l *loader) provision(o *object) map[string]any {
	body := map[string]any{"defaultTarget": o.whole("defaultTarget", 0, 10000)}
	if o.has("target") {
		if target := o.whole("target", 0, 10000); !o.has("defaultTarget") {
			body["defaultTarget"] = target
		}
	}
	for _, name := range []string{"alwaysAllocateCPU", "alwaysAllocateGPU"} {
		always := o.truth(name)
		body[name] = always == nil || *always
	}
	o.policies(body, "scheduledActions", "target")
	o.policies(body, "targetTrackingPolicies", "minCapacity", "maxCapacity")
	o.unknown("defaultTarget", "target", "alwaysAllocateCPU", "alwaysAllocateGPU", "scheduledActions", "targetTrackingPolicies")
	return body
}

// scaling reads scalingConfig.
func (l *loader) scaling(o *object) map[string]any {
	body := map[string]any{"minInstances": o.whole("minInstances", 0, 10000)}
	if on := o.truth("enableOnDemandScaling"); on != nil {
		body["enableOnDemandScaling"] = *on
	}
	o.policies(body, "scheduledPolicies", "target")
	o.policies(body, "horizontalScalingPolicies", "minInstances", "maxInstances")
	for _, name := range []string{"residentPoolId", "enableMixMode", "requestDispatchPolicy"} {
		if value := l.member(o, name); value != nil {
			body[name] = value
			l.note(o.given(name).key, name+" is stored but has no effect here")
		}
	}
	o.unknown("minInstances", "enableOnDemandScaling", "scheduledPolicies", "horizontalScalingPolicies", "residentPoolId", "enableMixMode", "requestDispatchPolicy")
	return body
}

// concurrency reads concurrencyConfig, in which 0 means something: no instance may run.
func (l *loader) concurrency(o *object) map[string]any {
	defer o.unknown("reservedConcurrency")
	if o.lacks("reservedConcurrency") {
		return nil
	}
	return map[string]any{"reservedConcurrency": o.whole("reservedConcurrency", 0, 100000)}
}

// policies reads a list of schedules or of metrics to follow, with the numbers of instances that
// they set. What it leaves out is the API's to refuse.
func (o *object) policies(body map[string]any, name string, numbers ...string) {
	var list []map[string]any
	for _, item := range o.items(name, "an item of "+name) {
		policy := map[string]any{}
		for _, text := range []string{"name", "startTime", "endTime", "timeZone", "scheduleExpression", "metricType"} {
			if value := item.text(text); value != "" {
				policy[text] = value
			}
		}
		for _, number := range numbers {
			policy[number] = item.whole(number, 0, 10000)
		}
		if item.has("metricTarget") {
			policy["metricTarget"] = item.number("metricTarget", 0, 1)
		}
		item.unknown(append([]string{"name", "startTime", "endTime", "timeZone", "scheduleExpression", "metricType", "metricTarget"}, numbers...)...)
		list = append(list, policy)
	}
	if len(list) > 0 {
		body[name] = list
	}
}

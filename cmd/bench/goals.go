package main

// goals are those of docs/performance.md, in its order.
func (b *bench) goals() []goal {
	return []goal{
		{id: "W1", title: "built-in, warm, one caller", measure: b.warmBuiltin},
		{id: "W2", title: "built-in, one instance, many callers", measure: b.warmShared},
		{id: "W3", title: "built-in, 16 instances of one request each", measure: b.warmInstances},
		{id: "W4", title: "custom runtime on a port", measure: b.warmCustom},
		{id: "W5", title: "body of 128 KiB", measure: b.warmLarge},
		{id: "W6", title: "256 callers for a minute", measure: b.manyCallers},
		{id: "W7", title: "1 000 idle WebSockets", measure: b.idleSockets},
		{id: "C1", title: "node, started ahead (with C6)", measure: b.claimNode},
		{id: "C2", title: "node, cold, none started ahead", measure: b.coldNode},
		{id: "C3", title: "python, started ahead (with C6)", measure: b.claimPython},
		{id: "C4", title: "python, cold, none started ahead", measure: b.coldPython},
		{id: "C5", title: "custom static Go program, cold", measure: b.coldGo},
		{id: "I1", title: "isolation of a start", measure: b.isolation},
		{id: "D1", title: "async 202, one caller", measure: b.acceptLatency},
		{id: "D2", title: "durable enqueue at the store", measure: b.enqueueRate},
		{id: "D3", title: "durable enqueue through HTTP", measure: b.acceptRate},
		{id: "D4", title: "durable enqueue of 128 KiB", measure: b.enqueueLarge},
		{id: "T1", title: "lateness of delayed tasks, 100 000 pending", measure: b.lateness},
		{id: "T2", title: "growth", measure: b.growth},
		{id: "T3", title: "enqueue on a full store", measure: b.enqueueFull},
		{id: "R1", title: "recovery after SIGKILL", measure: b.recovery},
		{id: "S1", title: "size of the binary", measure: b.binarySize},
		{id: "S2", title: "start, and --help", measure: b.startTime},
		{id: "S3", title: "idle memory", measure: b.idleMemory},
	}
}

func ratioAtMost(what string, value, bound float64) verdict {
	return verdict{what: what, value: value, unit: "x", bound: bound, atMost: true}
}

func ratioAtLeast(what string, value, bound float64) verdict {
	return verdict{what: what, value: value, unit: "x", bound: bound}
}

func noErrors(what string, errors int) verdict {
	return verdict{what: what + ": client errors", value: float64(errors), bound: 0, atMost: true}
}

package async

import (
	"fmt"
	"time"
)

// Titles of Function Compute's documentation.
const (
	pageAsync       = "Asynchronous invocations"
	pageRetry       = "Retry policies"
	pageTasks       = "Asynchronous tasks"
	pageDestination = "Result callback"
	pageConfig      = "GetAsyncInvokeConfig"
)

// The rules that steps are explained by. One without a page is fcemu's own, where FC documents none.
var (
	ruleAccepted    = rule{"An asynchronous invocation is stored before it is answered; from then on it is run at least once.", pageAsync}
	ruleDelay       = rule{"x-fc-async-delay holds an invocation back for up to 3600 seconds, counted from its acceptance.", pageAsync}
	ruleAgain       = rule{"All attempts have the same request id; the function sees the retry count in its context.", pageRetry}
	ruleNoAttempt   = rule{"Only errors of the function use up attempts; limits and faults of the platform do not.", pageRetry}
	ruleThrottle    = rule{"A call that was refused by a limit or a system error is tried again after 0.5 s, then twice as long each time, for up to 5 hours.", pageRetry}
	ruleAtLeastOnce = rule{"An accepted invocation is run at least once, so a run that was cut off is made again.", pageAsync}
	ruleDurable     = rule{"What was accepted survives the end of fcemu.", pageAsync}
	ruleByHand      = rule{"fcemu's own: a task that waits can be given another time ('fcemu task run-now', 'fcemu task reschedule').", ""}
	ruleStopRunning = rule{"Stopping a running task calls the preStop hook of its instance and then ends the instance (SIGTERM, a moment, SIGKILL), no other.", pageTasks}
	ruleStopWaiting = rule{"A task that is stopped before it runs is never run.", pageTasks}
	ruleStopped     = rule{"A stopped task is not retried, even where attempts are left.", pageTasks}
	ruleInvalid     = rule{"Invalid is the state of a task whose function is gone or cannot be started.", pageTasks}
	ruleHealing     = rule{"Errors of the function, limits and faults of the platform are tried again; a function that is gone or cannot be started is not.", pageRetry}
	ruleClaimed     = rule{"Dequeued is the state between the queue and the run.", pageTasks}
	ruleOutcome     = rule{"Of a success onSuccess is told, of every other end onFailure.", pageDestination}
	ruleDelivery    = rule{"fcemu's own: a delivery that fails for the moment is tried 8 times within about a minute; destinations that cause one another are cut off after 16 in a row.", ""}
)

func ruleFirstAttempt(retries int) rule {
	return rule{fmt.Sprintf("There is one attempt, and after errors of the function up to maxAsyncRetryAttempts more (here %d).", retries), pageRetry}
}

func ruleLadder(retries int) rule {
	return rule{fmt.Sprintf("An error of the function is retried up to maxAsyncRetryAttempts times (here %d). FC does not say after which time; fcemu waits 0.5 s, then twice as long each time.", retries), pageRetry}
}

// ageRule is the limit on how old an event may get.
func ageRule(age time.Duration) rule {
	return rule{fmt.Sprintf("maxAsyncEventAgeInSeconds (here %d) is how long an event may be started, counted from when it was first due.", int64(age.Seconds())), pageConfig}
}

// ruleWorkers names the limits of the dispatcher.
func ruleWorkers(load Load) rule {
	if load.Workers == 0 {
		return rule{"fcemu's own: only so many asynchronous invocations run at a time (--async-workers).", ""}
	}
	return rule{fmt.Sprintf("fcemu's own: at most %d asynchronous invocations run at a time (--async-workers), of one function at most %d; the earliest due comes first.",
		load.Workers, load.Share), ""}
}

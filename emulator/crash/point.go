// Package crash ends the emulator at a chosen boundary of what it keeps on disk, so that a test can
// show what the next start makes of it. Only a program built with the tag crashpoints can do that:
// in every other one At is empty and the compiler leaves the call out.
package crash

// Point is one boundary. See docs/tasks.md for what may happen twice at each.
type Point string

// The boundaries, in the order of a task's life. "Commit" points lie inside a transaction, right
// before its commit.
const (
	Migrate        Point = "migrate"         // a schema step
	Migrated       Point = "migrated"        // after a schema step
	Recover        Point = "recover"         // between two tasks that the last end left behind
	AcceptCommit   Point = "accept-commit"   // the new task
	Accepted       Point = "accepted"        // the task is stored, the 202 is not sent
	ClaimCommit    Point = "claim-commit"    // due tasks change hands
	Claimed        Point = "claimed"         // a worker has the task, nothing runs
	Begun          Point = "begun"           // the task is Running, the function is not called yet
	Ran            Point = "ran"             // the function has answered, nothing of it is stored
	SaveCommit     Point = "save-commit"     // any step after the claim; the end of a task with its delivery
	Stopping       Point = "stopping"        // the stop is stored, what runs does not know of it yet
	DeliveryDue    Point = "delivery-due"    // the outcome is about to be sent
	DeliveryMade   Point = "delivery-made"   // it was sent, the outbox still has it
	DeliveryCommit Point = "delivery-commit" // it leaves the outbox
	SweepCommit    Point = "sweep-commit"    // a batch of old tasks
)

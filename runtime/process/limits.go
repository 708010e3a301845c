package process

// Limits are what the kernel is asked to keep a program and its descendants within, together, where
// it has control groups for us; elsewhere they have no effect. Zero values set no limit.
type Limits struct {
	Memory    int64   // bytes, those of files in Mounts.Tmp included
	Processes int     // and threads
	CPU       float64 // share of one processor's time; 1 = all of it
}

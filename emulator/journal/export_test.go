package journal

// Written is the sequence of the newest line on disk.
func (j *Journal) Written() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.recent.written
}

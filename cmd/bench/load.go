package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// target is one HTTP request that is made again and again.
type target struct {
	address string // host:port
	path    string
	header  string // extra lines, each with CRLF
	body    []byte
	status  int // expected; 0 = 200
}

// load is what a closed loop of clients measured.
type load struct {
	p50, p99 time.Duration
	rate     float64 // answers a second
	errors   int
}

func (t target) request() []byte {
	head := "POST " + t.path + " HTTP/1.1\r\nHost: " + t.address + "\r\nContent-Type: application/octet-stream\r\n" + t.header +
		"Content-Length: " + strconv.Itoa(len(t.body)) + "\r\n\r\n"
	return append([]byte(head), t.body...)
}

// drive runs c clients, each with one kept-alive connection, for the span.
func drive(ctx context.Context, t target, c int, span time.Duration) (load, error) {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	results := make([][]time.Duration, c)
	failures := make([]error, c)
	var group sync.WaitGroup
	start := time.Now()
	for i := range c {
		group.Go(func() { results[i], failures[i] = t.loop(ctx) })
	}
	group.Wait()
	took := time.Since(start)
	all, measured := slices.Concat(results...), load{}
	for _, err := range failures {
		if err != nil {
			measured.errors++
		}
	}
	if len(all) == 0 {
		return measured, fmt.Errorf("no answer from %s%s: %v", t.address, t.path, failures[0])
	}
	slices.Sort(all)
	measured.p50, measured.p99 = all[len(all)/2], all[len(all)*99/100]
	measured.rate = float64(len(all)) / took.Seconds()
	return measured, nil
}

func (t target) loop(ctx context.Context) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", t.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	want := t.status
	if want == 0 {
		want = http.StatusOK
	}
	reader, request := bufio.NewReaderSize(conn, 64<<10), t.request()
	times := make([]time.Duration, 0, 1<<14)
	for ctx.Err() == nil {
		start := time.Now()
		if _, err := conn.Write(request); err != nil {
			return times, err
		}
		status, err := readAnswer(reader)
		if err != nil {
			return times, err
		}
		if status != want {
			return times, fmt.Errorf("status %d", status)
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

func readAnswer(reader *bufio.Reader) (int, error) {
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// pair measures two targets in turn and returns the medians of the round-paired ratios ours/base
// of the p50, the p99 and the rate, and all client errors of ours.
func (b *bench) pair(ctx context.Context, ours, base target, c int) (p50, p99, rate float64, errors int, err error) {
	var p50s, p99s, rates []float64
	for _, warm := range []target{ours, base} {
		// Sixteen interpreters compile what they run often, too, each after some thousand calls.
		if _, err := drive(ctx, warm, c, b.span*4); err != nil {
			return 0, 0, 0, 0, err
		}
	}
	for range b.rounds {
		mine, err := drive(ctx, ours, c, b.span)
		if err != nil {
			return 0, 0, 0, 0, err
		}
		theirs, err := drive(ctx, base, c, b.span)
		if err != nil {
			return 0, 0, 0, 0, err
		}
		p50s = append(p50s, float64(mine.p50)/float64(theirs.p50))
		p99s = append(p99s, float64(mine.p99)/float64(theirs.p99))
		rates = append(rates, mine.rate/theirs.rate)
		errors += mine.errors
	}
	return median(p50s), median(p99s), median(rates), errors, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

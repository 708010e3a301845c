package metrics_test

import (
	"bufio"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// parsed is what a strict reader makes of the text format: values by name and labels, as written.
type parsed struct {
	values map[string]float64
	kinds  map[string]string
	order  []string // families
}

// The grammar of the format's documentation, version 0.0.4.
var (
	metricName = `[a-zA-Z_:][a-zA-Z0-9_:]*`
	labelPair  = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"`
	sampleLine = regexp.MustCompile(`^(` + metricName + `)(\{` + labelPair + `(?:,` + labelPair + `)*\})? (\S+)$`)
	helpLine   = regexp.MustCompile(`^# HELP (` + metricName + `) ((?:[^\\]|\\\\|\\n)+)$`)
	typeLine   = regexp.MustCompile(`^# TYPE (` + metricName + `) (counter|gauge|histogram)$`)
)

// parse refuses what promtool would: lines outside the grammar, families that come twice or in
// pieces, samples before their TYPE, the same sample twice, counters below zero, histograms that
// are incomplete or do not add up.
func parse(text string) (*parsed, error) {
	p := &parsed{values: map[string]float64{}, kinds: map[string]string{}}
	if text != "" && !strings.HasSuffix(text, "\n") {
		return nil, fmt.Errorf("the last line does not end")
	}
	family, helped := "", ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case helpLine.MatchString(line):
			helped = helpLine.FindStringSubmatch(line)[1]
		case typeLine.MatchString(line):
			match := typeLine.FindStringSubmatch(line)
			if family = match[1]; p.kinds[family] != "" || family != helped {
				return nil, fmt.Errorf("%s: twice, or without its HELP", family)
			}
			p.kinds[family] = match[2]
			p.order = append(p.order, family)
		default:
			if err := p.sample(family, line); err != nil {
				return nil, err
			}
		}
	}
	return p, p.checkHistograms()
}

func (p *parsed) sample(family, line string) error {
	match := sampleLine.FindStringSubmatch(line)
	if match == nil {
		return fmt.Errorf("no line of the format: %q", line)
	}
	base := match[1]
	if p.kinds[family] == "histogram" {
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			base = strings.TrimSuffix(base, suffix)
		}
	}
	if base != family {
		return fmt.Errorf("%s is outside its family, inside %s", match[1], family)
	}
	value, err := strconv.ParseFloat(match[3], 64)
	key := match[1] + match[2]
	if _, twice := p.values[key]; err != nil || twice || p.kinds[family] == "counter" && value < 0 {
		return fmt.Errorf("%q: not a number, below zero or twice", line)
	}
	p.values[key] = value
	return nil
}

var bound = regexp.MustCompile(`,?le="([^"]+)"`)

func (p *parsed) checkHistograms() error {
	type point struct{ le, count float64 }
	series := map[string][]point{}
	for key, value := range p.values {
		name, labels, _ := strings.Cut(key, "{")
		family, isBucket := strings.CutSuffix(name, "_bucket")
		if !isBucket || p.kinds[family] != "histogram" {
			continue
		}
		le, err := strconv.ParseFloat(bound.FindStringSubmatch(labels)[1], 64)
		if err != nil {
			return err
		}
		rest := family + "_count{" + bound.ReplaceAllString(labels, "")
		series[rest] = append(series[rest], point{le, value})
	}
	for count, points := range series {
		slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.le, b.le) })
		if !slices.IsSortedFunc(points, func(a, b point) int { return cmp.Compare(a.count, b.count) }) {
			return fmt.Errorf("%s: buckets do not grow: %v", count, points)
		}
		last := points[len(points)-1]
		if total, ok := p.values[count]; !ok || fmt.Sprint(last.le) != "+Inf" || last.count != total {
			return fmt.Errorf("%s: the last bucket %v is not the count %v", count, last, total)
		}
		if _, ok := p.values[strings.Replace(count, "_count{", "_sum{", 1)]; !ok {
			return fmt.Errorf("%s has no sum", count)
		}
	}
	return nil
}

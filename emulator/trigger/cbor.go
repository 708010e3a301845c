package trigger

import (
	"encoding/binary"
	"encoding/json"
	"sort"
)

// Major types of CBOR (RFC 8949, 3.1).
const (
	majorNumber = 0 << 5
	majorText   = 3 << 5
	majorList   = 4 << 5
	majorMap    = 5 << 5
)

// cborOf is JSON as CBOR, as far as the events of Tablestore go: objects, lists, texts and whole
// numbers from 0.
func cborOf(text []byte) ([]byte, error) {
	var value any
	err := json.Unmarshal(text, &value)
	return cbor(nil, value), err
}

func cbor(to []byte, value any) []byte {
	switch value := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names)
		to = cborHead(to, majorMap, uint64(len(names)))
		for _, name := range names {
			to = cbor(cbor(to, name), value[name])
		}
	case []any:
		to = cborHead(to, majorList, uint64(len(value)))
		for _, one := range value {
			to = cbor(to, one)
		}
	case string:
		to = append(cborHead(to, majorText, uint64(len(value))), value...)
	case float64: // exact up to 2^53, which microseconds reach in the year 2255
		to = cborHead(to, majorNumber, uint64(value))
	}
	return to
}

// cborHead is the type with a length or number, in as few bytes as it takes.
func cborHead(to []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(to, major|byte(n))
	case n < 1<<8:
		return append(to, major|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(to, major|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(to, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(to, major|27), n)
}

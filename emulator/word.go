package emulator

// IsName tells whether text is made as FC's names and task ids are: letters, digits, '_' and '-',
// at most limit of them, not beginning with a digit or '-'. It stands for a regular expression,
// whose compilation would cost every start of the program.
func IsName(text string, limit int) bool {
	return IsWord(text, limit) && text[0] != '-' && (text[0] < '0' || text[0] > '9')
}

// IsWord is IsName for parts of resource names, which may begin with any of the letters.
func IsWord(text string, limit int) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return text != "" && len(text) <= limit
}

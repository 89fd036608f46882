// The oracle says what BuildKit makes of Dockerfiles, of words to be expanded, or of ignore files.
// It reads records (decimal length, newline, bytes) and prints one line of JSON for each.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type instruction struct {
	Keyword  string
	Start    int
	End      int
	Flags    []string
	Args     []string
	JSON     bool
	Heredocs []parser.Heredoc
}

type answer struct {
	ParseError       string
	InstructionError string
	Line             int
	Escape           string
	Instructions     []instruction
}

type expansion struct {
	Word       string
	WordError  string
	Words      []string
	WordsError string
}

type exclusion struct {
	Excluded []bool
	Refused  bool
}

func line(err error) int {
	var location *parser.LocationError
	if errors.As(err, &location) && len(location.Locations) > 0 && len(location.Locations[0]) > 0 {
		return location.Locations[0][0].Start.Line
	}
	return 0
}

func arguments(node *parser.Node) []string {
	result := []string{}
	for next := node.Next; next != nil; next = next.Next {
		if len(next.Children) == 1 {
			result = append(append(result, next.Children[0].Value), arguments(next.Children[0])...)
		} else {
			result = append(result, next.Value)
		}
	}
	return result
}

func dockerfile(data []byte) any {
	parsed, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		return answer{ParseError: err.Error(), Line: line(err)}
	}
	result := answer{Escape: string(parsed.EscapeToken)}
	for _, node := range parsed.AST.Children {
		result.Instructions = append(result.Instructions, instruction{
			node.Value, node.StartLine, node.EndLine, node.Flags, arguments(node), node.Attributes["json"], node.Heredocs,
		})
	}
	if _, _, err := instructions.Parse(parsed.AST, nil); err != nil {
		result.InstructionError, result.Line = err.Error(), line(err)
	}
	return result
}

// expand reads an escape character, a newline, `NAME=value` lines, an empty line, and the word.
func expand(data []byte) any {
	head, word, _ := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	lexer := shell.NewLex(rune(lines[0][0]))
	env := shell.EnvsFromSlice(lines[1:])
	result := expansion{}
	var err error
	if result.Word, _, err = lexer.ProcessWord(word, env); err != nil {
		result.WordError = err.Error()
	}
	if result.Words, err = lexer.ProcessWords(word, env); err != nil {
		result.WordsError = err.Error()
	}
	return result
}

// ignore reads an ignore file, a zero byte, and paths on lines.
func ignore(data []byte) any {
	text, paths, _ := strings.Cut(string(data), "\x00")
	result := exclusion{}
	patterns, err := ignorefile.ReadAll(strings.NewReader(text))
	for _, path := range strings.Split(paths, "\n") {
		var excluded bool
		if err == nil {
			excluded, err = patternmatcher.MatchesOrParentMatches(path, patterns)
		}
		result.Excluded = append(result.Excluded, excluded)
	}
	result.Refused = err != nil
	return result
}

func main() {
	answerTo := map[string]func([]byte) any{"dockerfile": dockerfile, "expand": expand, "ignore": ignore}[os.Args[1]]
	input := bufio.NewReader(os.Stdin)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	encoder := json.NewEncoder(output)
	for {
		header, err := input.ReadString('\n')
		if err == io.EOF {
			return
		}
		size, err := strconv.Atoi(strings.TrimSpace(header))
		if err != nil {
			log.Fatal(err)
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(input, data); err != nil {
			log.Fatal(err)
		}
		if err := encoder.Encode(answerTo(data)); err != nil {
			log.Fatal(err)
		}
	}
}

package template

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"jeongsan/internal/fault"
)

// plain turns a YAML node into maps, lists and scalars, with CloudFormation's short tags spelled out:
// !Ref A is {"Ref": "A"}, !GetAtt A.Arn is {"Fn::GetAtt": ["A", "Arn"]}, !Sub text is {"Fn::Sub": text}.
func plain(n *yaml.Node) (any, error) {
	if short, ok := shortTag(n); ok {
		return spelledOut(short, n)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return plainMap(n)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.ScalarNode:
		return scalar(n)
	}
	return nil, broken(n.Line, "앵커와 별칭은 쓸 수 없습니다.", "Anchors and aliases are not allowed.")
}

func plainMap(n *yaml.Node) (map[string]any, error) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if _, twice := m[key.Value]; twice {
			return nil, broken(key.Line, "%q이(가) 두 번 나옵니다.", "%q appears twice.", key.Value)
		}
		v, err := plain(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		m[key.Value] = v
	}
	return m, nil
}

// scalar reads numbers and truth values; everything else, dates included, stays the text that was written.
func scalar(n *yaml.Node) (any, error) {
	switch n.Tag {
	case "!!int":
		var i int
		if err := n.Decode(&i); err != nil {
			return nil, broken(n.Line, "정수 %q을(를) 읽을 수 없습니다.", "Integer %q cannot be read.", n.Value)
		}
		return i, nil
	case "!!bool":
		return n.Value == "true", nil
	case "!!null":
		return nil, nil
	}
	return n.Value, nil
}

// shortTag names a CloudFormation function written as a tag; "!" and "!!str" are YAML's own.
func shortTag(n *yaml.Node) (name string, ok bool) {
	if len(n.Tag) < 2 || strings.HasPrefix(n.Tag, "!!") || n.Tag[0] != '!' {
		return "", false
	}
	return n.Tag[1:], true
}

func spelledOut(short string, n *yaml.Node) (any, error) {
	bare := *n
	bare.Tag = ""
	if n.Kind == yaml.ScalarNode {
		bare.Tag = "!!str"
	}
	v, err := plain(&bare)
	if err != nil {
		return nil, err
	}
	switch short {
	case "Ref", "Condition":
		return map[string]any{short: v}, nil
	case "GetAtt":
		if dotted, ok := v.(string); ok {
			name, attribute, _ := strings.Cut(dotted, ".")
			v = []any{name, attribute}
		}
	}
	return map[string]any{"Fn::" + short: v}, nil
}

// At walks down maps by their keys and returns nil where there is nothing.
func At(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// Text is At for a text; "" when there is none.
func Text(v any, path ...string) string {
	s, _ := At(v, path...).(string)
	return s
}

// Number is At for an integer; 0 when there is none.
func Number(v any, path ...string) int {
	i, _ := At(v, path...).(int)
	return i
}

// True is At for a truth value; false when there is none.
func True(v any, path ...string) bool {
	b, _ := At(v, path...).(bool)
	return b
}

// List is At for a list; a single value counts as a list of one, as it does in policies.
func List(v any, path ...string) []any {
	switch found := At(v, path...).(type) {
	case nil:
		return nil
	case []any:
		return found
	default:
		return []any{found}
	}
}

// Referred is the logical name that a !Ref or !GetAtt points to, "" for anything else.
func Referred(v any) string {
	if name := Text(v, "Ref"); name != "" {
		return name
	}
	if parts := List(v, "Fn::GetAtt"); len(parts) > 0 {
		name, _ := parts[0].(string)
		return name
	}
	return ""
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func broken(line int, ko, en string, args ...any) error {
	return fault.New(fault.Invalid, fault.T(ko, en, args...)).At(fault.Place{File: FileName, Row: line})
}

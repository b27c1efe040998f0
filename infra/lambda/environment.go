package lambda

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"jeongsan/infra/template"
)

// Environment is what the template sets in the environment of a function, "NAME=value", with what it refers to replaced:
// names holds the values of logical names ("Table"), of attributes ("Key.Arn") and of parameters. Conditions do not hold.
func Environment(t template.Template, function string, names map[string]string) ([]string, error) {
	variables := map[string]any{}
	for _, from := range []any{template.At(t.Globals, "Function", "Environment", "Variables"), own(t, function)} {
		set, _ := from.(map[string]any)
		for name, v := range set {
			variables[name] = v
		}
	}
	var out []string
	for name, v := range variables {
		text, err := resolve(v, names)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", name, function, err)
		}
		out = append(out, name+"="+text)
	}
	slices.Sort(out)
	return out, nil
}

func own(t template.Template, function string) any {
	for _, r := range t.Of("AWS::Serverless::Function") {
		if r.Name == function {
			return template.At(r.Properties, "Environment", "Variables")
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\$\{([^}]+)\}`)

// resolve evaluates the CloudFormation functions that environments use.
func resolve(v any, names map[string]string) (string, error) {
	named := func(name string) (string, error) {
		value, ok := names[name]
		if !ok {
			return "", fmt.Errorf("%s has no value here", name)
		}
		return value, nil
	}
	if text, ok := v.(string); ok {
		return text, nil
	}
	if name := template.Text(v, "Ref"); name != "" {
		return named(name)
	}
	if parts := template.List(v, "Fn::GetAtt"); len(parts) == 2 {
		return named(fmt.Sprintf("%s.%s", parts...))
	}
	if parts := template.List(v, "Fn::If"); len(parts) == 3 {
		return resolve(parts[2], names)
	}
	if text := template.Text(v, "Fn::Sub"); text != "" {
		var failed error
		return placeholder.ReplaceAllStringFunc(text, func(p string) string {
			value, err := named(p[2 : len(p)-1])
			if err != nil {
				failed = err
			}
			return value
		}), failed
	}
	parts := template.List(v, "Fn::Join")
	if len(parts) != 2 {
		return "", fmt.Errorf("%v is of no known form", v)
	}
	list, _ := parts[1].([]any)
	texts := make([]string, len(list))
	for i, item := range list {
		var err error
		if texts[i], err = resolve(item, names); err != nil {
			return "", err
		}
	}
	between, _ := parts[0].(string)
	return strings.Join(texts, between), nil
}

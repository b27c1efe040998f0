// Package main is the whole stack on one machine: `go run ./infra/local`.
//
// Who uses it: an MSP that runs Jeongsan for itself, and everybody who wants to see what it does. It is a product,
// not a mock: SQLite for state, a directory for objects, goqite for the queue, a mailbox page in place of a mail
// server, the schedules of template.yaml, and simulated providers only for accounts without a real key.
//
// It owns wiring, the command line and its printed tables. It does not own any rule of billing. Its state lies under
// one data folder and survives a restart and kill -9.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"jeongsan/internal/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		_, err = os.Stdout.WriteString(usageText)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		report(os.Stderr, err)
		os.Exit(1)
	}
}

const usageText = `정산 (Jeongsan) — 한 대에서 돌아가는 클라우드 정산 / cloud billing on one machine

  go run ./infra/local                                       저장된 상태로 서버 실행 / serve the stored state
  go run ./infra/local month 2026-10 [--serve]               가상 MSP의 한 달을 정산 / play a seeded MSP's month
  go run ./infra/local month 2024-09 --focus FILE --usd-krw RATE [--rate-date DATE]
                                                             FOCUS 파일로 정산 / settle a FOCUS export
  go run ./infra/local explain INVOICE [LINE]                금액의 산출 근거 / where an amount comes from
  go run ./infra/local key add ACCOUNT --zone public|government|financial --access-key KEY [--label NAME] [--pcp]
  go run ./infra/local key delete ACCOUNT                    NCP 인증키 등록(SECRET KEY는 표준 입력)·삭제 / add (secret on stdin) or delete a key

  --data DIR   데이터 폴더 / data folder (기본 .local/<달>)
  --addr ADDR  서버 주소 / address to serve at (기본 127.0.0.1:8080)
  --lang ko|en 출력 언어 / language of the output
`

// run is the command line. Results go to out; errors are returned.
func run(ctx context.Context, args []string, out io.Writer) error {
	command := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	switch command {
	case "month":
		return runMonth(ctx, args, out)
	case "explain":
		return runExplain(ctx, args, out)
	case "key":
		return runKey(ctx, args, out)
	case "serve":
		return runServe(ctx, args, out)
	case "help":
		_, err := io.WriteString(out, usageText)
		return err
	}
	return fault.Invalidf("command", fault.T("명령 %q을(를) 알 수 없습니다. `help`로 사용법을 확인하세요.", "Command %q is not known; see `help`.", command))
}

// options are the flags that every command shares.
type options struct {
	data, addr, lang string
	template         string
}

func newFlags(name string, o *options) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // the error comes back in two languages
	f.StringVar(&o.data, "data", "", "")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	f.StringVar(&o.lang, "lang", "ko", "")
	f.StringVar(&o.template, "template", "template.yaml", "")
	return f
}

// parse reads flags and up to max positional arguments, in any order.
func parse(f *flag.FlagSet, args []string, max int) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, fault.Invalidf("command", fault.T("명령줄을 읽을 수 없습니다: %[1]v. `help`로 사용법을 확인하세요.", "The command line cannot be read: %[1]v; see `help`.", err))
		}
		if f.NArg() == 0 {
			break
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
	if lang := f.Lookup("lang"); lang != nil && lang.Value.String() != "ko" && lang.Value.String() != "en" {
		return nil, fault.Invalidf("lang", fault.T("출력 언어는 ko 또는 en입니다.", "The language is ko or en."))
	}
	if len(rest) > max {
		return nil, fault.Invalidf("command", fault.T("인자가 너무 많습니다: %s", "Too many arguments: %s", rest[max]))
	}
	return rest, nil
}

// words picks the language of the output.
func (o options) words(t fault.Text) string {
	if o.lang == "en" {
		return t.EN
	}
	return t.KO
}

// report prints what a person may be shown of an error, in both languages, once for each fault.
func report(w io.Writer, err error) {
	faults := fault.All(err)
	if len(faults) == 0 {
		t := fault.TextOf(err)
		fmt.Fprintf(w, "%s\n%s\n", t.KO, t.EN)
		if os.Getenv("JEONGSAN_DEBUG") != "" { // for whoever looks into a defect
			fmt.Fprintf(w, "  (%v)\n", err)
		}
		return
	}
	for _, f := range faults {
		field := ""
		if f.Field != "" {
			field = "[" + f.Field + "] "
		}
		t := f.Shown()
		fmt.Fprintf(w, "%s%s\n", field, t.KO)
		if t.EN != "" {
			fmt.Fprintf(w, "%s%s\n", field, t.EN)
		}
	}
}

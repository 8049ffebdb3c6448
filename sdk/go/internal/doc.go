// Package internal holds the rooms of the SDK that are not its public face. Each does one thing and is named after
// the part of sdk/SPEC.md that it follows. Nothing but web, transports and
// what stands below as what runs touches a network or a disk.
//
//	values     what walks through the SDK: Report, Exception, Frame, Count, Item, Outcome, Transport
//	clock      Now() ms, ISO(ms) text, Digits(ms) text, Parse(text) (ms, error)                              R1
//	text       Valid, First, Cut(text, n); Clean, OneLine, Span, Fence                                       S1, L1, C
//	signature  Signature(root, []values.Exception) text; RootRelative, Below, Segments, FunctionName         S
//	frames     New(root, include, libraries): Path(file) text, InApp(file) bool                              F
//	plain      Copy(value) any: a bounded copy that holds nothing of the app's, taken on the app's goroutine L3
//	redact     New(names): Text, Source, Value, Report(report) (report, error); Names: Tells(name) bool      K, X
//	limits     Report(report) report, Value(value) any                                                       L
//	shrink     Shrink(report, sizeOf, limit) report                                                          I8
//	canonical  Text(value) (text, error), Size(value, most) int, ReadBack(text) (report, error)              W, R9
//	conform    Conform(report) (report, error): what before_send left, in the schema's shape again
//	wire       Text(item) text, Read(text) (item, error)                                                     P8
//	block      Encoded(release), Text, Of(body), Counted, AsDuplicate, Marker, MarkerOf                      D2-D4, D8
//	issue      Title(report) text, Body(report, public) (text, error)                                        I
//	suppress   NewKeeper(release): Error(signature, now, wall) Answer, Tick(now), Close(), Waiting()         Q
//	decide     Decide(...), AfterCreate(...)                                                                 D5, D8
//	trace      Parse(printed, inApp): a printed panic as exceptions; Thrown(value): a panic's type and message
//	web        one HTTP client with the rules of T2 and T5
//	transports/github    New(github.Config) values.Transport                                                 D, T2
//	transports/collector New(url, warn) values.Transport                                                     T4
//	vectors    the cases of sdk/vectors, for tests
//
// And what runs:
//
//	settings   Read(given, environ, main) Settings: fields, then SPLAT_*, then defaults; F1 for Go
//	release    the commit that runs: the platform's, vcs.revision, .git's
//	build      the modules the program was built of
//	failure    Links(err), Thrown(value): errors and panics as chains                                        R3
//	stack      Here, Frames, Panicked: counters as frames, and where a panic began
//	source     Around(file, line): context lines                                                             F5
//	logs       Ring, Tee for package log, Handler for log/slog
//	report     Event to Item: redacted, within limits, past BeforeSend                                       R1-R8
//	delivery   Worker: one goroutine that makes reports and writes them down, one that delivers              T5
//	files      files whole or not at all, in private folders                                                 T3, P1, P2
//	spool      FolderOf, Spool: Take, Done, Back, Tidy                                                       P
//	warn       what the SDK says for itself, once a kind
//	transports/local     file, console, none                                                                 T3
package internal

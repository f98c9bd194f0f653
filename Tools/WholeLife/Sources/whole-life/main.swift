@preconcurrency import Glibc
internal import WholeLife

// Runs made-up lives of stores, and compares them with a model after each step.
//
//   whole-life --annals PATH --scratch FOLDER [--worker PATH] [--preload PATH]
//              [--seed N] [--lives N] [--steps N] [--minutes N] [--profile NAME]
//              [--ignore D4,O3] [--replay FILE] [--shrink SECONDS] [--tell] [--keep-going]
//
// The exit code is 1 if something was found.

setvbuf(stdout, nil, _IOLBF, 0)
var named: [String: String] = [:]
var flags: Set<String> = []
var rest = CommandLine.arguments.dropFirst()
while let argument = rest.popFirst() {
    if ["--tell", "--keep-going", "--no-shrink"].contains(argument) {
        flags.insert(argument)
    } else if argument.hasPrefix("--"), let value = rest.popFirst() {
        named[argument] = value
    } else {
        print("not understood: \(argument)")
        exit(64)
    }
}

guard let scratch = named["--scratch"] else {
    print("Where may the stores be? Give --scratch FOLDER.")
    exit(64)
}

var options = Options(
    annals: named["--annals"] ?? "annals",
    worker: named["--worker"],
    preload: named["--preload"],
    scratch: scratch
)
options.ignored = Set((named["--ignore"] ?? "").split(separator: ",").map(String.init))
if let seconds = Double(named["--shrink"] ?? "") { options.shrinkSeconds = seconds }
if named["--profile"] == "answers" { options.keyPercent = 70 }
options.isTelling = flags.contains("--tell")
Files.makeFolder(options.scratch)
// A pipe whose reader has gone must not end this program.
signal(SIGPIPE, SIG_IGN)

var runner = Runner(options: options, shrinks: !flags.contains("--no-shrink"))
if let path = named["--replay"] {
    let found = runner.replay(path)
    exit(found ? 1 : 0)
}
let found = runner.run(
    seed: UInt64(named["--seed"] ?? "") ?? 1,
    lives: Int(named["--lives"] ?? "") ?? .max,
    steps: Int(named["--steps"] ?? "") ?? 60,
    minutes: Double(named["--minutes"] ?? "") ?? 2,
    profile: named["--profile"] ?? "everyday",
    goesOn: flags.contains("--keep-going")
)
exit(found ? 1 : 0)

import Glibc

/// Runs one life after another, and shortens those that fail.
package struct Runner {
    let options: Options
    let shrinks: Bool
    var counts: [String: Int] = [:]
    var findings: [(seed: UInt64, step: Int, seconds: Double, length: Int, finding: Finding)] = []

    package init(options: Options, shrinks: Bool) {
        self.options = options
        self.shrinks = shrinks
    }

    /// - Returns: What was found, and at which happening.
    package mutating func live(
        _ seed: UInt64,
        _ happenings: [Happening],
        _ options: Options
    ) -> (step: Int, Finding)? {
        var step = 0
        do throws(Finding) {
            var life = try Life(seed: seed, options: options)
            func note() { for (what, count) in life.counts { counts[what, default: 0] += count } }
            do throws(Finding) {
                for happening in happenings {
                    step += 1
                    try life.run(happening)
                }
                try life.end()
                note()
            } catch {
                note()
                throw error
            }
            return nil
        } catch {
            return (step, error)
        }
    }

    package mutating func run(
        seed: UInt64,
        lives: Int,
        steps: Int,
        minutes: Double,
        profile: String,
        goesOn: Bool
    ) -> Bool {
        let start = Clock.monotonic()
        var seed = seed
        var done = 0
        let isTerminal = isatty(2) == 1
        while done < lives, Clock.monotonic() - start < minutes * 60 {
            let happenings = Profile.happenings(profile, count: steps, seed: seed)
            let began = Clock.monotonic()
            if let (step, finding) = live(seed, happenings, options) {
                let seconds = Clock.monotonic() - began
                report(seed, Array(happenings.prefix(step)), finding, seconds, profile)
                if !goesOn { break }
            }
            done += 1
            seed += 1
            if isTerminal {
                let elapsed = Int(Clock.monotonic() - start)
                let steps = counts.values.reduce(0, +)
                let text =
                    "\r\(elapsed) s, \(done) lives, \(steps) things, \(findings.count) findings"
                _ = text.withCString { Glibc.write(2, $0, strlen($0)) }
            }
        }
        if isTerminal { print("") }
        let elapsed = Clock.monotonic() - start
        print("\(done) lives in \(Int(elapsed)) s, \(findings.count) findings")
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print(list.joined(separator: ", "))
        for found in findings {
            print(
                "seed \(found.seed), step \(found.step), \(Int(found.seconds * 10) / 10) s, shrunk to "
                    + "\(found.length): \(found.finding.kind)"
            )
        }
        return !findings.isEmpty
    }

    private mutating func report(
        _ seed: UInt64,
        _ happenings: [Happening],
        _ finding: Finding,
        _ seconds: Double,
        _ profile: String
    ) {
        print("\nFOUND, seed \(seed), profile \(profile), step \(happenings.count), \(seconds) s")
        print("  \(finding.kind)\n  \(finding.text.prefix(1500))")
        var short = happenings
        var last = finding
        if shrinks { (short, last) = shrunk(seed, happenings, finding) }
        print("  shrunk to \(short.count): \(last.text.prefix(1500))")
        let path = "\(options.scratch)/found-\(seed).life"
        let ignored = options.ignored.sorted().joined(separator: ",")
        let text =
            "seed \(seed)\nignored \(ignored)\nkeys \(options.keyPercent)\n"
            + short.map { "\($0)\n" }.joined()
        Files.write(Array(text.utf8), path)
        print(text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
        print("  again: Tools/whole-life --replay \(path)\n  what it does:")
        var telling = options
        telling.isTelling = true
        _ = live(seed, short, telling)
        findings.append((seed, happenings.count, seconds, short.count, last))
    }

    /// Removes what is not needed to fail in the same way.
    private mutating func shrunk(
        _ seed: UInt64,
        _ happenings: [Happening],
        _ finding: Finding
    ) -> ([Happening], Finding) {
        var short = happenings
        var last = finding
        let start = Clock.monotonic()
        let limit = options.shrinkSeconds
        func family(_ finding: Finding) -> String { finding.kind }
        let kept = counts
        defer { counts = kept }
        var size = max(short.count / 2, 1)
        while Clock.monotonic() - start < limit {
            var place = 0
            var didDrop = false
            while place < short.count, Clock.monotonic() - start < limit {
                var trial = short
                trial.removeSubrange(place..<min(place + size, trial.count))
                if let (step, found) = live(seed, trial, options), family(found) == family(finding)
                {
                    short = Array(trial.prefix(step))
                    last = found
                    didDrop = true
                } else {
                    place += size
                }
            }
            if size == 1, !didDrop { break }
            size = max(size / 2, 1)
        }
        return (short, last)
    }

    package mutating func replay(_ path: String) -> Bool {
        guard let bytes = Files.read(path) else {
            print("cannot be read: \(path)")
            return true
        }
        var options = options
        options.isTelling = true
        var seed: UInt64 = 1
        var happenings: [Happening] = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.first == "seed" {
                seed = UInt64(words[1]) ?? 1
            } else if words.first == "keys" {
                options.keyPercent = Int(words[1]) ?? 30
            } else if words.first == "ignored" {
                options.ignored.formUnion(
                    words.dropFirst().joined().split(separator: ",").map(String.init)
                )
            } else if words.count == 2 {
                happenings.append(Happening(name: words[0], seed: UInt64(words[1]) ?? 0))
            }
        }
        guard let (step, finding) = live(seed, happenings, options) else {
            print("nothing is found")
            return false
        }
        print("FOUND at step \(step): \(finding.kind)\n\(finding.text)")
        return true
    }
}

import Glibc

/// A system call as the refusing library reports it: "write 7 liblmdb.so.0.0.0+5a3e data.mdb".
struct SystemCall: Hashable {
    let kind: String
    let number: Int
    /// The address in the code that made the call.
    let site: String
    let file: String

    init?(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, let number = Int(words[1]) else { return nil }
        kind = String(words[0])
        self.number = number
        site = String(words[2])
        file = String(words[3])
    }
}

/// One call that is refused, and how.
struct Fault: Hashable, CustomStringConvertible {
    let scenario: String
    let call: SystemCall
    /// `nil` to do only half of what was asked for.
    let code: Int32?
    /// Whether all later calls of the kind fail as well.
    let isForGood: Bool

    var description: String {
        let name = code.map { Self.names[$0] ?? "\($0)" } ?? "half"
        return "\(scenario): \(call.kind) \(call.number) of \(call.file) at \(call.site), \(name)"
            + (isForGood ? " from then on" : "")
    }

    static let names: [Int32: String] = [
        EIO: "EIO", ENOSPC: "ENOSPC", EINTR: "EINTR", EMFILE: "EMFILE", ENOMEM: "ENOMEM",
        ENOLCK: "ENOLCK", EAGAIN: "EAGAIN", EACCES: "EACCES", EDQUOT: "EDQUOT",
    ]

    /// The errors that the system may return for a kind of call.
    static func codes(of kind: String) -> [Int32?] {
        switch kind {
        case "open": [EIO, EMFILE, ENOMEM, ENOSPC, EINTR]
        case "read": [EIO, EINTR, nil]
        case "list", "look": [EIO, ENOMEM]
        case "write": [EIO, ENOSPC, EINTR, EDQUOT, nil]
        case "sync": [EIO, ENOSPC, EINTR]
        case "truncate": [EIO, ENOSPC]
        case "name": [EIO, ENOSPC, EACCES]
        case "lock": [ENOLCK, EINTR]
        case "map": [ENOMEM, EACCES]
        case "allocate": [ENOMEM]
        case "thread": [EAGAIN]
        default: []
        }
    }

    /// Whether the program may continue as if nothing had happened: it may try again after an
    /// interrupt or half a write, and it may do without something that was only information or
    /// cleanup.
    var mayPassUnnoticed: Bool {
        if code == EINTR || code == nil { return true }
        // Half a list of segments or snapshots would be taken for all of them.
        if call.kind == "list" { return !["archive", "snapshots"].contains(call.file) }
        return !["write", "sync", "truncate", "map"].contains(call.kind)
    }

    /// Every way to refuse one of the calls: for each site, each error and each scenario the first
    /// calls come first, so that a small number of faults covers all of them.
    static func plan(_ calls: [String: [SystemCall]], seed: UInt64) -> [Fault] {
        var dice = Dice(state: seed)
        var ranked: [(rank: Int, order: UInt64, fault: Fault)] = []
        for (scenario, calls) in calls.sorted(by: { $0.key < $1.key }) {
            for (_, group) in Dictionary(grouping: calls, by: { $0.kind + $0.site }).sorted(by: {
                $0.key < $1.key
            }) {
                for code in codes(of: group[0].kind) {
                    for (rank, call) in group.shuffled(using: &dice).enumerated() {
                        // A call that is interrupted forever would never end, and does not happen
                        // in practice.
                        let isForGood = code != EINTR && code != nil && dice.next() % 4 == 0
                        let fault = Fault(
                            scenario: scenario,
                            call: call,
                            code: code,
                            isForGood: isForGood
                        )
                        ranked.append((rank, dice.next(), fault))
                    }
                }
            }
        }
        return ranked.sorted { ($0.rank, $0.order) < ($1.rank, $1.order) }.map(\.fault)
    }
}

struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
    }
}

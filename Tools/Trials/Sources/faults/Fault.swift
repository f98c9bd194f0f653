import Glibc

/// A call of the system as the refusing library tells of it: "write 7 liblmdb.so.0.0.0+5a3e data.mdb".
struct SystemCall: Hashable {
    let kind: String
    let number: Int
    /// The place in the code that called.
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
    /// `nil` for half of what was asked for.
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

    /// What the system may answer to a call of a kind.
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

    /// Whether the program may go on as if nothing had happened: it may ask again after an interrupt
    /// or half a write, and do without what it only wished to know or to tidy up.
    var mayPassUnnoticed: Bool {
        if code == EINTR || code == nil { return true }
        // Half a list of segments or snapshots would pass for all of them.
        if call.kind == "list" { return !["archive", "snapshots"].contains(call.file) }
        return !["write", "sync", "truncate", "map"].contains(call.kind)
    }

    /// Every way to refuse one of the calls: of each site, each answer and each scenario the first
    /// calls come first, so that a small number of faults is spread over all.
    static func plan(_ calls: [String: [SystemCall]], seed: UInt64) -> [Fault] {
        var dice = Dice(state: seed)
        var ranked: [(rank: Int, order: UInt64, fault: Fault)] = []
        for (scenario, calls) in calls.sorted(by: { $0.key < $1.key }) {
            for (_, group) in Dictionary(grouping: calls, by: { $0.kind + $0.site }).sorted(by: {
                $0.key < $1.key
            }) {
                for code in codes(of: group[0].kind) {
                    for (rank, call) in group.shuffled(using: &dice).enumerated() {
                        // What is interrupted for good never ends, and is nothing that happens.
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

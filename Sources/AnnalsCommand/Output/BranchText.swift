import Annals
import AnnalsJSON

extension HistoryBranch {
    /// The history in a line for a person.
    var line: String {
        let place = forkedAfter.map { ", forked after transaction \($0)" } ?? ""
        return
            "the \(isLiving ? "living " : "")history that ends with transaction \(transactions), "
            + "position \(head.position), epoch \(head.epoch)\(place), digest "
            + head.digest.prefix(HistoryPoint.shortDigestCount)
    }
}

extension JSONValue {
    init(_ branch: HistoryBranch) {
        self = .object([
            ("digest", .text(branch.head.digest)),
            ("epoch", .integer(Int(branch.head.epoch))),
            ("transactions", .integer(Int(clamping: branch.transactions))),
            ("lastPosition", JSONValue(branch.head.position)),
            ("lastTime", .text(branch.lastTime.precise)),
            ("isLiving", .boolean(branch.isLiving)),
            ("forkedAfter", branch.forkedAfter.map { .integer(Int(clamping: $0)) } ?? .null),
        ])
    }

    /// The message about records whose values a new store withholds, if there are any.
    static func withheldLine(_ count: Int) -> String? {
        if count == 0 { return nil }
        return
            "\(count) \(count == 1 ? "record" : "records") whose values were erased later: present, "
            + "but the values are withheld."
    }
}

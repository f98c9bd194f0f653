extension DateRange {
    /// What the name of a date literal stands for (Specification: soql 7.2).
    enum Name {
        case fixed(DateRange)
        /// `:n` must follow.
        case counted(Unit, @Sendable (Int) -> Form)

        static let byWord: [Word: Name] = {
            var names: [(String, Name)] = [
                ("YESTERDAY", .fixed(DateRange(.day, .last))),
                ("TODAY", .fixed(DateRange(.day, .this))),
                ("TOMORROW", .fixed(DateRange(.day, .next))),
                ("LAST_90_DAYS", .fixed(DateRange(.day, .lastN(90)))),
                ("NEXT_90_DAYS", .fixed(DateRange(.day, .nextN(90)))),
            ]
            for unit in Unit.allCases {
                let word = unit.rawValue
                if unit != .day {
                    names += [
                        ("LAST_\(word)", .fixed(DateRange(unit, .last))),
                        ("THIS_\(word)", .fixed(DateRange(unit, .this))),
                        ("NEXT_\(word)", .fixed(DateRange(unit, .next))),
                    ]
                }
                names += [
                    ("LAST_N_\(word)S", .counted(unit) { .lastN($0) }),
                    ("NEXT_N_\(word)S", .counted(unit) { .nextN($0) }),
                    ("N_\(word)S_AGO", .counted(unit) { .ago($0) }),
                ]
            }
            return Word.table(names) { $0.0 }.mapValues { $0.1 }
        }()
    }
}

extension DateRange: CustomStringConvertible {
    /// The literal as a query writes it.
    package var description: String {
        let word = unit.rawValue
        return switch (form, unit) {
        case (.last, .day): "YESTERDAY"
        case (.this, .day): "TODAY"
        case (.next, .day): "TOMORROW"
        case (.last, _): "LAST_\(word)"
        case (.this, _): "THIS_\(word)"
        case (.next, _): "NEXT_\(word)"
        case (.lastN(let count), _): "LAST_N_\(word)S:\(count)"
        case (.nextN(let count), _): "NEXT_N_\(word)S:\(count)"
        case (.ago(let count), _): "N_\(word)S_AGO:\(count)"
        }
    }
}

public import Annals
public import ArgumentParser
import Foundation

/// How to run a query.
struct QueryArguments: ParsableArguments {
    @Flag(help: "Include deleted records that are not purged: the call queryAll.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "The records as they were after this event, or at this time.",
            discussion: """
                \(MomentHelp.text) Objects and fields are those of then.
                """,
            valueName: "position or iso-time"
        )
    )
    var asOf: QueryOptions.Moment?

    @Option(
        help: ArgumentHelp(
            "What stands for :name in the query; once for each name.",
            discussion: """
                NAME=TEXT binds the text, whatever is in it; NAME:=VALUE a number, true, false, null, \
                a list such as ["a", "b"], a day or a time. A bound value is compared and never a \
                part of the query.
                """,
            valueName: "name=text or name:=value"
        )
    )
    var bind: [BindArgument] = []

    @Option(
        help: ArgumentHelp(
            "The time zone of TODAY and similar literals, such as Europe/Vienna.",
            valueName: "name"
        )
    )
    var timeZone = "UTC"

    @Option(
        help: ArgumentHelp(
            "The first day of the week, such as monday, or 1 for Sunday to 7.",
            valueName: "day"
        )
    )
    var firstWeekday = Weekday.sunday

    @Option(help: ArgumentHelp("The month in which the fiscal year begins.", valueName: "1-12"))
    var fiscalStart = 1

    @Option(help: ArgumentHelp("Records read at once, 200 to 2,000.", valueName: "count"))
    var batchSize = 2000

    func validate() throws {
        if TimeZone(identifier: timeZone) == nil {
            throw ValidationError("There is no time zone \(timeZone); see --time-zone.")
        }
        if !(1...12).contains(fiscalStart) {
            throw ValidationError("--fiscal-start is a month, 1 to 12.")
        }
        if !(200...2000).contains(batchSize) {
            throw ValidationError("--batch-size is 200 to 2,000.")
        }
        if Set(bind.map(\.name)).count != bind.count {
            throw ValidationError("--bind gives one name two values.")
        }
    }

    var options: QueryOptions {
        var options = QueryOptions()
        options.includesDeleted = all
        options.asOf = asOf
        options.timeZone = timeZone
        options.firstWeekday = firstWeekday.rawValue
        options.fiscalYearStart = fiscalStart
        options.batchSize = batchSize
        for argument in bind { options.bindings[argument.name] = argument.value }
        return options
    }
}

/// A day of the week, by its number in the API.
enum Weekday: Int, ExpressibleByArgument {
    case sunday = 1
    case monday, tuesday, wednesday, thursday, friday, saturday

    init?(argument: String) {
        let name = argument.lowercased()
        let days = (1...7).compactMap { Weekday(rawValue: $0) }
        let day = days.first { "\($0)" == name || String($0.rawValue) == name }
        guard let day else { return nil }
        self = day
    }

    var defaultValueDescription: String { "\(self)" }
}

extension QueryOptions.Moment: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

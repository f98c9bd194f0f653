public import Annals
public import ArgumentParser

/// Which events of the log.
struct EventArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Begin here; default: at the log's end.", valueName: "moment"))
    var from: QueryOptions.Moment?

    @Option(help: ArgumentHelp("End here; default: at the log's other end.", valueName: "moment"))
    var to: QueryOptions.Moment?

    @Flag(help: "The newest first.")
    var backwards = false

    @Option(help: ArgumentHelp("Only of this object; may be repeated.", valueName: "name"))
    var object: [String] = []

    @Option(help: ArgumentHelp("Only of this record.", valueName: "id"))
    var record: RecordID?

    @Option(help: ArgumentHelp("Only what this user did.", valueName: "id"))
    var actor: RecordID?

    @Option(
        help: ArgumentHelp(
            "Only changes of this field, such as Status or Contact.Email; may be repeated.",
            valueName: "name"
        )
    )
    var field: [String] = []

    @Option(
        help: ArgumentHelp("Only of this kind; may be repeated.", valueName: "kind")
    )
    var kind: [EventKind] = []

    func validate() throws {
        guard let from, let to else { return }
        if to.isLater(than: from) == backwards {
            throw ValidationError(
                backwards
                    ? "--backwards begins at the later moment: swap --from and --to."
                    : "--from is later than --to: swap them, or add --backwards."
            )
        }
    }

    /// Whether some events between the two moments are left out.
    var isFiltered: Bool {
        !object.isEmpty || record != nil || actor != nil || !field.isEmpty || !kind.isEmpty
    }

    var selection: EventSelection {
        var selection = EventSelection()
        selection.after = backwards ? to : from
        selection.through = backwards ? from : to
        selection.isBackwards = backwards
        selection.objects = object
        selection.record = record
        selection.actor = actor
        selection.fields = field
        selection.kinds = Set(kind)
        return selection
    }
}

extension EventKind: ExpressibleByArgument {
    public init?(argument: String) {
        guard let kind = EventKind.allCases.first(where: { "\($0)" == argument }) else {
            return nil
        }
        self = kind
    }

    public static var allValueStrings: [String] { allCases.map { "\($0)" } }

    /// Without it the help lists the kinds without descriptions.
    public static var allValueDescriptions: [String: String] {
        Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0.meaning) })
    }

    private var meaning: String {
        switch self {
        case .created: "A record was created."
        case .updated: "Fields of a record changed."
        case .deleted: "A record went to the recycle bin."
        case .undeleted: "A record came back from it."
        case .emptied: "A record was removed from the bin for good."
        case .purged: "The values were removed from a deleted record."
        case .erased: "The values of a record were erased from all of its history."
        case .withheld: "The values of a record were left out, since a later history erased them."
        case .defined: "An object or its fields changed."
        }
    }

    public var defaultValueDescription: String { "\(self)" }
}

public import Annals
public import ArgumentParser

/// Which events of the log.
struct EventArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Begin here; at the log's end.", valueName: "moment"))
    var from: QueryOptions.Moment?

    @Option(help: ArgumentHelp("End here; at the log's other end.", valueName: "moment"))
    var to: QueryOptions.Moment?

    @Flag(help: "The newest first.")
    var backwards = false

    @Option(help: ArgumentHelp("Of this object only; may be given again.", valueName: "name"))
    var object: [String] = []

    @Option(help: ArgumentHelp("Of this record only.", valueName: "id"))
    var record: RecordID?

    @Option(help: ArgumentHelp("What this user did only.", valueName: "id"))
    var actor: RecordID?

    @Option(
        help: ArgumentHelp(
            "Changes of this field only, such as Status or Contact.Email; may be given again.",
            valueName: "name"
        )
    )
    var field: [String] = []

    @Option(
        help: ArgumentHelp("Of this kind only; may be given again.", valueName: "kind")
    )
    var kind: [EventKind] = []

    func validate() throws {
        guard let from, let to else { return }
        if to.isLater(than: from) == backwards {
            throw ValidationError(
                backwards
                    ? "--backwards goes from the later moment: exchange --from and --to."
                    : "--from is later than --to: exchange them, or add --backwards."
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

    public var defaultValueDescription: String { "\(self)" }
}

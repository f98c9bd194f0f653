import Annals

/// What a store must be, written only from the specification: dictionaries and arrays, no index, no
/// log, no thought of speed.
///
/// Where the specification leaves a choice, the model follows the project: ids are the object's
/// prefix and a serial from 1; deleted records are purged 15 days later, emptied or not; commit
/// times never go back.
struct NaiveModel {
    /// The state of a record between its creation and its purge (Specification: recycle-bin 1.1).
    enum State { case live, inBin, emptied }

    struct Record {
        let id: RecordID
        let object: String
        var values: [String: Value]
        var state = State.live
        let created: Timestamp
        let createdBy: RecordID
        var lastModified: Timestamp
        var lastModifiedBy: RecordID
        var systemModstamp: Timestamp
        /// When it was deleted, to the millisecond.
        var deleted: Timestamp?
        /// Which deletion moved it to the bin, and whether that was another record's.
        var deletion = 0
        var isCascaded = false
        var events: [EventKind] = []
        var lastPosition: UInt64 = 0

        subscript(field: String) -> Value { values[field] ?? .null }
    }

    /// The answer for one record of a call.
    struct Answer {
        var id: RecordID?
        var errors: [NaiveError] = []
        var isCreated = false
        var position: UInt64?
        /// Whether the answer has the id of a refused record as well.
        var tellsID = false

        var isSuccess: Bool { errors.isEmpty }

        static func refused(_ errors: [NaiveError], _ id: RecordID? = nil) -> Answer {
            Answer(id: id, errors: errors)
        }
    }

    /// The answer of the first call with an idempotency key.
    struct FirstAnswer {
        let answers: [Answer]
        /// Who made the call.
        let user: RecordID
        /// The records that the call has events of: if one of them is erased, so is the answer.
        let records: Set<RecordID>
        var isErased = false
    }

    /// The refusal of a whole call.
    struct Refusal: Error { let code: String }

    let administrator: RecordID
    let created: Timestamp
    var records: [String: [RecordID: Record]] = [:]
    /// What remains of purged records.
    var purged: [RecordID: [EventKind]] = [:]
    var serials: [String: Int] = [:]
    /// The last event, the last deletion, the last commit.
    var position: UInt64
    var deletions = 0
    var lastCommit: Timestamp
    /// The latest time up to which consumers were promised to have everything.
    var covered = Timestamp(milliseconds: 0)
    /// For each object, the newest deletion of a purged record.
    var newestPurged: [String: Timestamp] = [:]
    var firstAnswers: [String: FirstAnswer] = [:]
    /// When the current call commits, and who makes it.
    var time: Timestamp
    var actor: RecordID
    var apiVersion = 67
    /// During an upsert: the records that foreign keys by external id may name.
    var nameable: Set<RecordID>?

    /// A new store, made at `time`, with one user.
    init(administrator: Record, position: UInt64, at time: Timestamp) {
        self.administrator = administrator.id
        created = time
        self.position = position
        lastCommit = time
        self.time = time
        actor = administrator.id
        records["User"] = [administrator.id: administrator]
        serials["User"] = 1
    }

    func record(_ id: RecordID) -> Record? {
        NaiveObject.of(id).flatMap { records[$0.name]?[id] }
    }

    /// Whether the call's API version includes the object (Specification: fields 7.2).
    func knows(_ object: String) -> Bool { object != "ContactRequest" || apiVersion >= 45 }

    func knows(_ id: RecordID) -> Bool { NaiveObject.of(id).map { knows($0.name) } ?? false }

    func live(_ object: String) -> [Record] {
        (records[object] ?? [:]).values.filter { $0.state == .live }
    }

    /// The time that a commit gets now: the clock's, but never before what consumers were promised.
    func commitTime(_ now: Timestamp) -> Timestamp { max(now, lastCommit, covered) }

    /// Changes a record and adds to its history; every change moves SystemModstamp, except for
    /// leaving the bin for good.
    @discardableResult
    mutating func note(
        _ kind: EventKind,
        _ id: RecordID,
        _ change: (inout Record) -> Void
    ) -> UInt64 {
        guard let object = NaiveObject.of(id)?.name, var record = records[object]?[id] else {
            return 0
        }
        position += 1
        change(&record)
        record.events.append(kind)
        record.lastPosition = position
        if kind == .deleted { record.deleted = time }
        if kind != .emptied, kind != .erased || record.state == .live {
            record.systemModstamp = time.wholeSecond
        }
        records[object]?[id] = record
        return position
    }

    /// Runs a writing call: permission, repeats, all or none (Specification: calls 1.4, 1.7).
    mutating func call(
        _ count: Int,
        _ options: CallOptions,
        _ each: (inout NaiveModel, Int) -> Answer
    ) throws(Refusal) -> [Answer] {
        if let key = options.idempotencyKey, let first = firstAnswers[key] {
            if first.isErased { throw Refusal(code: "IDEMPOTENT_ANSWER_ERASED") }
            if first.user != actor { throw Refusal(code: "IDEMPOTENCY_KEY_REUSED") }
            return first.answers
        }
        guard let user = record(actor), user.object == "User", user.state == .live else {
            throw Refusal(code: "INVALID_SESSION_ID")
        }
        guard user["IsActive"] == true else { throw Refusal(code: "INACTIVE_OWNER_OR_USER") }
        let before = self
        let answers = (0..<count).map { each(&self, $0) }
        if options.allOrNone, answers.contains(where: { !$0.isSuccess }) {
            self = before
            return answers.map(Self.rolledBack)
        }
        // If a call that wrote nothing is repeated, it is made again.
        guard position > before.position else { return answers }
        lastCommit = time
        forgetErased(after: before)
        if let key = options.idempotencyKey {
            firstAnswers[key] = FirstAnswer(
                answers: answers,
                user: actor,
                records: Set(changed(after: before).map(\.id))
            )
        }
        return answers
    }

    /// The records with events after those of `before`.
    private func changed(after before: NaiveModel) -> [Record] {
        records.values.flatMap { $0.values.filter { $0.lastPosition > before.position } }
    }

    private mutating func forgetErased(after before: NaiveModel) {
        let erased = Set(
            changed(after: before).filter { $0.events.contains(.erased) }.map(\.id)
                + purged.filter { $0.value.last == .erased }.map(\.key)
        )
        for (key, first) in firstAnswers where !first.records.isDisjoint(with: erased) {
            firstAnswers[key]?.isErased = true
        }
    }

    private static func rolledBack(_ answer: Answer) -> Answer {
        guard answer.isSuccess else { return answer }
        if answer.isCreated {
            var rolledBack = Answer.refused([.rolledBack])
            rolledBack.isCreated = true
            return rolledBack
        }
        var rolledBack = Answer.refused([.rolledBack], answer.id)
        rolledBack.tellsID = true
        return rolledBack
    }
}

import Annals

/// What a store must be, written after the specification alone: dictionaries and arrays, no index,
/// no log, no thought of speed.
///
/// Where the specification leaves a choice, the model has the project's: ids are the object's
/// prefix and a serial from 1; what was deleted is purged 15 days later, emptied or not; commit
/// times never go back.
struct NaiveModel {
    /// Where a record is between its creation and its purge (Specification: recycle-bin 1.1).
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
        /// When it went to the bin, to the millisecond.
        var deleted: Timestamp?
        /// Which deletion took it to the bin, and whether another record's deletion did.
        var deletion = 0
        var isCascaded = false
        var events: [EventKind] = []
        var lastPosition: UInt64 = 0

        subscript(field: String) -> Value { values[field] ?? .null }
    }

    /// What one record of a call is to be answered.
    struct Answer {
        var id: RecordID?
        var errors: [NaiveError] = []
        var isCreated = false
        var position: UInt64?
        /// Whether the id of a refused record is told as well.
        var tellsID = false

        var isSuccess: Bool { errors.isEmpty }

        static func refused(_ errors: [NaiveError], _ id: RecordID? = nil) -> Answer {
            Answer(id: id, errors: errors)
        }
    }

    /// What the first call with an idempotency key was answered.
    struct FirstAnswer {
        let answers: [Answer]
        /// Who made the call.
        let user: RecordID
        /// The records that it has events of: the erasure of one takes the answer.
        let records: Set<RecordID>
        var isErased = false
    }

    /// A whole call that is refused.
    struct Refusal: Error { let code: String }

    let administrator: RecordID
    let created: Timestamp
    var records: [String: [RecordID: Record]] = [:]
    /// What is left of purged records.
    var purged: [RecordID: [EventKind]] = [:]
    var serials: [String: Int] = [:]
    /// The last event, the last deletion, the last commit.
    var position: UInt64
    var deletions = 0
    var lastCommit: Timestamp
    /// Up to when consumers were told to have everything.
    var covered = Timestamp(milliseconds: 0)
    /// The newest deletion of each object that was purged.
    var newestPurged: [String: Timestamp] = [:]
    var firstAnswers: [String: FirstAnswer] = [:]
    /// When the call that is under way commits, and who makes it.
    var time: Timestamp
    var actor: RecordID
    var apiVersion = 67
    /// While an upsert runs: the records that its foreign keys by external id may name.
    var nameable: Set<RecordID>?

    /// A store that was just made at `time`: it has one user.
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

    /// Whether the call's API version has the object (Specification: fields 7.2).
    func knows(_ object: String) -> Bool { object != "ContactRequest" || apiVersion >= 45 }

    func knows(_ id: RecordID) -> Bool { NaiveObject.of(id).map { knows($0.name) } ?? false }

    func live(_ object: String) -> [Record] {
        (records[object] ?? [:]).values.filter { $0.state == .live }
    }

    /// The time that a commit gets now: the clock's, never before what was told.
    func commitTime(_ now: Timestamp) -> Timestamp { max(now, lastCommit, covered) }

    /// Changes a record and tells its history; every change moves SystemModstamp but that of
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

    /// Runs a writing call: who may, how often, and all or none (Specification: calls 1.4, 1.7).
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
        // A call that wrote nothing is made again when it is repeated.
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

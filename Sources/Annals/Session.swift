internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

/// On whose behalf calls are made: the user, the client, and the API version.
///
/// All calls are methods of a session.
public struct Session: Sendable {
    /// The newest API version that the store supports.
    package static let latestAPIVersion = APIVersion.newest

    /// The store that the calls are made to.
    public let store: RecordStore
    /// The user who acts; becomes CreatedById and LastModifiedById.
    public let user: RecordID
    /// The client: kept with every change, such as `com/example/sync`; up to 1,000 bytes of it.
    public let origin: String
    /// Objects and fields that are newer are not known to the session.
    public let apiVersion: Int

    /// The same on behalf of another user.
    public func acting(as user: RecordID) -> Session {
        Session(store: store, user: user, origin: origin, apiVersion: apiVersion)
    }

    /// - Parameter operation: What the call does, for those that may carry an idempotency key.
    func context(
        _ options: CallOptions,
        _ operation: BatchCall.Operation? = nil
    ) throws(StoreError) -> CallContext {
        CallContext(
            // A user of no known object is reported when a call is made.
            user: store.schema.key(of: user) ?? RecordKey(packed: 0),
            userID: user,
            origin: origin,
            apiVersion: apiVersion,
            options: options,
            keyed: try keyed(operation, options)
        )
    }

    private func keyed(
        _ operation: BatchCall.Operation?,
        _ options: CallOptions
    ) throws(StoreError) -> KeyedCall? {
        guard let operation else { return nil }
        if let row = options.row { return KeyedCall(operation, row) }
        guard let key = options.idempotencyKey else { return nil }
        guard KeyedCall.keyByteCounts.contains(key.utf8.count) else {
            throw .fault(
                Fault(.invalidIdempotencyKey, "an idempotency key has 1 to 200 bytes")
            )
        }
        return KeyedCall(operation, key, self, options)
    }
}

extension RecordStore {
    /// A session of a user, of the newest API version; of the administrator by default.
    public func session(
        as user: RecordID? = nil,
        origin: String = "annals"
    ) -> Session {
        Session(
            store: self,
            user: user ?? administrator,
            origin: origin,
            apiVersion: Session.latestAPIVersion
        )
    }

    /// A session with an older version of the API.
    ///
    /// - Throws: `UNSUPPORTED_API_VERSION` below ``APIVersion/oldest``, `INVALID_VERSION` above
    ///   ``APIVersion/newest``.
    public func session(
        as user: RecordID? = nil,
        origin: String = "annals",
        apiVersion: Int
    ) throws(StoreError) -> Session {
        if apiVersion < APIVersion.oldest {
            throw .fault(
                Fault(
                    .unsupportedAPIVersion,
                    "API version \(apiVersion).0 is not supported any more: the oldest is "
                        + "\(APIVersion.oldest).0"
                )
            )
        }
        if apiVersion > APIVersion.newest {
            throw .fault(
                Fault(
                    .invalidVersion,
                    "there is no API version \(apiVersion).0: the newest is \(APIVersion.newest).0"
                )
            )
        }
        return Session(
            store: self,
            user: user ?? administrator,
            origin: origin,
            apiVersion: apiVersion
        )
    }
}

public import AnnalsArchive
public import AnnalsDescribe
public import AnnalsLMDB
public import AnnalsProof
public import AnnalsSchema
public import Foundation

// What `localizedDescription` tells: without these conformances Foundation makes up a sentence of
// its own, "The operation could not be completed", in which nothing of the message is left.

extension StoreError: LocalizedError {
    public var errorDescription: String? { description }
}

extension Fault: LocalizedError {
    public var errorDescription: String? { description }
}

extension RecordError: LocalizedError {
    public var errorDescription: String? { description }
}

extension FieldNotSelected: LocalizedError {
    public var errorDescription: String? { description }
}

extension SchemaError: LocalizedError {
    public var errorDescription: String? { description }
}

extension LayoutError: LocalizedError {
    public var errorDescription: String? { description }
}

extension StorageError: LocalizedError {
    public var errorDescription: String? { description }
}

extension RecoveryError: LocalizedError {
    public var errorDescription: String? { description }
}

extension ProofError: LocalizedError {
    public var errorDescription: String? { description }
}

public import AnnalsArchive
public import AnnalsDescribe
public import AnnalsLMDB
public import AnnalsProof
public import AnnalsSchema
public import Foundation

/// An error that says in a sentence what is the matter, and says the same as `localizedDescription`.
///
/// All that this library throws are. Without it Foundation makes up a sentence of its own, "The operation
/// could not be completed", in which nothing of the message is left.
public protocol DescribedError: LocalizedError, CustomStringConvertible {}

extension DescribedError {
    public var errorDescription: String? { description }
}

extension StoreError: DescribedError {}
extension Fault: DescribedError {}
extension RecordError: DescribedError {}
extension FieldNotSelected: DescribedError {}
extension SchemaError: DescribedError {}
extension LayoutError: DescribedError {}
extension StorageError: DescribedError {}
extension RecoveryError: DescribedError {}
extension ProofError: DescribedError {}

public import AnnalsArchive
public import AnnalsDescribe
public import AnnalsLMDB
public import AnnalsProof
public import AnnalsSchema
package import Foundation

/// An error that describes the problem in a sentence, and has the same `localizedDescription`.
///
/// All errors that this library throws conform to it. Otherwise Foundation makes up a sentence of
/// its own, "The operation could not be completed", which contains nothing of the message.
package protocol DescribedError: LocalizedError, CustomStringConvertible {}

extension DescribedError {
    public var errorDescription: String? { description }
}

extension StoreError: DescribedError {}
extension Fault: DescribedError {}
extension RecordError: DescribedError {}
extension FieldNotSelected: DescribedError {}
extension FieldTypeMismatch: DescribedError {}
extension SchemaError: DescribedError {}
extension LayoutError: DescribedError {}
extension StorageError: DescribedError {}
extension RecoveryError: DescribedError {}
extension ProofError: DescribedError {}

internal import AnnalsLMDB
public import AnnalsProof

extension SigningKey {
    /// Writes the key into a new file that only its owner may read, completely or not at all.
    ///
    /// - Throws: ``StorageError/exists(path:)`` if something exists there already: a key that is
    ///   overwritten is gone.
    public func save(to path: String) throws(StoreError) {
        try storing { () throws(StorageError) in
            try FileSystem.writeSecret(Array((secretText + "\n").utf8), toNewFile: path)
        }
    }
}

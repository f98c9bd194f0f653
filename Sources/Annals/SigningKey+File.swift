internal import AnnalsLMDB
public import AnnalsProof

extension SigningKey {
    /// Writes the key into a new file that nobody but its owner may read, whole or not at all.
    ///
    /// - Throws: ``StorageError/exists(path:)`` where there is something already: a key that is
    ///   written over is gone.
    public func save(to path: String) throws(StoreError) {
        try storing { () throws(StorageError) in
            try FileSystem.writeSecret(Array((secretText + "\n").utf8), toNewFile: path)
        }
    }
}

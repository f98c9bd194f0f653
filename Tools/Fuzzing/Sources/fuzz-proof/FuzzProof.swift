import AnnalsProof

/// Whatever the file of a proof, a checkpoint or a key contains, reading and verifying it ends with
/// an error or a valid result; all signatures count as valid (see `Crypto`).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProof(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let all = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let bytes = Array(all.dropFirst())
    let text = String(decoding: bytes, as: UTF8.self)
    guard let key = try? SigningKey(generating: "log", seed: [UInt8](repeating: 3, count: 32))
    else { preconditionFailure("a key can be made") }
    switch all[0] % 5 {
    case 0:
        if let proof = try? Proof(bytes: bytes) { _ = try? proof.verify(by: key.verifierKey) }
    case 1:
        if let proof = try? ConsistencyProof(bytes: bytes) { _ = "\(proof)" }
    case 2:
        if let checkpoint = try? Checkpoint(text) { try? checkpoint.verify(by: key.verifierKey) }
    case 3: _ = try? VerifierKey(text)
    default: _ = try? SigningKey(text)
    }
    return 0
}

public import Foundation

/// Replaces signatures, as ``SHA256`` replaces digests: every signature is valid, so that the code
/// after a signature check is fuzzed as well.
public enum Curve25519 {
    public enum Signing {
        public struct PrivateKey: Sendable {
            public let rawRepresentation: Data

            public init() { rawRepresentation = Data(repeating: 1, count: 32) }

            public init(rawRepresentation: Data) throws {
                guard rawRepresentation.count == 32 else { throw WrongSize() }
                self.rawRepresentation = rawRepresentation
            }

            public init(rawRepresentation: [UInt8]) throws {
                try self.init(rawRepresentation: Data(rawRepresentation))
            }

            public var publicKey: PublicKey { PublicKey(rawRepresentation) }

            public func signature(for data: Data) throws -> Data { Data(repeating: 2, count: 64) }
        }

        public struct PublicKey: Sendable {
            public let rawRepresentation: Data

            fileprivate init(_ rawRepresentation: Data) {
                self.rawRepresentation = rawRepresentation
            }

            public init(rawRepresentation: [UInt8]) throws {
                guard rawRepresentation.count == 32 else { throw WrongSize() }
                self.rawRepresentation = Data(rawRepresentation)
            }

            public func isValidSignature(_ signature: Data, for data: Data) -> Bool { true }
        }
    }

    private struct WrongSize: Error {}
}

internal import AnnalsBytes
package import AnnalsLog

/// What a proof carries in addition to the digests: the transaction itself, and the definitions
/// needed to read its values, which are transactions of the same tree.
package struct ProofContents: Hashable, Sendable {
    package struct Definition: Hashable, Sendable {
        package let transaction: CarriedTransaction
        package let path: [Digest]

        package init(_ transaction: CarriedTransaction, path: [Digest]) {
            self.transaction = transaction
            self.path = path
        }
    }

    package let transaction: CarriedTransaction
    package let definitions: [Definition]

    private static let version: UInt8 = 1

    package init(_ transaction: CarriedTransaction, definitions: [Definition] = []) {
        self.transaction = transaction
        self.definitions = definitions
    }

    init(decoding bytes: [UInt8]) throws(ProofError) {
        do throws(Malformed) {
            var reader = ByteReader(bytes.rawSpan)
            guard try reader.uint8() == Self.version else {
                throw Malformed("version 1", offset: 0)
            }
            transaction = try CarriedTransaction(reading: &reader)
            var definitions: [Definition] = []
            for _ in 0..<(try reader.uint16()) {
                let carried = try CarriedTransaction(reading: &reader)
                var path: [Digest] = []
                for _ in 0..<(try reader.uint8()) { path.append(try Digest(reading: &reader)) }
                definitions.append(Definition(carried, path: path))
            }
            self.definitions = definitions
            guard reader.isAtEnd else { throw Malformed("the end", offset: reader.offset) }
        } catch {
            throw .malformed("its extra data are not \(error.finding)")
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.version)
        transaction.append(to: &writer)
        writer.append(UInt16(clamping: definitions.count))
        for definition in definitions {
            definition.transaction.append(to: &writer)
            writer.append(UInt8(clamping: definition.path.count))
            for digest in definition.path { writer.append(digest) }
        }
        return writer.bytes
    }
}

import Annals
import AnnalsJSON
import ArgumentParser
import Foundation

/// The file of a signing key.
struct SigningKeyFile {
    static func read(_ path: String) throws -> SigningKey {
        let text = String(decoding: try InputText.read(path), as: UTF8.self)
        do throws(ProofError) {
            return try SigningKey(text.withoutLastNewline)
        } catch {
            throw Failure(error).preceded(by: "\(path): ")
        }
    }
}

/// A verifying key as an argument: itself, or a file that contains it.
struct VerifierKeyArgument: ExpressibleByArgument {
    let argument: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self.argument = argument
    }

    func read() throws -> VerifierKey {
        let isFile = FileManager.default.fileExists(atPath: argument)
        let text =
            isFile ? String(decoding: try InputText.read(argument), as: UTF8.self) : argument
        do throws(ProofError) {
            return try VerifierKey(text.withoutLastNewline)
        } catch {
            throw Failure(error).preceded(by: isFile ? "\(argument): " : "--key: ")
        }
    }

    static let help = ArgumentHelp(
        "The log's key, name+hash+key, or a file that contains it.",
        valueName: "verifier-key"
    )
}

extension String {
    fileprivate var withoutLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}

extension JSONValue {
    init(_ key: VerifierKey) {
        self = .object([
            ("name", .text(key.name)), ("verifierKey", .text(key.description)),
        ])
    }
}

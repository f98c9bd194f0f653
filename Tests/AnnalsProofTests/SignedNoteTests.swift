import AnnalsProof
import Testing

/// Published notes, made with other implementations.
struct `A signed note` {
    private static let peter =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    private static let text = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """
    private static let byPeter = """
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot\
        pRZb6KE6RyyBwJnAM=

        """
    private static let byEnoch = """
        — EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLo\
        x33WWd1RvMc+QQ=

        """

    @Test func `of Go's reference holds by both of its keys`() throws {
        let note = try SignedNote(Self.text + "\n" + Self.byPeter + Self.byEnoch)
        #expect(note.text == Self.text)
        #expect(note.signers == ["PeterNeumann", "EnochRoot"])
        try note.verify(by: VerifierKey(Self.peter))
        try note.verify(by: VerifierKey(Self.enoch))
        #expect(note.description == Self.text + "\n" + Self.byPeter + Self.byEnoch)
        #expect(throws: ProofError.unsigned(key: Self.enoch)) {
            try SignedNote(Self.text + "\n" + Self.byPeter).verify(by: VerifierKey(Self.enoch))
        }
    }

    @Test func `of the specification holds by its key`() throws {
        let note = try SignedNote(
            """
            This is an example message.

            — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3m\
            FXmRKuwHjG1Yu72IneyaQM=

            """
        )
        try note.verify(
            by: VerifierKey(
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
            )
        )
    }

    @Test func `is made again, byte for byte, with the key of Go's reference`() throws {
        let secret =
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
        let key = try SigningKey(secret)
        #expect(key.secretText == secret)
        #expect(key.verifierKey.description == Self.peter)
        #expect(
            try SigningKey(generating: "a").verifierKey != SigningKey(generating: "a").verifierKey
        )
        let note = try key.sign(Self.text)
        #expect(note.description == Self.text + "\n" + Self.byPeter)
    }

    @Test func `of the Go checksum database is a checkpoint`() throws {
        let checkpoint = try Checkpoint(
            """
            go.sum database tree
            30055305
            mXfgRcJ0bG0j3CPdKwgGWtUzBUbX67saZGRmFuJGGsM=

            — sum.golang.org Az3grpgEild5qw7+5dtV13Kf1C2Xurm8q4fhdxvcsDHnqNTaxL2AFjBY+2TyGKevucFcAA\
            lWFJJYle3EJlDCrQ+y3A8=

            """
        )
        #expect(checkpoint.size == 30_055_305)
        #expect(checkpoint.rootBytes.prefix(4) == [0x99, 0x77, 0xe0, 0x45])
        let key = try VerifierKey(
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
        )
        try checkpoint.verify(by: key, origin: "go.sum database tree")
        #expect(
            throws: ProofError.wrongOrigin(
                expected: "sum.golang.org",
                found: "go.sum database tree"
            )
        ) { try checkpoint.verify(by: key) }
    }

    @Test(arguments: [
        "", "\n", "\n\n", "a\n", "a\n\n", "a\n\n— b\n", "\n— b AAAAAAAA\n", "a\n\n— b  AAAAAAAA\n",
        "a\n\n— b AAAAAAAA", "a\n\n- b AAAAAAAA\n", "a\n\n— b AAAA\n", "a\n\n— b+c AAAAAAAA\n",
        "a\n\n—  AAAAAAAA\n", "a\n\n— b AAAAAAA\n", "a\u{1}\n\n— b AAAAAAAA\n",
        "a\r\n\n— b AAAAAAAA\n", "a\n\n— b AAAAAAAA\n— b AAAAAAAA\n", "a\n\n— b AAAAAAB=\n",
        "a\n\n— b AAAA\u{2028}AAAA\n", "a\n\n— b AAAAAAAA \n", "a\n\n— b\u{a0}c AAAAAAAA\n",
    ])
    func `is refused where it is malformed`(text: String) {
        #expect(throws: ProofError.self) { try SignedNote(text) }
    }

    @Test(arguments: [
        "", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumannn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ])
    func `is not verified by a key that is malformed`(text: String) {
        #expect(throws: ProofError.self) { try VerifierKey(text) }
        #expect(throws: ProofError.self) { try SigningKey("PRIVATE+KEY+" + text) }
    }

    @Test(arguments: ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{0}b"])
    func `is not signed by a key whose name cannot be told from the rest`(name: String) {
        #expect(throws: ProofError.self) { try SigningKey(generating: name) }
    }

    @Test func `keeps the signature of a witness with its time`() throws {
        let line = """
            — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlr\
            DJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

            """
        let log = try SampleLog(count: 3)
        var checkpoint = try log.checkpoint(3)
        let stranger = try SigningKey(generating: "witness.example.com/w1").verifierKey
        #expect(throws: ProofError.self) { try checkpoint.add(cosignature: line, by: stranger) }
        let own = try SigningKey(generating: "w2")
        let signed = try own.sign(checkpoint.note.text).description
        let last = try #require(signed.split(separator: "\n").last)
        try checkpoint.add(cosignature: "\(last)\n", by: own.verifierKey)
        #expect(checkpoint.note.signers == ["example.com/contacts", "w2"])
        let read = try Checkpoint(checkpoint.description)
        try read.verify(by: SampleLog.key.verifierKey)
        #expect(read == checkpoint)
    }
}

// swift-tools-version: 6.3
import PackageDescription

/// As in the engine's own manifest.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Build with `swift build -c release --sanitize fuzzer`: libFuzzer brings `main`, and without the
// flag there is none. A package of its own, so that users never resolve it.
let package = Package(
    name: "annals-fuzzing",
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz-soql",
            dependencies: [.product(name: "AnnalsSOQL", package: "annals")],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]
        )
    ]
)

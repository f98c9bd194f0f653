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

// What a loss of power can leave of a store: the recorder is loaded before a program that works on
// stores, and the states of the disk are made of what it has written down.
let package = Package(
    name: "annals-crash-states",
    products: [.library(name: "recorder", type: .dynamic, targets: ["CRecorder"])],
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        .target(
            name: "CRecorder",
            cSettings: [
                .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                .define("_GNU_SOURCE"),
            ],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .executableTarget(
            name: "crash-workload",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "crash-states",
            dependencies: [.product(name: "Annals", package: "annals")],
            swiftSettings: strict
        ),
    ],
    cLanguageStandard: .c17
)

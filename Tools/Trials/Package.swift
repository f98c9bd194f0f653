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

/// Loaded before a program that works on stores, between it and the system.
func preloaded(_ name: String) -> Target {
    .target(
        name: name,
        cSettings: [
            .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
            .define("_GNU_SOURCE"),
        ],
        linkerSettings: [.linkedLibrary("dl")]
    )
}

func program(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.product(name: "Annals", package: "annals")],
        swiftSettings: strict
    )
}

let package = Package(
    name: "annals-trials",
    products: [
        .library(name: "recorder", type: .dynamic, targets: ["CRecorder"]),
        .library(name: "refusing", type: .dynamic, targets: ["CRefusing"]),
    ],
    dependencies: [.package(name: "annals", path: "../..")],
    targets: [
        // What a power failure can leave of a store: makes states of the disk from what the
        // recorder has recorded.
        preloaded("CRecorder"), program("crash-workload"), program("crash-states"),
        // What the system may refuse a store: one of its calls fails at a time.
        preloaded("CRefusing"), program("fault-workload"), program("faults"),
    ],
    cLanguageStandard: .c17
)
